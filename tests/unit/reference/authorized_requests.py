"""Requests that have what a row of AWS's tables takes, and requests that lack it."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session

from lambdas.reference.actions import facts, services
from lambdas.reference.compile.events import home_of, hosts_of
from lambdas.reference.compile.sources import read_curated, read_models
from lambdas.reference.events import mapping_of
from lambdas.reference.request_elements import elements
from lambdas.reference.shards import shard
from tests.unit.reference.requests import ACCOUNT, REGION, recorded, required_of

ROLE = f"arn:aws:iam::{ACCOUNT}:role/my-role"
CALLER = f"arn:aws:iam::{ACCOUNT}:role/caller"
# What fits a pattern of the conditions, where more than `*` -> `x` is needed to be an ARN.
_FITTING = (
    (r"arn:\*:(iam::\*:)?role/\*", ROLE),
    (r"arn:\*:(db|cluster):\*", rf"arn:aws:rds:{REGION}:{ACCOUNT}:\1:x"),
    (r"arn:\*:lambda:\*:function:\*", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:x"),
    (r"arn:\*::(/.*)\*", rf"arn:aws:apigateway:{REGION}::\1/x"),
    (r"arn:\*:([\w-]+):\*", rf"arn:aws:\1:{REGION}:{ACCOUNT}:thing/x"),
)


@cache
def models() -> dict[str, Any]:
    return read_models()


@cache
def _services_of(prefix: str, table: str) -> tuple[str, ...]:
    if prefix != table or table in ("apigateway", "ses"):
        return (table,)
    named, known = read_curated("sources")["services"], dict.fromkeys(services())
    return tuple(
        name
        for name, model in sorted(models().items())
        if home_of(name, model, known, named) == prefix
    )


@cache
def _session() -> Any:
    return botocore.session.get_session()


def record(source: str, operation: str, request: dict[str, Any]) -> dict[str, Any]:
    return {
        "eventSource": source,
        "eventName": operation,
        "requestParameters": request,
        "awsRegion": REGION,
        "recipientAccountId": ACCOUNT,
    }


def least(table: str, operation: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each event source of an operation, with the elements that it must have."""
    prefix = shard("authorized_actions")["services"][table]["prefix"]
    found = False
    for name in _services_of(prefix, table):
        if operation in models()[name]["operations"]:
            found = True
            source = f"{hosts_of(name, models()[name])[0]}.amazonaws.com"
            mapping = mapping_of(source, operation)
            known = facts(mapping.required[0].action) if mapping and mapping.required else None
            model = _session().get_service_model(name).operation_model(operation)
            yield source, recorded(required_of(model, known))
    if not found:  # older than botocore
        yield f"{prefix}.amazonaws.com", {}


def having(request: dict[str, Any], condition: Any) -> dict[str, Any]:
    """The request with what a condition asks for."""
    path, value = (condition, None) if isinstance(condition, str) else condition
    steps = path.split(".")
    return {**_lacking(request, steps[0]), steps[0]: _nested(steps[1:], steps, value)}


def passing(request: dict[str, Any], condition: Any, templates: list[str]) -> dict[str, Any]:
    """The request with a role where the row says that it stands."""
    if isinstance(condition, str) and f"{{{condition}}}" in templates:
        return having(request, [condition, ROLE])
    request = having(request, condition)
    told = [one.strip("{}") for one in templates if not one.startswith("arn:")]
    top = (condition if isinstance(condition, str) else condition[0]).partition(".")[0]
    for path in told:
        if path.partition(".")[0] != top:
            request = having(request, [path, ROLE])
    return request


def lacking(request: dict[str, Any], conditions: list[Any]) -> dict[str, Any]:
    """The request without anything that one of the conditions asks for."""
    for condition in conditions:
        path = condition if isinstance(condition, str) else condition[0]
        if list(elements(request, path)):
            request = _lacking(request, path.split(".")[0])
    return request


def _lacking(request: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: one for key, one in request.items() if key.lower() != name.lower()}


def _nested(rest: list[str], steps: list[str], value: Any) -> Any:
    if not rest:
        return _thing(steps, value)
    inner = _nested(rest[1:], steps, value)
    if rest[0] == "*":
        return [inner]
    return json.dumps(inner) if rest[0] == "@json" else {rest[0]: inner}


def _thing(steps: list[str], value: Any) -> Any:
    if isinstance(value, str):
        return fitting(value)
    if value is not None:
        return value
    name = next(one for one in reversed(steps) if one != "*").lower()
    if "tag" in name:
        return [{"key": "k", "value": "v"}]
    if "role" in name or "credentials" in name:
        return ROLE
    return f"arn:aws:elsewhere:{REGION}:{ACCOUNT}:thing/x" if name.endswith("arn") else "x"


def fitting(pattern: str) -> str:
    """A text that fits a pattern."""
    for form, text in _FITTING:
        if re.fullmatch(form, pattern):
            return re.sub(form, text, pattern)
    plain = re.sub(r"\[(.).*?\]", r"\1", re.sub(r"\]\*$", "] x", pattern))
    return plain.replace("*", "x")
