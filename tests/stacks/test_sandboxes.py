"""Sandboxes that processes name, beside the default one: who holds what, and who may come in."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from cdk_nag import AwsSolutionsChecks

from stacks.places import InvalidSettingError, Sandbox
from stacks.processes.folders import load_processes
from stacks.settings import Settings
from stacks.stages import add_one_sandbox, add_stacks
from stacks.workflow.packaging import package_lambdas
from tests.stacks.samples import write_process

pytestmark = pytest.mark.stacks
HOME, PAYMENTS, GAMES = "123456789012", "210987654321", "345678901234"
FURTHER = (
    Sandbox(name="payments", account=PAYMENTS),
    Sandbox(name="games", account=GAMES, region="us-west-2"),
)
SETTINGS = Settings(account=HOME, region="eu-west-1", further=FURTHER)


def an_app(folder: Path) -> App:
    return App(
        outdir=str(folder / "cdk.out"),
        analytics_reporting=False,
        builtin_cloud_formation_validation=False,
        stack_traces=False,
    )


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("processes")
    write_process(folder, "orders")
    write_process(folder, "ledger", sandbox="payments")
    write_process(folder, "chess", sandbox="games")
    write_process(folder, "go", sandbox="games", regions=["eu-west-1"])
    return folder


@pytest.fixture(scope="module")
def app(processes: Path, tmp_path_factory: pytest.TempPathFactory) -> App:
    app = an_app(tmp_path_factory.mktemp("whole"))
    add_stacks(app, settings=SETTINGS, folders=load_processes([processes]), code=package_lambdas())
    app.synth()
    return app


@pytest.fixture(scope="module")
def templates(app: App) -> dict[str, str]:
    return written(app)


def written(app: App) -> dict[str, str]:
    folder = Path(app.synth().directory)
    stacks = [one for one in app.node.children if isinstance(one, Stack)]
    return {one.stack_name: (folder / one.template_file).read_text() for one in stacks}


def parameter(templates: dict[str, str], stack: str, name: str) -> Any:
    """A parameter's value, with `x` for what is known only when deployed."""
    resources = json.loads(templates[stack])["Resources"].values()
    (value,) = [
        one["Properties"]["Value"]
        for one in resources
        if one["Type"] == "AWS::SSM::Parameter" and one["Properties"]["Name"] == name
    ]
    parts = value["Fn::Join"][1] if isinstance(value, dict) else [value]
    return json.loads("".join(one if isinstance(one, str) else "x" for one in parts))


def test_each_stack_is_of_the_account_and_region_that_it_is_for(app: App) -> None:
    stacks = [one for one in app.node.children if isinstance(one, Stack)]
    found = {one.stack_name: (one.account, one.region) for one in stacks}

    games = {"fencepost-sandbox-games", "fencepost-roles-chess", "fencepost-roles-go"}
    payments = {"fencepost-sandbox-payments", "fencepost-roles-ledger"}
    for name, place in found.items():
        elsewhere = (PAYMENTS, "eu-west-1") if name in payments else (HOME, "eu-west-1")
        assert place == ((GAMES, "us-west-2") if name in games else elsewhere), name
    assert games | payments < set(found)
    assert "fencepost-roles-orders" not in found  # its roles are in its one stack


@pytest.mark.parametrize(
    ("process", "sandbox"),
    [
        ("orders", {"name": "default", "account": HOME, "region": "eu-west-1"}),
        ("ledger", {"name": "payments", "account": PAYMENTS, "region": "eu-west-1"}),
        ("chess", {"name": "games", "account": GAMES, "region": "us-west-2"}),
    ],
)
def test_a_processs_parameter_says_where_it_is_run(
    templates: dict[str, str], process: str, sandbox: dict[str, str]
) -> None:
    stack, name = f"fencepost-process-{process}", f"/fencepost/processes/{process}"
    told = parameter(templates, stack, name)

    assert told["sandbox"] == sandbox
    if sandbox["account"] != HOME:
        assert f":{sandbox['account']}:role/" in told["sandboxRole"]
        assert f":{sandbox['account']}:role/" in told["candidateRole"]


def test_a_process_acts_in_its_sandboxs_region_unless_it_says_where(
    templates: dict[str, str],
) -> None:
    regions = {
        name: parameter(templates, f"fencepost-process-{name}", f"/fencepost/processes/{name}")[
            "definition"
        ]["regions"]
        for name in ("orders", "chess", "go")
    }

    assert regions == {"orders": [], "chess": ["us-west-2"], "go": ["eu-west-1"]}
    assert '"aws:RequestedRegion": [\n          "us-west-2"' in templates["fencepost-roles-chess"]


def test_the_workflow_is_told_of_every_sandbox_its_trail_and_whose_guest_it_is(
    templates: dict[str, str],
) -> None:
    for name, account in {"default": HOME, "payments": PAYMENTS, "games": GAMES}.items():
        told = parameter(templates, "fencepost-workflow", f"/fencepost/sandboxes/{name}")

        assert set(told) == {
            *(f"{one}Role" for one in ("access", "generation", "installer", "marker", "reader")),
            *("externalId", "trail", "trailBucket"),
        }
        for one in ("generation", "installer", "marker", "reader"):
            assert told[f"{one}Role"].endswith(f":{account}:role/fencepost-{one}")
    games = parameter(templates, "fencepost-workflow", "/fencepost/sandboxes/games")
    assert games["trailBucket"] == f"fencepost-trail-{GAMES}-us-west-2"
    assert games["trail"].endswith(f":us-west-2:{GAMES}:trail/fencepost")


def test_every_guest_states_the_machine_of_the_workflows_region(templates: dict[str, str]) -> None:
    told = parameter(templates, "fencepost-workflow", "/fencepost/sandboxes/games")["externalId"]

    assert told.endswith(f":states:eu-west-1:{HOME}:stateMachine:fencepost-build-policy")
    assert f":states:eu-west-1:{HOME}:stateMachine" in templates["fencepost-sandbox-games"]


def test_a_sandboxs_administrator_deploys_the_same_stacks_alone(
    processes: Path, templates: dict[str, str], tmp_path: Path
) -> None:
    alone = an_app(tmp_path)
    add_one_sandbox(alone, settings=SETTINGS, folders=load_processes([processes]), name="games")
    found = written(alone)

    assert set(found) == {
        "fencepost-sandbox-games",
        "fencepost-roles-chess",
        "fencepost-roles-go",
    }
    for name, template in found.items():
        assert template == templates[name]
        assert "Fn::ImportValue" not in template


def test_the_workflows_administrator_deploys_all_the_same_stacks_that_are_in_its_account(
    processes: Path, templates: dict[str, str], tmp_path: Path
) -> None:
    own = an_app(tmp_path)
    add_stacks(
        own,
        settings=SETTINGS,
        folders=load_processes([processes]),
        code=package_lambdas(),
        elsewhere=False,
    )
    found = written(own)

    apart = ("fencepost-sandbox-", "fencepost-roles-")
    assert set(found) == {one for one in templates if not one.startswith(apart)}
    assert {"fencepost-sandbox", "fencepost-process-chess"} <= set(found)
    for name, template in found.items():
        assert template == templates[name], name


def test_the_workflows_own_account_has_no_other_administrator(
    processes: Path, tmp_path: Path
) -> None:
    folders = load_processes([processes])

    with pytest.raises(InvalidSettingError, match="the workflow's own account: make deploy"):
        add_one_sandbox(an_app(tmp_path), settings=SETTINGS, folders=folders, name="default")


def test_a_sandbox_that_there_is_not_is_told_with_those_that_there_are(
    processes: Path, tmp_path: Path
) -> None:
    with pytest.raises(InvalidSettingError, match="no sandbox games; known are: default"):
        add_stacks(
            an_app(tmp_path),
            settings=Settings(),
            folders=load_processes([processes]),
            code=package_lambdas(),
        )


def test_cdk_nag_finds_nothing_in_many_accounts_either(app: App) -> None:
    found = AwsSolutionsChecks(app).validate_scope(app).violations

    assert [(one.rule_name, one.description) for one in found] == []
