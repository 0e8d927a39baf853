"""A permission on its way to a grant: who needs which action on what, and why we think so.

Named tuples, because there is one for every line of evidence that differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lambdas.model.iam.action import Action
    from lambdas.model.iam.template import Template
    from lambdas.model.trail.ground_kind import GroundKind
    from lambdas.refine_policy.observations import Observation


class Permission(NamedTuple):
    """An action on a resource as an event names it, with its ground.

    Attributes:
        basis: the kind of ground that it rests on.
        because: a sentence for the reviewer; empty when the events speak for themselves.
        observation: the events that show it or that it follows from; none for hints.
        context: condition keys and the values that the service sets on the request, sorted.
        template: set when a hint spells the resource itself.
        listed: whether Access Analyzer lists the action too.
        through: the services that will make the call, where no event shows it.
    """

    principal: str
    action: Action
    resource: str
    basis: GroundKind
    because: str = ""
    observation: Observation | None = None
    context: tuple[tuple[str, str], ...] = ()
    template: Template | None = None
    listed: bool = False
    through: tuple[str, ...] = ()

    @property
    def via(self) -> tuple[str, ...]:
        """The services that made the calls, outermost first."""
        return self.observation.via if self.observation else self.through

    @property
    def regions(self) -> tuple[str, ...]:
        """Where the calls were recorded."""
        return self.observation.regions if self.observation else ()

    @property
    def failed(self) -> tuple[str, ...]:
        """Error codes of calls that were authorised and then failed."""
        return self.observation.failed if self.observation else ()
