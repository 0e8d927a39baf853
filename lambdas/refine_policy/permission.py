"""A permission on its way to a grant: who needs which action on what, and why we think so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambdas.model.action import Action
    from lambdas.model.template import Template

ANYTHING = "*"
EVENT_IDS = 5  # enough for a reviewer to look up; the evidence file holds them all


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Seen:
    """What tells one sighting from another."""

    principal: str
    action: Action
    resource: str
    via: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One action on one resource, by one principal, through the same services, and its events.

    Attributes:
        first, last: times of the events. event_ids: the earliest five.
        types: CloudFormation resource types that the events changed.
        names: API operations. failed: error codes of calls that were authorised and then failed.
    """

    seen: Seen
    events: int
    first: str
    last: str
    event_ids: tuple[str, ...]
    phases: tuple[str, ...]
    regions: tuple[str, ...]
    types: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
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
        return self.sighting.seen.via if self.sighting else ()

    @property
    def regions(self) -> tuple[str, ...]:
        """Where the calls were recorded."""
        return self.sighting.regions if self.sighting else ()

    @property
    def failed(self) -> tuple[str, ...]:
        """Error codes of calls that were authorised and then failed."""
        return self.sighting.failed if self.sighting else ()
