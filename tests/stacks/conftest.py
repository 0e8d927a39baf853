"""One synthesis for all: jsii takes seconds to start."""

import json
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from stacks.processes.folders import load_processes
from stacks.settings import Settings
from stacks.stages import add_stacks
from stacks.workflow.fleet import DEFINITION as FLEET_DEFINITION
from stacks.workflow.packaging import package_lambdas
from stacks.workflow.state_machine import DEFINITION
from tests.stacks.samples import Json, write_process


class Synthesis:
    """The app with three processes, and its templates."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        processes = folder / "processes"
        write_process(processes, "orders", schedule="rate(7 days)", regions=["eu-west-1"])
        write_process(processes, "billing", schedule="cron(0 3 * * ? *)", node="22")
        write_process(processes, "search", owner="search@example.com", prove=False)
        self.app = App(
            outdir=str(folder / "cdk.out"),
            analytics_reporting=False,
            builtin_cloud_formation_validation=False,
            stack_traces=False,
        )
        self.settings = settings
        self.folders = load_processes([processes])
        add_stacks(self.app, settings=self.settings, folders=self.folders, code=package_lambdas())
        self.outdir = folder / "cdk.out"
        self.stacks = {
            one.node.id.removeprefix("fencepost-"): one
            for one in self.app.node.children
            if isinstance(one, Stack)
        }
        self.templates = {name: Template.from_stack(one) for name, one in self.stacks.items()}

    def of_type(self, stack: str, kind: str) -> dict[str, Json]:
        """The properties of resources of a type; the stack's name may be a pattern. See `_id`."""
        return {
            _id(name, key): one.get("Properties", {})
            for name, template in self.templates.items()
            if fnmatchcase(name, stack)
            for key, one in template.find_resources(kind).items()
        }

    def machine(self, name: str) -> Json:
        """The properties of a state machine by what its name ends with."""
        (found,) = (
            one
            for one in self.of_type("workflow", "AWS::StepFunctions::StateMachine").values()
            if one["StateMachineName"] == f"{self.settings.name}-{name}"
        )
        return found

    def everything(self) -> dict[str, Json]:
        """Every resource of every stack. See `_id`."""
        return {
            _id(name, key): resource
            for name, template in self.templates.items()
            for key, resource in template.to_json()["Resources"].items()
        }


def _id(stack: str, logical: str) -> str:
    """A logical id; with its stack where each process or owner has one like it."""
    return f"{stack}.{logical}" if "-" in stack else logical


@pytest.fixture(scope="session")
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    """Made once."""
    settings = Settings(operator="operator@example.com")
    return Synthesis(tmp_path_factory.mktemp("synthesis"), settings)


@pytest.fixture(scope="session")
def definition() -> Json:
    """The state machine as it is written."""
    loaded: Json = json.loads(DEFINITION.read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="session")
def fleet_definition() -> Json:
    """That of fleets."""
    loaded: Json = json.loads(FLEET_DEFINITION.read_text(encoding="utf-8"))
    return loaded
