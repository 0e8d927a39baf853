"""AWS's own tables: what an operation is authorised as besides, and in which requests.

https://docs.aws.amazon.com/service-authorization/latest/reference/: compiled for the emulator, and
read here by rules of its own. A row whose condition nobody knows is not asked.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from embedded_aws.iam import service_reference
from embedded_aws.iam.calls import Call, Check, iam_prefix
from embedded_aws.iam.resources import rules
from embedded_aws.protocol.service_models import service_model

PASS_ROLE = "iam:PassRole"  # noqa: S105  # an action, no secret
# What stands there without being asked for.
_NOTHING: tuple[object, ...] = (None, "", "false", [], {}, ())
_PLACE = re.compile(r"(?<!\$)\{([^{}]+)\}")
# What the trail calls otherwise than the API's model, and the tables with it.
_TRAIL_NAMES = {("s3", "bucketname"): "Bucket"}
Condition = str | Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An action that AWS's page lists for an operation beside its own.

    Attributes:
        when: any of these must hold; none means that every request has it. unless: none of them.
        resources: templates of ARNs; empty where the action's own rules find them.
        receivers: of a passed role. tags: whether tags bring it about.
    """

    action: str
    when: tuple[Condition, ...]
    unless: tuple[Condition, ...]
    resources: tuple[str, ...]
    receivers: tuple[str, ...]
    tags: bool

    def applies(self, request: Mapping[str, Any]) -> bool:
        """Whether a request has it."""
        return is_meant(self.when, self.unless, request)


def is_meant(
    when: Sequence[Condition], unless: Sequence[Condition], request: Mapping[str, Any]
) -> bool:
    """Whether any of these holds, where there are some, and none of those."""
    if when and not any(_holds(one, request) for one in when):
        return False
    return not any(_holds(one, request) for one in unless)


def in_tables(service: str) -> bool:
    """Whether AWS's tables were read for a service, by botocore's name."""
    return bool(_tables_of(service))


def own_actions(call: Call) -> tuple[str, ...]:
    """The actions that every call of the operation is authorised as; empty where none is listed."""
    found = _operation(call.service, call.operation)
    return tuple(one for table in found for one in table["always"])


def further(call: Call, own: Sequence[Check]) -> Iterator[Check]:
    """What is asked besides, but for roles and tags, which are read by what they are."""
    asked = {check.action for check in own}
    request = recorded(call)
    for row in rows_of(call):
        verb = row.action.startswith("apigateway:") and row.action.isupper()
        aside = row.tags or row.action == PASS_ROLE or row.action in asked or verb
        if not aside and row.applies(request):
            for resource in _resources(row, call, request):
                yield Check(action=row.action, resource=resource)


def tagging_actions(call: Call) -> tuple[str, ...]:
    """The actions that tags in this request bring about."""
    request = recorded(call)
    rows = [row for row in rows_of(call) if row.tags and row.applies(request)]
    return tuple(dict.fromkeys(row.action for row in rows))


def receivers(call: Call) -> tuple[str, ...]:
    """Who may receive the roles that this request hands over."""
    request = recorded(call)
    rows = [row for row in rows_of(call) if row.action == PASS_ROLE and row.applies(request)]
    return tuple(dict.fromkeys(one for row in rows for one in row.receivers))


def rows_of(call: Call) -> tuple[Row, ...]:
    """The rows of an operation whose condition is known."""
    return _rows(call.service, call.operation)


def recorded(call: Call) -> Mapping[str, Any]:
    """A request's members in small letters, also by their names in headers and addresses."""
    named: dict[str, Any] = {name.lower(): value for name, value in call.params.items()}
    operation: Any = service_model(call.service).operation_model(call.operation)
    for member, inner in (operation.input_shape.members if operation.input_shape else {}).items():
        name = inner.serialization.get("name")
        if name and member in call.params:
            named.setdefault(str(name).lower(), call.params[member])
    for (service, name), member in _TRAIL_NAMES.items():
        if service == call.service and member in call.params:
            named.setdefault(name, call.params[member])
    return named


@lru_cache(maxsize=4_096)
def _rows(service: str, operation: str) -> tuple[Row, ...]:
    return tuple(
        Row(
            action=raw["action"],
            when=tuple(raw.get("when", ())),
            unless=tuple(raw.get("unless", ())),
            resources=tuple(raw.get("resource", ())),
            receivers=tuple(raw.get("receivers", ())),
            tags=raw.get("tags", False),
        )
        for raw in _listed(service, operation)
        if raw["known"] != "unknown" and not raw.get("never") and not raw.get("through")
    )


def _listed(service: str, operation: str) -> Iterator[Mapping[str, Any]]:
    """What the service's own table has, and what it does in others as its caller."""
    for table in _operation(service, operation):
        yield from table["sometimes"]
    yield from _content()["beside"].get(iam_prefix(service), {}).get(operation, ())


def _operation(service: str, operation: str) -> list[Mapping[str, Any]]:
    tables = _tables()
    return [
        tables[name]["operations"][operation]
        for name in _tables_of(service)
        if operation in tables[name]["operations"]
    ]


@lru_cache(maxsize=512)
def _tables_of(service: str) -> tuple[str, ...]:
    prefix = iam_prefix(service)
    names = sorted(name for name, table in _tables().items() if table["prefix"] == prefix)
    return (service,) if service in names else tuple(names)


def _tables() -> Mapping[str, Any]:
    services: dict[str, Any] = _content()["services"]
    return services


@lru_cache(maxsize=1)
def _content() -> dict[str, Any]:
    path = Path(__file__).with_name("authorized_actions.json")
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def _holds(condition: Condition, request: Mapping[str, Any]) -> bool:
    if isinstance(condition, str):
        return bool(_at(request, condition))
    return any(_is(one, condition[1]) for one in _at(request, condition[0]))


def _is(found: object, wanted: object) -> bool:
    if isinstance(wanted, str):
        return isinstance(found, str) and fnmatchcase(found, wanted)
    return type(found) is type(wanted) and found == wanted


def _at(value: object, path: str) -> list[Any]:
    """What stands at `a.*.b`: names whatever their case, `*` for the members of a list."""
    found: list[Any] = [value]
    for name in path.split("."):
        below: list[Any] = []
        for one in found:
            if name == "*":
                below += one if isinstance(one, (list, tuple)) else ()
                below += one.values() if isinstance(one, Mapping) else ()
            elif isinstance(one, Mapping):
                below += [inner for key, inner in one.items() if key.lower() == name.lower()]
        found = below
    return [one for one in found if one is not False and one not in _NOTHING]


def _resources(row: Row, call: Call, request: Mapping[str, Any]) -> list[str]:
    found = [arn for template in row.resources for arn in _filled(template, call, request)]
    if found:
        return list(dict.fromkeys(found))
    prefix, _, name = row.action.partition(":")
    action = service_reference.action(prefix, name)
    return rules.resources_of(action, call) if action else ["*"]


def _filled(template: str, call: Call, request: Mapping[str, Any]) -> list[str]:
    """The template for each value of its place; nothing where the request has none."""
    texts = [
        template.replace("${Partition}", call.partition)
        .replace("${Region}", call.region)
        .replace("${Account}", call.account)
    ]
    for place in dict.fromkeys(_PLACE.findall(template)):
        path, _, how = place.partition("|")
        values = [_text(path, one, how) for one in _at(request, path) if isinstance(one, str | int)]
        texts = [
            value if value.startswith("arn:") else text.replace(f"{{{place}}}", value)
            for text in texts
            for value in values
        ]
    return [text for text in texts if text == "*" or text.startswith("arn:")]


def _text(path: str, value: str | int, how: str) -> str:
    text = str(value)
    if how == "bucket":
        return text.partition("/")[0]
    if how:
        return text.removeprefix("/") if how == "bare" else text.rpartition(":")[0]
    if path.lower() in ("x-amz-copy-source", "copysource"):
        return unquote(text.partition("?versionId=")[0]).removeprefix("/")
    return text
