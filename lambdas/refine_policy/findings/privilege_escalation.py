"""Which known ways from a few permissions to all of them the grants open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.model.finding import Finding, Severity
from lambdas.model.text import listed
from lambdas.reference.escalation import escalation_paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lambdas.refine_policy.grants.grants import DraftGrant

_MITIGATION = {
    "iam": "Give the process a permissions boundary, and require it for the roles that it makes "
    "(iam:PermissionsBoundary).",
}
_ELSE = "Check that the roles within reach may do no more than the process itself."


def escalations(grants: Iterable[DraftGrant]) -> Iterator[Finding]:
    """A warning for every path that the grants open, and on which resources."""
    resources: dict[str, set[str]] = {}
    for one in grants:
        resources.setdefault(str(one.action), set()).add(str(one.template))
    for name, actions in escalation_paths().items():
        if all(action in resources for action in actions):
            reach = sorted(resources[actions[0]])
            more = f" and {len(reach) - 3} more" if len(reach) > 3 else ""  # noqa: PLR2004  # room for three
            yield Finding(
                severity=Severity.WARNING,
                kind="privilege-escalation",
                subject=name,
                detail=f"Whoever holds {listed(actions)} can gain what the roles within reach "
                f"may do; within reach are {', '.join(reach[:3])}{more}. The process needs them.",
                action=_MITIGATION.get(actions[0].split(":", maxsplit=1)[0], _ELSE),
            )
