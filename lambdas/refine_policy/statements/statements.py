"""Grants into statements: one for each service, purpose and condition, exactly what was granted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from lambdas.model.dossier.refinement import ExplainedStatement, Grant, WildcardReason
from lambdas.model.trail.ground_kind import Purpose
from lambdas.refine_policy.statements.block import Block
from lambdas.refine_policy.statements.grounds import grounds_of
from lambdas.refine_policy.statements.wording import purpose_of, sids_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lambdas.model.iam.action import Action
    from lambdas.model.iam.policy import Condition
    from lambdas.model.iam.template import Template
    from lambdas.reference.arn_parts import Reference
    from lambdas.refine_policy.grants.grants import DraftGrant

    Group = tuple[DraftGrant, ...]

STATEMENT_LIMIT = 2_900  # characters: two such statements fill a managed policy of 6,144


def shape(grants: Iterable[DraftGrant], *, tight: bool = False) -> tuple[Block, ...]:
    """The statements of one principal's policy, sorted, with telling and unique Sids.

    Args:
        grants: the principal's.
        tight: put what the cycle did and what the next change may need into one statement: fewer
            characters, nothing wider.
    """
    blocks = sorted(
        (part for block in _purposes(grants, tight=tight) for part in _rectangles(block)),
        key=_order,
    )
    return tuple(
        replace(block, sid=sid) for block, sid in zip(blocks, sids_of(blocks), strict=True)
    )


def _purposes(grants: Iterable[DraftGrant], *, tight: bool) -> Iterator[Block]:
    together: dict[tuple[str, Purpose, tuple[Condition, ...]], list[DraftGrant]] = defaultdict(list)
    for one in grants:
        use = one.basis.purpose
        use = Purpose.CYCLE if tight and use is Purpose.NEXT else use
        together[one.action.service, use, one.conditions].append(one)
    for (service, use, conditions), same in together.items():
        yield Block(service, use, conditions, tuple(same))


def _rectangles(block: Block) -> Iterator[Block]:
    """Cut into blocks in which every action goes with every resource; nothing is widened.

    Either actions that share their resources stay together, or resources that share their actions:
    whatever takes fewer characters.
    """
    by_action: dict[Action, list[DraftGrant]] = defaultdict(list)
    by_resource: dict[Template, list[DraftGrant]] = defaultdict(list)
    for one in block.grants:
        by_action[one.action].append(one)
        by_resource[one.template].append(one)
    rows = _alike(by_action.values(), lambda one: str(one.template))
    columns = _alike(by_resource.values(), lambda one: str(one.action))
    parts = min((rows, columns), key=lambda groups: sum(map(_cost, groups)))
    for part in parts:
        yield from _cut(Block(block.service, block.use, block.conditions, part))


def _alike(groups: Iterable[list[DraftGrant]], what: Callable[[DraftGrant], str]) -> list[Group]:
    alike: dict[frozenset[str], list[DraftGrant]] = defaultdict(list)
    for group in groups:
        alike[frozenset(map(what, group))] += sorted(group, key=lambda one: one.order)
    return [tuple(group) for group in alike.values()]


def _cost(group: Group) -> int:
    """About as many characters as the statement will have."""
    actions = {one.action for one in group}
    resources = {one.template for one in group}
    overhead = 80
    return overhead + sum(len(str(one)) + 3 for one in (*actions, *resources))


def _cut(block: Block) -> Iterator[Block]:
    """Halve what is too long for one statement, by resources or by actions."""
    if _cost(block.grants) <= STATEMENT_LIMIT:
        yield block
        return
    resources, actions = block.resources, block.actions
    if sum(len(str(one)) for one in resources) >= sum(len(str(one)) for one in actions):
        if len(resources) == 1:
            yield block
            return
        first = set(resources[: len(resources) // 2])
        halves = [one.template in first for one in block.grants]
    else:
        kept = set(actions[: len(actions) // 2])
        halves = [one.action in kept for one in block.grants]
    for half in (True, False):
        grants = tuple(one for one, mine in zip(block.grants, halves, strict=True) if mine is half)
        yield from _cut(Block(block.service, block.use, block.conditions, grants))


def _order(block: Block) -> tuple[object, ...]:
    return (
        block.service,
        list(Purpose).index(block.use),
        tuple(one.order for one in block.conditions),
        block.actions,
        tuple(map(str, block.resources)),
    )


def explained(block: Block, reference: Reference) -> ExplainedStatement:
    """The statement with what a reviewer asks of it."""
    reasons = {
        (str(grant.template), str(reason)) for grant in block.grants for reason in grant.reasons
    }
    reasons |= {
        (str(value), "the policy that the requests named is created again under another name")
        for condition in block.conditions
        for value in condition.values
        if value.wild
    }
    return ExplainedStatement(
        statement=block.statement,
        purpose=purpose_of(block, reference),
        grants=tuple(
            Grant(
                action=grant.action,
                resource=grant.template,
                grounds=grounds_of(grant.permissions),
            )
            for grant in sorted(block.grants, key=lambda grant: grant.order)
        ),
        wildcards=tuple(
            WildcardReason(resource=resource, reason=reason) for resource, reason in sorted(reasons)
        ),
    )
