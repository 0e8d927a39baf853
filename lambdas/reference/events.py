"""What an API call needs: from CloudTrail's event source, name and request to IAM actions."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lambdas.model.iam.action import Action
from lambdas.model.iam.arn import is_resource
from lambdas.reference.actions import canonical
from lambdas.reference.operation_verbs import asked_by_statements
from lambdas.reference.request_elements import Request, elements, filled, is_asked
from lambdas.reference.shards import prefixes_of, service_sent, shard

# Lambda and CloudFront put an API's version behind its name: CreateFunction20150331,
# GetFunction20150331v2, UpdateDistribution2020_05_31.
_VERSION = re.compile(r"_?20\d\d_?[01]\d_?[0-3]\d(v\d+)?$")
_OPEN_PLACE = re.compile(r"\$\{(?:Partition|Region|Account)\}")
_API_ARN = "arn:${Partition}:apigateway:${Region}::"
_TABLE_ARN = "arn:${Partition}:dynamodb:${Region}:${Account}:table/"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredAction:
    """One action that a call needs.

    Attributes:
        resources: ARN templates in which only the place is open (`${Region}`, `${Account}`,
            `${Partition}`); empty when the general rules must find the resource.
        named: which of the record's own resources it is asked on, where their order tells.
    """

    action: Action
    resources: tuple[str, ...] = ()
    named: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationMapping:
    """What one call needs.

    Attributes:
        service: the IAM prefix that the call belongs to.
        operation: the API's name, without version.
        required: the actions; empty when the caller needs no permission.
        nothing: why the caller needs none, or empty.
    """

    service: str
    operation: str
    required: tuple[RequiredAction, ...] = ()
    nothing: str = ""


def mapping_of(
    source: str, name: str, request: Request | None = None, beside: Request | None = None
) -> OperationMapping | None:
    """What a call needs, by CloudTrail's words for it; None when the reference does not know it.

    Args:
        source: eventSource.
        name: eventName.
        request: requestParameters.
        beside: additionalEventData.
    """
    found = _operation(source, name, service_sent(source, request or {}, beside or {}))
    if found is None:
        return None
    service, operation, rule = found
    if rule is None:
        return _by_its_own_name(service, operation)
    if isinstance(rule, str):
        return OperationMapping(service=service, operation=operation, nothing=rule)
    lowered = {str(key).lower(): value for key, value in request.items()} if request else {}
    if beside:
        lowered["additionaleventdata"] = beside
    required = _required(rule, lowered)
    if not required and _names_values(rule):  # a value that AWS has added since
        return _by_its_own_name(service, operation)
    return OperationMapping(service=service, operation=operation, required=required)


@lru_cache(maxsize=8_192)
def _by_its_own_name(service: str, operation: str) -> OperationMapping:
    action = canonical(Action(service, operation))
    required = (RequiredAction(action=action),) if action else ()
    return OperationMapping(service=service, operation=operation, required=required)


@lru_cache(maxsize=8_192)
def _operation(source: str, name: str, service: str) -> tuple[str, str, Any] | None:
    """Prefix, operation, and rule: several, a reason for none, or None for its own name.

    `told` is the prefix that the record tells beside its source, or empty.
    """
    bare = _VERSION.sub("", name)
    prefixes = prefixes_of(source)
    for operation in dict.fromkeys((name, bare)):
        for prefix in (service, *prefixes) if service in prefixes else prefixes:
            rule = _rule(prefix, operation)
            if rule is not None:
                return prefix, _spelled(operation, prefix), rule
            action = canonical(Action(prefix, operation))
            if action is not None:
                return prefix, action.name, None
    rest = _rule(prefixes[0], "*") if prefixes else None  # the console's own source
    return (prefixes[0], bare, rest) if rest else None


def _rule(prefix: str, operation: str) -> Any:  # noqa: ANN401 (a rule has three forms)
    content = shard("events")
    rule = content["operations"].get(prefix, {}).get(operation)
    if isinstance(rule, dict):
        return rule.get("nothing", rule)
    if rule is None and operation in shard("operation_models")["unsigned"].get(prefix, ()):
        return "the service's model asks for no signature: IAM has nobody to ask about"
    if rule is None and prefix == "apigateway":
        paths = content["paths"].get(operation)
        return {"paths": paths} if paths else None
    return rule


def _spelled(operation: str, prefix: str) -> str:
    action = canonical(Action(prefix, operation))
    return action.name if action else operation


def _required(rule: Any, request: Request) -> tuple[RequiredAction, ...]:  # noqa: ANN401 (as above)
    if isinstance(rule, list):
        required = [_required_action(one, request) for one in rule if _applies(one, request)]
    elif "paths" in rule:
        required = [_verb_on_path(rule["paths"], request)]
    else:
        required = _partiql([one for path in rule["partiql"] for one in elements(request, path)])
    return tuple(dict.fromkeys(required))


def _names_values(rule: Any) -> bool:  # noqa: ANN401 (as above)
    """Whether what is needed hangs on what an element holds: `STATEFUL`, `hostedzone`."""
    return isinstance(rule, list) and any(isinstance(one.get("when"), Mapping) for one in rule)


def _required_action(one: Mapping[str, Any], request: Request) -> RequiredAction:
    # What an element holds instead of an ARN, an alias for example, is for the general rules.
    resources = filter(_is_one, filled(one.get("resource", ""), request))
    return RequiredAction(
        action=_action(one["action"]), resources=tuple(resources), named=one.get("named")
    )


def _is_one(template: str) -> bool:
    return is_resource(_OPEN_PLACE.sub("aws", template))


_action = lru_cache(maxsize=4_096)(Action.from_text)


def _applies(one: Mapping[str, Any], request: Request) -> bool:
    when = one.get("when")
    return (when is None or _holds(when, request)) and not _holds(one.get("unless", ()), request)


def _holds(paths: Iterable[str] | Mapping[str, Any], request: Request) -> bool:
    """Whether something stands at one of the paths, or what a path must hold."""
    if isinstance(paths, Mapping):
        return any(value in elements(request, path) for path, value in paths.items())
    return any(is_asked(one) for path in paths for one in elements(request, path))


def _verb_on_path(paths: Sequence[Sequence[str]], request: Request) -> RequiredAction:
    """API Gateway: of two generations with one operation name, the one whose ids were sent."""
    candidates = [(verb, filled(_API_ARN + path, request), path) for verb, path in paths]
    fitting = [one for one in candidates if one[1]] or candidates
    if any("::/apis" in str(arn) for arn in elements(request, "resourceArn")):
        fitting = fitting[-1:]  # the second generation's resources begin so
    verb, resources, _ = fitting[0]
    # In ARNs the second generation's paths stand without their version,
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagementv2.html
    named = tuple(one.replace("::/v2/", "::/") for one in resources)
    return RequiredAction(action=Action("apigateway", verb), resources=named)


def _partiql(statements: Sequence[Any]) -> list[RequiredAction]:
    """PartiQL's actions; all of them when the trail hides the statements."""
    return [
        RequiredAction(
            action=Action("dynamodb", verb), resources=(_TABLE_ARN + table,) if table else ()
        )
        for verb, table in asked_by_statements(map(str, statements))
    ]
