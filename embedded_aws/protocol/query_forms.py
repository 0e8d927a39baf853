"""The query protocols: `Tags.member.1.Key=…` in a form, read back as the shape has it."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from embedded_aws.protocol.request import Incoming

DynamicModel = Any  # botocore publishes no types
Values = dict[str, Any]


def form_of(request: Incoming) -> dict[str, str]:
    """The fields of a query-protocol request, from the address and the body."""
    fields = {name: values[0] for name, values in request.query.items()}
    if "x-www-form-urlencoded" in request.headers.get("content-type", ""):
        body = request.body.decode("utf-8", "replace")
        fields |= {k: v[0] for k, v in parse_qs(body, keep_blank_values=True).items()}
    return fields


def text_of(parameters: Mapping[str, Any], name: str) -> str:
    """A field of a form as MiniStack hands it on, the first if there are several."""
    value = parameters.get(name) or ""
    return str(value[0]) if isinstance(value, list) else str(value)


def unflattened(shape: DynamicModel, form: Mapping[str, str], prefix: str, *, ec2: bool) -> Any:
    """Query protocol: `Tags.member.1.Key=…` into values, guided by the shape."""
    read = {"structure": _structure, "list": _list, "map": _map}.get(shape.type_name)
    if read:
        return read(shape, form, prefix, ec2=ec2)
    text = form.get(prefix, "")
    if shape.type_name == "boolean":
        return text.lower() == "true"
    if shape.type_name in ("integer", "long") and re.fullmatch(r"-?\d+", text):
        return int(text)
    return text


def _structure(shape: DynamicModel, form: Mapping[str, str], prefix: str, *, ec2: bool) -> Values:
    values: Values = {}
    for member, inner in shape.members.items():
        name = _wire_name(member, inner, ec2=ec2)
        key = f"{prefix}.{name}" if prefix else name
        if _present(form, key):
            values[member] = unflattened(inner, form, key, ec2=ec2)
    return values


def _wire_name(member: str, inner: DynamicModel, *, ec2: bool) -> str:
    if not ec2:
        return str(inner.serialization.get("name", member))
    if "queryName" in inner.serialization:
        return str(inner.serialization["queryName"])
    name = str(inner.serialization.get("name", member))
    return name[:1].upper() + name[1:]


def _list(shape: DynamicModel, form: Mapping[str, str], prefix: str, *, ec2: bool) -> list[Any]:
    inner = prefix
    if not ec2 and not shape.serialization.get("flattened"):
        inner = f"{prefix}.{shape.member.serialization.get('name', 'member')}"
    elif not ec2 and shape.member.serialization.get("name"):
        inner = ".".join([*prefix.split(".")[:-1], shape.member.serialization["name"]])
    values: list[Any] = []
    while _present(form, f"{inner}.{len(values) + 1}"):
        values.append(unflattened(shape.member, form, f"{inner}.{len(values) + 1}", ec2=ec2))
    return values


def _map(shape: DynamicModel, form: Mapping[str, str], prefix: str, *, ec2: bool) -> Values:
    base = prefix if shape.serialization.get("flattened") else f"{prefix}.entry"
    key_name = shape.key.serialization.get("name", "key")
    value_name = shape.value.serialization.get("name", "value")
    values: Values = {}
    while (key := f"{base}.{len(values) + 1}.{key_name}") in form:
        value = f"{base}.{len(values) + 1}.{value_name}"
        values[form[key]] = unflattened(shape.value, form, value, ec2=ec2)
    return values


def _present(form: Mapping[str, str], key: str) -> bool:
    return key in form or any(name.startswith(key + ".") for name in form)
