"""Values on their way between a state machine's JSON and a botocore call."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from embedded_aws.services.stepfunctions.integrations import sdk_names


class UnsupportedFieldError(Exception):
    """A request names a member that the operation does not have."""


def request_of(shape: Any, value: Any) -> Any:
    """JSON arguments as the keyword arguments of a botocore call."""
    if shape is None or value is None:
        return value
    match shape.type_name:
        case "structure" if isinstance(value, Mapping) and not shape.metadata.get("document"):
            return {
                name: request_of(shape.members[name], item)
                for key, item in value.items()
                for name in [_member_named(shape, key)]
            }
        case "list" if isinstance(value, list):
            return [request_of(shape.member, item) for item in value]
        case "map" if isinstance(value, Mapping):
            return {key: request_of(shape.value, item) for key, item in value.items()}
        case _:
            return _scalar_of(shape.type_name, value)


def _member_named(shape: Any, key: str) -> str:
    """The botocore member for a PascalCase key; Step Functions refuses every other spelling."""
    for name in shape.members:
        if key in (sdk_names.member(name), name[:1].upper() + name[1:]):
            return str(name)
    raise UnsupportedFieldError(f"The field '{key}' is not supported by Step Functions")


def _scalar_of(kind: str, value: Any) -> Any:
    match kind:
        case "blob":
            return value.encode() if isinstance(value, str) else json.dumps(value).encode()
        case "timestamp" if isinstance(value, str):
            return datetime.fromisoformat(value)
        case "string" if isinstance(value, (dict, list)):
            return json.dumps(value)
        case "integer" | "long" if isinstance(value, float) and value.is_integer():
            return int(value)  # JSONata's numbers are all floats
        case _:
            return value


def result_of(shape: Any, value: Any) -> Any:
    """A botocore answer as the JSON result of a task."""
    if hasattr(value, "read"):
        value = value.read()
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, bytes):
        return _text_of(value)
    kind = shape.type_name if shape is not None else ""
    if isinstance(value, dict):
        if kind == "map":
            return {key: result_of(shape.value, item) for key, item in value.items()}
        members = shape.members if kind == "structure" else {}
        return {
            sdk_names.member(key): result_of(members.get(key), item)
            for key, item in value.items()
            if key != "ResponseMetadata"
        }
    if isinstance(value, list):
        return [result_of(shape.member if kind == "list" else None, item) for item in value]
    return value


def instant(moment: datetime) -> str:
    """A timestamp as Step Functions writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _text_of(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()
