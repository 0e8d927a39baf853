"""The candidate's policies, when IAM's answers are lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from lambdas.errors import CandidateRefusedError, ServiceUnavailableError
from lambdas.gateways.iam.candidate import IamCandidate

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient

ROLE = "arn:aws-cn:iam::123456789012:role/fencepost-run-orders-candidate"
POLICY = "arn:aws-cn:iam::123456789012:policy/fencepost/orders/fencepost-orders-r1"


class Iam:
    """Answers CreatePolicy with an error."""

    def __init__(self, code: str) -> None:
        self._code = code

    def create_policy(self, **_request: Any) -> Any:
        raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, "CreatePolicy")


def create(code: str) -> str:
    candidate = IamCandidate(ROLE, cast("IAMClient", Iam(code)))
    return candidate.create("/fencepost/orders/", "fencepost-orders-r1", "{}", "why")


def test_a_policy_that_is_there_already_is_the_one_whose_answer_was_lost() -> None:
    assert create("EntityAlreadyExists") == POLICY


def test_what_iam_does_not_take_is_refused_in_its_words() -> None:
    with pytest.raises(CandidateRefusedError, match="MalformedPolicyDocument"):
        create("MalformedPolicyDocument")


def test_what_iam_throttles_can_be_asked_again() -> None:
    with pytest.raises(ServiceUnavailableError, match="Throttling"):
        create("Throttling")
