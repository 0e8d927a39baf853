"""One API call and what it asks of IAM: the words that recording and enforcement share."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from embedded_aws.iam import service_reference
from embedded_aws.protocol.service_models import Params, service_model

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


@lru_cache(maxsize=256)
def iam_prefix(service: str) -> str:
    """The prefix of a service's actions in policies."""
    if service in _PREFIXES:
        return _PREFIXES[service]
    metadata = service_model(service).metadata
    candidates = (metadata.get("signingName"), metadata.get("endpointPrefix"), service)
    for name in candidates:
        if name and service_reference.knows_service(name):
            return str(name)
    return service
