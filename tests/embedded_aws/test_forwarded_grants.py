"""What a stack may do is what its caller, or its role, may: denied calls fail it, and its roll-back too."""

import io
import uuid
import zipfile
from typing import Any

import pytest

from local.connection import Connection
from tests.embedded_aws import principals
from tests.embedded_aws.forwarding import STACKS, VIA
from tests.embedded_aws.principals import allow, as_role, deploy, reasons, settled, somebody
from tests.embedded_aws.stack_calls import (
    LAMBDA_TRUST,
    Ask,
    a_function,
    a_role_resource,
    names,
    recorded,
)

pytestmark = pytest.mark.local


def test_a_grant_through_cloudformation_alone_serves_stacks_and_nothing_else(
    embedded: Connection,
) -> None:
    caller = somebody(embedded, STACKS, allow("sqs:*", **VIA))

    _, status = deploy(caller, {"Queue": {"Type": "AWS::SQS::Queue"}})

    assert status == "CREATE_COMPLETE"
    with pytest.raises(Exception, match="not authorized to perform: sqs:createqueue"):
        caller.client("sqs").create_queue(QueueName="direct")


def test_a_denied_call_fails_the_resource_in_cloudformations_words(
    embedded: Connection, ask: Ask
) -> None:
    caller = somebody(embedded, STACKS)

    name, status = deploy(caller, {"Queue": {"Type": "AWS::SQS::Queue"}})

    assert status == "ROLLBACK_COMPLETE"
    reason = reasons(embedded, name)["Queue"]
    assert reason.startswith('Resource handler returned message: "User: arn:aws:sts::')
    assert "because no identity-based policy allows the sqs:createqueue action" in reason
    assert "HandlerErrorCode: AccessDenied" in reason
    (record,) = recorded(ask, name)
    assert record["eventName"] == "CreateQueue"
    assert record["errorCode"] == "AccessDenied"
    assert record["responseElements"] is None


def test_a_rollback_is_forwarded_too_and_deletes_what_is_half_made(
    embedded: Connection, ask: Ask
) -> None:
    granted = ["iam:CreateRole", "iam:GetRole", "iam:DeleteRole", "iam:ListRolePolicies"]
    caller = somebody(embedded, STACKS, allow([*granted, "iam:DeleteRolePolicy"], **VIA))
    role = a_role_resource(Policies=[{"PolicyName": "p", "PolicyDocument": LAMBDA_TRUST}])

    name, status = deploy(caller, {"Role": role})

    assert status == "ROLLBACK_COMPLETE"
    calls = recorded(ask, name)
    assert [r["eventName"] for r in calls if "errorCode" in r] == ["PutRolePolicy"]
    assert names(calls)[-1] == "DeleteRole"
    roles = embedded.client("iam").list_roles()["Roles"]
    assert not [r for r in roles if r["RoleName"].startswith(name)]


def test_what_a_rollback_may_not_delete_stays_in_the_stack(embedded: Connection) -> None:
    caller = somebody(embedded, STACKS, allow(["sqs:CreateQueue", "sqs:GetQueueAttributes"]))
    template = {
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Topic": {"Type": "AWS::SNS::Topic", "DependsOn": "Queue"},
    }

    name, status = deploy(caller, template)

    assert status == "ROLLBACK_FAILED"
    assert "sqs:deletequeue" in reasons(embedded, name)["Queue"]
    embedded.client("cloudformation").delete_stack(StackName=name)
    assert settled(embedded, name) == "GONE"
    queues = embedded.client("sqs").list_queues(QueueNamePrefix=name).get("QueueUrls", [])
    assert queues == []


def test_code_in_s3_is_read_with_the_callers_permissions(embedded: Connection) -> None:
    bucket = f"code-{uuid.uuid4().hex[:8]}"
    s3 = embedded.client("s3")
    s3.create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": embedded.region}
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): return 1")
    s3.put_object(Bucket=bucket, Key="code.zip", Body=content.getvalue())
    function = a_function()
    function["Properties"]["Code"] = {"S3Bucket": bucket, "S3Key": "code.zip"}
    template = {"Role": a_role_resource(), "Function": function}
    lacking = somebody(embedded, STACKS, allow(["iam:*", "lambda:*"]))
    having = somebody(
        embedded,
        STACKS,
        allow(["iam:*", "lambda:*"]),
        allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"),
    )

    name, status = deploy(lacking, template)
    assert status == "ROLLBACK_COMPLETE"
    assert (
        f's3:GetObject on resource: "arn:aws:s3:::{bucket}/code.zip"'
        in (reasons(embedded, name)["Function"])
    )
    assert deploy(having, template)[1] == "CREATE_COMPLETE"


def test_a_role_for_a_function_must_be_passed_to_lambda_and_to_nobody_else(
    embedded: Connection,
) -> None:
    template = {"Role": a_role_resource(), "Function": a_function()}
    granted = ["lambda:*", "iam:CreateRole", "iam:GetRole", "iam:DeleteRole"]

    def passing(service: str) -> str:
        condition: dict[str, Any] = {"StringEquals": {"iam:PassedToService": service}}
        caller = somebody(embedded, STACKS, allow(granted), allow("iam:PassRole", "*", **condition))
        return deploy(caller, template)[1]

    assert passing("states.amazonaws.com") == "ROLLBACK_COMPLETE"
    assert passing("lambda.amazonaws.com") == "CREATE_COMPLETE"


def test_a_service_role_acts_in_the_callers_place(embedded: Connection, ask: Ask) -> None:
    service_role = principals.a_role(
        embedded,
        allow("sqs:*"),
        trust=principals.trusting({"Service": "cloudformation.amazonaws.com"}),
    )
    queue = {"Queue": {"Type": "AWS::SQS::Queue"}}
    caller = somebody(embedded, STACKS, allow("iam:PassRole", service_role))

    name, status = deploy(caller, queue, RoleARN=service_role)

    assert status == "CREATE_COMPLETE"
    record = next(r for r in recorded(ask, name) if r["eventName"] == "CreateQueue")
    role_name = service_role.rsplit("/", 1)[-1]
    assert record["userIdentity"]["arn"].endswith(f"{role_name}/AWSCloudFormation")
    # The role is kept: later operations use it without being told.
    caller.client("cloudformation").delete_stack(StackName=name)
    assert settled(caller, name) == "GONE"


def test_handing_a_stack_its_role_needs_pass_role(embedded: Connection) -> None:
    service_role = principals.a_role(embedded, allow("sqs:*"))
    caller = somebody(embedded, STACKS)

    with pytest.raises(Exception, match="iam:PassRole"):
        deploy(caller, {"Queue": {"Type": "AWS::SQS::Queue"}}, RoleARN=service_role)


def test_a_role_of_another_session_is_not_taken_for_the_callers(embedded: Connection) -> None:
    role = principals.a_role(embedded, STACKS)
    first, second = as_role(embedded, role), as_role(embedded, role)

    assert first.access_key != second.access_key
    assert deploy(first, {"T": {"Type": "AWS::SNS::Topic"}})[1] == "ROLLBACK_COMPLETE"


@pytest.mark.parametrize(
    ("resource", "action"),
    [
        ({"Type": "AWS::S3::Bucket"}, "s3:TagResource"),
        (
            {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "rate(1 day)"}},
            "events:TagResource",
        ),
    ],
)
def test_cloudformation_s_own_tags_are_asked_for_where_that_is_known(
    embedded: Connection, resource: dict[str, Any], action: str
) -> None:
    may = somebody(embedded, allow("*"))
    may_not = somebody(embedded, allow("*"), principals.deny(action))

    name, status = deploy(may_not, {"One": resource})

    assert status == "ROLLBACK_COMPLETE"
    assert f"not authorized to perform: {action}" in reasons(embedded, name)["One"]
    assert deploy(may, {"One": resource})[1] == "CREATE_COMPLETE"


def test_a_topic_s_own_tags_are_not_asked_for(embedded: Connection) -> None:
    caller = somebody(embedded, allow("*"), principals.deny("sns:TagResource"))
    assert deploy(caller, {"One": {"Type": "AWS::SNS::Topic"}})[1] == "CREATE_COMPLETE"
