"""Deploy a synthesised cloud assembly, as `cdk deploy` would, in about a second.

Needs no bootstrap: it makes the assets bucket and the version parameter itself.
"""

import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.connection import Connection
from local.deploy.cloud_assembly import Asset, Stack, assets_of, stacks_of, zipped

BOOTSTRAP_VERSION = "30"  # any version that the templates' rule accepts
BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
WELL = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
STACK_DEADLINE = 300  # seconds
POLL = 0.05  # seconds


class DeployError(Exception):
    """A stack did not deploy; the message holds the events that say why."""


def deploy(
    assembly: Path,
    connection: Connection,
    *,
    say: Callable[[str], None],
    others: Sequence[Connection] = (),
    only: Collection[str] | None = None,
) -> dict[str, dict[str, str]]:
    """Bring the stacks of an assembly up to date, each where it is; return their outputs.

    `only` names some of them: then those, and all that they depend on.

    Raises:
        DeployError: a stack failed.
    """
    fill = _filler(connection)
    accounts = {one.account: one for one in (*others, connection)} | {"": connection}

    def client(service: str, place: Stack | Asset) -> Any:
        return accounts[place.account].client(service, region=place.region or None)

    uploaded = sum(
        _upload(client("s3", asset), asset, asset.region or connection.region)
        for asset in assets_of(assembly, fill, only)
    )
    if uploaded:
        say(f"uploaded {uploaded} assets")
    outputs = {}
    prepared: set[tuple[str, str]] = set()
    for batch in stacks_of(assembly, fill, only):
        for stack in batch:
            if (stack.account, stack.region) not in prepared:
                prepared.add((stack.account, stack.region))
                _bootstrap(client("ssm", stack))
        clients = [client("cloudformation", stack) for stack in batch]
        changes = [
            _change(there, stack, f"{connection.endpoint}/{stack.template_url}")
            for there, stack in zip(clients, batch, strict=True)
        ]
        for there, stack, change in zip(clients, batch, changes, strict=True):
            outputs[stack.name] = _settled(there, stack.name)
            say(f"stack {stack.name}: {change}")
    return outputs


def _filler(connection: Connection) -> Callable[[str], str]:
    values = {
        "${AWS::Partition}": "aws",
        "${AWS::AccountId}": connection.account,
        "${AWS::Region}": connection.region,
    }

    def fill(text: str) -> str:
        for name, value in values.items():
            text = text.replace(name, value)
        return text

    return fill


def _upload(s3: Any, asset: Asset, region: str) -> bool:
    """Put an asset where its stack looks for it; its key holds its hash, so once is enough."""
    try:
        s3.head_object(Bucket=asset.bucket, Key=asset.key)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket", "NoSuchKey"):
            raise
    else:
        return False
    _ensure_bucket(s3, asset.bucket, region)
    body = zipped(asset.source) if asset.zipped else asset.source.read_bytes()
    s3.put_object(Bucket=asset.bucket, Key=asset.key, Body=body)
    return True


def _ensure_bucket(s3: Any, bucket: str, region: str) -> None:
    place = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    options = {} if region == "us-east-1" else place
    try:
        s3.create_bucket(Bucket=bucket, **options)
    except (s3.exceptions.BucketAlreadyOwnedByYou, s3.exceptions.BucketAlreadyExists):
        return


def _bootstrap(ssm: Any) -> None:
    version = {"Value": BOOTSTRAP_VERSION, "Type": "String", "Overwrite": True}
    ssm.put_parameter(Name=BOOTSTRAP_PARAMETER, **version)


def _change(cloudformation: Any, stack: Stack, url: str) -> str:
    """Create or update a stack; say which."""
    request: dict[str, Any] = {
        "StackName": stack.name,
        "Capabilities": CAPABILITIES,
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value}
            for key, value in sorted(stack.parameters.items())
        ],
        "Tags": [{"Key": key, "Value": value} for key, value in sorted(stack.tags.items())],
    }
    if stack.template_url:
        request["TemplateURL"] = url
    else:
        request["TemplateBody"] = stack.template.read_text()
    try:
        if _exists(cloudformation, stack.name):
            cloudformation.update_stack(**request)
            return "updated"
        cloudformation.create_stack(**request)
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return "unchanged"
        raise DeployError(f"stack {stack.name}: {error}") from error
    return "created"


def _exists(cloudformation: Any, name: str) -> bool:
    """Whether there is a stack to update; one whose creation failed makes room first."""
    try:
        status = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    except ClientError:
        return False
    if status in ("ROLLBACK_COMPLETE", "CREATE_FAILED", "ROLLBACK_FAILED"):
        cloudformation.delete_stack(StackName=name)
        _wait(cloudformation, name)
        return False
    return bool(status != "DELETE_COMPLETE")


def _settled(cloudformation: Any, name: str) -> dict[str, str]:
    stack = _wait(cloudformation, name)
    if stack["StackStatus"] not in WELL:
        raise DeployError(_reasons(cloudformation, name, stack["StackStatus"]))
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}


def _wait(cloudformation: Any, name: str) -> dict[str, Any]:
    """Ask until a stack rests."""
    deadline = time.monotonic() + STACK_DEADLINE
    while time.monotonic() < deadline:
        try:
            stack: dict[str, Any] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError:
            return {"StackStatus": "DELETE_COMPLETE"}
        if not stack["StackStatus"].endswith("_IN_PROGRESS"):
            return stack
        time.sleep(POLL)
    raise DeployError(f"stack {name} was still changing after {STACK_DEADLINE} s")


def _reasons(cloudformation: Any, name: str, status: str) -> str:
    # The newest come first, and a rollback's fill a page.
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=name)
    events = [one for page in pages for one in page["StackEvents"]]
    failed = [
        f"  {one['LogicalResourceId']} ({one['ResourceType']}): {one['ResourceStatusReason']}"
        for one in reversed(events)
        if one["ResourceStatus"].endswith("FAILED") and one.get("ResourceStatusReason")
    ]
    return "\n".join([f"stack {name} is {status}:", *failed])
