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


def test_cdk_bootstrap_synth_and_deploy_work_against_the_embedded_aws(
    empty: Connection, tmp_path: Path
) -> None:
    environment = {
        **emulator.environment(),
        "AWS_ACCESS_KEY_ID": empty.access_key,
        "AWS_SECRET_ACCESS_KEY": empty.secret_key,
        "AWS_REGION": empty.region,
        "AWS_ENDPOINT_URL": empty.endpoint,
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "HOME": str(tmp_path),
    }

    def cdk(*arguments: str, folder: Path = ROOT) -> None:
        done = subprocess.run(
            ["cdk", *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]

    assembly = tmp_path / "assembly"
    cdk("synth", "--quiet", "--output", str(assembly))
    cdk("bootstrap", f"aws://{empty.account}/{empty.region}", folder=tmp_path)
    cdk("deploy", "--all", "--require-approval", "never", "--app", str(assembly), folder=tmp_path)

    stacks = empty.client("cloudformation").describe_stacks()["Stacks"]
    states = {one["StackName"]: one["StackStatus"] for one in stacks}
    manifest = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    ours = [name for name, one in manifest.items() if one["type"] == "aws:cloudformation:stack"]
    assert len(ours) >= 3
    assert {states[name] for name in ours} == {"CREATE_COMPLETE"}
    machines = empty.client("stepfunctions").list_state_machines()["stateMachines"]
    assert len(machines) == 1
