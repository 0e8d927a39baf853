"""IAM Access Analyzer's checks of a policy document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Protocol

from botocore.config import Config

from lambdas.gateways import clients
from lambdas.gateways.aws_errors import wanted
from lambdas.model.dossier.policy_checks import Comparison, Objection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from types_boto3_accessanalyzer import AccessAnalyzerClient
    from types_boto3_accessanalyzer.type_defs import LocationTypeDef, ValidatePolicyFindingTypeDef

IDENTITY: Final = "IDENTITY_POLICY"
PATIENT = Config(retries={"mode": "adaptive", "max_attempts": 8})


class PolicyChecks(Protocol):
    """What CheckPolicy asks of Access Analyzer."""

    def objections(self, document: Mapping[str, Any]) -> tuple[Objection, ...]:
        """What is wrong with an identity policy, sorted."""

    def new_access(self, new: Mapping[str, Any], existing: Mapping[str, Any]) -> Comparison:
        """Whether the new policy allows what the existing one does not."""


class AccessAnalyzerChecks:
    """The service itself."""

    def __init__(self, client: AccessAnalyzerClient | None = None) -> None:
        self._client: AccessAnalyzerClient = client or clients.client(
            "accessanalyzer", config=PATIENT
        )

    def objections(self, document: Mapping[str, Any]) -> tuple[Objection, ...]:
        """See `PolicyChecks`."""
        pages = self._client.get_paginator("validate_policy").paginate(
            policyDocument=json.dumps(document), policyType=IDENTITY
        )
        return tuple(
            sorted(
                Objection(
                    kind=one["findingType"],
                    code=one["issueCode"],
                    detail=one["findingDetails"],
                    link=one.get("learnMoreLink", ""),
                    where=tuple(
                        sorted({_statement(document, place) for place in one.get("locations", ())})
                    ),
                )
                for page in pages
                for one in _findings(page)
            )
        )

    def new_access(self, new: Mapping[str, Any], existing: Mapping[str, Any]) -> Comparison:
        """See `PolicyChecks`. The service names one reason at a time."""
        try:
            answer = self._client.check_no_new_access(
                newPolicyDocument=json.dumps(new),
                existingPolicyDocument=json.dumps(existing),
                policyType=IDENTITY,
            )
        except (
            self._client.exceptions.UnprocessableEntityException,
            self._client.exceptions.InvalidParameterException,
        ) as error:
            return Comparison(result="UNDECIDED", message=str(error))
        return Comparison(
            result=answer.get("result", "UNDECIDED"),
            message=answer.get("message", ""),
            reasons=tuple(
                f"{one.get('statementId') or one.get('statementIndex', '?')}: "
                f"{one.get('description', 'no description')}"
                for one in answer.get("reasons", ())
            ),
        )


def _findings(page: Mapping[str, Any]) -> Sequence[ValidatePolicyFindingTypeDef]:
    # What was not checked is not without findings.
    wanted(page, "findings", "access-analyzer:ValidatePolicy")
    found: Sequence[ValidatePolicyFindingTypeDef] = page["findings"]
    return found


def _statement(document: Mapping[str, Any], place: LocationTypeDef) -> str:
    """The Sid of the statement that a location's path leads into, or its number."""
    index = next((step["index"] for step in place["path"] if "index" in step), None)
    statements = document.get("Statement", [])
    if index is None or not isinstance(statements, list) or index >= len(statements):
        return "the policy"
    return str(statements[index].get("Sid", f"statement {index}"))
