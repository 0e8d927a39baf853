"""A deployment of version 0.1.0 takes today's templates without losing what it keeps."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from stacks.processes.folders import load_processes, process_folders
from stacks.settings import Settings
from stacks.stages import add_stacks
from stacks.workflow.packaging import package_lambdas
from tests.stacks.upgrades import losses

pytestmark = pytest.mark.stacks
V0_1 = Path(__file__).parents[1] / "fixtures" / "v0.1.0" / "templates"
Templates = dict[str, dict[str, Any]]


def of_v0_1() -> Templates:
    return {
        path.name.removesuffix(".template.json"): json.loads(path.read_text(encoding="utf-8"))
        for path in V0_1.glob("*.template.json")
    }


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    """The same four processes, with the settings of a deployment that chose none; synthesised,
    since what one stack takes from another is known only then.
    """
    app = App(
        outdir=str(tmp_path_factory.mktemp("today")),
        analytics_reporting=False,
        builtin_cloud_formation_validation=False,
        stack_traces=False,
    )
    folders = load_processes(process_folders())
    add_stacks(app, settings=Settings(), folders=folders, code=package_lambdas())
    app.synth()
    return app


@pytest.fixture(scope="module")
def of_today(app: App) -> Templates:
    return {
        one.node.id: dict(Template.from_stack(one).to_json())
        for one in app.node.children
        if isinstance(one, Stack)
    }


def half_way(of_today: Templates) -> Templates:
    """After the first step: the workflow has let go of the processes, the sandbox has not."""
    new = {name: of_today[name] for name in ("fencepost-archive", "fencepost-workflow")}
    return {**of_v0_1(), **new}


def test_nothing_that_v0_1_keeps_is_lost_and_no_name_is_taken_in_either_step(
    of_today: Templates,
) -> None:
    assert set(of_v0_1()) == {"fencepost-archive", "fencepost-sandbox", "fencepost-workflow"}
    assert losses(of_v0_1(), half_way(of_today)) == []
    assert losses(half_way(of_today), of_today) == []


def test_at_once_the_sandbox_would_drop_what_the_workflow_still_imports(
    of_today: Templates,
) -> None:
    told = losses(of_v0_1(), of_today)

    assert told
    assert all("which nothing exports any more" in one for one in told)


def test_a_processs_stack_is_made_after_the_sandbox_has_let_go_of_its_roles(app: App) -> None:
    stacks = {one.node.id: one for one in app.node.children if isinstance(one, Stack)}
    sandbox = stacks["fencepost-sandbox"]

    for name, stack in stacks.items():
        if "-process-" in name:
            needs = {two for one in stack.dependencies for two in (one, *one.dependencies)}
            assert sandbox in needs, name


def without_the_bucket(templates: Templates) -> None:
    resources = templates["fencepost-archive"]["Resources"]
    name = next(key for key, one in resources.items() if one["Type"] == "AWS::S3::Bucket")
    resources[f"{name}Moved"] = resources.pop(name)


def with_another_lock(templates: Templates) -> None:
    for one in templates["fencepost-archive"]["Resources"].values():
        if one["Type"] == "AWS::S3::Bucket":
            one["Properties"]["BucketName"] = "another"


def with_a_deletion(templates: Templates) -> None:
    for one in templates["fencepost-archive"]["Resources"].values():
        one["DeletionPolicy"] = "Delete"


def without_an_export(templates: Templates) -> None:
    outputs = templates["fencepost-archive"]["Outputs"]
    del outputs[next(key for key, one in outputs.items() if "Export" in one)]


def with_a_role_under_another_id(templates: Templates) -> None:
    resources = templates["fencepost-sandbox"]["Resources"]
    name = next(key for key, one in resources.items() if one["Type"] == "AWS::IAM::Role")
    resources["Renamed"] = resources.pop(name)


def with_a_role_in_a_stack_of_its_own(templates: Templates) -> None:
    roles = templates["fencepost-sandbox"]["Resources"]
    (role,) = [one for one in roles.values() if "orders-sandbox" in str(one.get("Properties"))][:1]
    templates["fencepost-process-orders"] = {"Resources": {"Role": role}}


def without_a_stack(templates: Templates) -> None:
    del templates["fencepost-workflow"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (without_the_bucket, "is kept by v0.1 and gone from the template"),
        (with_another_lock, "would be replaced, since BucketName changes"),
        (with_a_deletion, "would no longer be kept"),
        (without_an_export, "which nothing exports any more"),
        (with_a_role_under_another_id, "to Renamed: its name is taken"),
        (with_a_role_in_a_stack_of_its_own, "is in fencepost-sandbox, too"),
        (without_a_stack, "the stack fencepost-workflow is gone"),
    ],
)
def test_each_loss_is_told_in_a_sentence(change: Callable[[Templates], None], told: str) -> None:
    templates = copy.deepcopy(of_v0_1())
    change(templates)

    assert any(told in one for one in losses(of_v0_1(), templates)), losses(of_v0_1(), templates)
