"""Evidence, line by line, gathered into what was seen: each thing once, with all its events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from lambdas.model.execution.run import CLOSING
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.reference.stacks.deployment_checks import only_warns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lambdas.model.iam.action import Action
    from lambdas.model.trail.evidence import Implied

# Plain values, because every line of evidence is looked up by them.
Key = tuple[str, str, str, str, tuple[str, ...]]
Lines = dict[Key, list[Evidence]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """What the evidence shows.

    Attributes:
        allowed: authorised calls, sorted: each must be granted.
        denied: calls that were refused, sorted: they prove no need.
        missed: calls that a policy under proof refused: they prove that it lacked something.
        warned: calls by which CloudFormation only checks whether to warn, sorted: no need, either.
        implied: what authorised calls needed beside themselves, with who saw it, sorted.
    """

    allowed: tuple[Observation, ...]
    denied: tuple[Observation, ...]
    missed: tuple[Observation, ...]
    warned: tuple[Observation, ...]
    implied: tuple[tuple[Implied, Observation], ...]

    @property
    def principals(self) -> tuple[str, ...]:
        """Everyone who needs something, sorted."""
        return tuple(sorted({one.principal for one in (*self.allowed, *self.missed)}))


def gather(evidence: Iterable[Evidence]) -> Observations:
    """One pass over the lines; memory grows with what differs, not with how often it was seen."""
    allowed: Lines = {}
    refused: dict[Outcome, Lines] = {Outcome.DENIED: {}, Outcome.DENIED_IN_PROOF: {}}
    warned: Lines = {}
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
            warned.setdefault(key, []).append(line)
            continue
        allowed.setdefault(key, []).append(line)
        for one in line.implies:
            implied.setdefault(one, {}).setdefault(key, []).append(line)
    return Observations(
        allowed=_sorted(allowed),
        denied=_sorted(refused[Outcome.DENIED]),
        missed=_sorted(refused[Outcome.DENIED_IN_PROOF]),
        warned=_sorted(warned),
        implied=tuple(
            (one, observation) for one in sorted(implied) for observation in _sorted(implied[one])
        ),
    )


def _sorted(gathered: Lines) -> tuple[Observation, ...]:
    return tuple(_observation(key, gathered[key]) for key in sorted(gathered))


def _observation(key: Key, lines: list[Evidence]) -> Observation:
    principal, _, _, resource, via = key
    return Observation(principal, lines[0].action, resource, via, lines)


ANYTHING = "*"
EVENT_IDS = 5  # enough for a reviewer to look up; the evidence file holds them all


class Observation(NamedTuple):
    """One action on one resource, by one principal, through the same services, and all its events.

    What the events have in common is worked out only when it is asked for: most observations end in
    one grant with many others.
    """

    principal: str
    action: Action
    resource: str
    via: tuple[str, ...]
    lines: Sequence[Evidence]

    @property
    def first(self) -> str:
        """When it was seen first."""
        return min(line.time for line in self.lines)

    @property
    def phases(self) -> tuple[str, ...]:
        """In which phases of the cycle."""
        return distinct(line.phase for line in self.lines)

    @property
    def regions(self) -> tuple[str, ...]:
        """Where the calls were recorded."""
        if len(self.lines) == 1:  # of most observations there is one event
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


def distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """Sorted, unique, without the empty one."""
    found = set(texts)
    found.discard("")
    return tuple(sorted(found))
