"""Property values in the form of an API's shapes: names, tags and documents differ."""

import json
from collections.abc import Mapping
from typing import Any


def fit(shape: Any, value: Any) -> Any:
    """A property's value in the form of an API's shape."""
    if value is None:
        return None
    convert = {
        "structure": _as_structure,
        "list": _as_list,
        "map": _as_map,
        "string": _as_text,
    }.get(shape.type_name)
    return convert(shape, value) if convert else value


def _as_structure(shape: Any, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {}
    by_name = {name.lower(): inner for name, inner in value.items()}
    # CloudFormation shortens `ApplyServerSideEncryptionByDefault`.
    by_name |= {f"apply{name}": inner for name, inner in by_name.items()}
    return {
        member: fit(inner, by_name[member.lower()])
        for member, inner in shape.members.items()
        if by_name.get(member.lower()) is not None
    }


def _as_text(_: Any, value: Any) -> str:
    if isinstance(value, list) and _are_tags(value):
        return "&".join(f"{tag['Key']}={tag.get('Value', '')}" for tag in value)
    if isinstance(value, Mapping | list):
        return json.dumps(value, separators=(",", ":"))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _are_tags(value: list[Any]) -> bool:
    """IoT takes its tags as one text, `a=b&c=d`."""
    return bool(value) and all(isinstance(tag, Mapping) and "Key" in tag for tag in value)


def _as_list(shape: Any, value: Any) -> list[Any]:
    if isinstance(value, Mapping):  # tags as a map where the API wants pairs
        keys = [m for m in getattr(shape.member, "members", {}) if m.lower() in ("key", "tagkey")]
        vals = [
            m for m in getattr(shape.member, "members", {}) if m.lower() in ("value", "tagvalue")
        ]
        if keys and vals:
            return [{keys[0]: name, vals[0]: inner} for name, inner in value.items()]
        return [fit(shape.member, value)]
    items = value if isinstance(value, list) else [value]
    if shape.member.type_name == "structure":
        members = {m.lower(): m for m in shape.member.members}
        if "tagkey" in members:
            items = [
                {"TagKey": i.get("Key"), "TagValue": i.get("Value")} if "Key" in i else i
                for i in items
                if isinstance(i, Mapping)
            ]
    return [fit(shape.member, inner) for inner in items]


def _as_map(shape: Any, value: Any) -> dict[str, Any]:
    if isinstance(value, list):  # tags as pairs where the API wants a map
        pairs = [i for i in value if isinstance(i, Mapping) and "Key" in i]
        return {str(i["Key"]): i.get("Value") for i in pairs}
    if isinstance(value, Mapping):
        return {str(name): fit(shape.value, inner) for name, inner in value.items()}
    return {}
