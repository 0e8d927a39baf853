"""The policy of a process whose created roles must have the boundary."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from lambdas.errors import RoleWithoutBoundaryError
from lambdas.model.dossier.refinement import LeftOut, LeftOutKind
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.iam.policy import Condition
from lambdas.model.iam.role_boundary import RoleBoundary
from lambdas.model.iam.template import Template
from lambdas.model.iam.way_up import BOUNDARY_KEY
from lambdas.model.text import listed
from lambdas.reference.arn_parts import Reference
from lambdas.refine_policy.grants.grants import DraftGrant

# By these a role or user would have no boundary any more.
REMOVALS = frozenset({"iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"})
NOT_THERE = "NoSuchEntity"
SHOWN = 3


def bounded(
    grants: Iterable[DraftGrant], boundary: Template, reference: Reference
) -> tuple[tuple[DraftGrant, ...], tuple[LeftOut, ...]]:
    """The grants under the condition on the boundary, and what is not granted any more.

    A read changes nothing, and what is asked of a role that is not there has no boundary.
    """
    kept: list[DraftGrant] = []
    left: list[LeftOut] = []
    condition = Condition(operator="ArnEquals", key=BOUNDARY_KEY, values=(boundary,))
    for one in grants:
        if str(one.action) in REMOVALS:
            left.append(_removal(one))
        elif _asks_for_it(one, reference):
            rest = tuple(each for each in one.conditions if each.key != BOUNDARY_KEY)
            conditions = tuple(sorted((*rest, condition), key=lambda each: each.order))
            kept.append(replace(one, conditions=conditions))
        else:
            kept.append(one)
    return tuple(sorted(kept, key=lambda one: one.order)), tuple(left)


def _asks_for_it(one: DraftGrant, reference: Reference) -> bool:
    facts = reference.facts(one.action)
    if facts is None or BOUNDARY_KEY not in facts.condition_keys or facts.access_level.reads:
        return False
    failed = {code for each in one.permissions for code in each.failed}
    return NOT_THERE not in failed


def _removal(one: DraftGrant) -> LeftOut:
    return LeftOut(
        action=str(one.action),
        resource=str(one.resource),
        kind=LeftOutKind.BOUNDARY_REMOVAL,
        reason="Nobody may take the boundary from a role: the definition says that it is required.",
    )


def require_boundary(boundaries: Mapping[str, str], wanted: str) -> None:
    """Refuse a run that created roles without the boundary that its definition requires.

    Raises:
        RoleWithoutBoundaryError: names the roles.
    """
    without = sorted(role for role, boundary in boundaries.items() if boundary != wanted)
    if without:
        shown = listed(without[:SHOWN])
        more = f" and {len(without) - SHOWN} more" if len(without) > SHOWN else ""
        raise RoleWithoutBoundaryError(
            f"the process created {shown}{more} without the boundary {wanted}, which its "
            "definition requires: set it by {boundary} in `environment` and the tool's own option; "
            "docs/boundaries.md has one for each tool"
        )


def boundary_findings(
    boundary: RoleBoundary, boundaries: Mapping[str, str], wanted: str
) -> Iterator[Finding]:
    """What a person must know of the boundary."""
    yield from _withheld(boundary)
    if not boundaries:
        yield Finding(
            severity=Severity.NOTE,
            kind=FindingKind.BOUNDARY_NOT_USED,
            subject=boundary.name,
            detail="The process created no role, so the boundary allows nothing.",
            action="Remove `policy.boundary` from the definition.",
        )
    if boundary.required:
        return
    for role in sorted(role for role, carried in boundaries.items() if carried != wanted):
        yield Finding(
            severity=Severity.NOTE,
            kind=FindingKind.ROLE_WITHOUT_BOUNDARY,
            subject=role,
            detail="The role was created without the boundary that the definition offers.",
            action="Set it by {boundary}; docs/boundaries.md has an example for each tool.",
        )


def _withheld(boundary: RoleBoundary) -> Iterator[Finding]:
    by_role: dict[tuple[str, bool], set[str]] = {}
    for one in boundary.withheld:
        by_role.setdefault((one.role, one.on_own), set()).add(one.action)
    for (role, on_own), actions in sorted(by_role.items()):
        yield Finding(
            severity=Severity.NOTE if on_own else Severity.WARNING,
            kind=FindingKind.BOUNDARY_WITHHOLDS,
            subject=role,
            detail=f"The role is given {listed(sorted(actions))}, by which it could act as "
            "somebody else or change what it may do; the boundary "
            + (
                "allows that on what the process creates itself, and on nothing else."
                if on_own
                else "keeps that from it."
            ),
            action="If the role must do it on what others made, leave `policy.boundary` at none."
            if on_own
            else "If the role must do it, limit it to what the process creates itself.",
        )
