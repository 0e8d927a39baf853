"""What IAM is asked for a call: its actions on its resources, and all that it needs besides."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from embedded_aws.iam import service_reference
from embedded_aws.iam.calls import Call, Check, UnidentifiedCallError, iam_prefix
from embedded_aws.iam.requirements import (
    authorized_actions,
    dependent_checks,
    kms_via_service,
    looked_up_keys,
    objects,
)
from embedded_aws.iam.resources import rules
from embedded_aws.iam.service_reference import Action
from embedded_aws.protocol.service_models import service_model

_VERBS = ("apigateway", "apigatewayv2")


def checks_of(call: Call) -> tuple[Check, ...]:
    """Every question that AWS asks IAM before it serves a call, in a fixed order.

    Raises:
        UnidentifiedCallError: no IAM action is known for the operation.
    """
    if _is_public(call):
        return ()
    context = dependent_checks.tags_in(call)
    own = (
        _transaction(call)
        or objects.batch_delete(call)
        or [
            Check(
                action=name,
                resource=arn,
                context={**context, **_keys(action, call), **kms_via_service.aliases_of(arn)},
            )
            for name, action, arns in _own(call)
            for arn in arns
        ]
    )
    companions = dependent_checks.companions_of(call, own)
    return (*own, *companions, *authorized_actions.further(call, own))


_ITEM_ACTIONS = {
    "ConditionCheck": "ConditionCheckItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
}


def _transaction(call: Call) -> list[Check]:
    """A DynamoDB transaction is asked about item by item, never as a whole."""
    if call.service != "dynamodb" or not call.operation.startswith("Transact"):
        return []
    return [
        Check(
            action=f"dynamodb:{_ITEM_ACTIONS[kind]}",
            resource=rules.table_arn(str(part.get("TableName", "*")), call),
            context={"dynamodb:EnclosingOperation": [call.operation]},
        )
        for item in call.params.get("TransactItems") or ()
        for kind, part in item.items()
        if kind in _ITEM_ACTIONS and isinstance(part, Mapping)
    ]


def _own(call: Call) -> Iterator[tuple[str, Action, list[str]]]:
    for name in actions_of(call):
        prefix, _, short = name.partition(":")
        action = service_reference.action(prefix, short)
        if action is None:
            raise UnidentifiedCallError(call.key)
        # The canonical spelling is the reference's; verbs keep theirs.
        yield action.name, action, rules.resources_of(action, call)


def actions_of(call: Call) -> tuple[str, ...]:
    """The IAM actions that the operation itself needs."""
    if call.service in _VERBS:
        operation: Any = service_model(call.service).operation_model(call.operation)
        verb = f"apigateway:{operation.http['method']}"
        return authorized_actions.own_actions(call) or (verb,)
    listed = _operation_actions().get(call.key)
    if listed is not None:
        return tuple(_versioned(name, call) for name in listed)
    name = f"{iam_prefix(call.service)}:{call.operation}"
    own = authorized_actions.own_actions(call) or (name,)
    return tuple(_versioned(one, call) for one in own)


@lru_cache(maxsize=1)
def _operation_actions() -> Mapping[str, list[str]]:
    path = Path(__file__).parent / "operation_actions.json"
    table: dict[str, list[str]] = json.loads(path.read_text())
    return table


_VERSIONED = {
    "DeleteObject": "DeleteObjectVersion",
    "DeleteObjectTagging": "DeleteObjectVersionTagging",
    "GetObject": "GetObjectVersion",
    "GetObjectAcl": "GetObjectVersionAcl",
    "GetObjectAttributes": "GetObjectVersionAttributes",
    "GetObjectTagging": "GetObjectVersionTagging",
    "PutObjectAcl": "PutObjectVersionAcl",
    "PutObjectTagging": "PutObjectVersionTagging",
}


def _versioned(name: str, call: Call) -> str:
    """S3 asks for another action when the request names a version."""
    prefix, _, short = name.partition(":")
    if prefix == "s3" and call.params.get("VersionId"):
        return f"s3:{_VERSIONED.get(short, short)}"
    return name


def _is_public(call: Call) -> bool:
    """Whether the service's model sends the operation unsigned (sign-up, credentials)."""
    operation: Any = service_model(call.service).operation_model(call.operation)
    auth = getattr(operation, "auth", None) or []
    return operation.auth_type in ("none", "bearer") or "smithy.api#noAuth" in auth


_KEY_PARAMETERS = {  # condition keys whose parameter has another name
    "iam:PermissionsBoundary": "PermissionsBoundary",
    "iam:PolicyARN": "PolicyArn",
    "lambda:FunctionUrlAuthType": "FunctionUrlAuthType",
    "sts:ExternalId": "ExternalId",
}


def _keys(action: Action, call: Call) -> dict[str, Any]:
    """The condition keys that a request sets: by the same name in its parameters or headers."""
    named = {name.lower(): value for name, value in call.params.items()}
    shape = service_model(call.service).operation_model(call.operation).input_shape
    for member, inner in (shape.members if shape else {}).items():
        if inner.serialization.get("location") == "header" and member in call.params:
            named[inner.serialization["name"].lower()] = call.params[member]
    found: dict[str, Any] = {}
    for key in action.condition_keys:
        name = _KEY_PARAMETERS.get(key, key.partition(":")[2]).lower()
        value = named.get(name)
        if not key.startswith("aws:") and isinstance(value, (str, int, float, bool)):
            found[key] = str(value).lower() if isinstance(value, bool) else value
        elif not key.startswith("aws:") and value and isinstance(value, list):
            found[key] = [text for text in value if isinstance(text, str)]
    return found | looked_up_keys.special_keys(action.name, call)
