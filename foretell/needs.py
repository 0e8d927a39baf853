"""A need: an action on a resource that a deployment will ask for, and how sure that is."""

from dataclasses import dataclass
from enum import StrEnum

from lambdas.model.iam.action import Action
from lambdas.model.iam.template import Template
from lambdas.reference.stacks.handler_actions import Operation


class Certainty(StrEnum):
    """How sure a need is, the surest first."""

    SEEN = "seen"  # a run asked for it, with such a resource
    DOCUMENTED = "documented"  # AWS says that such a request asks for it
    POSSIBLE = "possible"  # AWS lists it, and nothing says when it is asked for

    @property
    def sure(self) -> bool:
        """Whether a deployment without it is expected to fail."""
        return self is not Certainty.POSSIBLE


_RANKS = {one: rank for rank, one in enumerate(Certainty)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One action on one resource, and what of the template asks for it.

    Attributes:
        context: condition keys that the service will set, such as `iam:PassedToService`.
        because: what brings it about, a sentence.
        source: the run, the page or the handler that tells it.
        via: the service that asks in the caller's name; empty for the tool's own calls.
        region: where it is asked.
        logical_id: the resource of the template; empty for the tool's own calls.
        undone: whether it is asked only when the deployment fails, or is removed one day.
    """

    action: Action
    resource: Template
    certainty: Certainty
    because: str
    source: str
    operation: Operation | None = None
    context: tuple[tuple[str, str], ...] = ()
    via: str = ""
    region: str = ""
    logical_id: str = ""
    type: str = ""
    stack: str = ""
    path: str = ""
    line: int = 0
    undone: bool = False

    @property
    def order(self) -> tuple[str, ...]:
        """A total order: the surest first, then by action and resource."""
        return (
            str(_RANKS[self.certainty]),
            str(self.action),
            str(self.resource),
            self.stack,
            self.logical_id,
            self.because,
            str(self.context),
            self.source,
        )
