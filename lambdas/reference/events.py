"""What an API call needs: from CloudTrail's event source, name and request to IAM actions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

from lambdas.model.action import Action
from lambdas.model.arn import is_resource
from lambdas.reference.actions import canonical
from lambdas.reference.operation_verbs import asked_by_statements
from lambdas.reference.shards import prefixes_of, shard, told_service

Request = Mapping[str, Any]

# Lambda and CloudFront put an API's version behind its name: CreateFunction20150331,
# GetFunction20150331v2, UpdateDistribution2020_05_31.
_VERSION = re.compile(r"_?20\d\d_?[01]\d_?[0-3]\d(v\d+)?$")
_OPEN_PLACE = re.compile(r"\$\{(?:Partition|Region|Account)\}")
_PLACE = re.compile(r"(?<!\$)\{([^{}]+)\}")
_API_ARN = "arn:${Partition}:apigateway:${Region}::"
_TABLE_ARN = "arn:${Partition}:dynamodb:${Region}:${Account}:table/"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredAction:
    """One action that a call needs.

    Attributes:
        resources: ARN templates in which only the place is open (`${Region}`, `${Account}`,
            `${Partition}`); empty when the general rules must find the resource.
        named: which of the record's own resources is meant, where their order tells; None else.
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
        needs: the actions; empty when the caller needs no permission.
        nothing: why the caller needs none, or empty.
    """

    service: str
    operation: str
    needs: tuple[RequiredAction, ...] = ()
    nothing: str = ""


def meaning(
    source: str, name: str, request: Request | None = None, beside: Request | None = None
) -> OperationMapping | None:
    """What a call needs, or None when the reference does not know it.

    Args:
        source: CloudTrail's eventSource.
        name: CloudTrail's eventName.
        request: CloudTrail's requestParameters.
        beside: CloudTrail's additionalEventData.
    """
    found = _operation(source, name, told_service(source, request or {}, beside or {}))
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
    return OperationMapping(service=service, operation=operation, needs=_needs(rule, lowered))


def elements(value: object, path: str) -> Iterator[Any]:
    """What stands at a path such as `a.*.b`; `*` goes through lists, names ignore case.

    `@json` reads the text before it; `name?query` is what stands at a name only where its text goes
    on with this query.
    """
    head, _, rest = path.partition(".")
    head, _, query = head.partition("?")
    inner: Sequence[Any] = ()
    if head == "*":
        inner = _items(value)
    elif head == "@json":
        inner = _read(value)
    elif isinstance(value, dict):
        inner = [value[head]] if head in value else _ignoring_case(value, head.lower())
    if query:
        inner = [one for one in inner if f"?{query}=" in str(one)]
    for one in inner:
        if rest:
            yield from elements(one, rest)
        elif one not in (None, "", [], {}):
            yield one


def _read(value: object) -> list[Any]:
    try:
        return [json.loads(value)] if isinstance(value, str) else []
    except ValueError:
        return []


def _ignoring_case(value: Mapping[str, Any], name: str) -> list[Any]:
    return [one for key, one in value.items() if key.lower() == name]


def filled(template: str, request: Request) -> tuple[str, ...]:
    """A template with `{path}` for request elements, once for every value; empty if one lacks."""
    texts = [template]
    for place in _places(template):
        path, _, how = place.partition("|")
        is_whole = template == f"{{{place}}}"
        values = [_text("" if is_whole else path, one, how) for one in elements(request, path)]
        values = [value for value in dict.fromkeys(values) if value]
        # An element may hold the ARN itself.
        texts = [
            value if value.startswith("arn:") else text.replace(f"{{{place}}}", value)
            for text in texts
            for value in values
        ]
    return tuple(text for text in texts if not _PLACE.search(text) or text.startswith("arn:"))


@lru_cache(maxsize=4_096)
def _places(template: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_PLACE.findall(template)))


@lru_cache(maxsize=8_192)
def _by_its_own_name(service: str, operation: str) -> OperationMapping:
    action = canonical(Action(service, operation))
    needs = (RequiredAction(action=action),) if action else ()
    return OperationMapping(service=service, operation=operation, needs=needs)


@lru_cache(maxsize=8_192)
def _operation(source: str, name: str, told: str) -> tuple[str, str, Any] | None:
    """Prefix, operation, and rule: several, a reason for none, or None for its own name.

    `told` is the prefix that the record tells beside its source, or empty.
    """
    bare = _VERSION.sub("", name)
    prefixes = prefixes_of(source)
    for operation in dict.fromkeys((name, bare)):
        for prefix in (told, *prefixes) if told in prefixes else prefixes:
            rule = _rule(prefix, operation)
            if rule is not None:
                return prefix, _spelled(operation, prefix), rule
            action = canonical(Action(prefix, operation))
            if action is not None:
                return prefix, action.name, None
    return None


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


def _needs(rule: Any, request: Request) -> tuple[RequiredAction, ...]:  # noqa: ANN401 (as above)
    if isinstance(rule, list):
        needs = [_need(one, request) for one in rule if _applies(one, request)]
    elif "paths" in rule:
        needs = [_verb_on_path(rule["paths"], request)]
    else:
        needs = _partiql([one for path in rule["partiql"] for one in elements(request, path)])
    return tuple(dict.fromkeys(needs))


def _need(one: Mapping[str, Any], request: Request) -> RequiredAction:
    template = one.get("resource")
    # What an element holds instead of an ARN, an alias for example, is for the general rules.
    resources = [text for text in filled(template, request) if _is_one(text)] if template else ()
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
    return any(True for path in paths for _ in elements(request, path))


def _verb_on_path(paths: Sequence[Sequence[str]], request: Request) -> RequiredAction:
    """API Gateway: of two generations with one operation name, the one whose ids were sent."""
    candidates = [(verb, filled(_API_ARN + path, request), path) for verb, path in paths]
    told = [one for one in candidates if one[1]] or candidates
    if any("::/apis" in str(arn) for arn in elements(request, "resourceArn")):
        told = told[-1:]  # the second generation's resources begin so
    verb, resources, _ = told[0]
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


def _items(value: object) -> Sequence[Any]:
    if isinstance(value, Mapping):
        value = value.get("items") or value.get("member") or list(value.values())
    return value if isinstance(value, list) else ()


def copied_from(source: str) -> str:
    """Bucket and key of a copy's source: perhaps URL-encoded, perhaps with a version.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    """
    return unquote(source.partition("?versionId=")[0]).removeprefix("/")


def _text(place: str, value: object, how: str = "") -> str:
    text = str(value) if isinstance(value, str | int) else ""
    if how == "stream":
        return text.partition("|")[0]  # an iterator goes on behind the stream
    if how == "key":
        return "" if "alias/" in text else text  # IAM asks for the key that an alias stands for
    if how:
        return text.removeprefix("/") if how == "bare" else text.rpartition(":")[0]
    if place.lower() == "x-amz-copy-source":
        return copied_from(text)
    if place == "resourceArn":
        # A tagged resource's ARN is one segment of API Gateway's path.
        return quote(text, safe="", errors="surrogatepass")
    return text
