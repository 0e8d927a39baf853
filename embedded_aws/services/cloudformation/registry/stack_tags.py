"""Where a type holds its tags: stack-level tags are put on every resource that takes any.

MiniStack knows some of the types; the registry's schemas tell all.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

_TABLE = Path(__file__).with_name("tag_properties.json")


def tag_properties() -> Mapping[str, tuple[str, str]]:
    """The property of each type, and whether it is a `list` or a `map`."""
    return {kind: (holder, shape) for kind, (holder, shape, _) in _table().items()}


def tags_in(kind: str, properties: Mapping[str, Any]) -> dict[str, str]:
    """The tags that a template gives to a resource."""
    holder, *_ = _table().get(kind, ("", "", False))
    value = properties.get(holder)
    if isinstance(value, Mapping):
        return {str(name): str(text) for name, text in value.items()}
    return {
        str(one["Key"]): str(one.get("Value", ""))
        for one in (value if isinstance(value, list) else ())
        if isinstance(one, Mapping) and "Key" in one
    }


def tagged_on_create(kind: str) -> bool:
    """Whether CloudFormation puts tags of its own on a type with the call that makes it."""
    *_, own = _table().get(kind, ("", "", False))
    return bool(own)


@cache
def _table() -> Mapping[str, tuple[str, str, bool]]:
    table: Mapping[str, tuple[str, str, bool]] = json.loads(_TABLE.read_text(encoding="ascii"))
    return table


def without_system_tags(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Properties without CloudFormation's own tags; without tags, where there were no others.

    On a record they stand nowhere, and most need no permission of the caller:
    https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-sns/pull/75
    """
    found: dict[str, Any] = {}
    for name, value in properties.items():
        kept = _without(value)
        if kept or not value or kept == value:
            found[name] = kept
    return found


def _without(value: Any) -> Any:
    if isinstance(value, list):
        return [one for one in value if not (isinstance(one, Mapping) and _is_system(one))]
    if isinstance(value, Mapping):
        return {name: one for name, one in value.items() if not str(name).startswith("aws:")}
    return value


def _is_system(tag: Mapping[str, Any]) -> bool:
    return str(tag.get("Key", "")).startswith("aws:")
