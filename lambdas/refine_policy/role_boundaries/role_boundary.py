"""From what created roles are given and do to one boundary for all of them."""

from collections.abc import Iterable, Mapping, Sequence

from lambdas.errors import BoundaryTooLongError
from lambdas.model.iam.policy import PatternStatement, policy_size
from lambdas.model.iam.role_boundary import RoleBoundary
from lambdas.model.iam.template import EVERYTHING, Template
from lambdas.model.iam.template_coverage import covers
from lambdas.model.limits import MANAGED_POLICY_LIMIT
from lambdas.reference.ways.held_grants import HeldGrants
from lambdas.refine_policy.grants.grants import DraftGrant
from lambdas.refine_policy.resource_names.naming import Naming
from lambdas.refine_policy.role_boundaries.boundary_rules import BoundaryRules, GivenPart
from lambdas.refine_policy.role_boundaries.boundary_statements import (
    named_statement,
    together,
)
from lambdas.refine_policy.role_boundaries.given_statements import Created
from lambdas.refine_policy.role_boundaries.way_up_actions import matched

# IAM takes no policy without a statement.
NOTHING = PatternStatement(sid="Nothing", effect="Deny", actions=("*",), resources=(EVERYTHING,))


def role_boundary(
    created: Created,
    used: Iterable[DraftGrant],
    held: HeldGrants,
    naming: Naming,
    name: str,
    *,
    required: bool,
) -> RoleBoundary:
    """One boundary: what any created role is given or was seen doing, less what leads up.

    Args:
        created: the roles and users, and what they are given.
        used: grants of their own policies, from what they were seen doing.
        held: what the process's own policies grant: what it makes itself is its own.
        naming: spells resources for the next run.
        name: of the boundary.
        required: whether the process's policy asks for it.
    """
    roles = _named(created.boundaries, naming)
    given = [
        GivenPart(role=one.role, statement=named_statement(one, naming)) for one in created.given
    ]
    rules = BoundaryRules(roles=roles, held=held)
    kept, withheld = rules.kept(given)
    seen = [one for one in used if not _allows(kept, one) and not rules.leads_up(one)]
    parts = [*kept, *map(_seen, seen)]
    statements = [*together(parts), *rules.denies(parts)] or [NOTHING]
    return RoleBoundary(
        name=name,
        required=required,
        statements=tuple(statements),
        roles=tuple(sorted(map(str, roles))),
        withheld=tuple(sorted(set(withheld))),
        others=tuple(sorted(map(str, _named(created.others, naming)))),
    )


def _named(roles: Iterable[str], naming: Naming) -> tuple[Template, ...]:
    """Roles as the next run names them."""
    return tuple(dict.fromkeys(one.template for role in roles for one in naming.forms("iam", role)))


def require_boundary_fit(boundary: RoleBoundary, uses: Sequence[Mapping[str, str]]) -> None:
    """Refuse a boundary that IAM would not take; it is never widened to be shorter.

    Raises:
        BoundaryTooLongError: a role has one boundary, of so many characters at most.
    """
    size = max(policy_size(boundary.render(values)) for values in uses)
    if size > MANAGED_POLICY_LIMIT:
        raise BoundaryTooLongError(
            f"the boundary {boundary.name} has {size:,} characters and IAM takes "
            f"{MANAGED_POLICY_LIMIT:,}: the {len(boundary.roles)} created roles are given too much "
            "that differs; split the process, or leave policy.boundary at none"
        )


def _allows(kept: Iterable[PatternStatement], grant: DraftGrant) -> bool:
    return any(
        not one.but_resources
        and not one.but_actions
        and not one.conditions
        and matched(one.actions, str(grant.action))
        and any(covers(wide, grant.resource) for wide in one.resources)
        for one in kept
    )


def _seen(grant: DraftGrant) -> PatternStatement:
    return PatternStatement(
        sid="",
        effect="Allow",
        actions=(str(grant.action),),
        resources=(grant.resource,),
        conditions=grant.conditions,
    )
