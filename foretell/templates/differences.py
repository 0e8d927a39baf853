"""Which properties of a resource a change of its template changes, its own or those it follows."""

import json
from collections.abc import Mapping

from foretell.templates.opening import NESTED, nested_name
from foretell.templates.stack import StackResource
from lambdas.reference.stacks.stack_types import stack_type
from lambdas.reference.stacks.unknown import UNKNOWN

Key = tuple[str, str]  # a stack and a logical id
Resources = Mapping[Key, StackResource]

_TEMPLATE = frozenset({"TemplateURL"})


def all_differing(old: Resources, new: Resources) -> dict[Key, frozenset[str]]:
    """The properties that differ of each resource that is there before and after."""
    both = sorted(old.keys() & new.keys())
    found = {key: _differing(old[key], new[key]) for key in both}
    replaced: set[Key] = set()
    while (
        fresh := {key for key in both if is_replaced(old[key], new[key], found[key])} - replaced
    ):  # what follows one of them may be replaced in its turn
        replaced |= fresh
        for key in both:
            found[key] |= _following(new[key], fresh)
    return {**found, **_nested(old, new, found)}


def is_replaced(old: StackResource, new: StackResource, differing: frozenset[str]) -> bool:
    """Whether another resource takes its place."""
    known = stack_type(new.type)
    return old.type != new.type or bool(differing & (known.replaced_by if known else frozenset()))


def _differing(old: StackResource, new: StackResource) -> frozenset[str]:
    known = stack_type(new.type)
    tags = {known.tags} if known and known.tags and old.stack_tags != new.stack_tags else set()
    return frozenset(
        name
        for name in {*old.properties, *new.properties}
        if old.properties.get(name) != new.properties.get(name)
        or (old.named.get(name) != new.named.get(name) and _is_open(new, name))
    ).union(tags)


def _following(one: StackResource, replaced: set[Key]) -> frozenset[str]:
    """The properties that name a resource of which only its making tells the name."""
    return frozenset(
        name
        for name, others in one.named.items()
        if any((one.stack, other) in replaced for other in others) and _is_open(one, name)
    )


def _is_open(one: StackResource, name: str) -> bool:
    return UNKNOWN in json.dumps(one.properties.get(name), ensure_ascii=False, default=str)


def _nested(
    old: Resources, new: Resources, found: Mapping[Key, frozenset[str]]
) -> dict[Key, frozenset[str]]:
    """A stack that changes has all its nested ones updated, those that stay the same, too.

    https://docs.aws.amazon.com/cdk/api/v2/java/software/amazon/awscdk/NestedStack.html
    """
    changed = {key[0] for key in old.keys() ^ new.keys()}
    changed |= {key[0] for key, names in found.items() if names}
    nested = {key: nested_name(new[key]) for key in found if new[key].type == NESTED}
    while outer := {key[0] for key, inner in nested.items() if inner in changed} - changed:
        changed |= outer
    return {key: found[key] | _TEMPLATE for key in nested if key[0] in changed}
