"""However many processes there are, what is there once is the same, and no stack comes near a limit."""

import json
from pathlib import Path

import pytest
from aws_cdk import App

from stacks.places import Sandbox
from stacks.processes.folders import load_processes
from stacks.settings import Settings
from stacks.stages import add_stacks
from stacks.workflow.packaging import package_lambdas
from tests.stacks.samples import write_process

pytestmark = pytest.mark.stacks
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
LIMITS = {"Resources": 500, "Outputs": 200, "Parameters": 200}
BYTES = 1_000_000


def synthesised(folder: Path, processes: int, settings: Settings = Settings()) -> Path:  # noqa: B008  # a value
    """Templates of so many processes, whose owners have seven each; all sandboxes in turn."""
    names = [one.name for one in settings.further] or [""]
    for number in range(processes):
        write_process(
            folder / "processes",
            f"process-{number}",
            owner=f"team-{number // 7}@example.com",
            schedule="rate(7 days)" if number % 2 else None,
            prove=bool(number % 3),
            sandbox=names[number % len(names)] or None,
        )
    out = folder / "cdk.out"
    app = App(
        outdir=str(out),
        analytics_reporting=False,
        builtin_cloud_formation_validation=False,
        stack_traces=False,
    )
    folders = load_processes([folder / "processes"])
    add_stacks(app, settings=settings, folders=folders, code=package_lambdas())
    app.synth()
    return out


def of_all(out: Path) -> dict[str, bytes]:
    once = {"fencepost-archive", "fencepost-workflow"}
    return {
        path.name: path.read_bytes()
        for path in out.glob("*.template.json")
        if (name := path.name.removesuffix(".template.json")) in once
        or name.startswith("fencepost-sandbox")
    }


def crowded(out: Path) -> list[str]:
    """What is above half of a limit of CloudFormation's."""
    found = []
    for path in sorted(out.glob("*.template.json")):
        template = json.loads(path.read_text(encoding="utf-8"))
        found += [
            f"{path.name}: {len(template.get(part, {}))} {part}"
            for part, most in LIMITS.items()
            if len(template.get(part, {})) > most / 2
        ]
        if path.stat().st_size > BYTES / 2:
            found.append(f"{path.name}: {path.stat().st_size} bytes")
    return found


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthesised(tmp_path_factory.mktemp("one"), 1)


def test_what_is_there_once_is_the_same_with_one_process_and_with_several(
    one: Path, tmp_path: Path
) -> None:
    several = synthesised(tmp_path, 9)

    assert of_all(several) == of_all(one)
    assert len(list(several.glob("*-process-*.template.json"))) == 9
    assert len(list(several.glob("*-owner-*.template.json"))) == 2
    assert crowded(several) == []


@pytest.mark.long
def test_300_processes_in_12_sandboxes_change_nothing_that_is_there_once_and_crowd_no_stack(
    tmp_path: Path,
) -> None:
    accounts = [Sandbox(name=f"place-{n}", account=str(210987654300 + n)) for n in range(12)]
    settings = Settings(account="123456789012", further=tuple(accounts))
    alone = synthesised(tmp_path / "one", 1, settings)
    fleet = synthesised(tmp_path / "fleet", 300, settings)

    assert len(of_all(fleet)) == 2 + 13
    assert of_all(fleet) == of_all(alone)
    for kind in ("process", "roles"):
        assert len(list(fleet.glob(f"fencepost-{kind}-*.template.json"))) == 300
    assert crowded(fleet) == []
