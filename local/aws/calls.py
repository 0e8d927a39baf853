"""One API call and what it asks of IAM: the words that recording and enforcement share."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import botocore.session

from local.aws import iam_reference

Params = Mapping[str, Any]

ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/\S+")

# Botocore services whose IAM prefix is neither their signing name nor their endpoint.
_PREFIXES = {
    "apigatewaymanagementapi": "execute-api",
    "cloudwatch": "cloudwatch",
    "dynamodbstreams": "dynamodb",
    "efs": "elasticfilesystem",
    "iot-data": "iot",
    "iot-jobs-data": "iot",
    "opensearch": "es",
    "resourcegroupstaggingapi": "tag",
    "s3control": "s3",
    "sesv2": "ses",
    "timestream-query": "timestream",
    "timestream-write": "timestream",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request, in botocore's words."""

    service: str  # botocore's name, "stepfunctions"
    operation: str
    params: Params
    account: str
    region: str
    partition: str = "aws"

    @property
    def key(self) -> str:
        """What tables are keyed by."""
        return f"{self.service}:{self.operation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question to IAM."""

    action: str
    resource: str = "*"
    context: Mapping[str, Any] = field(default_factory=dict)
    # Actions that would do as well: where the sources disagree about which one AWS asks for.
    alternatives: tuple[str, ...] = ()


class UnidentifiedCallError(Exception):
    """Nobody knows which IAM action this call needs."""


@lru_cache(maxsize=1)
def _session() -> Any:
    return botocore.session.get_session()


@lru_cache(maxsize=128)
def service_model(service: str) -> Any:
    """Botocore's model of a service."""
    return _session().get_service_model(service)


@lru_cache(maxsize=256)
def iam_prefix(service: str) -> str:
    """The prefix of a service's actions in policies."""
    if service in _PREFIXES:
        return _PREFIXES[service]
    metadata = service_model(service).metadata
    candidates = (metadata.get("signingName"), metadata.get("endpointPrefix"), service)
    for name in candidates:
        if name and iam_reference.knows_service(name):
            return str(name)
    return service


def at_path(params: Any, path: str) -> list[Any]:
    """The values at a dotted path; a list on the way stands for each of its members.

    The path `*` is the whole.
    """
    found = [params]
    if path == "*":
        return found
    for name in path.split("."):
        below: list[Any] = []
        for value in found:
            if isinstance(value, Mapping) and value.get(name) not in (None, "", [], {}):
                inner = value[name]
                below.extend(inner if isinstance(inner, (list, tuple)) else [inner])
        found = below
    return found


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text in a request, with the names that lead to it."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from leaves(inner, (*path, str(name)))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from leaves(inner, path)
    elif isinstance(value, str):
        yield path, value
