"""What a deployment does with each resource: make it, change it, replace it, remove it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from foretell.templates.differences import all_differing, is_replaced
from foretell.templates.stack import StackResource
from lambdas.reference.stacks.handler_actions import Operation
from lambdas.reference.stacks.stack_types import stack_type


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One operation on one resource.

    Attributes:
        resource: as the new template has it; of a removal as the old one had it.
        telling: the properties that decide what is called: all that are set, of an update those
            that differ.
        undone: whether it is done only when the deployment is rolled back, or removed one day.
        tagged: of an update, whether tags are set. untagged: whether some are taken away.
    """

    operation: Operation
    resource: StackResource
    telling: frozenset[str]
    undone: bool = False
    tagged: bool = False
    untagged: bool = False


def changes(before: Iterable[StackResource], after: Iterable[StackResource]) -> tuple[Change, ...]:
    """What leads from one state of a stack to the next; resources are the same by logical id."""
    old = {(one.stack, one.logical_id): one for one in before}
    new = {(one.stack, one.logical_id): one for one in after}
    differing = all_differing(old, new)
    found: list[Change] = []
    for key in sorted({*old, *new}):
        found += _changes(old.get(key), new.get(key), differing.get(key, frozenset()))
    return tuple(found)


def _changes(
    old: StackResource | None, new: StackResource | None, differing: frozenset[str]
) -> Iterator[Change]:
    if old is None and new is not None:
        yield _made(new)
    elif new is None and old is not None:
        yield from _removed(old)
    elif old is not None and new is not None:
        if is_replaced(old, new, differing):
            yield _made(new)
            yield from _removed(replace(old, kept=new.left))
        elif differing:
            before, after = tags_of(old), tags_of(new)
            yield Change(
                operation=Operation.UPDATE,
                resource=new,
                telling=differing,
                tagged=any(before.get(key) != value for key, value in after.items()),
                untagged=bool(before.keys() - after.keys()),
            )


def _made(resource: StackResource) -> Change:
    return Change(operation=Operation.CREATE, resource=resource, telling=_set(resource))


def _set(resource: StackResource) -> frozenset[str]:
    """The properties that are set: a stack's tags are those of its resources, too."""
    known = stack_type(resource.type)
    tags = [known.tags] if known and known.tags and resource.stack_tags else []
    return frozenset((*resource.properties, *tags))


def _removed(resource: StackResource, *, undone: bool = False) -> Iterator[Change]:
    if not resource.kept:
        yield Change(
            operation=Operation.DELETE,
            resource=resource,
            telling=_set(resource),
            undone=undone,
        )


def tags_of(resource: StackResource) -> dict[str, str]:
    """A resource's tags, and those of its stack, by their keys."""
    known = stack_type(resource.type)
    if known is None or not known.tags:
        return {}
    own = resource.properties.get(known.tags)
    if isinstance(own, list):
        own = {str(one.get("Key")): one.get("Value") for one in own if isinstance(one, dict)}
    return {**resource.stack_tags, **(own if isinstance(own, dict) else {})}


def rollbacks(found: Iterable[Change]) -> tuple[Change, ...]:
    """What CloudFormation does when a deployment fails: it removes what it has made."""
    made = [one.resource for one in found if one.operation is Operation.CREATE]
    return tuple(
        change
        for one in made
        for change in _removed(replace(one, kept=not one.undone), undone=True)
    )
