"""The real CDK CLI synthesises the app and deploys it into the embedded AWS."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local import emulator
from local.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.flow
ROOT = Path(__file__).parents[2]
HOME, PAYMENTS = "123456789012", "345678901234"


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
    assert {one["name"] for one in machines} == {"fencepost-build-policy", "fencepost-run-fleet"}


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


@pytest.fixture
def two_accounts(tmp_path: Path) -> Iterator[tuple[Connection, Connection]]:
    """The workflow's account, and that of a sandbox."""
    options = ("--account", HOME, "--account", PAYMENTS)
    home = emulator.start(tmp_path / "state", inbox=tmp_path / "inbox", options=options)
    there = Connection.of(tmp_path / "state", account=PAYMENTS)
    assert there
    yield home, there
    emulator.stop(tmp_path / "state")


@pytest.mark.long
def test_a_sandbox_is_deployed_by_its_own_administrator_and_the_rest_by_the_workflows(
    two_accounts: tuple[Connection, Connection], tmp_path: Path
) -> None:
    home, there = two_accounts
    shutil.copytree(
        ROOT / "tests" / "flow" / "processes" / "parcels", tmp_path / "more" / "invoices"
    )
    with (tmp_path / "more" / "invoices" / "process.yaml").open("a") as definition:
        definition.write("sandbox: payments\n")
    file = tmp_path / "sandboxes.yaml"
    file.write_text(f'payments: {{account: "{PAYMENTS}"}}\n')
    settings = ("APPROVAL=never", f"CONTEXT=-c account={HOME} -c sandboxes={file}")

    def by(connection: Connection, *command: str, folder: Path = ROOT) -> None:
        more = {"FENCEPOST_PROCESSES": str(tmp_path / "more")}
        told(*command, folder=folder, environment={**aws(connection, tmp_path), **more})

    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
    trusting = ("--trust", HOME, "--cloudformation-execution-policies", administrator)
    by(there, "cdk", "bootstrap", f"aws://{PAYMENTS}/{home.region}", *trusting, folder=tmp_path)
    by(there, "make", "deploy", "SANDBOX=payments", *settings)
    assert set(states(home)) == set()
    own = {"fencepost-sandbox-payments", "fencepost-roles-invoices"}
    assert set(states(there)) == {*own, "CDKToolkit"}

    by(home, "cdk", "bootstrap", f"aws://{HOME}/{home.region}", folder=tmp_path)
    by(home, "make", "deploy", *settings)
    assert {states(there)[name] for name in own} == {"CREATE_COMPLETE"}  # as they were
    assert {"fencepost-process-invoices", "fencepost-workflow"} <= set(states(home))

    by(home, "make", "remove", "PROCESS=invoices", *settings)
    assert "fencepost-process-invoices" not in states(home)
    assert set(states(there)) == {"fencepost-sandbox-payments", "CDKToolkit"}
