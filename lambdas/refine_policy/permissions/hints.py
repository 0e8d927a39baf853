"""What the process's owner adds: no event has to show it."""

from collections.abc import Iterator

from lambdas.model.definition.hints import Hints
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference.actions import canonical
from lambdas.refine_policy.observations import ANYTHING, Permission


def hinted_permissions(hints: Hints, principal: str) -> Iterator[Permission]:
    """The grants that the owner adds, each with the owner's reason.

    IAM knows no case in an action: spelled as people like, it would be missed by whatever looks
    for it by name, such as the ways to more permissions.
    """
    for one in hints.add:
        yield Permission(
            principal=principal,
            action=canonical(one.action) or one.action,
            resource=ANYTHING,
            template=one.resource,
            kind=GroundKind.HINT,
            text=one.reason,
        )
