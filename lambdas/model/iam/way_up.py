"""Ways from a policy's permissions to more than it grants, as calls that somebody could make."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lambdas.model.iam.template import ANY, Template, Wildcard

BOUNDARY_KEY = "iam:PermissionsBoundary"
UNKNOWN_PART = "x"  # what an attacker would write where the policy leaves a name open


class WayOutcome(StrEnum):
    """What came of a way that was tried."""

    REFUSED = "refused"  # by the policy alone, and allowed without its conditions on a boundary
    OPEN = "open"  # every call is allowed
    NO_TEST = "no test"  # refused with the conditions and without: something else is in the way


@dataclass(frozen=True, slots=True, kw_only=True)
class WayStep:
    """One call of a way.

    Attributes:
        action: as IAM spells it.
        resource: what the policy grants it on.
        context: condition keys of the request with their values; a caller chooses them as the
            policy wants them, but for the boundary.
        sid: of the statement that grants it.
        seen: whether the cycle needed it; else it was derived for the next one, or asked for.
        refused: whether that statement's own conditions refuse the call.
    """

    action: str
    resource: Template
    context: tuple[tuple[str, Template], ...] = ()
    sid: str
    seen: bool = True
    refused: bool = False

    def asked_on(self, values: Mapping[str, str]) -> str:
        """An ARN that the resource matches, or `*`."""
        return _rendered(self.resource, values)

    def asked_with(self, values: Mapping[str, str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The context as the simulator takes it, sorted."""
        return tuple(sorted((key, (_rendered(value, values),)) for key, value in self.context))


@dataclass(frozen=True, slots=True, kw_only=True)
class WayUp:
    """A known way to more permissions that the policy's actions and resources lead to.

    Attributes:
        path: its name in the list of known ways. gains: what comes of it.
        reach: on what it works: roles, users, policies, or what has a role.
        made: whether it needs a role or user that is created for it.
        steps: the calls; all must be allowed.
        phases: in which the cycle needed the first action, sorted.
    """

    path: str
    gains: str
    reach: Template
    made: bool
    steps: tuple[WayStep, ...]
    phases: tuple[str, ...] = ()

    @property
    def unseen(self) -> tuple[str, ...]:
        """The actions that the cycle did not need, sorted."""
        return tuple(sorted({one.action for one in self.steps if not one.seen}))

    @property
    def closed_by(self) -> str:
        """The Sid of the statement whose conditions refuse a call; empty when none does."""
        return next((one.sid for one in self.steps if one.refused), "")

    @property
    def order(self) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        """A total order."""
        return (self.path, str(self.reach), tuple((s.action, str(s.resource)) for s in self.steps))


def _rendered(template: Template, values: Mapping[str, str]) -> str:
    if template.parts == (ANY,):
        return "*"
    parts = (UNKNOWN_PART if isinstance(part, Wildcard) else part for part in template.parts)
    return Template.of(*parts).render(values).replace("${*}", "*").replace("${?}", "?")
