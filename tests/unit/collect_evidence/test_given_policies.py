"""The IAM policies that a call gave to a role or user are kept as they were sent."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from lambdas.collect_evidence.output.line_writer import LineWriter
from lambdas.collect_evidence.translation.attribution import Attribution
from lambdas.collect_evidence.translation.translate import translate
from tests.unit.collect_evidence.trails import ROLE, evidence_of, record

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*"}]}
SPELLED = json.dumps(POLICY, sort_keys=True, separators=(",", ":"))


def given(name: str, document: Any, **more: Any) -> list[str]:
    request = {"roleName": "orders", "userName": "bob", "policyName": "p", "policyArn": POLICY_ARN}
    call = record("iam", name, {**request, "policyDocument": document}, None, **more)
    return [one.document for one in translate(call, ROLE).evidence]


POLICY_ARN = "arn:aws:iam::123456789012:policy/p"


@pytest.mark.parametrize(
    "name", ["PutRolePolicy", "PutUserPolicy", "CreatePolicy", "CreatePolicyVersion"]
)
@pytest.mark.parametrize("sent", [json.dumps(POLICY, indent=2), quote(json.dumps(POLICY)), POLICY])
def test_it_is_kept_in_one_spelling_however_it_was_sent(name: str, sent: Any) -> None:
    assert given(name, sent)[0] == SPELLED


def test_what_is_no_json_is_kept_as_it_was_sent() -> None:
    assert given("PutRolePolicy", "not a policy") == ["not a policy"]


@pytest.mark.parametrize("name", ["PutGroupPolicy", "DeleteRolePolicy", "GetRolePolicy"])
def test_other_calls_give_nothing(name: str) -> None:
    assert set(given(name, json.dumps(POLICY))) <= {""}


def test_a_call_that_failed_gave_nothing() -> None:
    assert set(given("PutRolePolicy", SPELLED, errorCode="NoSuchEntityException")) == {""}


def test_the_line_says_it_as_the_value_does() -> None:
    request = {"roleName": "orders", "policyName": "p", "policyDocument": SPELLED}
    call, attribution = record("iam", "PutRolePolicy", request, None), Attribution(principal=ROLE)

    ((_, line),), _ = LineWriter().write(call, attribution)

    (value,) = evidence_of(call, attribution)
    assert value.document == SPELLED
    assert line == value.to_line()
