"""How well the runs of a process were foretold, its own runs left out of what is known."""

import gzip
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.foretell.changing import deployment
from benchmarks.foretell.recording import Deployment
from foretell.beside_handlers.tool_calls import tool_of
from foretell.foretell import foretell
from foretell.knowledge.knowledge import Knowledge, Row
from foretell.knowledge.learning import Deployed, by_a_stack, handed_to_stacks, learned
from foretell.needs import Need
from foretell.requests import arn_of
from foretell.templates.opening import Opened, Opener
from lambdas.model.iam.template_coverage import overlaps
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.reference.arn_formats import ArnContext
from lambdas.reference.stacks.deployment_checks import only_warns
from lambdas.reference.stacks.unknown import template_of

Seen = tuple[str, str]  # an action, and the resource that it was asked for
CLOSING = "closing"


class Disk:
    """The machine's own files."""

    def text(self, path: str) -> str | None:
        """See `foretell.templates.opening.Files`."""
        return Path(path).read_text(encoding="utf-8") if Path(path).is_file() else None

    def is_folder(self, path: str) -> bool:
        """See `foretell.templates.opening.Files`."""
        return Path(path).is_dir()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """A run: its evidence, and what was deployed in each phase.

    Attributes:
        base: what was deployed before; of a run that is judged by one change alone.
    """

    name: str
    evidence: tuple[Evidence, ...]
    opened: tuple[tuple[str, Opened], ...]
    place: ArnContext
    base: Opened | None = None

    @property
    def tool(self) -> str:
        """What deployed it."""
        last = self.opened[-1][1] if self.opened else None
        return (last.tool or tool_of(last.stacks)) if last else ""

    def rows(self, shown: str = "") -> Iterator[Row]:
        """What it adds to what is known."""
        yield from learned(shown or self.name, self.evidence, self.phases(), self.place, self.tool)

    def phases(self) -> tuple[Deployed, ...]:
        """What each phase led to."""
        found, before = [], ()
        for phase, opened in self.opened:
            after = tuple(one for stack in opened.stacks for one in stack.resources())
            found.append(Deployed(phase=phase, before=before, after=after))
            before = after  # type: ignore[assignment]
        found.append(Deployed(phase="remove", before=before, after=()))
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Of one run: what was seen of stacks, what of it was foretold, and which lines were wrong."""

    name: str
    seen: int
    missed: tuple[Seen, ...]
    only_possible: tuple[Seen, ...]
    sure: int
    wrong: tuple[Need, ...]
    tool_missed: tuple[Seen, ...]


def cycle_of(name: str, evidence: Path, deployed: Sequence[Deployment]) -> Cycle:
    """Read a run: its evidence, and the templates that it deployed."""
    with gzip.open(evidence, "rt") as stream:
        lines = tuple(
            one
            for text in stream
            if (one := Evidence.from_json(json.loads(text))).phase != CLOSING
            and not only_warns(one.action, one.via)
        )
    regions = [one.region for one in lines if f":{one.region}:" in one.resource]
    region = max(sorted(set(regions)), key=regions.count, default="eu-west-1")
    place = ArnContext(partition="aws", region=region, account="123456789012")
    phases: dict[str, Opened] = {}
    there: dict[str, Opened] = {}  # by the stack's name, what is deployed so far
    for done in deployed:
        opener = Opener(
            files=Disk(),
            place=place,
            arn_of=arn_of,
            name=done.stack,
            given=done.parameters,
            tags=done.tags,
        )
        there[done.stack] = opener.open(str(done.template))
        phases[done.phase] = Opened(
            stacks=tuple(stack for one in there.values() for stack in one.stacks),
            tool=next((one.tool for one in there.values() if one.tool), ""),
        )
    return Cycle(name=name, evidence=lines, opened=tuple(phases.items()), place=place)


def changed_cycles(evidence: Path, folder: Path, names: Sequence[str]) -> list[Cycle]:
    """Each change as a cycle of its own: its two templates, and the evidence of its phase."""
    found = []
    for name in names:
        sides = [deployment(folder, name, when) for when in ("before", "after")]
        whole = cycle_of(name, evidence, sides[:1])
        after = cycle_of(name, evidence, sides[1:])
        lines = tuple(one for one in whole.evidence if one.phase == name)
        found.append(replace(after, evidence=lines, base=whole.opened[0][1]))
    return found


def needs_of(cycle: Cycle, knowledge: Knowledge) -> tuple[Need, ...]:
    """All that is foretold of a cycle: of its deployments, one after the other, and its removal."""
    if cycle.base:
        ((_, opened),) = cycle.opened
        return foretell(opened.stacks, knowledge, base=cycle.base.stacks).needs
    found: list[Need] = []
    before: Opened | None = None
    for _, opened in cycle.opened:
        base = before.stacks if before else ()
        found += foretell(opened.stacks, knowledge, base=base, tool=opened.tool).needs
        before = opened
    if before:
        found += foretell((), knowledge, base=before.stacks).needs
    return tuple(found)


def score(cycle: Cycle, knowledge: Knowledge) -> Score:
    """Compare what is foretold with what the run saw."""
    needs = needs_of(cycle, knowledge)
    lines = [
        one
        for one in cycle.evidence
        if one.outcome not in (Outcome.DENIED, Outcome.DENIED_IN_PROOF)
    ]
    handed = handed_to_stacks(lines)
    of_stacks = [one for one in lines if by_a_stack(one, handed)]
    direct = [one for one in lines if not by_a_stack(one, handed)]
    seen, tools = _seen(of_stacks), _seen(direct)
    # What is undone when a deployment fails is not seen in one that succeeds.
    sure = [one for one in needs if one.certainty.sure and not (cycle.base and one.undone)]
    everything = seen | tools
    distinct = {(str(one.action), str(one.resource)): one for one in sure}
    return Score(
        name=cycle.name,
        seen=len(seen),
        missed=tuple(sorted(one for one in seen if not _foretold(one, needs))),
        only_possible=tuple(
            sorted(one for one in seen if _foretold(one, needs) and not _foretold(one, sure))
        ),
        sure=len(distinct),
        wrong=tuple(one for _, one in sorted(distinct.items()) if not _was_seen(one, everything)),
        tool_missed=tuple(sorted(one for one in tools if not _foretold(one, needs))),
    )


# What tools call a deployment's folder or file: packaged again it has another name.
_PACKAGED_AT = re.compile(r"\d{13}-\d{4}-\d\d-\d\dT[\d:.]+Z|(?<=/)[0-9a-f]{32}\b")


def _seen(lines: Sequence[Evidence]) -> set[Seen]:
    found = {(str(one.action), one.resource) for one in lines}
    found |= {(str(one.action), one.resource) for line in lines for one in line.implies}
    return {(action, _PACKAGED_AT.sub("*", resource)) for action, resource in found}


def _foretold(seen: Seen, needs: Sequence[Need]) -> bool:
    action, resource = seen
    template = template_of(resource)
    return any(str(one.action) == action and overlaps(one.resource, template) for one in needs)


def _was_seen(need: Need, seen: set[Seen]) -> bool:
    meant = template_of(_PACKAGED_AT.sub("*", need.resource.text))
    return any(
        str(need.action) == action and overlaps(meant, template_of(resource))
        for action, resource in seen
    )
