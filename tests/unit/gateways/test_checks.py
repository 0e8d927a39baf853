"""What the two services answer, in their own shapes, read by the gateways."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from lambdas.errors import ServiceUnavailableError
from lambdas.gateways.iam.access_analyzer import AccessAnalyzerChecks
from lambdas.gateways.iam.simulation import IamSimulator
from lambdas.model.dossier.policy_checks import Comparison

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_accessanalyzer import AccessAnalyzerClient
    from types_boto3_iam import IAMClient

DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Sid": "Queues"}, {}]}


class Unprocessable(Exception):  # noqa: N818 (stands for UnprocessableEntityException)
    pass


class Invalid(Exception):  # noqa: N818 (stands for InvalidParameterException)
    pass


class FakeClient:
    """A client that answers what it was made with, page by page."""

    class exceptions:  # noqa: N801 (botocore's spelling)
        UnprocessableEntityException = Unprocessable
        InvalidParameterException = Invalid

    def __init__(self, *pages: dict[str, Any] | Exception) -> None:
        self._pages = pages
        self.asked: dict[str, Any] = {}

    def get_paginator(self, _name: str) -> FakeClient:
        return self

    def paginate(self, **asked: Any) -> Iterator[Any]:
        self.asked = asked
        yield from self._pages

    def check_no_new_access(self, **asked: Any) -> Any:
        self.asked = asked
        (answer,) = self._pages
        if isinstance(answer, Exception):
            raise answer
        return answer


class ChoosyClient:
    """IAM's simulator: it denies everything, and refuses a whole request for what it lacks."""

    def __init__(self, *unknown: str, code: str = "InvalidInput") -> None:
        self._unknown = set(unknown)
        self._code = code

    def get_paginator(self, _name: str) -> ChoosyClient:
        return self

    def paginate(self, **asked: Any) -> Iterator[Any]:
        if self._unknown & {
            *asked["ActionNames"],
            *asked["ResourceArns"],
            *asked["PolicyInputList"],
        }:
            raise ClientError({"Error": {"Code": self._code}}, "SimulateCustomPolicy")
        for action in asked["ActionNames"]:
            each = [
                {"EvalResourceName": one, "EvalResourceDecision": "implicitDeny"}
                for one in asked["ResourceArns"]
            ]
            yield {
                "EvaluationResults": [
                    {
                        "EvalActionName": action,
                        "EvalDecision": "implicitDeny",
                        "ResourceSpecificResults": each,
                    }
                ]
            }


def analyzer(client: FakeClient) -> AccessAnalyzerChecks:
    return AccessAnalyzerChecks(cast("AccessAnalyzerClient", client))


def simulator(client: FakeClient | ChoosyClient) -> IamSimulator:
    return IamSimulator(cast("IAMClient", client))


def finding(kind: str, code: str, *paths: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "findingType": kind,
        "issueCode": code,
        "findingDetails": "because",
        "learnMoreLink": "https://docs",
        "locations": [{"path": path, "span": {}} for path in paths],
    }


def test_objections_come_from_every_page_with_the_statements_that_they_are_about() -> None:
    client = FakeClient(
        {"findings": [finding("WARNING", "B", [{"value": "Statement"}, {"index": 0}])]},
        {"findings": [finding("ERROR", "A", [{"index": 1}, {"value": "Action"}], [{"index": 9}])]},
    )

    found = analyzer(client).objections(DOCUMENT)

    assert [(one.kind, one.code, one.where) for one in found] == [
        ("ERROR", "A", ("statement 1", "the policy")),
        ("WARNING", "B", ("Queues",)),
    ]
    assert json.loads(client.asked["policyDocument"]) == DOCUMENT
    assert client.asked["policyType"] == "IDENTITY_POLICY"


def test_a_document_that_nobody_checked_is_not_without_objections() -> None:
    with pytest.raises(ServiceUnavailableError, match="has no findings"):
        analyzer(FakeClient({})).objections(DOCUMENT)


def test_new_access_is_told_with_the_reason_that_the_service_names() -> None:
    client = FakeClient(
        {
            "result": "FAIL",
            "message": "new",
            "reasons": [{"description": "grants more", "statementIndex": 0, "statementId": "S"}],
        }
    )

    assert analyzer(client).new_access(DOCUMENT, DOCUMENT) == Comparison(
        result="FAIL", message="new", reasons=("S: grants more",)
    )


def test_a_document_that_cannot_be_analysed_is_undecided_not_a_pass() -> None:
    for error in (Unprocessable("too odd"), Invalid("too long")):
        found = analyzer(FakeClient(error)).new_access(DOCUMENT, DOCUMENT)
        assert (found.result, found.message) == ("UNDECIDED", str(error))


def test_decisions_are_read_per_resource_on_every_page() -> None:
    client = FakeClient(
        {
            "EvaluationResults": [
                {
                    "EvalActionName": "sqs:A",
                    "EvalResourceName": "arn:${Partition}:sqs:…",
                    "EvalDecision": "allowed",
                    "ResourceSpecificResults": [
                        {"EvalResourceName": "q1", "EvalResourceDecision": "allowed"},
                        {"EvalResourceName": "q2", "EvalResourceDecision": "explicitDeny"},
                    ],
                }
            ]
        },
        {
            "EvaluationResults": [
                {
                    "EvalActionName": "s3:B",
                    "EvalResourceName": "*",
                    "EvalDecision": "implicitDeny",
                }
            ]
        },
    )

    found = simulator(client).denied(
        [DOCUMENT],
        ["sqs:A", "s3:B"],
        ["q1", "q2"],
        [("aws:CalledVia", ("a", "b")), ("aws:ViaAWSService", ("true",)), ("x", ("y",))],
    )

    assert found == (("s3:B", "*", "implicitDeny"), ("sqs:A", "q2", "explicitDeny"))
    assert [one["ContextKeyType"] for one in client.asked["ContextEntries"]] == [
        "stringList",
        "boolean",
        "string",
    ]
    assert client.asked["ContextEntries"][0]["ContextKeyValues"] == ["a", "b"]


def test_a_question_that_the_simulator_does_not_take_leaves_the_others_their_answers() -> None:
    actions = ("s3:A", "s3:B", "s3:C", "s3:New", "s3:Z")
    client = ChoosyClient("s3:New", "arn:odd")

    found = simulator(client).denied([DOCUMENT], actions, ("arn:a", "arn:b", "arn:odd"), ())

    expected = {
        (action, resource): "notSimulated"
        if action == "s3:New" or resource == "arn:odd"
        else "implicitDeny"
        for action in actions
        for resource in ("arn:a", "arn:b", "arn:odd")
    }
    assert {(action, resource): decision for action, resource, decision in found} == expected
    assert len(found) == len(expected)


def test_a_policy_that_the_simulator_cannot_read_is_no_odd_question() -> None:
    document = json.dumps(DOCUMENT, separators=(",", ":"))

    with pytest.raises(ClientError, match="InvalidInput"):
        simulator(ChoosyClient(document)).denied([DOCUMENT], ("s3:A",), ("*",), ())


def test_any_other_answer_of_the_simulator_is_not_swallowed() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        simulator(ChoosyClient("s3:A", code="AccessDenied")).denied([], ("s3:A",), ("*",), ())
