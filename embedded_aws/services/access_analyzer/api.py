"""IAM Access Analyzer: analyzers, policy generation, validation and custom checks, over REST."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from ministack import app as ministack
from ministack.core import iam_actions, router
from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region

from embedded_aws.services.access_analyzer.checks import custom_checks, validation
from embedded_aws.services.access_analyzer.errors import Response, ServiceError, invalid
from embedded_aws.services.access_analyzer.generation import jobs, knobs

Json = dict[str, Any]
Query = Mapping[str, str]
Operation = Callable[[Json, Query, str], Json]
SERVICE = "access-analyzer"
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,254}")
TYPES = frozenset(
    f"{reach}{kind}"
    for reach in ("ACCOUNT", "ORGANIZATION")
    for kind in ("", "_UNUSED_ACCESS", "_INTERNAL_ACCESS")
)
PAGE = 100

analyzers: Any = AccountRegionScopedDict()


def install() -> None:
    """Serve Access Analyzer beside MiniStack's services, with IAM in front of it."""
    router.SERVICE_PATTERNS[SERVICE] = {
        "host_patterns": [r"access-analyzer\."],
        "credential_scope": SERVICE,
    }
    ministack.SERVICE_HANDLERS[SERVICE] = handle
    iam_actions.SERVICE_TO_IAM_NAMESPACE[SERVICE] = SERVICE
    iam_actions._BOTOCORE_SERVICE_MAP[SERVICE] = ["accessanalyzer"]
    knobs.install()


async def handle(
    method: str, path: str, _headers: Json, body: bytes, query: Mapping[str, Any]
) -> Response:
    """Serve one request."""
    flat = {key: value[0] if isinstance(value, list) else value for key, value in query.items()}
    try:
        data = json.loads(body) if body else {}
        operation, argument = _operation(method, path)
        answer = operation(data, flat, argument)
    except ServiceError as error:
        return error.response()
    except ValueError as error:
        return invalid(f"Could not parse the request: {error}").response()
    return 200, {"Content-Type": "application/json"}, json.dumps(answer).encode()


def _operation(method: str, path: str) -> tuple[Operation, str]:
    for verb, pattern, operation in ROUTES:
        match = re.fullmatch(pattern, path)
        if match and verb == method:
            return operation, match[1] if match.groups() else ""
    raise ServiceError(404, "UnknownOperationException", f"{method} {path} is not served here")


def create_analyzer(name: str, kind: str, tags: Mapping[str, str], configuration: Json) -> str:
    """CreateAnalyzer, for the API and for stacks alike; returns the ARN."""
    if not NAME.fullmatch(name):
        raise invalid(f"Invalid analyzer name: {name}")
    if kind not in TYPES:
        raise invalid(f"Invalid analyzer type: {kind}")
    if name in analyzers:
        more = {"resourceId": name, "resourceType": "Analyzer"}
        raise ServiceError(409, "ConflictException", f"Analyzer {name} already exists.", more)
    if any(known["type"] == kind for known in analyzers.values()):
        more = {"resourceId": get_account_id(), "resourceType": "Analyzer"}
        message = f"Limit of one analyzer of type {kind} per account and Region exceeded."
        raise ServiceError(402, "ServiceQuotaExceededException", message, more)
    arn = f"arn:aws:access-analyzer:{get_region()}:{get_account_id()}:analyzer/{name}"
    analyzers[name] = {
        "arn": arn,
        "name": name,
        "type": kind,
        "createdAt": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "tags": dict(tags),
        "status": "ACTIVE",
        **({"configuration": configuration} if configuration else {}),
    }
    return arn


def delete_analyzer(name: str) -> None:
    """DeleteAnalyzer."""
    _analyzer(name)
    del analyzers[name]


def _analyzer(name: str) -> Json:
    found: Json | None = analyzers.get(name)
    if found is None:
        more = {"resourceId": name, "resourceType": "Analyzer"}
        raise ServiceError(404, "ResourceNotFoundException", f"Analyzer {name} not found", more)
    return found


def _create(data: Json, _query: Query, _argument: str) -> Json:
    arn = create_analyzer(
        data.get("analyzerName", ""),
        data.get("type", ""),
        data.get("tags") or {},
        data.get("configuration") or {},
    )
    return {"arn": arn}


def _list(_data: Json, query: Query, _argument: str) -> Json:
    kind = query.get("type")
    found = [known for known in analyzers.values() if kind in (None, known["type"])]
    return _page("analyzers", sorted(found, key=lambda known: str(known["name"])), query)


def _delete(_data: Json, _query: Query, name: str) -> Json:
    delete_analyzer(name)
    return {}


def _tags(_data: Json, _query: Query, arn: str) -> Json:
    return {"tags": _tagged(arn)}


def _tag(data: Json, _query: Query, arn: str) -> Json:
    _tagged(arn).update(data.get("tags") or {})
    return {}


def _untag(_data: Json, query: Query, arn: str) -> Json:
    _tagged(arn).pop(query.get("tagKeys", ""), None)
    return {}


def _tagged(arn: str) -> dict[str, str]:
    tags: dict[str, str] = _analyzer(unquote(arn).rpartition("/")[2])["tags"]
    return tags


def _start_generation(data: Json, _query: Query, _argument: str) -> Json:
    return jobs.start(data)


def _get_generated(_data: Json, query: Query, identifier: str) -> Json:
    return jobs.get(
        identifier,
        placeholders=query.get("includeResourcePlaceholders") == "true",
        service_level=query.get("includeServiceLevelTemplate") == "true",
    )


def _list_generations(_data: Json, query: Query, _argument: str) -> Json:
    found = jobs.listed(query.get("principalArn"))
    return _page("policyGenerations", found, query)


def _cancel_generation(_data: Json, _query: Query, identifier: str) -> Json:
    return jobs.cancel(identifier)


def _validate(data: Json, query: Query, _argument: str) -> Json:
    return _page("findings", validation.findings(data), query)


def _page(key: str, items: list[Json], query: Query) -> Json:
    first = int(query.get("nextToken") or 0)
    size = int(query.get("maxResults") or PAGE)
    following = {"nextToken": str(first + size)} if first + size < len(items) else {}
    return {key: items[first : first + size], **following}


ROUTES: tuple[tuple[str, str, Operation], ...] = (
    ("PUT", "/policy/generation", _start_generation),
    ("GET", "/policy/generation", _list_generations),
    ("GET", "/policy/generation/([^/]+)", _get_generated),
    ("PUT", "/policy/generation/([^/]+)", _cancel_generation),
    ("POST", "/policy/validation", _validate),
    ("POST", "/policy/check-no-new-access", lambda data, _q, _a: custom_checks.no_new_access(data)),
    (
        "POST",
        "/policy/check-access-not-granted",
        lambda data, _q, _a: custom_checks.access_not_granted(data),
    ),
    ("PUT", "/analyzer", _create),
    ("GET", "/analyzer", _list),
    ("GET", "/analyzer/([^/]+)", lambda _d, _q, name: {"analyzer": _analyzer(name)}),
    ("DELETE", "/analyzer/([^/]+)", _delete),
    ("GET", "/tags/(.+)", _tags),
    ("POST", "/tags/(.+)", _tag),
    ("DELETE", "/tags/(.+)", _untag),
)
