"""A permission on its way to a grant: who needs which action on what, and why we think so.

Named tuples, because there is one for every line of evidence that differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lambdas.model.action import Action
    from lambdas.model.evidence import Evidence
    from lambdas.model.template import Template

ANYTHING = "*"
EVENT_IDS = 5  # enough for a reviewer to look up; the evidence file holds them all


class Sighting(NamedTuple):
    """One action on one resource, by one principal, through the same services, and all its events.

    What the events have in common is worked out only when it is asked for: most sightings end in
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
        if len(self.lines) == 1:  # of most sightings there is one event
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


class Permission(NamedTuple):
    """An action on a resource as an event names it, with its ground.

    Attributes:
        basis: `observed`, a derivation's kind, or `hint`.
        because: a sentence for the reviewer; empty when the events speak for themselves.
        sighting: the events that show it or that it follows from; none for hints.
        context: condition keys and the values that the service sets on the request, sorted.
        template: set when a hint spells the resource itself.
        listed: whether Access Analyzer lists the action too.
    """

    principal: str
    action: Action
    resource: str
    basis: str
    because: str = ""
    sighting: Sighting | None = None
    context: tuple[tuple[str, str], ...] = ()
    template: Template | None = None
    listed: bool = False

    @property
    def via(self) -> tuple[str, ...]:
        """The services that made the calls, outermost first."""
        return self.sighting.via if self.sighting else ()

    @property
    def regions(self) -> tuple[str, ...]:
        """Where the calls were recorded."""
        return self.sighting.regions if self.sighting else ()

    @property
    def failed(self) -> tuple[str, ...]:
        """Error codes of calls that were authorised and then failed."""
        return self.sighting.failed if self.sighting else ()


def distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """Sorted, unique, without the empty one."""
    found = set(texts)
    found.discard("")
    return tuple(sorted(found))
