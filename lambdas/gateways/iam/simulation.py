"""IAM's policy simulator, for policies that are attached to nobody."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from botocore.config import Config
from botocore.exceptions import ClientError

from lambdas.gateways import clients
from lambdas.model.dossier.policy_checks import NOT_SIMULATED

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient
    from types_boto3_iam.type_defs import ContextEntryTypeDef, EvaluationResultTypeDef

ALLOWED = "allowed"
MULTIVALUED = frozenset({"aws:CalledVia", "aws:TagKeys"})
BOOLEAN = frozenset({"aws:ViaAWSService"})
# "An invalid or out-of-range value was supplied for an input parameter"; whether an action that the
# simulator does not know is such a value, no page says.
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
INVALID = "InvalidInput"
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
ANYBODY_MAY = ("sts:GetCallerIdentity",)
Documents = Sequence[Mapping[str, Any]]  # policies, as IAM reads them
Keys = Sequence[tuple[str, Sequence[str]]]  # condition keys with their values
Denied = tuple[str, str, str]  # action, resource, decision
PATIENT = Config(retries={"mode": "adaptive", "max_attempts": 10})


class Simulator(Protocol):
    """What CheckPolicy asks of IAM."""

    def denied(
        self, policies: Documents, actions: Sequence[str], resources: Sequence[str], context: Keys
    ) -> tuple[Denied, ...]:
        """Action, resource and decision of all that the policies together do not allow.

        What cannot be asked has the decision `NOT_SIMULATED`.
        """


class IamSimulator:
    """SimulateCustomPolicy."""

    def __init__(self, client: IAMClient | None = None) -> None:
        self._iam: IAMClient = client or clients.client("iam", config=PATIENT)

    def denied(
        self, policies: Documents, actions: Sequence[str], resources: Sequence[str], context: Keys
    ) -> tuple[Denied, ...]:
        """See `Simulator`; one question that IAM refuses does not take the others with it."""
        ask = partial(self._answers, policies, context)
        try:
            return tuple(sorted(ask(actions, resources)))
        except ClientError as error:
            if not _is_invalid(error):
                raise
        # Refused, too, when it is the policies that IAM cannot read: then nothing can be asked.
        self._answers(policies, (), ANYBODY_MAY, ("*",))
        return tuple(sorted(_apart(ask, actions, resources)))

    def _answers(
        self, policies: Documents, context: Keys, actions: Sequence[str], resources: Sequence[str]
    ) -> list[Denied]:
        pages = self._iam.get_paginator("simulate_custom_policy").paginate(
            PolicyInputList=[json.dumps(one, separators=(",", ":")) for one in policies],
            ActionNames=list(actions),
            ResourceArns=list(resources),
            ContextEntries=[_entry(key, values) for key, values in context],
        )
        return [
            one
            for page in pages
            for answer in page["EvaluationResults"]
            for one in _decisions(answer)
            if one[2] != ALLOWED
        ]


def _apart(
    ask: Callable[[Sequence[str], Sequence[str]], list[Denied]],
    actions: Sequence[str],
    resources: Sequence[str],
) -> Iterator[Denied]:
    """The answers by halves, down to the single questions that IAM refuses."""
    try:
        yield from ask(actions, resources)
    except ClientError as error:
        if not _is_invalid(error):
            raise
        if len(actions) == len(resources) == 1:
            yield actions[0], resources[0], NOT_SIMULATED
        elif len(actions) > 1:
            for few in _halves(actions):
                yield from _apart(ask, few, resources)
        else:
            for some in _halves(resources):
                yield from _apart(ask, actions, some)


def _is_invalid(error: ClientError) -> bool:
    return bool(error.response["Error"].get("Code") == INVALID)


def _halves(many: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    middle = len(many) // 2
    return many[:middle], many[middle:]


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


def _decisions(answer: EvaluationResultTypeDef) -> Iterator[Denied]:
    """Per resource: the answer's own EvalResourceName is only a template of an ARN by now.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
    """
    action = answer["EvalActionName"]
    specific = answer.get("ResourceSpecificResults", [])
    if not specific:
        yield action, answer.get("EvalResourceName", "*"), answer["EvalDecision"]
    for one in specific:
        yield action, one["EvalResourceName"], one["EvalResourceDecision"]
