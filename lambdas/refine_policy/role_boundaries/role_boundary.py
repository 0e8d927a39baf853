"""From what created roles are given and do to one boundary for all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambdas.errors import BoundaryTooLongError
from lambdas.model.iam.policy import Condition, PatternStatement, policy_size
from lambdas.model.iam.role_boundary import BOUNDARY_ARN, RoleBoundary, Withheld
from lambdas.model.iam.template import EVERYTHING, Template
from lambdas.model.iam.template_coverage import covers
from lambdas.model.iam.way_up import BOUNDARY_KEY
from lambdas.model.limits import MANAGED_POLICY_LIMIT
from lambdas.refine_policy.role_boundaries.boundary_statements import (
    named_statement,
    together,
)
from lambdas.refine_policy.role_boundaries.way_up_actions import (
    ON_OWN_ROLES,
    REMOVALS,
    WRITES_OF_IAM,
    matched,
    meets,
    on_own_resources,
    under_the_boundary,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lambdas.reference.ways.held_grants import HeldGrants
    from lambdas.refine_policy.grants.grants import DraftGrant
    from lambdas.refine_policy.resource_names.naming import Naming
    from lambdas.refine_policy.role_boundaries.given_statements import Created

# A key that is absent is another value, too:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
ANOTHER_BOUNDARY = Condition(operator="ArnNotEquals", key=BOUNDARY_KEY, values=(BOUNDARY_ARN,))
# IAM takes no policy without a statement.
NOTHING = PatternStatement(sid="Nothing", effect="Deny", actions=("*",), resources=(EVERYTHING,))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A statement, and of whom."""

    role: str
    statement: PatternStatement


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
    given = [_Part(role=one.role, statement=named_statement(one, naming)) for one in created.given]
    rules = _Rules(roles=roles, held=held)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """What leads up: everything of the kind but what is the process's own."""

    roles: tuple[Template, ...]
    held: HeldGrants

    def kept(self, given: Iterable[_Part]) -> tuple[list[PatternStatement], list[Withheld]]:
        kept: list[PatternStatement] = []
        withheld: list[Withheld] = []
        for part in given:
            one = part.statement
            if one.but_actions:
                kept.append(one)
                continue
            gone = [action for action in one.actions if self._named_way_up(action, one)]
            rest = tuple(action for action in one.actions if action not in gone)
            withheld += [
                Withheld(role=part.role, action=action, resource=str(resource))
                for action in gone
                for resource in one.resources
            ]
            if rest:
                kept.append(replace(one, actions=rest))
        return kept, withheld

    def denies(self, statements: Iterable[PatternStatement]) -> Iterator[PatternStatement]:
        """What patterns would let in; of what is the process's own nothing is gained."""
        allowed = list(statements)

        def let_in(actions: Iterable[str]) -> tuple[str, ...]:
            return tuple(one for one in actions if any(_meets(each, one) for each in allowed))

        if of_iam := let_in(WRITES_OF_IAM):
            yield _deny("NoWayUp", of_iam, conditions=(ANOTHER_BOUNDARY,))
        if removals := let_in(REMOVALS):
            yield _deny("NoRemoval", removals)
        if roles := let_in(ON_OWN_ROLES):
            yield _deny("NoOtherRole", roles, but=self.roles)
        by_service: dict[str, list[str]] = {}
        for action in let_in(on_own_resources()):
            service = action.partition(":")[0]
            own = service if self.held.made(service) else ""
            by_service.setdefault(own, []).append(action)
        for service, actions in sorted(by_service.items()):
            sid = f"NoOther{re.sub('[^A-Za-z0-9]', '', service.title())}"
            yield _deny(sid, tuple(actions), but=self.held.made(service) if service else ())

    def leads_up(self, grant: DraftGrant) -> bool:
        one = PatternStatement(
            sid="", effect="Allow", actions=(str(grant.action),), resources=(grant.template,)
        )
        return self._named_way_up(str(grant.action), one)

    def _named_way_up(self, action: str, one: PatternStatement) -> bool:
        """Of an action that is spelled out; what a pattern lets in is denied instead."""
        if _patterns((action,)):
            return False
        if matched(ON_OWN_ROLES, action):
            own = all(any(covers(r, each) for r in self.roles) for each in one.resources)
            return one.but_resources or not own
        if matched(on_own_resources(), action):
            service = action.partition(":")[0]
            own = all(
                each != EVERYTHING and self.held.makes(service, each) for each in one.resources
            )
            return one.but_resources or not own
        return matched(WRITES_OF_IAM, action) and not under_the_boundary(action)


def _deny(
    sid: str,
    actions: tuple[str, ...],
    *,
    but: tuple[Template, ...] = (),
    conditions: tuple[Condition, ...] = (),
) -> PatternStatement:
    return PatternStatement(
        sid=sid,
        effect="Deny",
        actions=actions,
        resources=but or (EVERYTHING,),
        but_resources=bool(but),
        conditions=conditions,
    )


def _meets(one: PatternStatement, action: str) -> bool:
    """Whether a statement lets in what is not said by name, or a change of a role under it."""
    if one.but_actions:
        return not matched(one.actions, action.rstrip("*"))
    return any(
        meets(pattern, action)
        for pattern in one.actions
        if _patterns((pattern,)) or under_the_boundary(pattern)
    )


def _patterns(actions: Iterable[str]) -> bool:
    return any("*" in one or "?" in one for one in actions)


def _allows(kept: Iterable[PatternStatement], grant: DraftGrant) -> bool:
    return any(
        not one.but_resources
        and not one.but_actions
        and not one.conditions
        and matched(one.actions, str(grant.action))
        and any(covers(wide, grant.template) for wide in one.resources)
        for one in kept
    )


def _seen(grant: DraftGrant) -> PatternStatement:
    return PatternStatement(
        sid="",
        effect="Allow",
        actions=(str(grant.action),),
        resources=(grant.template,),
        conditions=grant.conditions,
    )
