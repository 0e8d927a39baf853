"""Schedules fire as their roles, in time, and bury what they could not deliver."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from embedded_aws.services.scheduler.times import due_at
from local.connection import Connection
from tests.embedded_aws.workloads import a_role, jsonata

Ask = Callable[..., Any]
Eventually = Callable[[Callable[[], Any]], Any]

pytestmark = pytest.mark.local
SERVICE = "scheduler.amazonaws.com"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def soon() -> str:
    return f"at({datetime.now(UTC):%Y-%m-%dT%H:%M:%S})"


def schedule(embedded: Connection, target: dict[str, Any], **more: Any) -> str:
    name = f"s-{uuid.uuid4().hex[:8]}"
    embedded.client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression=more.pop("ScheduleExpression", soon()),
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=target,
        **more,
    )
    return name


def a_machine(embedded: Connection) -> str:
    role = a_role(embedded, "states.amazonaws.com", actions=["ssm:GetParameter"])
    arn: str = embedded.client("stepfunctions").create_state_machine(
        name=f"m-{uuid.uuid4().hex[:8]}",
        definition=json.dumps(jsonata({"Done": {"Type": "Succeed"}})),
        roleArn=role,
    )["stateMachineArn"]
    return arn


def test_a_schedule_starts_a_state_machine_as_its_role(
    embedded: Connection, ask: Ask, eventually: Eventually
) -> None:
    machine = a_machine(embedded)
    role = a_role(embedded, SERVICE, actions=["states:StartExecution"], resource=machine)
    given = '{"process": "orders", "at": "<aws.scheduler.scheduled-time>"}'
    sfn = embedded.client("stepfunctions")

    schedule(embedded, {"Arn": machine, "RoleArn": role, "Input": given})

    (execution,) = eventually(lambda: sfn.list_executions(stateMachineArn=machine)["executions"])
    described = sfn.describe_execution(executionArn=execution["executionArn"])
    (record,) = [
        record
        for record in ask("/_fencepost/records")["records"]
        if record["eventName"] == "StartExecution"
        and (record["requestParameters"] or {}).get("stateMachineArn") == machine
    ]
    received = json.loads(described["input"])
    assert received["process"] == "orders"
    assert datetime.fromisoformat(received["at"]).tzinfo
    assert record["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] == role


def test_a_universal_target_calls_any_api(embedded: Connection, eventually: Eventually) -> None:
    role = a_role(embedded, SERVICE, actions=["ssm:PutParameter"])
    request = json.dumps({"Name": "/scheduled", "Value": "yes", "Type": "String"})
    arn = "arn:aws:scheduler:::aws-sdk:ssm:putParameter"

    schedule(embedded, {"Arn": arn, "RoleArn": role, "Input": request})

    ssm = embedded.client("ssm")

    def value() -> Any:
        try:
            return ssm.get_parameter(Name="/scheduled")["Parameter"]["Value"]
        except ssm.exceptions.ParameterNotFound:
            return None

    assert eventually(value) == "yes"


def test_what_is_denied_is_retried_and_then_buried(
    embedded: Connection, eventually: Eventually
) -> None:
    machine = a_machine(embedded)
    sqs = embedded.client("sqs")
    url = sqs.create_queue(QueueName="schedule-dlq")["QueueUrl"]
    queue = "arn:aws:sqs:eu-west-1:123456789012:schedule-dlq"
    role = a_role(embedded, SERVICE, actions=["sqs:SendMessage"], resource=queue)

    schedule(
        embedded,
        {
            "Arn": machine,
            "RoleArn": role,
            "Input": '{"process": "orders"}',
            "RetryPolicy": {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 60},
            "DeadLetterConfig": {"Arn": queue},
        },
    )

    (message,) = eventually(
        lambda: sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages")
    )
    attributes = {
        name: value["StringValue"] for name, value in message["MessageAttributes"].items()
    }
    assert attributes["RETRY_ATTEMPTS"] == "2"
    assert attributes["TARGET_ARN"] == machine
    assert "AccessDenied" in attributes["ERROR_CODE"]
    assert json.loads(json.loads(message["Body"])["Input"]) == {"process": "orders"}


def test_a_schedule_that_asks_for_it_is_deleted_after_its_last_time(
    embedded: Connection, eventually: Eventually
) -> None:
    machine = a_machine(embedded)
    role = a_role(embedded, SERVICE, actions=["states:StartExecution"])
    scheduler = embedded.client("scheduler")

    name = schedule(embedded, {"Arn": machine, "RoleArn": role}, ActionAfterCompletion="DELETE")

    def gone() -> bool:
        try:
            scheduler.get_schedule(Name=name)
        except scheduler.exceptions.ResourceNotFoundException:
            return True
        return False

    assert eventually(gone)
    executions = embedded.client("stepfunctions").list_executions(stateMachineArn=machine)
    assert len(executions["executions"]) == 1


@pytest.mark.parametrize(
    ("expression", "arn"),
    [
        ("every day", "arn:aws:sqs:eu-west-1:123456789012:q"),
        ("at(tomorrow)", "arn:aws:sqs:eu-west-1:123456789012:q"),
        ("rate(7 days)", "arn:aws:scheduler:::aws-sdk:ssm:getParameter"),
    ],
)
def test_a_schedule_that_cannot_work_is_refused(
    embedded: Connection, expression: str, arn: str
) -> None:
    role = a_role(embedded, SERVICE, actions=[])

    with pytest.raises(ClientError) as refused:
        schedule(embedded, {"Arn": arn, "RoleArn": role}, ScheduleExpression=expression)

    assert refused.value.response["Error"]["Code"] == "ValidationException"


@pytest.mark.parametrize(
    ("expression", "more", "first", "second"),
    [
        ("at(2026-11-24T09:00:00)", {}, "2026-11-24T09:00", None),
        (
            "at(2026-11-24T09:00:00)",
            {"ScheduleExpressionTimezone": "Europe/Zurich"},
            "2026-11-24T08:00",
            None,
        ),
        ("rate(7 days)", {}, "2026-11-23T12:00", "2026-11-30T12:00"),
        ("rate(1 hour)", {"StartDate": NOW.timestamp()}, "2026-11-23T12:00", "2026-11-23T13:00"),
        (
            "rate(1 hour)",
            {"EndDate": (NOW + timedelta(minutes=30)).timestamp()},
            "2026-11-23T12:00",
            None,
        ),
        ("cron(0 8 ? * MON-FRI *)", {}, "2026-11-24T08:00", "2026-11-25T08:00"),
        (
            "cron(0 8 * * ? *)",
            {"ScheduleExpressionTimezone": "America/New_York"},
            "2026-11-23T13:00",
            "2026-11-24T13:00",
        ),
    ],
)
def test_a_schedule_is_due_when_its_expression_says(
    expression: str, more: dict[str, Any], first: str, second: str | None
) -> None:
    made = {"ScheduleExpression": expression, "CreationDate": NOW.timestamp(), **more}

    due = due_at(made, after=None)
    assert due is not None
    following = due_at(made, after=due)

    assert f"{due.astimezone(UTC):%Y-%m-%dT%H:%M}" == first
    assert (following and f"{following.astimezone(UTC):%Y-%m-%dT%H:%M}") == second
