"""Resource types that MiniStack's CloudFormation lacks, and what it gets wrong of others."""

import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from ministack.core.responses import get_account_id, get_region

from embedded_aws.ministack import services
from embedded_aws.protocol import internal_calls
from embedded_aws.protocol.service_models import service_model
from embedded_aws.services.cloudformation.engine import (
    conditions,
    custom_resources,
    deleted_stacks,
    includes,
    loading,
    missing_stacks,
    template_addresses,
)
from embedded_aws.services.cloudformation.forwarding.mapping import inferred_calls
from embedded_aws.services.cloudformation.forwarding.mapping.applicable_rows import applies
from embedded_aws.services.cloudformation.forwarding.mapping.call_table import (
    Row,
    TypeTable,
    table_of,
)
from embedded_aws.services.cloudformation.forwarding.mapping.parameters import (
    Resource,
    filled,
    request_of,
)
from embedded_aws.services.cloudformation.registry import stack_tags
from embedded_aws.services.cloudformation.resource_types import (
    attributes,
    buckets,
    extra_types,
    groups,
    inline_code,
    return_values,
    role_boundaries,
    wider_properties,
)
from embedded_aws.services.cloudformation.resource_types.extra_types import Made

Handlers = dict[str, dict[str, Callable[..., Any]]]
Created = tuple[str, dict[str, Any]]

# Types that exist only in the stack's own memory: tests read it.
findings: list[str] = []


def install() -> None:
    """Extend the engine when it is loaded."""
    custom_resources.install()
    deleted_stacks.install()
    loading.on_load(extend)


def extend() -> None:
    """Add handlers for every type of the registry, and repair some."""
    handlers: Handlers = services.service("cloudformation.provisioners")._RESOURCE_HANDLERS
    tagged = services.service("cloudformation.provisioners")._STACK_TAG_PROPERTY
    for kind, holder in stack_tags.tag_properties().items():
        tagged.setdefault(kind, holder)
    for kind, made in extra_types.MADE.items():
        handlers.setdefault(kind, _handlers(kind, made))
    for kind in _registry():
        handlers.setdefault(kind, _handlers(kind, Made()))
    buckets.repair(handlers["AWS::S3::Bucket"])
    role_boundaries.repair(handlers["AWS::IAM::Role"])
    groups.repair(handlers["AWS::IAM::Group"])
    attributes.repair()
    inline_code.repair()
    wider_properties.repair()
    conditions.repair()
    includes.repair()
    template_addresses.repair()
    missing_stacks.repair()


def _registry() -> list[str]:
    """The names of all types that CloudFormation knows."""
    path = files("cfnlint") / "data" / "schemas" / "providers" / "us-east-1.json"
    names: dict[str, str] = json.loads(path.read_text())
    return sorted(name for name in names if name.startswith("AWS::"))


def _handlers(kind: str, made: Made) -> dict[str, Callable[..., Any]]:
    def create(logical_id: str, properties: dict[str, Any], stack: str) -> Created:
        resource = _resource(kind, logical_id, properties, stack)
        answers = _perform(kind, "create", resource, made)
        return _created(kind, made, resource, answers)

    def update(
        physical_id: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str = ""
    ) -> Created:
        resource = _resource(kind, logical_id, new, stack, physical_id, old)
        answers = _perform(kind, "update", resource, made)
        if table_of(kind) is None:
            return physical_id, {}  # ids and ARNs stay what they were
        _, attributes = _created(kind, made, resource, answers)
        return physical_id, attributes

    def delete(physical_id: str, properties: dict[str, Any]) -> None:
        _perform(kind, "delete", _resource(kind, "", properties, "", physical_id), made)

    return {"create": create, "update": update, "delete": delete}


def _resource(
    kind: str,
    logical_id: str,
    properties: dict[str, Any],
    stack: str,
    physical_id: str = "",
    previous: Mapping[str, Any] | None = None,
) -> Resource:
    return Resource(
        type=kind,
        logical_id=logical_id,
        stack=stack,
        properties=stack_tags.without_system_tags(properties),
        physical_id=physical_id,
        previous=stack_tags.without_system_tags(previous or {}),
        account=get_account_id(),
        region=get_region(),
    )


def _perform(kind: str, operation: str, resource: Resource, made: Made) -> dict[str, Any]:
    """Make the curated writes for real, where MiniStack has the service."""
    table = table_of(kind)
    if table is None or not made.real:
        if kind not in findings:
            findings.append(kind)
        return {}
    answers: dict[str, Any] = {}
    for row in table.operations.get(operation, ()):
        listed = row.each or row.added or row.removed
        if _is_write(row) and not listed and applies(row, resource, operation):
            answers |= _answer(row, table, resource)
    return answers


def _answer(row: Row, table: TypeTable, resource: Resource) -> dict[str, Any]:
    service, _, operation = row.call.partition(":")
    return internal_calls.call(service, operation, request_of(row, table, resource))


def _is_write(row: Row) -> bool:
    return not row.call.partition(":")[2].startswith(("Get", "Describe", "List"))


def _created(kind: str, made: Made, resource: Resource, answers: Mapping[str, Any]) -> Created:
    table = table_of(kind) or inferred_calls.named(kind)
    name = str(filled("{planned}", table, resource))
    if not table.curated:
        values = return_values.made_values(resource, name)
        return return_values.reference_of(resource, name, values), values
    service = kind.split("::")[1].lower()
    noun = kind.rsplit("::", 1)[-1].lower()
    values = {
        "name": name,
        "arn": f"arn:aws:{service}:{resource.region}:{resource.account}:{noun}/{name}",
        "region": resource.region,
        "account": resource.account,
        **_flat(answers),
        **{f"prop.{key}": value for key, value in resource.properties.items()},
    }
    attributes = {key: _text(form, values) for key, form in made.attributes.items()}
    return _text(made.ref, values), {"Arn": values["arn"], **attributes}


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """An answer's texts by their names, whatever they are wrapped in."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found |= {key: inner for key, inner in _flat(value).items() if key not in found}
        else:
            found[name] = value
    return found


def _text(form: str, values: Mapping[str, Any]) -> str:
    for name in sorted(values, key=len, reverse=True):
        form = form.replace(f"{{{name}}}", str(values[name]))
    return form


def shape_of(call: str) -> Any:
    """The input of a call of the table."""
    service, _, operation = call.partition(":")
    return service_model(service).operation_model(operation).input_shape
