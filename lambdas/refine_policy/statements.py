"""Grants into statements: one for each service, purpose and condition, exactly what was granted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.model.policy import Condition, Statement
from lambdas.model.refinement import ExplainedStatement, Grant, WildcardReason
from lambdas.refine_policy.grounds import grounds_of
from lambdas.refine_policy.words import Use, purpose_of, sids_of, use_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lambdas.model.action import Action
    from lambdas.model.template import Template
    from lambdas.reference.arn_parts import Reference
    from lambdas.refine_policy.grants import Allowed

    Group = tuple[Allowed, ...]

STATEMENT_LIMIT = 2_900  # characters: two such statements fill a managed policy of 6,144


@dataclass(frozen=True, slots=True)
class Block:
    """All of these actions on all of these resources, for one purpose, on the same conditions."""

    service: str
    use: Use
    conditions: tuple[Condition, ...]
    grants: tuple[Allowed, ...]

    @property
    def actions(self) -> tuple[Action, ...]:
        """Sorted and unique."""
        return tuple(sorted({one.action for one in self.grants}))

    @property
    def resources(self) -> tuple[Template, ...]:
        """Sorted and unique."""
        return tuple(sorted({one.template for one in self.grants}, key=str))


@dataclass(frozen=True, slots=True)
class Shaped:
    """A statement and the block that it spells."""

    block: Block
    statement: Statement


def shaped(grants: Iterable[Allowed], *, tight: bool = False) -> tuple[Shaped, ...]:
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
        Shaped(
            block,
            Statement(
                sid=sid,
                actions=block.actions,
                resources=block.resources,
                conditions=block.conditions,
            ),
        )
        for block, sid in zip(blocks, sids_of(blocks), strict=True)
    )


def _purposes(grants: Iterable[Allowed], *, tight: bool) -> Iterator[Block]:
    together: dict[tuple[str, Use, tuple[Condition, ...]], list[Allowed]] = defaultdict(list)
    for one in grants:
        use = use_of(one.basis)
        use = Use.CYCLE if tight and use is Use.NEXT else use
        together[one.action.service, use, one.conditions].append(one)
    for (service, use, conditions), same in together.items():
        yield Block(service, use, conditions, tuple(same))


def _rectangles(block: Block) -> Iterator[Block]:
    """Cut into blocks in which every action goes with every resource; nothing is widened.

    Either actions that share their resources stay together, or resources that share their actions:
    whatever takes fewer characters.
    """
    by_action: dict[Action, list[Allowed]] = defaultdict(list)
    by_resource: dict[Template, list[Allowed]] = defaultdict(list)
    for one in block.grants:
        by_action[one.action].append(one)
        by_resource[one.template].append(one)
    rows = _alike(by_action.values(), lambda one: str(one.template))
    columns = _alike(by_resource.values(), lambda one: str(one.action))
    parts = min((rows, columns), key=lambda groups: sum(map(_cost, groups)))
    for part in parts:
        yield from _cut(Block(block.service, block.use, block.conditions, part))


def _alike(groups: Iterable[list[Allowed]], what: Callable[[Allowed], str]) -> list[Group]:
    alike: dict[frozenset[str], list[Allowed]] = defaultdict(list)
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
        list(Use).index(block.use),
        tuple(one.order for one in block.conditions),
        block.actions,
        tuple(map(str, block.resources)),
    )


def explained(one: Shaped, reference: Reference) -> ExplainedStatement:
    """The statement with what a reviewer asks of it."""
    block = one.block
    reasons = {(str(grant.template), reason) for grant in block.grants for reason in grant.reasons}
    reasons |= {
        (str(value), "the policy that the requests named is made anew, under another name")
        for condition in block.conditions
        for value in condition.values
        if value.wild
    }
    return ExplainedStatement(
        statement=one.statement,
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
