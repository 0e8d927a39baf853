"""Principals with nothing but what a test gives them, and stacks deployed by them."""

import json
import time
import uuid
from dataclasses import asdict, dataclass
from typing import Any

import boto3
import botocore.loaders
import botocore.session
from botocore.config import Config

from local.connection import Connection

DEADLINE = 20  # seconds
Statement = dict[str, Any]

# Reading a service's model takes longer than the call: all principals share what was read.
_MODELS = botocore.loaders.create_loader()
_ONCE = Config(retries={"total_max_attempts": 1})


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal(Connection):
    """An embedded AWS as somebody sees it."""

    def client(self, service: Any, *, region: str | None = None) -> Any:
        """A client of a service, made quickly."""
        core = botocore.session.Session()
        core.register_component("data_loader", _MODELS)
        session = boto3.Session(
            self.access_key, self.secret_key, self.token, self.region, botocore_session=core
        )
        return session.client(
            service, endpoint_url=self.endpoint, region_name=region or self.region, config=_ONCE
        )


def allow(
    actions: str | list[str], resources: str | list[str] = "*", **condition: dict[str, Any]
) -> Statement:
    """A statement that allows; conditions by operator, `StringEquals={…}`."""
    found: Statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
    operators = {name.replace("__", ":"): value for name, value in condition.items()}
    return {**found, "Condition": operators} if operators else found


def deny(actions: str | list[str], resources: str = "*") -> Statement:
    """A statement that denies."""
    return {"Effect": "Deny", "Action": actions, "Resource": resources}


def document(*statements: Statement) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trusting(principal: object, **condition: dict[str, Any]) -> str:
    """A trust policy."""
    statement: Statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return document({**statement, "Condition": condition} if condition else statement)


def a_role(embedded: Connection, *statements: Statement, trust: str = "", **more: Any) -> str:
    """A role with one inline policy; its ARN."""
    iam = embedded.client("iam")
    root = {"AWS": f"arn:aws:iam::{embedded.account}:root"}
    role = iam.create_role(
        RoleName=f"r-{uuid.uuid4().hex[:10]}",
        AssumeRolePolicyDocument=trust or trusting(root),
        **more,
    )["Role"]
    if statements:
        iam.put_role_policy(
            RoleName=role["RoleName"], PolicyName="only", PolicyDocument=document(*statements)
        )
    return str(role["Arn"])


def as_role(embedded: Connection, role_arn: str, **more: Any) -> Connection:
    """The same embedded AWS, as a session of a role."""
    sts = embedded.client("sts")
    found = sts.assume_role(RoleArn=role_arn, RoleSessionName="run.deploy", **more)["Credentials"]
    keys = {
        "access_key": found["AccessKeyId"],
        "secret_key": found["SecretAccessKey"],
        "token": found["SessionToken"],
    }
    return Principal(**{**asdict(embedded), **keys})


def somebody(embedded: Connection, *statements: Statement, **more: Any) -> Connection:
    """A session of a role that holds nothing but these statements."""
    return as_role(embedded, a_role(embedded, *statements, **more))


def deploy(
    caller: Connection,
    template: dict[str, Any],
    *,
    name: str = "",
    update: bool = False,
    **more: Any,
) -> tuple[str, str]:
    """Create or update a stack; its name and its status in the end."""
    name = name or f"s-{uuid.uuid4().hex[:8]}"
    cloudformation = caller.client("cloudformation")
    call = cloudformation.update_stack if update else cloudformation.create_stack
    call(
        StackName=name,
        TemplateBody=json.dumps({"Resources": template}),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        **more,
    )
    return name, settled(caller, name)


def settled(caller: Connection, name: str) -> str:
    """A stack's status once nothing is in progress; `GONE` when there is none."""
    cloudformation = caller.client("cloudformation")
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        try:
            stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        except cloudformation.exceptions.ClientError:
            return "GONE"
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            return str(stack["StackStatus"])
        time.sleep(0.05)
    raise TimeoutError(name)


def changed(caller: Connection, template: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A change set for a new stack, as it ends."""
    cloudformation = caller.client("cloudformation")
    made = cloudformation.create_change_set(
        StackName=f"s-{uuid.uuid4().hex[:8]}",
        ChangeSetName="first",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        **more,
    )
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        found = cloudformation.describe_change_set(ChangeSetName=made["Id"])
        if not found["Status"].endswith("IN_PROGRESS"):
            return dict(found)
        time.sleep(0.05)
    raise TimeoutError(made["Id"])


def reasons(root: Connection, name: str) -> dict[str, str]:
    """The failures of a stack's resources."""
    events = root.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
    return {
        event["LogicalResourceId"]: event.get("ResourceStatusReason", "")
        for event in reversed(events)
        if event["ResourceStatus"].endswith("_FAILED")
    }
