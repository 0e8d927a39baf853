"""Evidence, line by line, gathered into what was seen: each thing once, with all its events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.model.evidence import Evidence, Outcome
from lambdas.model.run import CLOSING
from lambdas.refine_policy.permission import Sighting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdas.model.evidence import Implied

# Plain values, because every line of evidence is looked up by them.
Key = tuple[str, str, str, str, tuple[str, ...]]
Lines = dict[Key, list[Evidence]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sightings:
    """What the evidence shows.

    Attributes:
        allowed: authorised calls, sorted: each must be granted.
        denied: calls that were refused, sorted: they prove no need.
        missed: calls that a policy under proof refused: they prove that it lacked something.
        implied: what authorised calls needed beside themselves, with who saw it, sorted.
    """

    allowed: tuple[Sighting, ...]
    denied: tuple[Sighting, ...]
    missed: tuple[Sighting, ...]
    implied: tuple[tuple[Implied, Sighting], ...]

    @property
    def principals(self) -> tuple[str, ...]:
        """Everyone who needs something, sorted."""
        return tuple(sorted({one.principal for one in (*self.allowed, *self.missed)}))


def gather(evidence: Iterable[Evidence]) -> Sightings:
    """One pass over the lines; memory grows with what differs, not with how often it was seen."""
    allowed: Lines = {}
    refused: dict[Outcome, Lines] = {Outcome.DENIED: {}, Outcome.MISSED: {}}
    implied: dict[Implied, Lines] = {}
    for line in evidence:
        if line.phase == CLOSING:  # Fencepost's own marker calls
            continue
        action = line.action
        key = (line.principal, action.service, action.name, line.resource, line.via)
        if line.outcome in refused:
            refused[line.outcome].setdefault(key, []).append(line)
            continue
        allowed.setdefault(key, []).append(line)
        for one in line.implies:
            implied.setdefault(one, {}).setdefault(key, []).append(line)
    return Sightings(
        allowed=_sorted(allowed),
        denied=_sorted(refused[Outcome.DENIED]),
        missed=_sorted(refused[Outcome.MISSED]),
        implied=tuple(
            (one, sighting) for one in sorted(implied) for sighting in _sorted(implied[one])
        ),
    )


def _sorted(gathered: Lines) -> tuple[Sighting, ...]:
    return tuple(_sighting(key, gathered[key]) for key in sorted(gathered))


def _sighting(key: Key, lines: list[Evidence]) -> Sighting:
    principal, _, _, resource, via = key
    return Sighting(principal, lines[0].action, resource, via, lines)
