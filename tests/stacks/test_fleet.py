"""However many processes there are, what is there once is the same, and no stack comes near a limit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from aws_cdk import App

from stacks.processes import load_processes
from stacks.settings import Settings
from stacks.stages import add_stacks
from stacks.workflow.packaging import package_lambdas
from tests.stacks.samples import write_process

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.stacks
ONCE = ("archive", "sandbox", "workflow")
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
LIMITS = {"Resources": 500, "Outputs": 200, "Parameters": 200}
BYTES = 1_000_000


def synthesised(folder: Path, processes: int) -> Path:
    """Templates of so many processes, whose owners have seven each."""
    for number in range(processes):
        write_process(
            folder / "processes",
            f"process-{number}",
            owner=f"team-{number // 7}@example.com",
            schedule="rate(7 days)" if number % 2 else None,
            prove=bool(number % 3),
        )
    out = folder / "cdk.out"
    app = App(
        outdir=str(out),
        analytics_reporting=False,
        builtin_cloud_formation_validation=False,
        stack_traces=False,
    )
    folders = load_processes([folder / "processes"])
    add_stacks(app, settings=Settings(), folders=folders, code=package_lambdas())
    app.synth()
    return out


def of_all(out: Path) -> dict[str, bytes]:
    return {name: (out / f"fencepost-{name}.template.json").read_bytes() for name in ONCE}


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
def test_300_processes_change_nothing_that_is_there_once_and_crowd_no_stack(
    one: Path, tmp_path: Path
) -> None:
    fleet = synthesised(tmp_path, 300)

    assert of_all(fleet) == of_all(one)
    assert len(list(fleet.glob("*-process-*.template.json"))) == 300
    assert crowded(fleet) == []
