"""A resource's properties as parameters of a call, and as what the call answers."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.aws import stores
from local.aws.calls import service_model
from local.aws.forwarded_table import Row, TypeTable

_FIELD = re.compile(r"\{([\w.:]+)\}")
_MAKING = ("Create", "Put", "Import", "Publish", "Register", "Update")
UNKNOWN = "*"  # what no one knows before the resource exists


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource in an operation of a stack."""

    type: str
    logical_id: str
    stack: str
    properties: Mapping[str, Any]
    physical_id: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    previous: Mapping[str, Any] = field(default_factory=dict)  # on update
    account: str
    region: str
    partition: str = "aws"


def planned_name(table: TypeTable, resource: Resource) -> str:
    """The name in the properties, or the pattern of CloudFormation's own names."""
    given = resource.properties.get(table.name) if table.name else None
    if isinstance(given, str):
        return given
    name: str = stores.service("cloudformation.provisioners")._physical_name(  # noqa: SLF001
        resource.stack, resource.logical_id, lowercase=table.lowercase, max_len=table.limit
    )
    return name


def request_of(row: Row, table: TypeTable, resource: Resource, item: Any = None) -> dict[str, Any]:  # noqa: ANN401
    """The parameters of a row's call, by botocore's names."""
    service, _, operation = row.call.partition(":")
    shape = service_model(service).operation_model(operation).input_shape
    if shape is None:
        return {}
    known = {name: _without_system_tags(value) for name, value in resource.properties.items()}
    known |= {name: at(resource.properties, path) for name, path in table.rename.items()}
    params = {}
    if not _is_about_item(row):
        present = {name: value for name, value in known.items() if value is not None}
        params = fit(shape, present)
        _nest(shape, resource, present, params)
    for name, template in table.identity.items():
        if name in shape.members:
            params[name] = filled(template, table, resource, item)
    for name, template in row.request.items():
        value = filled(template, table, resource, item)
        member = shape.members.get(name)
        if value is None:
            params.pop(name, None)
            continue
        params[name] = fit(member, value) if member is not None else value
    return {name: value for name, value in params.items() if value not in (None, "", [], {})}


def _nest(shape: Any, resource: Resource, known: dict[str, Any], params: dict[str, Any]) -> None:  # noqa: ANN401
    """Some APIs take the whole resource in one member, `CreatePipeline(pipeline={…})`."""
    noun = resource.type.rsplit("::", 1)[-1].lower()
    for member, inner in shape.members.items():
        if inner.type_name == "structure" and member.lower() == noun and member not in params:
            params[member] = fit(inner, known)


def _without_system_tags(value: Any) -> Any:  # noqa: ANN401
    """CloudFormation's own `aws:` tags need no permission of the caller.

    https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-sns/pull/75
    """
    if isinstance(value, list):
        return [tag for tag in value if not (isinstance(tag, Mapping) and _is_system(tag))]
    if isinstance(value, Mapping):
        return {name: inner for name, inner in value.items() if not str(name).startswith("aws:")}
    return value


def _is_system(tag: Mapping[str, Any]) -> bool:
    return str(tag.get("Key", "")).startswith("aws:")


def _is_about_item(row: Row) -> bool:
    return bool(row.each or row.added or row.removed)


def response_of(row: Row, table: TypeTable, resource: Resource) -> dict[str, Any]:
    """What the call answers: the row's template, or what the shape has of name, ARN and id."""
    service, _, operation = row.call.partition(":")
    shape = service_model(service).operation_model(operation).output_shape
    if row.response:
        return {k: filled(v, table, resource) for k, v in row.response.items()}
    if not operation.startswith(_MAKING):
        return {}
    return _answer(shape, resource) if shape is not None else {}


def _answer(shape: Any, resource: Resource, depth: int = 0) -> dict[str, Any]:  # noqa: ANN401
    attributes = {name.lower(): value for name, value in resource.attributes.items()}
    properties = {name.lower(): value for name, value in resource.properties.items()}
    values: dict[str, Any] = {}
    for member, inner in shape.members.items():
        name = member.lower()
        if inner.type_name == "structure" and depth == 0:
            values[member] = _answer(inner, resource, depth + 1)
        elif inner.type_name in ("string", "integer", "boolean"):
            value = _scalar(name, attributes, properties, resource)
            if isinstance(value, (str, int, bool)):
                values[member] = value
    return {name: value for name, value in values.items() if value not in (None, "", {})}


def _scalar(
    name: str, attributes: Mapping[str, Any], properties: Mapping[str, Any], resource: Resource
) -> Any:  # noqa: ANN401
    noun = resource.type.rsplit("::", 1)[-1].lower()
    arn = attributes.get("arn") or (
        resource.physical_id if resource.physical_id.startswith("arn:") else None
    )
    if name in ("arn", f"{noun}arn"):
        return arn
    if name in attributes:
        return attributes[name]
    if name in ("id", f"{noun}id", f"{noun}name") and name not in properties:
        return resource.physical_id
    return properties.get(name)


def filled(
    template: Any,  # noqa: ANN401 - whatever YAML holds
    table: TypeTable,
    resource: Resource,
    item: Any = None,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """A template with its fields filled; one that is a single field keeps the value's type."""
    if isinstance(template, Mapping):
        return {name: filled(value, table, resource, item) for name, value in template.items()}
    if isinstance(template, list):
        return [filled(value, table, resource, item) for value in template]
    if not isinstance(template, str):
        return template
    whole = _FIELD.fullmatch(template)
    if whole:
        return _value(whole[1], table, resource, item)
    return _FIELD.sub(lambda m: str(_value(m[1], table, resource, item) or UNKNOWN), template)


def _value(name: str, table: TypeTable, resource: Resource, item: Any) -> Any:  # noqa: ANN401
    head, _, rest = name.partition(".")
    if head == "item":
        return at(item, rest) if rest else item
    if head == "attr":
        return resource.attributes.get(rest)
    if head == "prop":
        return _without_system_tags(at(resource.properties, rest))
    if head == "ref":
        return resource.physical_id or UNKNOWN
    if head == "name":
        return resource.physical_id or planned_name(table, resource)
    if head == "planned":
        return planned_name(table, resource)
    if head == "tail":  # the last part of an ARN or of a `a|b` identifier
        return re.split(r"[:/|]", resource.physical_id)[-1] or UNKNOWN
    places = {"region": resource.region, "account": resource.account, "stack": resource.stack}
    return {**places, "partition": resource.partition, "logical": resource.logical_id}.get(head)


def at(value: Any, path: str) -> Any:  # noqa: ANN401
    """The value at a dotted path, or nothing."""
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def fit(shape: Any, value: Any) -> Any:  # noqa: ANN401
    """A property's value in the form of an API's shape: names, tags and documents differ."""
    kind = shape.type_name
    if value is None:
        return None
    if kind == "structure" and isinstance(value, Mapping):
        by_name = {name.lower(): inner for name, inner in value.items()}
        # CloudFormation shortens `ApplyServerSideEncryptionByDefault`.
        by_name |= {f"apply{name}": inner for name, inner in by_name.items()}
        return {
            member: fit(inner, by_name[member.lower()])
            for member, inner in shape.members.items()
            if by_name.get(member.lower()) is not None
        }
    if kind == "list":
        return _as_list(shape, value)
    if kind == "map":
        return _as_map(shape, value)
    if kind == "string" and isinstance(value, list) and _are_tags(value):
        return "&".join(f"{tag['Key']}={tag.get('Value', '')}" for tag in value)
    if kind == "string" and isinstance(value, (Mapping, list)):
        return json.dumps(value, separators=(",", ":"))
    if kind == "structure":
        return {}
    if kind == "string" and isinstance(value, bool):
        return str(value).lower()
    return str(value) if kind == "string" else value


def _are_tags(value: list[Any]) -> bool:
    """IoT takes its tags as one text, `a=b&c=d`."""
    return bool(value) and all(isinstance(tag, Mapping) and "Key" in tag for tag in value)


def _as_list(shape: Any, value: Any) -> list[Any]:  # noqa: ANN401
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


def _as_map(shape: Any, value: Any) -> dict[str, Any]:  # noqa: ANN401
    if isinstance(value, list):  # tags as pairs where the API wants a map
        pairs = [i for i in value if isinstance(i, Mapping) and "Key" in i]
        return {str(i["Key"]): i.get("Value") for i in pairs}
    if isinstance(value, Mapping):
        return {str(name): fit(shape.value, inner) for name, inner in value.items()}
    return {}
