"""The real CDK CLI synthesises the app and deploys it into the embedded AWS."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import emulator
from local.connection import Connection

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


def ran(*command: str, folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Exit status, and all that was said."""
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def told(*command: str, folder: Path, environment: dict[str, str]) -> None:
    status, said = ran(*command, folder=folder, environment=environment)
    assert status == 0, said[-6000:]


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

    def refused(*arguments: str) -> str:
        status, said = ran("make", *arguments, folder=ROOT, environment=environment)
        assert status == 2, said  # make's own, when a command of it fails
        return said

    alone = refused("deploy", "PROCESS=orders")
    assert "no stack fencepost-workflow in" in alone
    assert "make deploy (without PROCESS) deploys it" in alone
    assert set(states(empty)) == {"CDKToolkit"}
    assert "there is no process ordres; known are: " in refused("deploy", "PROCESS=ordres")
    assert "no process orders is deployed here; deployed are none" in refused(
        "remove", "PROCESS=orders"
    )

    whole = make("deploy")
    assert "deployed are feedback, mailroom, orders and reports" in refused(
        "remove", "PROCESS=ordres"
    )
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

    # Nobody of the workflow's account may do anything here: it is bootstrapped without --trust.
    by(there, "cdk", "bootstrap", f"aws://{PAYMENTS}/{home.region}", folder=tmp_path)
    by(there, "make", "deploy", "SANDBOX=payments", *settings)
    by(there, "make", "deploy", "SANDBOX=payments", "PROCESS=invoices", *settings)
    assert set(states(home)) == set()
    own = {"fencepost-sandbox-payments", "fencepost-roles-invoices"}
    assert set(states(there)) == {*own, "CDKToolkit"}

    by(home, "cdk", "bootstrap", f"aws://{HOME}/{home.region}", folder=tmp_path)
    by(home, "make", "deploy", "OWN=1", *settings)
    by(home, "make", "deploy", "OWN=1", "PROCESS=invoices", *settings)
    assert {states(there)[name] for name in own} == {"CREATE_COMPLETE"}  # as they were
    assert {"fencepost-process-invoices", "fencepost-workflow"} <= set(states(home))

    by(home, "make", "remove", "OWN=1", "PROCESS=invoices", *settings)
    assert "fencepost-process-invoices" not in states(home)
    by(there, "make", "remove", "SANDBOX=payments", "PROCESS=invoices", *settings)
    assert set(states(there)) == {"fencepost-sandbox-payments", "CDKToolkit"}
