"""A cloud assembly as the CDK writes it: its stacks in order, and the files that they refer to.

https://github.com/aws/aws-cdk/tree/main/packages/aws-cdk-lib/cloud-assembly-schema
"""

import graphlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

UNKNOWN = "unknown-"  # what the CDK writes for an account or a region that the app does not name
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date of a zip entry: same files, same bytes


class UndeployableError(Exception):
    """The assembly holds what cannot be deployed here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A stack of the assembly; its account and its region only when the app names them."""

    account: str
    region: str
    name: str
    template: Path
    template_url: str
    parameters: Mapping[str, str]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file or folder that a stack refers to; account and region are the stack's."""

    account: str
    region: str
    source: Path
    zipped: bool
    bucket: str
    key: str


def stacks_of(
    assembly: Path, fill: Callable[[str], str], only: Iterable[str] | None = None
) -> Iterator[list[Stack]]:
    """The assembly's stacks, or those of these names with all that they depend on.

    What comes together needs nothing of each other, and nothing that does not come before.
    """
    artifacts = _artifacts(assembly)
    needs = _needs(artifacts, only)
    order = graphlib.TopologicalSorter(needs)
    order.prepare()
    while order.is_active():
        ready = sorted(order.get_ready())
        yield [_stack(assembly, name, artifacts[name], fill) for name in ready]
        order.done(*ready)


def _needs(
    artifacts: Mapping[str, Mapping[str, Any]], only: Iterable[str] | None
) -> dict[str, set[str]]:
    """Names of stacks by the name of the stack that depends on them."""
    names = {key for key, one in artifacts.items() if one["type"] == "aws:cloudformation:stack"}
    needs = {name: names & set(artifacts[name].get("dependencies", ())) for name in sorted(names)}
    ahead = names if only is None else names & set(only)
    chosen: set[str] = set()
    while ahead:
        chosen |= ahead
        ahead = {need for name in ahead for need in needs[name]} - chosen
    return {name: needs[name] for name in sorted(chosen)}


def _stack(
    assembly: Path, name: str, artifact: Mapping[str, Any], fill: Callable[[str], str]
) -> Stack:
    properties = artifact["properties"]
    location = fill(properties.get("stackTemplateAssetObjectUrl", ""))
    account, region = place_of(artifact)
    return Stack(
        account=account,
        region=region,
        name=properties.get("stackName", name),
        template=assembly / properties["templateFile"],
        template_url=location.removeprefix("s3://"),
        parameters=properties.get("parameters", {}),
        tags=properties.get("tags", {}),
    )


def assets_of(
    assembly: Path, fill: Callable[[str], str], only: Iterable[str] | None = None
) -> Iterator[Asset]:
    """Every file of the asset manifests of these stacks, at each of its destinations."""
    artifacts = _artifacts(assembly)
    owners = {
        name: place_of(artifacts[stack])
        for stack in _needs(artifacts, only)
        for name in artifacts[stack].get("dependencies", ())
    }
    for name, artifact in artifacts.items():
        if artifact["type"] != "cdk:asset-manifest" or name not in owners:
            continue
        manifest = json.loads((assembly / artifact["properties"]["file"]).read_text())
        if manifest.get("dockerImages"):
            raise UndeployableError("container images cannot be deployed here: there is no Docker")
        for file in manifest.get("files", {}).values():
            for destination in file["destinations"].values():
                yield Asset(
                    account=owners[name][0],
                    region=owners[name][1],
                    source=assembly / file["source"]["path"],
                    zipped=file["source"].get("packaging") == "zip",
                    bucket=fill(destination["bucketName"]),
                    key=fill(destination["objectKey"]),
                )


def place_of(artifact: Mapping[str, Any]) -> tuple[str, str]:
    """Account and region: `aws://<account>/<region>`; empty when they are of the credentials."""
    place = str(artifact.get("environment", "")).removeprefix("aws://")
    account, _, region = place.partition("/")
    return account if account.isdecimal() else "", "" if UNKNOWN in region else region


def _artifacts(assembly: Path) -> dict[str, dict[str, Any]]:
    content: dict[str, dict[str, dict[str, Any]]] = json.loads(
        (assembly / "manifest.json").read_text()
    )
    return content["artifacts"]


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
