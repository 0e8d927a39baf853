"""What CloudFormation asked for while it read the templates of the run's stacks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from lambdas.model.iam.action import Action
from lambdas.model.trail.evidence import CLOUDFORMATION, Implied
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.model.trail.stack import Stack
from lambdas.refine_policy.observations import Observations, Permission

Asked = tuple[Implied, Permission]


# The calls that make CloudFormation read a template.
_MAKERS = frozenset(
    Action("cloudformation", name) for name in ("CreateChangeSet", "CreateStack", "UpdateStack")
)
_TO_CLOUDFORMATION = ("iam:PassedToService", CLOUDFORMATION)


def with_stacks(seen: Observations, stacks: Iterable[Stack]) -> Observations:
    """The observations, with what the stacks' templates made CloudFormation ask for.

    Of a stack that was read, its template tells the transforms: what the requests let expect of
    them goes.
    """
    read = tuple(stacks)
    others = [one for one in seen.implied if one[0].kind != GroundKind.TRANSFORM]
    asked = [pair for stack in read for pair in _asked(stack, seen)]
    expected = _expected(seen, {_name(one.id) for one in read})
    found = {_key(pair): pair for pair in (*others, *asked, *expected)}
    return replace(seen, implied=tuple(found[key] for key in sorted(found)))


def _expected(seen: Observations, read: set[str]) -> Iterator[Asked]:
    """Transforms of the stacks that were not read, asked for by who made these."""
    makers = [
        one for one in seen.allowed if one.action in _MAKERS and _name(one.resource) not in read
    ]
    named = {(one.principal, one.resource) for one in makers}
    for one, by in seen.implied:
        if one.kind != GroundKind.TRANSFORM:
            continue
        if by.action in _MAKERS:
            if (by.principal, by.resource) in named:
                yield one, by
            continue
        # What a transform made tells of a stack, not of who may transform.
        yield from ((one, maker) for maker in makers if set(maker.regions) & set(by.regions))


def handed_to_stacks(seen: Observations) -> frozenset[str]:
    """The roles that were handed to CloudFormation."""
    return frozenset(one.resource for one, _ in seen.implied if _TO_CLOUDFORMATION in one.context)


def made_by_stacks(seen: Observations) -> Iterator[Permission]:
    """The calls that CloudFormation made: in a caller's name, or as a role that it was handed."""
    handed = handed_to_stacks(seen)
    return (
        one for one in seen.allowed if one.via[:1] == (CLOUDFORMATION,) or one.principal in handed
    )


def _asked(stack: Stack, seen: Observations) -> Iterator[Asked]:
    makers = [one for one in seen.allowed if one.action in _MAKERS and _is_of(one, stack)]
    for maker in makers:
        readers = _readers(maker, seen)
        for read in stack.reads:
            if read.kind == GroundKind.TRANSFORM:
                yield read, maker
                continue
            for reader in readers:
                if not _was_seen(read, reader, seen.allowed):
                    yield read, reader


def _readers(maker: Permission, seen: Observations) -> Sequence[Permission]:
    """Who reads for a stack: the roles that it was given, else its maker through CloudFormation."""
    roles = {
        one.resource
        for one, by in seen.implied
        if _TO_CLOUDFORMATION in one.context and _same(by, maker)
    }
    known = sorted(roles & set(seen.principals))
    if known:
        return [maker._replace(principal=role, via=()) for role in known]
    return [maker._replace(via=maker.via or (CLOUDFORMATION,))]


def _was_seen(read: Implied, reader: Permission, allowed: Iterable[Permission]) -> bool:
    """Whether the trail shows the read itself."""
    stem = read.resource.removesuffix("-??????")
    return any(
        one.action == read.action
        and one.principal == reader.principal
        and one.resource.startswith(stem)
        for one in allowed
    )


def _is_of(one: Permission, stack: Stack) -> bool:
    return one.resource in {stack.id, f"{_name(stack.id)}/*"}


def _name(stack: str) -> str:
    """A stack by its ARN without the id: all that some requests tell."""
    return stack.rpartition("/")[0]


def _same(one: Permission, other: Permission) -> bool:
    return (one.principal, one.action, one.resource, one.via) == (
        other.principal,
        other.action,
        other.resource,
        other.via,
    )


def _key(pair: Asked) -> tuple[Implied, str, Action, str, tuple[str, ...]]:
    implied, by = pair
    return (implied, by.principal, by.action, by.resource, by.via)
