"""What a schedule calls, as the schedule's role: its target, or the queue for what failed.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from embedded_aws.services.stepfunctions.integrations import integrations
from embedded_aws.sessions.caller import endpoint

UNIVERSAL = "arn:aws:scheduler:::aws-sdk:"
SDK = "arn:aws:states:::aws-sdk:"
# Universal targets do not call what only reads (managing-targets-universal.html).
READS = re.compile(r"get|describe|list|poll|receive|search|scan|query|select|read|lookup|discover|"
                   r"validate|batchGet|batchDescribe|batchRead|transactGet|adminGet|adminList|"
                   r"testMigration|retrieve|testConnection|translateDocument|isAuthorized|"
                   r"invokeModel")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One firing of a schedule."""

    identifier: str
    schedule: Mapping[str, Any]
    scheduled: datetime
    attempt: int = 1

    @property
    def target(self) -> Mapping[str, Any]:
        """The schedule's target."""
        target: Mapping[str, Any] = self.schedule["Target"]
        return target

    @property
    def input(self) -> str:
        """The input with the context attributes filled in; Scheduler's own event without one."""
        text = self.target.get("Input") or json.dumps(self._event())
        for name, value in {
            "schedule-arn": self.schedule["Arn"],
            "scheduled-time": f"{self.scheduled:%Y-%m-%dT%H:%M:%SZ}",
            "execution-id": self.identifier,
            "attempt-number": str(self.attempt),
        }.items():
            text = text.replace(f"<aws.scheduler.{name}>", value)
        return str(text)

    def _event(self) -> dict[str, Any]:
        _, _, _, region, account = self.schedule["Arn"].split(":")[:5]
        return {
            "version": "0",
            "id": self.identifier,
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": account,
            "time": f"{self.scheduled:%Y-%m-%dT%H:%M:%SZ}",
            "region": region,
            "resources": [self.schedule["Arn"]],
            "detail": "{}",
        }


def invoke(invocation: Invocation) -> None:
    """Call the target; a failure is a task's error."""
    action, request = request_of(invocation)
    integrations.call(integrations.integration_of(SDK + action), request)


def request_of(invocation: Invocation) -> tuple[str, dict[str, Any]]:
    """The API call behind a target: `service:action` and its request."""
    arn, given = str(invocation.target["Arn"]), invocation.input
    if arn.startswith(UNIVERSAL):
        asked = given if invocation.target.get("Input") else "{}"
        return arn.removeprefix(UNIVERSAL), json.loads(asked)
    templated = TEMPLATED.get(arn.split(":")[2])
    if templated is None:
        raise integrations.unrecognised(arn)
    action, request = templated
    return action, request(arn, given, invocation.target)


def bury(invocation: Invocation, code: str, message: str, *, condition: str) -> None:
    """Send what could not be delivered to the schedule's dead-letter queue.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
    """
    arn = (invocation.target.get("DeadLetterConfig") or {}).get("Arn")
    if not arn:
        return
    _, request = request_of(invocation)
    attributes = {
        "SCHEDULE_ARN": invocation.schedule["Arn"],
        "TARGET_ARN": invocation.target["Arn"],
        "ERROR_CODE": code,
        "ERROR_MESSAGE": message[:1000],
        "EXHAUSTED_RETRY_CONDITION": condition,
        "RETRY_ATTEMPTS": str(invocation.attempt - 1),
        "EXECUTION_ID": invocation.identifier,
    }
    message_attributes = {
        name: {"DataType": "String", "StringValue": str(value)}
        for name, value in attributes.items()
        if value
    }
    send = {
        "QueueUrl": queue_url(arn),
        "MessageBody": json.dumps(request),
        "MessageAttributes": message_attributes,
    }
    integrations.call(integrations.integration_of(SDK + "sqs:sendMessage"), send)


def queue_url(arn: str) -> str:
    """The address of a queue."""
    account, name = arn.split(":")[4:6]
    return f"{endpoint()}/{account}/{name}"


Request = Callable[[str, str, Mapping[str, Any]], dict[str, Any]]  # of an ARN, an input, a target


def _send_message(arn: str, given: str, target: Mapping[str, Any]) -> dict[str, Any]:
    group = (target.get("SqsParameters") or {}).get("MessageGroupId")
    more = {"MessageGroupId": group} if group else {}
    return {"QueueUrl": queue_url(arn), "MessageBody": given, **more}


def _put_events(arn: str, given: str, target: Mapping[str, Any]) -> dict[str, Any]:
    parameters = target.get("EventBridgeParameters") or {}
    return {"Entries": [{"EventBusName": arn, "Detail": given, **parameters}]}


TEMPLATED: Mapping[str, tuple[str, Request]] = {
    "states": (
        "sfn:startExecution",
        lambda arn, given, _target: {"StateMachineArn": arn, "Input": given},
    ),
    "lambda": (
        "lambda:invoke",
        lambda arn, given, _target: {
            "FunctionName": arn,
            "InvocationType": "Event",
            "Payload": given,
        },
    ),
    "sqs": ("sqs:sendMessage", _send_message),
    "sns": ("sns:publish", lambda arn, given, _target: {"TopicArn": arn, "Message": given}),
    "codebuild": (
        "codebuild:startBuild",
        lambda arn, _given, _target: {"ProjectName": arn.rsplit("/", 1)[-1]},
    ),
    "events": ("eventbridge:putEvents", _put_events),
}
