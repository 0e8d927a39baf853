"""Where a type holds its tags: stack-level tags are put on every resource that takes any.

MiniStack knows some of the types; the registry's schemas tell all.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_TABLE = Path(__file__).with_name("tag_properties.json")


def tag_properties() -> Mapping[str, tuple[str, str]]:
    """The property of each type, and whether it is a `list` or a `map`."""
    table = json.loads(_TABLE.read_text(encoding="ascii"))
    return {kind: (holder, shape) for kind, (holder, shape) in table.items()}


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
