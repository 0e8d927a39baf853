"""Which statements of a created role the boundary allows, which less, and what it denies."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from lambdas.model.iam.policy import Condition, PatternStatement
from lambdas.model.iam.role_boundary import BOUNDARY_ARN, Withheld
from lambdas.model.iam.template import EVERYTHING, Template
from lambdas.model.iam.template_coverage import covers
from lambdas.model.iam.way_up import BOUNDARY_KEY
from lambdas.reference.ways.held_grants import HeldGrants
from lambdas.refine_policy.grants.grants import DraftGrant
from lambdas.refine_policy.role_boundaries.way_up_actions import (
    FOR_SERVICES,
    ON_OWN_ROLES,
    REMOVALS,
    WRITES_OF_IAM,
    matched,
    meets,
    on_own_resources,
    takes,
    under_the_boundary,
)

# A key that is absent is another value, too:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
ANOTHER_BOUNDARY = Condition(operator="ArnNotEquals", key=BOUNDARY_KEY, values=(BOUNDARY_ARN,))


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenPart:
    """A statement, and of whom."""

    role: str
    statement: PatternStatement


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryRules:
    """What leads up: everything of the kind but what is the process's own."""

    roles: tuple[Template, ...]
    held: HeldGrants

    def kept(self, given: Iterable[GivenPart]) -> tuple[list[PatternStatement], list[Withheld]]:
        """What the boundary allows of what is given, and what it allows less of or not at all."""
        kept: list[PatternStatement] = []
        withheld: list[Withheld] = []
        for part in given:
            one = part.statement
            if one.but_actions:
                kept.append(one)
                continue
            gone = [action for action in one.actions if self._named_way_up(action, one)]
            rest = tuple(action for action in one.actions if action not in gone)
            if rest:
                kept.append(replace(one, actions=rest))
            for action in gone:
                own = self._own_within(action, one)
                if own:
                    kept.append(replace(one, actions=(action,), resources=own))
                withheld += [
                    Withheld(role=part.role, action=action, resource=str(each), on_own=bool(own))
                    for each in one.resources
                    if each not in own
                ]
        return kept, withheld

    def _own_within(self, action: str, one: PatternStatement) -> tuple[Template, ...]:
        """What the process creates itself of what a statement allows such an action on, sorted."""
        if one.but_resources:
            return ()
        if matched(ON_OWN_ROLES, action):
            own = self.roles
        elif matched(on_own_resources(), action):
            made = self.held.made(action.partition(":")[0])
            own = tuple(each for each in made if takes(action, each))
        else:
            return ()
        within = {each for each in own if any(covers(wide, each) for wide in one.resources)}
        within |= {each for each in one.resources if any(covers(wide, each) for wide in own)}
        return tuple(sorted(within, key=str))

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
        """Whether what a role was seen doing would be a way up for it."""
        one = PatternStatement(
            sid="", effect="Allow", actions=(str(grant.action),), resources=(grant.resource,)
        )
        return self._named_way_up(str(grant.action), one)

    def _named_way_up(self, action: str, one: PatternStatement) -> bool:
        """Of an action that is spelled out; what a pattern lets in is denied instead."""
        if _patterns((action,)) or action == FOR_SERVICES:
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
