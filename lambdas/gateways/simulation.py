"""IAM's policy simulator, for policies that are attached to nobody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from botocore.config import Config

from lambdas.gateways import clients

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from types_boto3_iam import IAMClient
    from types_boto3_iam.type_defs import ContextEntryTypeDef, EvaluationResultTypeDef

ALLOWED = "allowed"
MULTIVALUED = frozenset({"aws:CalledVia", "aws:TagKeys"})
BOOLEAN = frozenset({"aws:ViaAWSService"})
PATIENT = Config(retries={"mode": "adaptive", "max_attempts": 10})


class Simulator(Protocol):
    """What CheckPolicy asks of IAM."""

    def denied(
        self,
        policies: Sequence[Mapping[str, Any]],
        actions: Sequence[str],
        resources: Sequence[str],
        context: Sequence[tuple[str, Sequence[str]]],
    ) -> tuple[tuple[str, str, str], ...]:
        """Action, resource and decision of all that the policies together do not allow."""


class IamSimulator:
    """SimulateCustomPolicy."""

    def __init__(self, client: IAMClient | None = None) -> None:
        self._iam: IAMClient = client or clients.client("iam", config=PATIENT)

    def denied(
        self,
        policies: Sequence[Mapping[str, Any]],
        actions: Sequence[str],
        resources: Sequence[str],
        context: Sequence[tuple[str, Sequence[str]]],
    ) -> tuple[tuple[str, str, str], ...]:
        """See `Simulator`."""
        pages = self._iam.get_paginator("simulate_custom_policy").paginate(
            PolicyInputList=[json.dumps(one, separators=(",", ":")) for one in policies],
            ActionNames=list(actions),
            ResourceArns=list(resources),
            ContextEntries=[_entry(key, values) for key, values in context],
        )
        return tuple(
            sorted(
                one
                for page in pages
                for answer in page["EvaluationResults"]
                for one in _decisions(answer)
                if one[2] != ALLOWED
            )
        )


def _entry(key: str, values: Sequence[str]) -> ContextEntryTypeDef:
    return {
        "ContextKeyName": key,
        "ContextKeyValues": list(values),
        "ContextKeyType": "stringList"
        if key in MULTIVALUED
        else "boolean"
        if key in BOOLEAN
        else "string",
    }


def _decisions(answer: EvaluationResultTypeDef) -> Iterator[tuple[str, str, str]]:
    """Per resource: the answer's own EvalResourceName is only a template of an ARN by now.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
    """
    action = answer["EvalActionName"]
    specific = answer.get("ResourceSpecificResults", [])
    if not specific:
        yield action, answer.get("EvalResourceName", "*"), answer["EvalDecision"]
    for one in specific:
        yield action, one["EvalResourceName"], one["EvalResourceDecision"]
