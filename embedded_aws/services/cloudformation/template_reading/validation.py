"""Pre-deployment validation: what CloudFormation looks up before it makes anything.

A resource whose name the template gives is read by that name, one that is there already as a
whole, and services are asked for their quotas, all as whoever makes the stack's calls. No source
tells what follows from a refusal, so it is recorded, and the deployment goes on.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html:
CreateStack, UpdateStack and CreateChangeSet look for names; a change set alone asks for quotas.
https://github.com/abefarris/cfn-least-privilege (archive/prev-cloudtrail-raw.jsonl): which calls.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import get_account_id, get_region

from embedded_aws.iam.calls import Call
from embedded_aws.ministack import services
from embedded_aws.protocol.service_models import service_model
from embedded_aws.services.cloudformation.engine import loading
from embedded_aws.services.cloudformation.forwarding import nested_stacks
from embedded_aws.services.cloudformation.forwarding.mapping import call_table, inferred_calls
from embedded_aws.services.cloudformation.forwarding.mapping.applicable_rows import steps_of
from embedded_aws.services.cloudformation.forwarding.mapping.call_table import Row, TypeTable
from embedded_aws.services.cloudformation.forwarding.mapping.parameters import Resource
from embedded_aws.services.cloudformation.forwarding.resource_operations import call_of
from embedded_aws.services.cloudformation.forwarding.stack_session import (
    ForwardedDenialError,
    Session,
    session_of,
)

Engine = Callable[..., Any]

# Seen in the trail; other types' quotas are not known to be asked for.
QUOTAS = {
    "AWS::Lambda::Function": ("lambda", "GetAccountSettings"),
    "AWS::IAM::Role": ("iam", "GetAccountSummary"),
}
_ID = re.compile(r"<Id>([^<]+)</Id>")
_MISSING = re.compile(r"NotFound|NoSuch|NotExist|NonExist")

# Whether what is deployed was validated with its change set.
_validated: ContextVar[bool] = ContextVar("validated_with_change_set", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A stack's template, with what its names depend on."""

    stack: str
    stack_id: str
    resources: Mapping[str, Any]
    parameters: Mapping[str, Any]
    conditions: Mapping[str, Any]
    mappings: Mapping[str, Any]

    def planned(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The resources that its conditions leave."""
        for logical_id, definition in self.resources.items():
            condition = definition.get("Condition")
            if not condition or self.conditions.get(condition, True):
                yield logical_id, definition

    def value(self, raw: Any) -> Any:
        """A value as it is known before anything is made, or nothing."""
        stacks = services.service("cloudformation.stacks")
        known = (self.parameters, self.conditions, self.mappings, self.stack, self.stack_id)
        return stacks._static_property(raw, self.resources, *known)


def install() -> None:
    """Look before the engine makes something, once it is loaded."""
    loading.on_load(_hook)


def _hook() -> None:
    stacks = services.service("cloudformation.stacks")
    stacks._validation_errors = _validating(stacks._validation_errors)
    actions = services.service("cloudformation.handlers")._ACTION_HANDLERS
    actions["CreateChangeSet"] = _validating_change_set(actions["CreateChangeSet"])
    actions["ExecuteChangeSet"] = _executing(actions["ExecuteChangeSet"])


def _validating(validate: Engine) -> Engine:
    def errors(  # noqa: PLR0913, PLR0917 - the engine's signature
        resources: Mapping[str, Any],
        ordered: Any,
        parameters: Mapping[str, Any],
        conditions: Mapping[str, Any],
        mappings: Mapping[str, Any],
        stack: str,
        stack_id: str,
        *more: Any,
    ) -> Any:
        if not _validated.get() and not nested_stacks.is_nested(stack):
            _look(
                Template(
                    stack=stack,
                    stack_id=stack_id,
                    resources=resources,
                    parameters=parameters,
                    conditions=conditions,
                    mappings=mappings,
                )
            )
        return validate(
            resources, ordered, parameters, conditions, mappings, stack, stack_id, *more
        )

    return errors


def _validating_change_set(handler: Engine) -> Engine:
    def handle(parameters: dict[str, Any]) -> Any:
        answer = handler(parameters)
        made = _ID.search(str(answer))
        change_set = services.service("cloudformation")._change_sets.get(made[1] if made else "")
        if change_set and change_set["Changes"] and not change_set["_disable_validation"]:
            template, resolved = change_set["_template"], change_set["_resolved_params"]
            engine = services.service("cloudformation.engine")
            asked = Template(
                stack=change_set["StackName"],
                stack_id=change_set["StackId"],
                resources=template.get("Resources", {}),
                parameters=resolved,
                conditions=engine._evaluate_conditions(template, resolved),
                mappings=template.get("Mappings", {}),
            )
            _look(asked, quotas=True)
        return answer

    return handle


def _executing(handler: Engine) -> Engine:
    def handle(parameters: dict[str, Any]) -> Any:
        token = _validated.set(True)  # the deployment is a task that begins with this context
        try:
            return handler(parameters)
        finally:
            _validated.reset(token)

    return handle


def _look(template: Template, *, quotas: bool = False) -> None:
    session = session_of(template.stack)
    if session is None:
        return
    there = services.service("cloudformation")._stacks[template.stack].get("_resources", {})
    asked: dict[tuple[str, str], None] = {}
    for logical_id, definition in template.planned():
        kind, made = definition.get("Type", ""), there.get(logical_id)
        if quotas and not made and kind in QUOTAS:
            asked[QUOTAS[kind]] = None
        table = call_table.table_of(kind) or inferred_calls.named(kind)
        resource = _resource(logical_id, definition, template, table, made)
        if resource:
            rows = inferred_calls.look_of(kind) if table.look is None else table.look
            _read(session, table, resource, rows)
    for service, operation in asked:
        call = Call(
            service=service,
            operation=operation,
            params={},
            account=session.account,
            region=session.region,
        )
        _ask(session, call, None)


def _resource(
    logical_id: str,
    definition: Mapping[str, Any],
    template: Template,
    table: TypeTable,
    made: Mapping[str, Any] | None,
) -> Resource | None:
    """A resource whose name the template tells."""
    raw = definition.get("Properties") or {}
    name = template.value(raw[table.name]) if table.name in raw else None
    if not name or not isinstance(name, str):
        return None
    properties = {key: template.value(value) for key, value in raw.items()}
    return Resource(
        type=definition["Type"],
        logical_id=logical_id,
        stack=template.stack,
        properties={**properties, table.name: name},
        physical_id=str(made["PhysicalResourceId"]) if made else "",
        attributes=(made or {}).get("Attributes") or {},
        account=get_account_id(),
        region=get_region(),
    )


def _read(session: Session, table: TypeTable, resource: Resource, rows: tuple[Row, ...]) -> None:
    there = bool(resource.physical_id)
    whole = table.operations.get("read", ()) if there else ()
    for row in (*rows, *whole):
        for step in steps_of(row, resource, "read"):
            call = call_of(step, table, resource)
            _ask(session, call, None if there else _error(row, resource))


def _ask(session: Session, call: Call, error: tuple[str, str] | None) -> None:
    try:
        session.authorise(call)
    except ForwardedDenialError:
        return
    session.record(call, {}, error)


def _error(row: Row, resource: Resource) -> tuple[str, str] | None:
    """What a service answers where there is nothing; lists answer that, and no error."""
    if row.missing:
        return row.missing, "An unknown error occurred"
    service, _, operation = row.call.partition(":")
    shapes = service_model(service).operation_model(operation).error_shapes
    found = next((one.name for one in shapes if _MISSING.search(one.name)), "")
    return (found, f"{resource.type} {resource.logical_id} was not found.") if found else None
