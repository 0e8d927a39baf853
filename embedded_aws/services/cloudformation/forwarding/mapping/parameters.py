"""A resource's properties as parameters of a call, and as what the call answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from embedded_aws.protocol.service_models import service_model
from embedded_aws.services.cloudformation.engine import physical_names
from embedded_aws.services.cloudformation.forwarding.mapping.call_table import Row, TypeTable
from embedded_aws.services.cloudformation.forwarding.mapping.shapes import fit

_FIELD = re.compile(r"\{([\w.:]+)\}")
_MAKING = ("Create", "Put", "Import", "Publish", "Register", "Update")
UNKNOWN = "*"  # what no one knows before the resource exists


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource in an operation of a stack, without CloudFormation's own tags."""

    type: str
    logical_id: str
    stack: str
    properties: Mapping[str, Any]
    physical_id: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    previous: Mapping[str, Any] = field(default_factory=dict)  # on update
    snapshot: str = ""  # on deletion: the name of a last snapshot, where one is taken
    account: str
    region: str
    partition: str = "aws"


def planned_name(table: TypeTable, resource: Resource) -> str:
    """The name in the properties, or the one that CloudFormation makes up."""
    given = _given_name(table, resource) if table.name else None
    if isinstance(given, str):
        return given
    return physical_names.planned(
        resource.type, resource.stack, resource.logical_id, resource.properties
    )


def _given_name(table: TypeTable, resource: Resource) -> Any:
    """The name in the properties, or in the one that holds what is made, `TableInput.Name`."""
    if table.name in resource.properties:
        return resource.properties[table.name]
    noun = resource.type.rsplit("::", 1)[-1]
    whole = (
        value
        for name, value in resource.properties.items()
        if name.startswith(noun) and isinstance(value, Mapping)
    )
    return next((one[table.name] for one in whole if table.name in one), None)


def request_of(row: Row, table: TypeTable, resource: Resource, item: Any = None) -> dict[str, Any]:
    """The parameters of a row's call, by botocore's names."""
    service, _, operation = row.call.partition(":")
    shape = service_model(service).operation_model(operation).input_shape
    if shape is None:
        return {}
    renamed = {name: at(resource.properties, path) for name, path in table.rename.items()}
    known = {**resource.properties, **renamed}
    params = {}
    if not _is_about_item(row):
        # An empty list is no text `[]`, as which IoT takes its tags.
        present = {name: one for name, one in known.items() if one not in (None, [], {})}
        params = fit(shape, present)
        _nest(shape, resource, present, params)
    for name, template in table.identity.items():
        if name in shape.members:
            params[name] = filled(template, table, resource, item)
    for name, template in row.request.items():
        value = filled(template, table, resource, item)
        member = shape.members.get(name)
        if name == "TagSpecifications":  # EC2 takes none without tags
            value = [one for one in value if one.get("Tags")] or None
        if value is None:
            params.pop(name, None)
            continue
        params[name] = fit(member, value) if member is not None else value
    return {name: value for name, value in params.items() if value not in (None, "", [], {})}


def _nest(shape: Any, resource: Resource, known: dict[str, Any], params: dict[str, Any]) -> None:
    """Some APIs take the whole resource in one member, `CreatePipeline(pipeline={…})`."""
    noun = resource.type.rsplit("::", 1)[-1].lower()
    for member, inner in shape.members.items():
        if inner.type_name == "structure" and member.lower() == noun and member not in params:
            params[member] = fit(inner, known)


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


def _answer(shape: Any, resource: Resource, depth: int = 0) -> dict[str, Any]:
    attributes = {name.lower(): value for name, value in resource.attributes.items()}
    properties = {name.lower(): value for name, value in resource.properties.items()}
    values: dict[str, Any] = {}
    for member, inner in shape.members.items():
        name = member.lower()
        if inner.type_name == "structure" and depth == 0:
            values[member] = _answer(inner, resource, depth + 1)
        elif inner.type_name == "list" and depth == 0 and _lists(name, inner, resource):
            made = _answer(inner.member, resource, depth + 1)
            values[member] = [made] if made else {}
        elif inner.type_name in ("string", "integer", "boolean"):
            value = _scalar(name, attributes, properties, resource)
            if value is None and len(shape.members) == 1 and name.endswith("id"):
                value = resource.physical_id  # `RegisterTargetWithMaintenanceWindow`
            if isinstance(value, (str, int, bool)):
                values[member] = value
    return {name: value for name, value in values.items() if value not in (None, "", {})}


def _lists(name: str, shape: Any, resource: Resource) -> bool:
    """Whether a list holds what was made alone: `TargetGroups` of CreateTargetGroup."""
    made = resource.type.rsplit("::", 1)[-1].lower()
    return name == f"{made}s" and shape.member.type_name == "structure"


def _scalar(
    name: str, attributes: Mapping[str, Any], properties: Mapping[str, Any], resource: Resource
) -> Any:
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
    template: Any,
    table: TypeTable,
    resource: Resource,
    item: Any = None,
) -> Any:
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


def _value(name: str, table: TypeTable, resource: Resource, item: Any) -> Any:
    head, _, rest = name.partition(".")
    if head == "item":
        return at(item, rest) if rest else item
    if head == "attr":
        return resource.attributes.get(rest)
    if head == "prop":
        return at(resource.properties, rest)
    if head == "tail":
        return _tail(str(at(resource.properties, rest) or "") if rest else resource.physical_id)
    if head in ("planned", "name"):
        # Ref is not the name everywhere: of a thing group it is an id.
        given = isinstance(_given_name(table, resource) if table.name else None, str)
        made = resource.physical_id if head == "name" and not given else ""
        return made or planned_name(table, resource)
    known = {
        "ref": resource.physical_id or UNKNOWN,
        # The id of a `name|id|scope`.
        "middle": "".join(resource.physical_id.split("|")[1:2]) or UNKNOWN,
        "region": resource.region,
        "account": resource.account,
        "stack": resource.stack,
        "partition": resource.partition,
        "logical": resource.logical_id,
        "snapshot": resource.snapshot or None,
    }
    return known.get(head)


def _tail(text: str) -> str:
    """The last part of an ARN, or of an identifier like `a|b`."""
    return re.split(r"[:/|]", text)[-1] or UNKNOWN


def at(value: Any, path: str) -> Any:
    """The value at a dotted path, or nothing."""
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
