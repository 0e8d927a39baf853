"""Grants into statements: one for each service, purpose and condition, exactly what was granted."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from lambdas.model.dossier.refinement import ExplainedStatement, Grant, WildcardReason
from lambdas.model.iam.action import Action
from lambdas.model.iam.policy import Statement
from lambdas.model.iam.template import Template
from lambdas.model.trail.ground_kind import Purpose
from lambdas.reference.arn_parts import Reference
from lambdas.refine_policy.grants.grants import DraftGrant
from lambdas.refine_policy.statements.grounds import grounds_of
from lambdas.refine_policy.statements.wording import purpose_of, sids_of

Group = tuple[DraftGrant, ...]  # of one service, for one purpose, on the same conditions


STATEMENT_LIMIT = 2_900  # characters: two such statements fill a managed policy of 6,144


def statements_of(
    grants: Iterable[DraftGrant], reference: Reference
) -> tuple[ExplainedStatement, ...]:
    """The statements of one principal's policy, sorted, with telling and unique Sids."""
    together: dict[tuple[object, ...], list[DraftGrant]] = defaultdict(list)
    for one in grants:
        together[one.action.service, one.purpose, one.conditions].append(one)
    groups = sorted((part for same in together.values() for part in _rectangles(same)), key=_order)
    return tuple(
        _statement(group, sid, reference)
        for group, sid in zip(groups, sids_of(groups), strict=True)
    )


def _rectangles(grants: Iterable[DraftGrant]) -> Iterator[Group]:
    """Cut into groups in which every action goes with every resource; nothing is widened.

    Either actions that share their resources stay together, or resources that share their actions:
    whatever takes fewer characters.
    """
    by_action: dict[Action, list[DraftGrant]] = defaultdict(list)
    by_resource: dict[Template, list[DraftGrant]] = defaultdict(list)
    for one in grants:
        by_action[one.action].append(one)
        by_resource[one.resource].append(one)
    rows = _alike(by_action.values(), lambda one: str(one.resource))
    columns = _alike(by_resource.values(), lambda one: str(one.action))
    parts = min((rows, columns), key=lambda groups: sum(map(_cost, groups)))
    for part in parts:
        yield from _cut(part)


def _alike(groups: Iterable[list[DraftGrant]], what: Callable[[DraftGrant], str]) -> list[Group]:
    alike: dict[frozenset[str], list[DraftGrant]] = defaultdict(list)
    for group in groups:
        alike[frozenset(map(what, group))] += sorted(group, key=lambda one: one.order)
    return [tuple(group) for group in alike.values()]


def _actions(group: Group) -> tuple[Action, ...]:
    return tuple(sorted({one.action for one in group}))


def _resources(group: Group) -> tuple[Template, ...]:
    return tuple(sorted({one.resource for one in group}, key=str))


def _cost(group: Group) -> int:
    """About as many characters as the statement will have."""
    actions = {one.action for one in group}
    resources = {one.resource for one in group}
    overhead = 80
    return overhead + sum(len(str(one)) + 3 for one in (*actions, *resources))


def _cut(group: Group) -> Iterator[Group]:
    """Halve what is too long for one statement, by resources or by actions."""
    if _cost(group) <= STATEMENT_LIMIT:
        yield group
        return
    resources, actions = _resources(group), _actions(group)
    if sum(len(str(one)) for one in resources) >= sum(len(str(one)) for one in actions):
        if len(resources) == 1:
            yield group
            return
        first = set(resources[: len(resources) // 2])
        halves = [one.resource in first for one in group]
    else:
        kept = set(actions[: len(actions) // 2])
        halves = [one.action in kept for one in group]
    for half in (True, False):
        yield from _cut(tuple(one for one, mine in zip(group, halves, strict=True) if mine is half))


def _order(group: Group) -> tuple[object, ...]:
    first = group[0]
    return (
        first.action.service,
        list(Purpose).index(first.purpose),
        tuple(one.order for one in first.conditions),
        _actions(group),
        tuple(map(str, _resources(group))),
    )


def _statement(group: Group, sid: str, reference: Reference) -> ExplainedStatement:
    """The statement with what a reviewer asks of it."""
    conditions = group[0].conditions
    reasons = {(str(grant.resource), str(reason)) for grant in group for reason in grant.reasons}
    reasons |= {
        (str(value), "the policy that the requests named is created again under another name")
        for condition in conditions
        for value in condition.values
        if value.wild
    }
    return ExplainedStatement(
        statement=Statement(
            sid=sid, actions=_actions(group), resources=_resources(group), conditions=conditions
        ),
        purpose=purpose_of(group, reference),
        grants=tuple(
            Grant(
                action=grant.action,
                resource=grant.resource,
                grounds=grounds_of(grant.permissions),
            )
            for grant in sorted(group, key=lambda grant: grant.order)
        ),
        wildcards=tuple(
            WildcardReason(resource=resource, reason=reason) for resource, reason in sorted(reasons)
        ),
    )
