"""What the tests of the compute side run: roles, state machines, builds."""

import json
import time
import uuid
from collections.abc import Sequence
from typing import Any

from local.connection import Connection

DEADLINE = 30  # seconds


def a_role(
    embedded: Connection,
    service: str,
    *,
    actions: Sequence[str],
    trust: dict[str, Any] | None = None,
    resource: str = "*",
) -> str:
    """A role that trusts a service, or whom `trust` names."""
    name = f"{service.split('.', maxsplit=1)[0]}-{uuid.uuid4().hex[:8]}"
    principal = trust or {"Service": service}
    iam = embedded.client("iam")
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(principal=principal))[
        "Role"
    ]["Arn"]
    if actions:
        document = policy(actions=list(actions), resource=resource)
        iam.put_role_policy(RoleName=name, PolicyName="grants", PolicyDocument=document)
    return arn


def policy(
    *,
    actions: list[str] | None = None,
    principal: dict[str, Any] | None = None,
    resource: str = "*",
) -> str:
    """A policy of one statement: a trust policy when a principal is given."""
    statement: dict[str, Any] = {"Effect": "Allow"}
    if principal is not None:
        statement |= {"Principal": principal, "Action": "sts:AssumeRole"}
    else:
        statement |= {"Action": actions, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def jsonata(states: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A machine in JSONata that starts at its first state."""
    return {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states, **more}


def task(resource: str, arguments: Any = None, **more: Any) -> dict[str, Any]:
    """A machine of one task, named Call."""
    state = {"Type": "Task", "Resource": resource, "End": True, **more}
    if arguments is not None:
        state["Arguments"] = arguments
    return jsonata({"Call": state})


def start(
    embedded: Connection, role: str, definition: dict[str, Any], data: Any = None, name: str = ""
) -> str:
    """Create a machine and start it."""
    sfn = embedded.client("stepfunctions")
    machine = sfn.create_state_machine(
        name=f"m-{uuid.uuid4().hex[:12]}", definition=json.dumps(definition), roleArn=role
    )["stateMachineArn"]
    execution: str = sfn.start_execution(
        stateMachineArn=machine,
        input=json.dumps({} if data is None else data),
        name=name or f"run-{uuid.uuid4().hex[:8]}",
    )["executionArn"]
    return execution


def finished(embedded: Connection, execution: str) -> dict[str, Any]:
    """An execution's description once it has ended, with its output read."""
    sfn = embedded.client("stepfunctions")
    deadline = time.monotonic() + DEADLINE
    described: dict[str, Any] = sfn.describe_execution(executionArn=execution)
    while described["status"] == "RUNNING" and time.monotonic() < deadline:
        time.sleep(0.02)
        described = sfn.describe_execution(executionArn=execution)
    if described.get("output"):
        described["output"] = json.loads(described["output"])
    return described


def run(
    embedded: Connection, role: str, definition: dict[str, Any], data: Any = None
) -> dict[str, Any]:
    """Run a machine to its end."""
    return finished(embedded, start(embedded, role, definition, data))


def a_project(
    embedded: Connection, role: str, buildspec: str, *, source: str = "", **more: Any
) -> str:
    """A CodeBuild project."""
    name = f"p-{uuid.uuid4().hex[:12]}"
    where = {"type": "S3", "location": source} if source else {"type": "NO_SOURCE"}
    embedded.client("codebuild").create_project(
        name=name,
        source={**where, "buildspec": buildspec},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        serviceRole=role,
        **more,
    )
    return name


def built(embedded: Connection, build_id: str) -> dict[str, Any]:
    """A build's record once it has ended."""
    codebuild = embedded.client("codebuild")
    deadline = time.monotonic() + DEADLINE
    build: dict[str, Any] = codebuild.batch_get_builds(ids=[build_id])["builds"][0]
    while not build["buildComplete"] and time.monotonic() < deadline:
        time.sleep(0.02)
        build = codebuild.batch_get_builds(ids=[build_id])["builds"][0]
    return build


def build(embedded: Connection, project: str, **overrides: Any) -> dict[str, Any]:
    """Run a project's build to its end."""
    started = embedded.client("codebuild").start_build(projectName=project, **overrides)
    return built(embedded, started["build"]["id"])


def log_of(embedded: Connection, record: dict[str, Any]) -> list[str]:
    """A build's log."""
    events = embedded.client("logs").get_log_events(
        logGroupName=record["logs"]["groupName"],
        logStreamName=record["logs"]["streamName"],
        startFromHead=True,
    )["events"]
    return [event["message"] for event in events]
