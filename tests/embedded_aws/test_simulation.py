"""IAM's policy simulator: every action on every resource, as IAM answers it."""

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.connection import Connection
from tests.embedded_aws import principals
from tests.embedded_aws.principals import allow, deny, document
from tests.emulator import Ask

pytestmark = pytest.mark.local

FIRST, SECOND = "arn:aws:s3:::first/k", "arn:aws:s3:::second/k"


def simulate(embedded: Connection, *statements: Any, **more: Any) -> list[dict[str, Any]]:
    iam = embedded.client("iam")
    found: list[dict[str, Any]] = iam.simulate_custom_policy(
        PolicyInputList=[document(*statements)], **more
    )["EvaluationResults"]
    return found


def test_every_action_is_evaluated_on_every_resource(embedded: Connection) -> None:
    results = simulate(
        embedded,
        allow("s3:GetObject", "arn:aws:s3:::first/*"),
        allow("s3:PutObject"),
        ActionNames=["s3:GetObject", "s3:PutObject"],
        ResourceArns=[FIRST, SECOND],
    )

    decisions = {
        (result["EvalActionName"], specific["EvalResourceName"]): specific["EvalResourceDecision"]
        for result in results
        for specific in result["ResourceSpecificResults"]
    }
    assert decisions == {
        ("s3:GetObject", FIRST): "allowed",
        ("s3:GetObject", SECOND): "implicitDeny",
        ("s3:PutObject", FIRST): "allowed",
        ("s3:PutObject", SECOND): "allowed",
    }
    assert [result["EvalDecision"] for result in results] == ["implicitDeny", "allowed"]


def test_the_top_level_resource_is_a_template(embedded: Connection) -> None:
    (result,) = simulate(
        embedded, allow("s3:*"), ActionNames=["s3:GetObject"], ResourceArns=[FIRST]
    )

    assert "${" in result["EvalResourceName"]


def test_an_explicit_denial_wins(embedded: Connection) -> None:
    (result,) = simulate(
        embedded,
        allow("s3:*"),
        deny("s3:GetObject", SECOND),
        ActionNames=["s3:GetObject"],
        ResourceArns=[FIRST, SECOND],
    )

    assert result["EvalDecision"] == "explicitDeny"


def test_context_decides_and_missing_context_is_named(embedded: Connection) -> None:
    statement = allow(
        "iam:PassRole", "*", StringEquals={"iam:PassedToService": "lambda.amazonaws.com"}
    )

    def decided(*entries: str) -> dict[str, Any]:
        context = [
            {
                "ContextKeyName": "iam:PassedToService",
                "ContextKeyType": "string",
                "ContextKeyValues": list(entries),
            }
        ]
        more = {"ContextEntries": context} if entries else {}
        return simulate(embedded, statement, ActionNames=["iam:PassRole"], **more)[0]

    assert decided("lambda.amazonaws.com")["EvalDecision"] == "allowed"
    assert decided("states.amazonaws.com")["EvalDecision"] == "implicitDeny"
    without = decided()
    assert without["EvalDecision"] == "implicitDeny"
    assert without["MissingContextValues"] == ["iam:PassedToService"]


def test_a_list_of_services_is_one_context_entry(embedded: Connection) -> None:
    condition = {"ForAnyValue__StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}}
    entry = {
        "ContextKeyName": "aws:CalledVia",
        "ContextKeyType": "stringList",
        "ContextKeyValues": ["cloudformation.amazonaws.com", "dynamodb.amazonaws.com"],
    }

    (result,) = simulate(
        embedded,
        allow("kms:Decrypt", "*", **condition),
        ActionNames=["kms:Decrypt"],
        ContextEntries=[entry],
    )

    assert result["EvalDecision"] == "allowed"


@pytest.mark.parametrize(("told", "decision"), [(True, "allowed"), (False, "explicitDeny")])
def test_the_simulator_knows_no_region_unless_it_is_told(
    embedded: Connection, *, told: bool, decision: str
) -> None:
    elsewhere = deny("*") | {"Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}}
    region = {
        "ContextKeyName": "aws:RequestedRegion",
        "ContextKeyValues": ["eu-west-1"],
        "ContextKeyType": "string",
    }

    (result,) = simulate(
        embedded,
        allow("s3:*"),
        elsewhere,
        ActionNames=["s3:GetObject"],
        ResourceArns=[FIRST],
        ContextEntries=[region] if told else [],
    )

    assert result["EvalDecision"] == decision


def test_a_boundary_limits_the_answer(embedded: Connection) -> None:
    (result,) = simulate(
        embedded,
        allow("*"),
        ActionNames=["sqs:CreateQueue"],
        PermissionsBoundaryPolicyInputList=[document(allow("s3:*"))],
    )

    assert result["EvalDecision"] == "implicitDeny"
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}


def test_many_actions_come_in_pages(embedded: Connection) -> None:
    actions = [f"s3:Get{name}" for name in ("Object", "BucketPolicy", "BucketCORS")]
    iam = embedded.client("iam")
    first = iam.simulate_custom_policy(
        PolicyInputList=[document(allow("s3:*"))], ActionNames=actions, MaxItems=2
    )
    second = iam.simulate_custom_policy(
        PolicyInputList=[document(allow("s3:*"))],
        ActionNames=actions,
        MaxItems=2,
        Marker=first["Marker"],
    )

    assert first["IsTruncated"] is True
    assert second["IsTruncated"] is False
    pages = [*first["EvaluationResults"], *second["EvaluationResults"]]
    assert [result["EvalActionName"] for result in pages] == actions


def test_a_principal_is_simulated_with_its_own_policies(embedded: Connection) -> None:
    role = principals.a_role(embedded, allow("sqs:SendMessage"))
    iam = embedded.client("iam")

    found = iam.simulate_principal_policy(
        PolicySourceArn=role, ActionNames=["sqs:SendMessage", "sqs:DeleteQueue"]
    )["EvaluationResults"]

    assert [result["EvalDecision"] for result in found] == ["allowed", "implicitDeny"]


def test_a_principal_that_is_not_there_is_not_simulated(embedded: Connection) -> None:
    nobody = f"arn:aws:iam::{embedded.account}:role/{uuid.uuid4().hex}"

    with pytest.raises(ClientError, match="cannot be found"):
        embedded.client("iam").simulate_principal_policy(
            PolicySourceArn=nobody, ActionNames=["s3:GetObject"]
        )


@pytest.mark.parametrize("action", ["s3:*", "s3:Get*"])
def test_wildcards_in_actions_are_refused(embedded: Connection, action: str) -> None:
    with pytest.raises(ClientError, match="wildcards"):
        simulate(embedded, allow("s3:*"), ActionNames=[action])


def test_broken_policies_are_refused(embedded: Connection) -> None:
    with pytest.raises(ClientError, match="InvalidInput"):
        embedded.client("iam").simulate_custom_policy(
            PolicyInputList=["{}"], ActionNames=["s3:GetObject"]
        )


def test_a_policy_is_in_force_late_when_asked_and_the_simulator_knows_it_before(
    embedded: Connection, ask: Ask
) -> None:
    role = principals.a_role(embedded, allow("s3:ListAllMyBuckets"))
    caller, iam = principals.as_role(embedded, role), embedded.client("iam")
    ask("/_fencepost/iam", {"seconds": 3600})
    try:
        iam.put_role_policy(
            RoleName=role.rsplit("/", 1)[-1],
            PolicyName="late",
            PolicyDocument=document(allow("sqs:ListQueues")),
        )
        (simulated,) = iam.simulate_principal_policy(
            PolicySourceArn=role, ActionNames=["sqs:ListQueues"]
        )["EvaluationResults"]
        with pytest.raises(ClientError, match="AccessDenied"):
            caller.client("sqs").list_queues()
    finally:
        ask("/_fencepost/iam", {"seconds": 0})

    assert simulated["EvalDecision"] == "allowed"
    assert "ResponseMetadata" in caller.client("sqs").list_queues()
