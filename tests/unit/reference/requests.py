"""Requests made up from botocore's models: every member filled, ids and ARNs as they look."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import botocore.session
from botocore.model import OperationModel, Shape

from lambdas.reference.actions import ActionFacts, facts
from lambdas.reference.compile.events import hosts_of
from lambdas.reference.compile.sources import read_models
from lambdas.reference.events import mapping_of

ACCOUNT, REGION = "123456789012", "eu-west-1"
DEEPEST = 5
_PLACES = {"Partition": "aws", "Region": REGION, "Account": ACCOUNT}
_OTHERS = (
    "key",
    "topic",
    "function",
    "lambda",
    "bucket",
    "certificate",
    "queue",
    "principal",
    "user",
)
# Members whose text has a form of its own.
_FORMS = {
    "AliasName": "alias/my-alias",
    "CopySource": "my-bucket/my-key",
    "Path": "/my-path/",
    "QueueUrl": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/my-queue",
    "TemplateURL": "https://my-bucket.s3.amazonaws.com/my-key",
}
_PLAIN: dict[str, Any] = {
    "integer": 7, "long": 7, "boolean": True, "float": 1.0, "double": 1.0, "blob": "x",
    "timestamp": "2026-11-26T00:00:00Z",
}  # fmt: skip


class Modelled(NamedTuple):
    """An operation of botocore's models, with what IAM asks first where that is known."""

    service: str
    source: str
    name: str
    operation: OperationModel
    known: ActionFacts | None


def modelled() -> Iterator[Modelled]:
    """Every operation of every service."""
    session, models = botocore.session.get_session(), read_models()
    for service in sorted(set(models) & set(session.get_available_services())):
        model = session.get_service_model(service)
        source = f"{next(iter(hosts_of(service, models[service])))}.amazonaws.com"
        for name in model.operation_names:
            mapping = mapping_of(source, name)
            known = facts(mapping.required[0].action) if mapping and mapping.required else None
            yield Modelled(service, source, name, model.operation_model(name), known)


def request_of(operation: OperationModel, known: ActionFacts | None) -> dict[str, Any]:
    """The request's elements, in botocore's spelling."""
    shape = operation.input_shape
    return _members(shape, known, 1) if shape is not None else {}


def required_of(operation: OperationModel, known: ActionFacts | None) -> dict[str, Any]:
    """The elements that no request can lack, in botocore's spelling."""
    shape: Any = operation.input_shape
    if shape is None:
        return {}
    return {name: _value(shape.members[name], name, known, 1) for name in shape.required_members}


def recorded(value: Any) -> Any:
    """As CloudTrail spells it."""
    if isinstance(value, dict):
        return {f"{key[:1].lower()}{key[1:]}": recorded(one) for key, one in value.items()}
    return [recorded(one) for one in value] if isinstance(value, list) else value


def _members(shape: Any, known: ActionFacts | None, depth: int) -> dict[str, Any]:
    wanted = (
        shape.members
        if depth == 1 or "tag" in shape.name.lower()
        else {name: shape.members[name] for name in shape.required_members}
    )
    found = {name: _value(inner, name, known, depth) for name, inner in wanted.items()}
    return {name: value for name, value in found.items() if value is not None}


def _value(shape: Shape, name: str, known: ActionFacts | None, depth: int) -> Any:
    kind = shape.type_name
    if kind == "string":
        return _text(shape, name, known)
    if kind in _PLAIN or depth >= DEEPEST:
        return _PLAIN.get(kind)
    nested: Any = shape
    if kind == "list":
        member = _value(nested.member, name.rstrip("s"), known, depth + 1)
        return [] if member is None else [member]
    if kind == "map":
        return {"k": _value(nested.value, name, known, depth + 1)}
    return _members(nested, known, depth + 1)


def _text(shape: Any, name: str, known: ActionFacts | None) -> str:
    if shape.enum:
        return str(shape.enum[0])
    if name in _FORMS:
        return _FORMS[name]
    if name.lower().endswith("role") and "arn" in shape.metadata.get("pattern", ""):
        return f"arn:aws:iam::{ACCOUNT}:role/my-role"
    is_arn = name.lower().rstrip("s").endswith("arn")
    return _arn(name, known) if is_arn else f"my-{name.lower()}"


def _arn(name: str, known: ActionFacts | None) -> str:
    """An ARN of the type that the member's name says; else of the action's own."""
    noun = re.sub(r"arns?$", "", name.lower())
    if noun.endswith("role"):
        return f"arn:aws:iam::{ACCOUNT}:role/my-role"
    uses = [use for use in known.uses if use.type.arns] if known else []
    named = [
        use for use in uses if _letters(use.type.name) and noun.endswith(_letters(use.type.name))
    ]
    own = [use for use in uses if use.required] or uses
    chosen = named or ([] if noun.endswith(_OTHERS) else own)
    if not chosen:
        return f"arn:aws:elsewhere:{REGION}:{ACCOUNT}:{noun or 'thing'}/my-{noun}"
    template = chosen[0].type.arns[0]
    return re.sub(
        r"\$\{(\w+)\}", lambda found: _PLACES.get(found[1], f"my-{found[1].lower()}"), template
    )


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())
