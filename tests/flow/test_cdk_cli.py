"""The real CDK CLI synthesises the app and deploys it into the embedded AWS."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local import emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.connection import Connection

pytestmark = pytest.mark.flow
ROOT = Path(__file__).parents[2]


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Connection]:
    yield emulator.start(tmp_path / "state", inbox=tmp_path / "inbox")
    emulator.stop(tmp_path / "state")


def aws(connection: Connection, home: Path) -> dict[str, str]:
    """What a shell has whose AWS is the embedded one."""
    return {
        **emulator.environment(),
        "AWS_ACCESS_KEY_ID": connection.access_key,
        "AWS_SECRET_ACCESS_KEY": connection.secret_key,
        "AWS_REGION": connection.region,
        "AWS_ENDPOINT_URL": connection.endpoint,
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "HOME": str(home),
    }


def told(*command: str, folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def states(connection: Connection) -> dict[str, str]:
    stacks = connection.client("cloudformation").describe_stacks()["Stacks"]
    return {one["StackName"]: one["StackStatus"] for one in stacks}


def test_cdk_bootstrap_synth_and_deploy_work_against_the_embedded_aws(
    empty: Connection, tmp_path: Path
) -> None:
    def cdk(*arguments: str, folder: Path = ROOT) -> None:
        told("cdk", *arguments, folder=folder, environment=aws(empty, tmp_path))

    assembly = tmp_path / "assembly"
    cdk("synth", "--quiet", "--output", str(assembly))
    cdk("bootstrap", f"aws://{empty.account}/{empty.region}", folder=tmp_path)
    cdk("deploy", "--all", "--require-approval", "never", "--app", str(assembly), folder=tmp_path)

    found = states(empty)
    manifest = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    ours = [name for name, one in manifest.items() if one["type"] == "aws:cloudformation:stack"]
    assert len(ours) >= 3
    assert {found[name] for name in ours} == {"CREATE_COMPLETE"}
    machines = empty.client("stepfunctions").list_state_machines()["stateMachines"]
    assert len(machines) == 1


@pytest.mark.long
def test_one_process_is_removed_and_deployed_by_make_and_no_other_stack_is_touched(
    empty: Connection, tmp_path: Path
) -> None:
    environment = aws(empty, tmp_path)
    place = f"aws://{empty.account}/{empty.region}"
    told("cdk", "bootstrap", place, folder=tmp_path, environment=environment)

    def make(*arguments: str) -> dict[str, str]:
        told("make", *arguments, "APPROVAL=never", folder=ROOT, environment=environment)
        return states(empty)

    whole = make("deploy")
    without = make("remove", "PROCESS=orders")
    again = make("deploy", "PROCESS=orders")

    gone = set(whole) - set(without)
    assert {one.rpartition("-example-com-")[0] or one for one in gone} == {
        "fencepost-process-orders",
        "fencepost-owner-team-orders",
    }
    assert again == whole
    assert set(whole.values()) == {"CREATE_COMPLETE"}  # none was updated
