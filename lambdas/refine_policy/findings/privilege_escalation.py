"""Which known ways from a few permissions to all of them the grants open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.model.finding import Finding, FindingKind, Severity
from lambdas.model.text import listed
from lambdas.reference.escalation import escalation_paths
from lambdas.refine_policy.observations import ANYTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lambdas.reference.escalation import EscalationPath
    from lambdas.refine_policy.grants.grants import DraftGrant

_MITIGATION = {
    "iam": "Give the process a permissions boundary, and require it for the roles that it makes "
    "(iam:PermissionsBoundary).",
}
_ELSE = "Check that the roles within reach may do no more than the process itself."
PASS_ROLE = "iam:PassRole"  # noqa: S105  # an action, no secret
SHOWN = 3  # resources that a finding names


def escalations(grants: Iterable[DraftGrant]) -> Iterator[Finding]:
    """A warning for every path that the grants of one principal open, and on which resources."""
    held: dict[str, list[DraftGrant]] = {}
    for one in grants:
        held.setdefault(one.principal, []).append(one)
    for name, path in escalation_paths().items():
        reach = sorted({text for own in held.values() for text in _reach(path, own)})
        if reach:
            yield _finding(name, path, reach)


def _reach(path: EscalationPath, own: Sequence[DraftGrant]) -> set[str]:
    """On what one principal's grants open the path; empty where they do not."""
    ways = [[one for one in own if str(one.action) == action] for action in path.actions]
    if ways[0] and path.actions[0] == PASS_ROLE and ways[1:]:
        service = path.actions[1].partition(":")[0]
        ways[0] = [one for one in ways[0] if _may_pass_to(one, service)]
    if not path.oneself:
        ways[0] = [one for one in ways[0] if not _is_oneself(one)]
    return {str(one.template) for one in ways[0]} if all(ways) else set()


def _may_pass_to(grant: DraftGrant, service: str) -> bool:
    """Whether the grant's own condition lets the role go to a service: `ecs-tasks` is ECS's."""
    receivers = [
        str(value)
        for one in grant.conditions
        if one.key == "iam:PassedToService"
        for value in one.values
    ]
    return not receivers or any(one.startswith(service) or ANYTHING in one for one in receivers)


def _is_oneself(grant: DraftGrant) -> bool:
    """Whether the grant is on the principal's own user alone."""
    own = grant.principal.partition(":user/")[2]
    return bool(own) and str(grant.template).partition(":user/")[2] == own


def _finding(name: str, path: EscalationPath, reach: Sequence[str]) -> Finding:
    more = f" and {len(reach) - SHOWN} more" if len(reach) > SHOWN else ""
    return Finding(
        severity=Severity.WARNING,
        kind=FindingKind.PRIVILEGE_ESCALATION,
        subject=name,
        detail=f"Anyone who holds {listed(path.actions)} can gain {path.gains}; within reach are "
        f"{', '.join(reach[:SHOWN])}{more}. The process needs them.",
        action=_MITIGATION.get(path.actions[0].split(":", maxsplit=1)[0], _ELSE),
    )
