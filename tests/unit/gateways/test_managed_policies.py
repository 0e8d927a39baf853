"""A boundary is written once, whatever becomes of the answers."""

import json
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from lambdas.errors import ServiceRefusedError
from lambdas.gateways.iam.managed_policies import IamManagedPolicies

ARN = "arn:aws:iam::123456789012:policy/fencepost-boundary-orders"
WANTED = {"Version": "2012-10-17", "Statement": []}
ANOTHER = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny"}]}


class Iam:
    """IAM with one policy at most; somebody's may have come in between."""

    def __init__(self, known: Any = None, *, between: Any = None) -> None:
        self.known, self.between = known, between

    def get_policy(self, **_: Any) -> dict[str, Any]:
        if self.known is None:
            raise self._error("NoSuchEntity")
        return {"Policy": {"DefaultVersionId": "v1"}}

    def get_policy_version(self, **_: Any) -> dict[str, Any]:
        return {"PolicyVersion": {"Document": self.known}}

    def create_policy(self, *, PolicyName: str, Path: str, PolicyDocument: str, **_: Any) -> None:
        assert (Path, PolicyName) == ("/", "fencepost-boundary-orders")
        if self.between is not None:
            self.known = self.between
            raise self._error("EntityAlreadyExists")
        self.known = json.loads(PolicyDocument)

    def _error(self, code: str) -> ClientError:
        return ClientError(cast("Any", {"Error": {"Code": code, "Message": "no"}}), "CreatePolicy")


def put(iam: Iam) -> bool:
    return IamManagedPolicies(cast("Any", iam)).put(ARN, WANTED)


def test_a_policy_that_there_is_not_is_made_and_one_that_says_it_stays() -> None:
    iam = Iam()

    assert put(iam)
    assert iam.known == WANTED
    assert not put(iam)


def test_one_that_was_made_by_a_call_whose_answer_was_lost_is_the_same() -> None:
    assert put(Iam(between=WANTED))


def test_one_that_somebody_else_made_meanwhile_is_not_taken_for_it() -> None:
    with pytest.raises(ServiceRefusedError, match="EntityAlreadyExists"):
        put(Iam(between=ANOTHER))
