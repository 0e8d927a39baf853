"""A deployment that version 0.1.0 made becomes today's, and its archive stays."""

import json
import re
import shutil
import zipfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from lambdas.gateways.archive.documents import S3Archive
from local import emulator
from local.archive.verification import verify
from local.connection import Connection
from local.deploy.deployment import deploy
from local.deploy.synthesis import assembly
from tests.flow.cloud import Cloud

pytestmark = pytest.mark.flow
V0_1 = Path(__file__).parents[1] / "fixtures" / "v0.1.0"
STACKS = {"fencepost-archive", "fencepost-sandbox", "fencepost-workflow"}
LAST = "20261129T053028Z-19b8e372"  # run of v0.1
KINDS = {"build", "sandbox", "candidate"}
ALSO_DECRYPT = '["kms:DescribeKey", "kms:Decrypt"]'
KEY = re.compile(r"\b[0-9a-f]{64}\.(?:zip|json)\b")


@pytest.fixture
def connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    monkeypatch.setenv("SFN_WAIT_SCALE", "0.01")
    yield emulator.start(tmp_path / "state", inbox=tmp_path / "inbox")
    emulator.stop(tmp_path / "state")


def alone(stacks: Collection[str], folder: Path) -> Path:
    """Today's assembly of some stacks, as `cdk deploy --exclusively` takes it."""
    shutil.copytree(assembly(emulator.environment(), say=print), folder)
    manifest = folder / "manifest.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    content["artifacts"] = {
        name: one
        for name, one in content["artifacts"].items()
        if name in stacks or one["type"] == "cdk:asset-manifest"
    }
    manifest.write_text(json.dumps(content), encoding="utf-8")
    return folder


def assembly_of_v0_1(folder: Path) -> Path:
    """Today's assembly with v0.1's templates; its functions' code is today's, under v0.1's keys.

    What both have under one key, such as a process's source, is that and nothing else.
    """
    alone(STACKS, folder)
    known = _assets_of(folder)
    for template in (V0_1 / "templates").glob("*.json"):
        # The embedded AWS refuses v0.1's trail, as AWS's page on bucket keys has it; where AWS did
        # not, it was deployed: so it is let in here.
        text = template.read_text(encoding="utf-8")
        (folder / template.name).write_text(text.replace('"kms:DescribeKey"', ALSO_DECRYPT))
        assets = folder / template.name.replace(".template.", ".assets.")
        _with_keys(assets, set(KEY.findall(text)), known)
        _under_another_hash(folder, assets, template.name)
    return folder


def _under_another_hash(folder: Path, assets: Path, template: str) -> None:
    """The template's own asset is another than today's."""
    files = json.loads(assets.read_text(encoding="utf-8"))["files"]
    (known,) = [name for name, one in files.items() if one["source"]["path"] == template]
    for path in (assets, folder / "manifest.json"):
        path.write_text(path.read_text(encoding="utf-8").replace(known, known[::-1]))


def _assets_of(folder: Path) -> dict[str, Any]:
    """Every file that today's stacks bring along, by its hash."""
    return {
        name: one
        for path in sorted(folder.glob("*.assets.json"))
        for name, one in json.loads(path.read_text(encoding="utf-8"))["files"].items()
    }


def _with_keys(path: Path, keys: set[str], known: Mapping[str, Any]) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    files: dict[str, dict[str, Any]] = content["files"]
    code = next((one for one in files.values() if one["source"]["packaging"] == "zip"), None)
    for key in keys if code else ():
        name = key.partition(".")[0]
        if name in known:
            files[name] = known[name]
            continue
        places = {
            where: {**place, "objectKey": key}
            for where, place in (code or {})["destinations"].items()
        }
        files[name] = {**(code or {}), "destinations": places}
    path.write_text(json.dumps(content), encoding="utf-8")


def roles_of_orders(connection: Connection) -> set[str]:
    stem = "fencepost-run-orders-"
    found = [one["RoleName"] for one in connection.client("iam").list_roles()["Roles"]]
    return {one.removeprefix(stem) for one in found if one.startswith(stem)}


def test_a_deployment_of_v0_1_takes_todays_templates_and_keeps_its_archive(
    connection: Connection, tmp_path: Path
) -> None:
    outputs = deploy(assembly_of_v0_1(tmp_path / "v0.1"), connection, say=print)
    bucket = next(
        one["ArchiveBucketName"] for one in outputs.values() if "ArchiveBucketName" in one
    )
    s3 = connection.client("s3")
    with zipfile.ZipFile(V0_1 / "archive.zip") as archive:
        for key in archive.namelist():
            s3.put_object(Bucket=bucket, Key=key, Body=archive.read(key))

    # docs/operations.md, Upgrade from 0.1: the workflow lets go, the sandbox lets go, then each
    # process's own stack makes what both had.
    deploy(alone(STACKS - {"fencepost-sandbox"}, tmp_path / "first"), connection, say=print)
    assert roles_of_orders(connection) == KINDS
    deployed = emulator.bring_in(connection, say=print)

    assert deployed.archive == bucket
    stacks = connection.client("cloudformation").describe_stacks()["Stacks"]
    states = {one["StackName"]: one["StackStatus"] for one in stacks}
    assert {states.pop(name) for name in STACKS} == {"UPDATE_COMPLETE"}
    assert "fencepost-process-orders" in states
    assert set(states.values()) == {"CREATE_COMPLETE"}
    assert roles_of_orders(connection) == KINDS
    before = verify(S3Archive(bucket, client=s3))
    assert (before.breaks, before.runs) == ([], 3)

    cloud = Cloud(deployed=deployed, folder=tmp_path)
    done = cloud.run("orders", prove=False)

    assert done.status == "SUCCEEDED", done.cause
    after = verify(S3Archive(bucket, client=s3))
    assert (after.breaks, after.runs) == ([], 4)
    manifest = json.loads(cloud.document("orders", done.run, "manifest.json"))
    assert manifest["previous"]["run"] == LAST
