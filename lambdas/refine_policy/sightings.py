"""Evidence, line by line, gathered into what was seen: each thing once, with all its events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.model.action import Action
from lambdas.model.evidence import Outcome
from lambdas.model.run import CLOSING
from lambdas.refine_policy.permission import EVENT_IDS, Seen, Sighting, Tally

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdas.model.evidence import Evidence, Implied

MANY = 20  # of the earliest events are kept before they are thinned out
# Plain values, because every line of evidence is looked up by them.
Key = tuple[str, str, str, str, tuple[str, ...]]
Tallies = dict[Key, Tally]


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
        return tuple(sorted({one.seen.principal for one in (*self.allowed, *self.missed)}))


def gather(evidence: Iterable[Evidence]) -> Sightings:
    """One pass over the lines; memory grows with what differs, not with how often it was seen."""
    allowed: Tallies = {}
    refused: dict[Outcome, Tallies] = {Outcome.DENIED: {}, Outcome.MISSED: {}}
    implied: dict[Implied, Tallies] = {}
    for line in evidence:
        if line.phase == CLOSING:  # Fencepost's own marker calls
            continue
        action = line.action
        key = (line.principal, action.service, action.name, line.resource, line.via)
        if line.outcome in refused:
            _count(refused[line.outcome].setdefault(key, Tally()), line)
            continue
        _count(allowed.get(key) or allowed.setdefault(key, Tally()), line)
        for one in line.implies:
            _count(implied.setdefault(one, {}).setdefault(key, Tally()), line)
    return Sightings(
        allowed=_sorted(allowed),
        denied=_sorted(refused[Outcome.DENIED]),
        missed=_sorted(refused[Outcome.MISSED]),
        implied=tuple(
            (one, sighting) for one in sorted(implied) for sighting in _sorted(implied[one])
        ),
    )


def _sorted(tallies: Tallies) -> tuple[Sighting, ...]:
    return tuple(_sighting(key, tallies[key]) for key in sorted(tallies))


def _count(tally: Tally, line: Evidence) -> None:
    if line.event_id in tally.events:  # delivered twice
        return
    tally.events.add(line.event_id)
    tally.earliest.append((line.time, line.event_id))
    if len(tally.earliest) > MANY:
        tally.earliest = sorted(tally.earliest)[:EVENT_IDS]
    tally.last = max(tally.last, line.time)
    tally.regions.add(line.region)
    tally.types.update(line.types)
    tally.names.add(line.name)
    if line.phase:
        tally.phases.add(line.phase)
    if line.error:
        tally.failed.add(line.error)


def _sighting(key: Key, tally: Tally) -> Sighting:
    principal, service, name, resource, via = key
    earliest = sorted(tally.earliest)[:EVENT_IDS]
    return Sighting(
        seen=Seen(principal=principal, action=Action(service, name), resource=resource, via=via),
        events=len(tally.events),
        first=earliest[0][0],
        last=tally.last,
        event_ids=tuple(event_id for _, event_id in earliest),
        phases=tuple(sorted(tally.phases)),
        regions=tuple(sorted(tally.regions)),
        types=tuple(sorted(tally.types)),
        names=tuple(sorted(tally.names)),
        failed=tuple(sorted(tally.failed)),
    )
