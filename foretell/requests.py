"""The requests that CloudFormation's handlers will make of a resource, as its properties tell them.

A request is a call as the reader of trails takes it: what it needs is then read by the same rules
that read a trail's records.
"""

import re
from collections.abc import Mapping
from typing import Any

from foretell.templates.stack import StackResource
from lambdas.collect_evidence.call.call import Call
from lambdas.collect_evidence.resources.resolve import resources_of
from lambdas.model.iam.arn import is_arn
from lambdas.reference.actions import facts
from lambdas.reference.arn_formats import ArnContext
from lambdas.reference.events import OperationMapping, RequiredAction, mapping_of
from lambdas.reference.operation_verbs import noun
from lambdas.reference.refused.refused_resources import type_of
from lambdas.reference.stacks.handler_actions import Operation, Reason, handler_actions
from lambdas.reference.stacks.stack_types import stack_type
from lambdas.reference.stacks.unknown import UNKNOWN, is_unknown

_ROLE = re.compile(r"(?i)\w*role(?:_?arn)?")
_ANY = "*"


def request_of(resource: StackResource, arn: str, place: ArnContext) -> dict[str, Any]:
    """The resource's properties, and what names it in the requests of its service."""
    noun = resource.type.rsplit("::", 1)[-1]
    known = stack_type(resource.type)
    named = {known.name: resource.name} if known and known.name else {}
    if known and known.reference == "id":
        named[f"{noun}Id"] = UNKNOWN
    if is_arn(arn):
        named[f"{noun}Arn"] = arn
    request = {**named, **resource.properties}
    if known and known.tags:
        tags = _tags(request.pop(known.tags, None), resource.stack_tags)
        request |= {known.tags: tags} if tags else {}
    return {key: _with_roles(key, value, place) for key, value in request.items()}


def call_of(request: Mapping[str, Any], mapping: OperationMapping, place: ArnContext) -> Call:
    """The call of an operation with a request."""
    return Call.of({"requestParameters": dict(request)}, mapping, place)


def arn_of(resource: StackResource, place: ArnContext) -> str:
    """The ARN that a resource will have, as its creation names it; `UNKNOWN` if nothing does."""
    for one in handler_actions(resource.type, Operation.CREATE):
        if one.reason is not Reason.OWN:
            continue
        request = request_of(resource, "", place)
        mapping = mapping_of(one.action.service, one.action.name, request)
        if mapping is None:
            continue
        call = call_of(request, mapping, place)
        for needed in mapping.required:
            known = facts(needed.action)
            if known is None:
                continue
            bare = RequiredAction(action=needed.action)
            found = needed.resources or resources_of(call, bare, known)
            arns = [arn for arn in found if arn != _ANY]
            if arns:
                # A call that makes something may be about what holds it, too.
                own = [arn for arn in arns if _is_of(arn, resource.type)]
                return place.fill((own or arns)[0]) + _qualifier(resource)
    return UNKNOWN


def _qualifier(resource: StackResource) -> str:
    """What an alias, or a version, has behind its function's ARN.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
    """
    if resource.type == "AWS::Lambda::Alias":
        return f":{resource.name}"
    return f":{UNKNOWN}" if resource.type == "AWS::Lambda::Version" else ""


def _is_of(arn: str, kind: str) -> bool:
    """Whether an ARN is of a type's own kind of resource, by the words of both."""
    own = noun(kind.rsplit("::", 1)[-1])
    found = noun(type_of(arn)[1].split("/")[0])
    return bool(found) and (found in own or own in found)


def _with_roles(key: str, value: Any, place: ArnContext) -> Any:  # noqa: ANN401 (as templates have it)
    """A role of which nothing is known is a role all the same: it is passed."""
    if isinstance(value, dict):
        return {name: _with_roles(str(name), one, place) for name, one in value.items()}
    if isinstance(value, list):
        return [_with_roles(key, one, place) for one in value]
    if is_unknown(value) and _ROLE.fullmatch(key):
        return place.arn("iam", f"role/{UNKNOWN}")
    return value


def _tags(own: Any, stack: Mapping[str, str]) -> Any:  # noqa: ANN401 (as above)
    """A resource's tags and its stack's, in the form of its own."""
    if isinstance(own, dict):
        return _without_system_tags({**stack, **own})
    rows = own if isinstance(own, list) else []
    return _without_system_tags([*({"Key": k, "Value": v} for k, v in stack.items()), *rows])


def _without_system_tags(tags: Any) -> Any:  # noqa: ANN401 (as above)
    """CloudFormation's own `aws:` tags need no permission of the caller.

    https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-sns/pull/75
    """
    if isinstance(tags, list):
        return [one for one in tags if not str(_key(one)).startswith("aws:")]
    if isinstance(tags, dict):
        return {name: one for name, one in tags.items() if not str(name).startswith("aws:")}
    return tags


def _key(tag: Any) -> Any:  # noqa: ANN401 (as above)
    return tag.get("Key", "") if isinstance(tag, dict) else ""
