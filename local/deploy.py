"""Deploy a synthesised cloud assembly, as `cdk deploy` would, in about a second.

Needs no bootstrap: it makes the assets bucket and the version parameter itself.
"""

from __future__ import annotations

import graphlib
import io
import json
import time
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from local.connection import Connection

BOOTSTRAP_VERSION = "30"  # any version that the templates' rule accepts
BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
STACK_DEADLINE = 300  # seconds
POLL = 0.05  # seconds
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date of a zip entry: same files, same bytes


class DeployError(Exception):
    """A stack did not deploy; the message holds the events that say why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A stack of the assembly."""

    name: str
    template: Path
    template_url: str
    parameters: Mapping[str, str]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file or folder that a stack refers to."""

    source: Path
    zipped: bool
    bucket: str
    key: str


def deploy(
    assembly: Path, connection: Connection, *, say: Callable[[str], None]
) -> dict[str, dict[str, str]]:
    """Bring every stack of an assembly up to date; return the outputs by stack.

    Raises:
        DeployError: a stack failed.
    """
    fill = _filler(connection)
    s3 = connection.client("s3")
    uploaded = sum(_upload(s3, asset, connection.region) for asset in assets_of(assembly, fill))
    if uploaded:
        say(f"uploaded {uploaded} assets")
    _bootstrap(connection.client("ssm"))
    cloudformation = connection.client("cloudformation")
    outputs = {}
    for stack in stacks_of(assembly, fill):
        change = _change(cloudformation, stack, f"{connection.endpoint}/{stack.template_url}")
        outputs[stack.name] = _settled(cloudformation, stack.name)
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


def stacks_of(assembly: Path, fill: Callable[[str], str]) -> list[Stack]:
    """The assembly's stacks, each after those that it depends on."""
    artifacts = _artifacts(assembly)
    names = {key for key, one in artifacts.items() if one["type"] == "aws:cloudformation:stack"}
    order = graphlib.TopologicalSorter(
        {name: names & set(artifacts[name].get("dependencies", ())) for name in sorted(names)}
    )
    return [_stack(assembly, name, artifacts[name], fill) for name in order.static_order()]


def _stack(
    assembly: Path, name: str, artifact: Mapping[str, Any], fill: Callable[[str], str]
) -> Stack:
    properties = artifact["properties"]
    location = fill(properties.get("stackTemplateAssetObjectUrl", ""))
    return Stack(
        name=properties.get("stackName", name),
        template=assembly / properties["templateFile"],
        template_url=location.removeprefix("s3://"),
        parameters=properties.get("parameters", {}),
        tags=properties.get("tags", {}),
    )


def assets_of(assembly: Path, fill: Callable[[str], str]) -> Iterator[Asset]:
    """Every file of every asset manifest, at each of its destinations."""
    for artifact in _artifacts(assembly).values():
        if artifact["type"] != "cdk:asset-manifest":
            continue
        manifest = json.loads((assembly / artifact["properties"]["file"]).read_text())
        if manifest.get("dockerImages"):
            raise DeployError("container images cannot be deployed here: there is no Docker")
        for file in manifest.get("files", {}).values():
            for destination in file["destinations"].values():
                yield Asset(
                    source=assembly / file["source"]["path"],
                    zipped=file["source"].get("packaging") == "zip",
                    bucket=fill(destination["bucketName"]),
                    key=fill(destination["objectKey"]),
                )


def _artifacts(assembly: Path) -> dict[str, dict[str, Any]]:
    content: dict[str, dict[str, Any]] = json.loads((assembly / "manifest.json").read_text())
    return content["artifacts"]


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
    options = {}
    if region != "us-east-1":
        options["CreateBucketConfiguration"] = {"LocationConstraint": region}
    try:
        s3.create_bucket(Bucket=bucket, **options)
    except (s3.exceptions.BucketAlreadyOwnedByYou, s3.exceptions.BucketAlreadyExists):
        return


def zipped(folder: Path) -> bytes:
    """A folder as a zip file; same content, same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (path.stat().st_mode & 0o777) << 16
            archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()


def _bootstrap(ssm: Any) -> None:
    ssm.put_parameter(
        Name=BOOTSTRAP_PARAMETER, Value=BOOTSTRAP_VERSION, Type="String", Overwrite=True
    )


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
    if stack["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
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
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [
        f"  {one['LogicalResourceId']} ({one['ResourceType']}): {one['ResourceStatusReason']}"
        for one in reversed(events)
        if one["ResourceStatus"].endswith("FAILED") and one.get("ResourceStatusReason")
    ]
    return "\n".join([f"stack {name} is {status}:", *failed])
