"""Every task is a call by the machine's role: authorised, recorded, its errors named as AWS's."""

import io
import json
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from embedded_aws.services.stepfunctions.integrations import sdk_names
from local.connection import Connection
from tests.embedded_aws.workloads import (
    a_project,
    a_role,
    finished,
    jsonata,
    policy,
    run,
    start,
    task,
)

Ask = Callable[..., Any]

pytestmark = pytest.mark.local

SDK = "arn:aws:states:::aws-sdk:"
SOURCE = """
class TrailNotReadyError(Exception):
    pass

def handler(event, context):
    if event.get("raise"):
        raise TrailNotReadyError("not yet: " + event["raise"])
    return {"echo": event}
"""


@pytest.fixture(scope="module")
def role(embedded: Connection) -> str:
    return a_role(
        embedded,
        "states.amazonaws.com",
        actions=[
            "s3:*", "ssm:GetParameter", "codebuild:*", "states:*", "lambda:InvokeFunction",
            "sns:Publish", "sqs:SendMessage", "dynamodb:*", "events:PutEvents", "sts:AssumeRole",
            "logs:*",
        ],
    )  # fmt: skip


@pytest.fixture(scope="module")
def function(embedded: Connection) -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", SOURCE)
    own = a_role(embedded, "lambda.amazonaws.com", actions=["logs:*"])
    arn: str = embedded.client("lambda").create_function(
        FunctionName="compute-echo",
        Runtime="python3.11",
        Role=own,
        Handler="app.handler",
        Code={"ZipFile": packed.getvalue()},
    )["FunctionArn"]
    return arn


def records_of(ask: Ask, name: str, session: str) -> list[dict[str, Any]]:
    return [
        record
        for record in ask("/_fencepost/records")["records"]
        if record["eventName"] == name
        and record["userIdentity"].get("arn", "").endswith(f"/{session}")
    ]


def test_a_task_is_recorded_under_the_role_in_a_session_named_for_the_execution(
    embedded: Connection, role: str, ask: Ask
) -> None:
    ended = run(embedded, role, task(SDK + "ssm:getParameter", {"Name": "/absent"}))

    (record,) = records_of(ask, "GetParameter", ended["name"])
    assert record["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] == role
    assert record["errorCode"] == "ParameterNotFound"
    assert ended["error"] == "Ssm.ParameterNotFoundException"
    assert "Service: Ssm, Status Code: 400" in ended["cause"]


def test_a_task_that_the_role_may_not_do_fails_with_the_services_own_error(
    embedded: Connection, role: str
) -> None:
    roles = run(embedded, role, task(SDK + "iam:listRoles"))
    analyzers = run(embedded, role, task(SDK + "accessanalyzer:listAnalyzers"))

    assert roles["error"] == "Iam.IamException"
    assert "is not authorized to perform: iam:ListRoles" in roles["cause"]
    assert analyzers["error"] == "AccessAnalyzer.AccessDeniedException"


def test_requests_and_results_are_spelled_as_step_functions_spells_them(
    embedded: Connection, role: str
) -> None:
    where = {"LocationConstraint": "eu-west-1"}
    embedded.client("s3").create_bucket(Bucket="spelled", CreateBucketConfiguration=where)
    put = task(
        SDK + "s3:putObject",
        {"Bucket": "spelled", "Key": "a", "Body": {"n": 1}, "Metadata": {"Own": "Key"}},
    )
    listing = task(SDK + "s3:listObjectsV2", {"Bucket": "spelled"})
    get = task(SDK + "s3:getObject", {"Bucket": "spelled", "Key": "a"})

    run(embedded, role, put)
    (listed,) = run(embedded, role, listing)["output"]["Contents"]
    got = run(embedded, role, get)["output"]

    assert listed["Key"] == "a"
    assert listed["ETag"] == got["ETag"]
    assert datetime.fromisoformat(listed["LastModified"]).tzinfo == UTC
    assert json.loads(got["Body"]) == {"n": 1}
    assert got["Metadata"] == {"own": "Key"}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"name": "/x"}, "The field 'name' is not supported by Step Functions"),
        ({"Nome": "/x"}, "The field 'Nome' is not supported by Step Functions"),
        ({}, "Missing required parameter"),
    ],
)
def test_a_request_with_a_wrong_member_fails_before_it_is_sent(
    embedded: Connection, role: str, arguments: dict[str, str], complaint: str
) -> None:
    ended = run(embedded, role, task(SDK + "ssm:getParameter", arguments))

    assert ended["error"] == "States.Runtime"
    assert complaint in ended["cause"]


@pytest.mark.parametrize(
    "resource",
    [SDK + "nothing:here", SDK + "ssm:GetParameter", "arn:aws:states:::codebuild:deleteProject"],
)
def test_a_resource_that_names_no_integration_is_not_recognised(
    embedded: Connection, role: str, resource: str
) -> None:
    ended = run(embedded, role, task(resource, {"Name": "/x"}))

    assert "is not recognized" in ended["cause"]


def test_a_function_gets_its_payload_and_returns_its_own(
    embedded: Connection, role: str, function: str
) -> None:
    arguments = {"FunctionName": function, "Payload": {"who": "{% $states.input.who %}"}}
    optimised = task("arn:aws:states:::lambda:invoke", arguments)

    ended = run(embedded, role, optimised, {"who": "you"})
    by_name = run(embedded, role, task(function, {"who": "me"}))

    assert ended["output"]["Payload"] == {"echo": {"who": "you"}}
    assert ended["output"]["StatusCode"] == 200
    assert by_name["output"] == {"echo": {"who": "me"}}


def test_the_exception_that_a_function_raises_names_the_error(
    embedded: Connection, role: str, function: str
) -> None:
    arguments = {"FunctionName": function, "Payload": {"raise": "wait"}}

    ended = run(embedded, role, task("arn:aws:states:::lambda:invoke", arguments))

    cause = json.loads(ended["cause"])
    assert ended["error"] == "TrailNotReadyError"
    assert cause["errorMessage"] == "not yet: wait"
    assert cause["errorType"] == "TrailNotReadyError"
    assert cause["stackTrace"]


def test_a_function_that_raised_is_warm_for_its_next_call(
    embedded: Connection, function: str
) -> None:
    client = embedded.client("lambda")
    client.invoke(FunctionName=function, Payload=b'{"raise": "x"}')

    begun = time.monotonic()
    answer = client.invoke(FunctionName=function, Payload=b'{"raise": "y"}')
    taken = time.monotonic() - begun

    assert answer["FunctionError"] == "Unhandled"
    assert taken < 0.2


def test_a_module_that_cannot_be_imported_names_the_error(embedded: Connection, role: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "import nothing_of_the_kind")
    own = a_role(embedded, "lambda.amazonaws.com", actions=["logs:*"])
    embedded.client("lambda").create_function(
        FunctionName="compute-broken",
        Runtime="python3.11",
        Role=own,
        Handler="app.handler",
        Code={"ZipFile": packed.getvalue()},
    )
    arguments = {"FunctionName": "compute-broken", "Payload": {}}

    ended = run(embedded, role, task("arn:aws:states:::lambda:invoke", arguments))

    assert ended["error"] == "Runtime.ImportModuleError"
    assert "nothing_of_the_kind" in ended["cause"]


def test_a_build_that_fails_fails_its_task_with_the_build_in_the_cause(
    embedded: Connection, role: str
) -> None:
    builder = a_role(embedded, "codebuild.amazonaws.com", actions=["logs:*"])
    project = a_project(
        embedded,
        builder,
        "version: 0.2\nphases: {build: {commands: ['exit $STATUS']}}\n",
    )

    def machine(status: str) -> dict[str, Any]:
        override = [{"Name": "STATUS", "Value": status, "Type": "PLAINTEXT"}]
        arguments = {"ProjectName": project, "EnvironmentVariablesOverride": override}
        return task("arn:aws:states:::codebuild:startBuild.sync", arguments)

    failed = run(embedded, role, machine("3"))
    passed = run(embedded, role, machine("0"))

    assert failed["error"] == "States.TaskFailed"
    build = json.loads(failed["cause"])["Build"]
    assert build["BuildStatus"] == "FAILED"
    (phase,) = [phase for phase in build["Phases"] if phase["PhaseType"] == "BUILD"]
    assert "exit status 3" in phase["Contexts"][0]["Message"]
    assert passed["output"]["Build"]["BuildStatus"] == "SUCCEEDED"


def test_a_project_that_is_not_there_is_named_as_codebuild_names_it(
    embedded: Connection, role: str
) -> None:
    machine = task("arn:aws:states:::codebuild:startBuild.sync", {"ProjectName": "none"})

    assert run(embedded, role, machine)["error"] == "CodeBuild.ResourceNotFoundException"


def test_a_child_execution_returns_its_output_as_json(embedded: Connection, role: str) -> None:
    sfn = embedded.client("stepfunctions")
    doubled = {"Type": "Pass", "Output": {"n": "{% $states.input.n * 2 %}"}, "End": True}
    fails = {"Type": "Fail", "Error": "Child", "Cause": "said no"}

    def child(state: dict[str, Any], name: str) -> dict[str, Any]:
        arn = sfn.create_state_machine(
            name=name, definition=json.dumps(jsonata({"Only": state})), roleArn=role
        )["stateMachineArn"]
        arguments = {"StateMachineArn": arn, "Input": {"n": 21}}
        return task("arn:aws:states:::states:startExecution.sync:2", arguments)

    good = run(embedded, role, child(doubled, "child-good"))
    bad = run(embedded, role, child(fails, "child-bad"))

    assert good["output"]["Output"] == {"n": 42}
    assert bad["error"] == "States.TaskFailed"
    assert json.loads(bad["cause"])["Error"] == "Child"


def test_messages_items_and_events_go_where_they_should(embedded: Connection, role: str) -> None:
    topic = embedded.client("sns").create_topic(Name="published")["TopicArn"]
    sqs = embedded.client("sqs")
    queue = sqs.create_queue(QueueName="sent")["QueueUrl"]
    embedded.client("dynamodb").create_table(
        TableName="items",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    integrations: dict[str, dict[str, Any]] = {
        "sns:publish": {"TopicArn": topic, "Message": {"a": 1}},
        "sqs:sendMessage": {"QueueUrl": queue, "MessageBody": {"b": 2}},
        "dynamodb:putItem": {"TableName": "items", "Item": {"id": {"S": "x"}}},
        "events:putEvents": {"Entries": [{"Source": "own", "DetailType": "t", "Detail": {"c": 3}}]},
    }

    statuses = {
        name: run(embedded, role, task(f"arn:aws:states:::{name}", arguments))["status"]
        for name, arguments in integrations.items()
    }

    assert statuses == dict.fromkeys(integrations, "SUCCEEDED")
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(message["Body"]) == {"b": 2}
    assert embedded.client("dynamodb").get_item(TableName="items", Key={"id": {"S": "x"}})["Item"]


def test_an_optimised_error_carries_the_name_of_its_service(
    embedded: Connection, role: str
) -> None:
    missing = "arn:aws:sns:eu-west-1:123456789012:no-such-topic"
    arguments = {"TopicArn": missing, "Message": "m"}

    optimised = run(embedded, role, task("arn:aws:states:::sns:publish", arguments))
    generic = run(embedded, role, task(SDK + "sns:publish", arguments))

    assert optimised["error"] == "SNS.NotFoundException"
    assert generic["error"] == "Sns.NotFoundException"


def test_credentials_let_a_task_act_as_a_role_of_another_account(
    embedded: Connection, other_account: Connection, role: str, ask: Ask
) -> None:
    other_account.client("ssm").put_parameter(Name="/theirs", Value="seen", Type="String")
    theirs = a_role(other_account, "any", actions=["ssm:GetParameter"], trust={"AWS": role})
    machine = task(SDK + "ssm:getParameter", {"Name": "/theirs"}, Credentials={"RoleArn": theirs})

    ended = run(embedded, role, machine)

    assert ended["output"]["Parameter"]["Value"] == "seen"
    recorded = records_of(ask, "GetParameter", ended["name"])
    assert [record["recipientAccountId"] for record in recorded] == [other_account.account]


def test_credentials_of_a_role_that_does_not_trust_the_machine_are_denied(
    embedded: Connection, other_account: Connection, role: str
) -> None:
    theirs = a_role(other_account, "lambda.amazonaws.com", actions=["ssm:GetParameter"])
    machine = task(SDK + "ssm:getParameter", {"Name": "/x"}, Credentials={"RoleArn": theirs})

    ended = run(embedded, role, machine)

    assert ended["error"] == "Sts.StsException"
    assert "sts:AssumeRole" in ended["cause"]


def test_a_task_with_a_token_waits_for_whoever_returns_it(
    embedded: Connection, role: str, eventually: Callable[[Callable[[], Any]], Any]
) -> None:
    sqs = embedded.client("sqs")
    queue = sqs.create_queue(QueueName="tokens")["QueueUrl"]
    body = {"token": "{% $states.context.Task.Token %}"}
    machine = task(
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        {"QueueUrl": queue, "MessageBody": body},
    )
    execution = start(embedded, role, machine)

    (message,) = eventually(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
    token = json.loads(message["Body"])["token"]
    embedded.client("stepfunctions").send_task_success(taskToken=token, output='{"ok": true}')

    assert finished(embedded, execution)["output"] == {"ok": True}


def test_a_result_that_is_too_large_fails_the_state(embedded: Connection, role: str) -> None:
    s3 = embedded.client("s3")
    where = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket="large-results", CreateBucketConfiguration=where)
    s3.put_object(Bucket="large-results", Key="big", Body=b"x" * 262_145)
    get = {"Bucket": "large-results", "Key": "big"}

    ended = run(embedded, role, task(SDK + "s3:getObject", get))

    assert ended["error"] == "States.DataLimitExceeded"


def test_a_role_with_a_grant_for_one_resource_may_not_touch_another(
    embedded: Connection,
) -> None:
    arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/mine"
    narrow = a_role(embedded, "states.amazonaws.com", actions=["ssm:GetParameter"], resource=arn)
    embedded.client("ssm").put_parameter(Name="/mine", Value="v", Type="String")

    mine = run(embedded, narrow, task(SDK + "ssm:getParameter", {"Name": "/mine"}))
    yours = run(embedded, narrow, task(SDK + "ssm:getParameter", {"Name": "/yours"}))

    assert mine["status"] == "SUCCEEDED", policy(actions=["ssm:GetParameter"], resource=arn)
    assert yours["error"] == "Ssm.AccessDeniedException"


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("jobId", "JobId"),
        ("ETag", "ETag"),
        ("SSEKMSKeyId", "SsekmsKeyId"),
        ("KMSMasterKeyID", "KmsMasterKeyID"),
        ("VPCSecurityGroups", "VpcSecurityGroups"),
        ("isComplete", "IsComplete"),
    ],
)
def test_members_are_spelled_as_the_java_sdk_spells_them(name: str, spelled: str) -> None:
    assert sdk_names.member(name).lower() == spelled.lower()
    assert sdk_names.member(name)[0] == spelled[0]


@pytest.mark.parametrize(
    ("service", "prefix", "shape", "error"),
    [
        ("ssm", "Ssm", "ParameterNotFound", "ParameterNotFoundException"),
        ("accessanalyzer", "AccessAnalyzer", "ConflictException", "ConflictException"),
        ("logs", "CloudWatchLogs", "ResourceNotFoundException", "ResourceNotFoundException"),
        ("rds", "Rds", "DBClusterNotFoundFault", "DbClusterNotFoundException"),
        ("dynamodb", "DynamoDb", "ResourceInUseException", "ResourceInUseException"),
        ("s3", "S3", "NoSuchKey", "NoSuchKeyException"),
    ],
)
def test_errors_are_named_as_the_java_sdk_names_them(
    service: str, prefix: str, shape: str, error: str
) -> None:
    assert (sdk_names.prefix(service), sdk_names.exception(shape)) == (prefix, error)


@pytest.mark.parametrize(
    ("integration", "service"),
    [
        ("sfn", "stepfunctions"),
        ("cloudwatchlogs", "logs"),
        ("eventbridge", "events"),
        ("accessanalyzer", "accessanalyzer"),
        ("secretsmanager", "secretsmanager"),
        ("resourcegroupstaggingapi", "resourcegroupstaggingapi"),
        ("applicationautoscaling", "application-autoscaling"),
        ("databasemigration", "dms"),
        ("logs", None),
        ("nosuchservice", None),
    ],
)
def test_integrations_find_their_service(integration: str, service: str | None) -> None:
    assert sdk_names.service_of(integration) == service
