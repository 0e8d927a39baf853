"""Evidence, line by line, gathered into permissions: each thing once, with all its events."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lambdas.model.execution.run import CLOSING
from lambdas.model.iam.action import Action
from lambdas.model.iam.template import Template
from lambdas.model.trail.evidence import Evidence, Implied, Outcome
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference.stacks.deployment_checks import only_warns

# Plain values, because every line of evidence is looked up by them.
Key = tuple[str, str, str, str, tuple[str, ...]]
Lines = dict[Key, list[Evidence]]
_LACKED = "a proof was denied it: under this policy alone the cycle could not go on"
ANYTHING = "*"
EVENT_IDS = 5  # enough for a reviewer to look up; the evidence file holds them all


class Permission(NamedTuple):
    """One action on one resource, by one principal, through the same services, and why.

    What the events have in common is worked out only when it is asked for: most permissions end in
    one grant with many others. A named tuple, because there is one for every line that differs.

    Attributes:
        resource: as the events name it.
        kind: the kind of ground that it rests on.
        via: the services that make the calls, outermost first.
        lines: the events that show it or that it follows from; none for hints.
        text: a sentence for the reviewer; empty when the events speak for themselves.
        context: condition keys and the values that the service sets on the request, sorted.
        template: set when a hint spells the resource itself.
        listed: whether Access Analyzer lists the action too.
    """

    principal: str
    action: Action
    resource: str
    kind: GroundKind
    via: tuple[str, ...] = ()
    lines: Sequence[Evidence] = ()
    text: str = ""
    context: tuple[tuple[str, str], ...] = ()
    template: Template | None = None
    listed: bool = False

    @property
    def first(self) -> str:
        """When it was seen first."""
        return min(line.time for line in self.lines)

    @property
    def first_event(self) -> str:
        """The id of the event that showed it first."""
        return min(self.lines, key=lambda line: line.order).event_id

    @property
    def phases(self) -> tuple[str, ...]:
        """In which phases of the cycle."""
        return distinct(line.phase for line in self.lines)

    @property
    def regions(self) -> tuple[str, ...]:
        """Where the calls were recorded."""
        if len(self.lines) == 1:  # most permissions rest on one event
            return (self.lines[0].region,)
        return distinct(line.region for line in self.lines)

    @property
    def types(self) -> tuple[str, ...]:
        """CloudFormation resource types that the events changed."""
        if len(self.lines) == 1:
            return self.lines[0].types
        return distinct(one for line in self.lines for one in line.types)

    @property
    def names(self) -> tuple[str, ...]:
        """API operations."""
        return distinct(line.name for line in self.lines)

    @property
    def failed(self) -> tuple[str, ...]:
        """Error codes of calls that were authorised and then failed."""
        return distinct(line.error for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """What the evidence shows.

    Attributes:
        allowed: authorised calls, sorted: each must be granted.
        denied_in_proof: calls that a policy under proof refused: it lacked something.
        implied: what authorised calls needed beside themselves, each with the call, sorted.
        denied: the events of calls that were refused, of each kind together, sorted: no need.
        warned: actions by which CloudFormation only checks whether to warn: no need, either.
    """

    allowed: tuple[Permission, ...]
    denied_in_proof: tuple[Permission, ...]
    implied: tuple[tuple[Implied, Permission], ...]
    denied: tuple[Sequence[Evidence], ...]
    warned: frozenset[Action]

    @property
    def principals(self) -> tuple[str, ...]:
        """Everyone who needs something, sorted."""
        return tuple(sorted({one.principal for one in (*self.allowed, *self.denied_in_proof)}))


def gather(evidence: Iterable[Evidence]) -> Observations:
    """One pass over the lines; memory grows with what differs, not with how often it was seen."""
    allowed: Lines = {}
    refused: dict[Outcome, Lines] = {Outcome.DENIED: {}, Outcome.DENIED_IN_PROOF: {}}
    warned: set[Action] = set()
    implied: dict[Implied, Lines] = {}
    for line in evidence:
        if line.phase == CLOSING:  # Fencepost's own marker calls
            continue
        action = line.action
        key = (line.principal, action.service, action.name, line.resource, line.via)
        if line.outcome in refused:
            refused[line.outcome].setdefault(key, []).append(line)
            continue
        if only_warns(action, line.via):
            warned.add(action)
            continue
        allowed.setdefault(key, []).append(line)
        for one in line.implies:
            implied.setdefault(one, {}).setdefault(key, []).append(line)
    denied, in_proof = refused[Outcome.DENIED], refused[Outcome.DENIED_IN_PROOF]
    return Observations(
        allowed=tuple(_gathered(allowed, GroundKind.OBSERVED)),
        denied_in_proof=tuple(_gathered(in_proof, GroundKind.DENIED_IN_PROOF, _LACKED)),
        implied=tuple(
            (one, by)
            for one in sorted(implied)
            for by in _gathered(implied[one], GroundKind.OBSERVED)
        ),
        denied=tuple(denied[key] for key in sorted(denied)),
        warned=frozenset(warned),
    )


def _gathered(lines: Lines, kind: GroundKind, text: str = "") -> Iterator[Permission]:
    for key in sorted(lines):
        principal, _, _, resource, via = key
        same = lines[key]
        yield Permission(principal, same[0].action, resource, kind, via, same, text)


def distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """Sorted, unique, without the empty one."""
    found = set(texts)
    found.discard("")
    return tuple(sorted(found))
