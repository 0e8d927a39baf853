"""The commands of fleets: what they ask for, what they tell, and how runs of one are found."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest

from lambdas.gateways import clients
from lambdas.gateways.archive.documents import FolderArchive
from lambdas.plan_fleet.request import Request
from local.archive.fleets import asked, awaited, machine_of, run_fleet, stop_fleet
from local.command_line.parser import parser
from local.runs.side_by_side import FleetRuns, fleet_of

if TYPE_CHECKING:
    from pathlib import Path

    from local.emulator import Deployed

ARN = "arn:aws:states:eu-west-1:123456789012:execution:fencepost-run-fleet:b32bb6c8"
RUNS = "arn:aws:states:eu-west-1:123456789012:stateMachine:fencepost-build-policy"
BEGAN = datetime(2026, 11, 30, 12, 0, 7, tzinfo=UTC)


class States:
    """Step Functions as far as the commands ask it."""

    def __init__(self, *ended: dict[str, Any], events: tuple[Any, ...] = ()) -> None:
        self.described = [{"status": "RUNNING"}, *ended]
        self.events, self.machines = events, ["fencepost-build-policy"]
        self.executions: list[str] = []

    def describe_execution(self, **_: Any) -> dict[str, Any]:
        return self.described.pop(0) if len(self.described) > 1 else self.described[0]

    def start_execution(self, **_: Any) -> dict[str, str]:
        return {"executionArn": ARN}

    def get_paginator(self, operation: str) -> Any:
        pages = {
            "get_execution_history": [{"events": list(self.events)}],
            "list_executions": [
                {"executions": [{"name": one, "executionArn": f"{RUNS}:{one}"}]}
                for one in self.executions
            ],
            "list_state_machines": [
                {"stateMachines": [{"name": one, "stateMachineArn": one}]} for one in self.machines
            ],
        }[operation]
        return type("Pages", (), {"paginate": lambda _self, **_: pages})()


def arguments(*words: str) -> Any:
    return parser().parse_args(list(words))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--all", "--confirm"], {"choose": {"all": True}, "confirm": True}),
        (["b", "a", "a"], {"choose": {"names": ["a", "b"]}}),
        (
            ["--owner", "x@y.z", "--sandbox", "north", "--sandbox", "south", "--older-than", "0"],
            {"choose": {"owners": ["x@y.z"], "sandboxes": ["north", "south"], "olderThanDays": 0}},
        ),
        (
            ["--never-proved", "--generator", "trail", "--at-once", "3", "--over-days"],
            {
                "choose": {"neverProved": True},
                "generator": "trail",
                "beyondQuota": "days",
                "atOnce": 3,
            },
        ),
    ],
)
def test_what_is_typed_becomes_an_input_that_the_plan_reads(
    words: list[str], expected: dict[str, Any]
) -> None:
    found = asked(arguments("run-fleet", *words))

    assert found == expected
    Request.from_json(found, generator="access-analyzer", at_once=5)  # raises otherwise


def test_nothing_typed_chooses_nothing() -> None:
    assert asked(arguments("run-fleet")) == {"choose": {}}


def test_nothing_typed_starts_nothing_and_says_what_to_type(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run_fleet(arguments("run-fleet", "--confirm")) == 1

    assert capsys.readouterr().err.startswith("not started: name processes, or say --all, ")


def test_a_fleet_that_wants_to_be_confirmed_says_how_that_is_typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cause = '30 runs. They start only when the input has "confirm": true.'
    states = States({"status": "FAILED", "error": "FleetNotConfirmedError", "cause": cause})
    states.machines.append("fencepost-run-fleet")
    states.described = states.described[1:]
    monkeypatch.setattr(clients, "client", lambda _service: states)

    assert run_fleet(arguments("run-fleet", "--all")) == 1
    assert capsys.readouterr().err == f"not started: {cause} Here that is --confirm.\n"


def test_the_machine_is_found_by_the_deployments_name() -> None:
    states = States()
    assert machine_of(states, "fencepost") is None

    states.machines = ["other-run-fleet", "fencepost-run-fleet"]
    assert machine_of(states, "fencepost") == "fencepost-run-fleet"


def test_a_plan_is_waited_for_and_told() -> None:
    payload = {"plan": "fleet/x/plan.json", "runs": 2, "words": "2 runs"}
    events = ({"taskSucceededEventDetails": {"output": json.dumps({"Payload": payload})}},)

    assert awaited(States(events=events), ARN) == payload


def test_a_refusal_is_told_with_its_cause() -> None:
    ended = {"status": "FAILED", "error": "FleetNotChosenError", "cause": "it chooses nothing"}

    assert awaited(States(ended), ARN, sleep=lambda _: None) == {
        "error": "FleetNotChosenError",
        "cause": "it chooses nothing",
    }


def test_a_plan_that_takes_too_long_is_not_waited_for_for_ever() -> None:
    times = iter(range(0, 10_000, 100))

    assert awaited(States(), ARN, clock=lambda: next(times), sleep=lambda _: None) == {}


def test_a_fleet_is_stopped_by_an_object_and_only_while_it_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = FolderArchive(tmp_path)
    wanted = arguments("stop-fleet", "20261130T120007Z-1a2b3c4d", str(tmp_path))

    assert stop_fleet(wanted) == 1
    archive.put("fleet/20261130T120007Z-1a2b3c4d/plan.json", b"{}", "application/json")
    assert stop_fleet(wanted) == 0
    assert archive.exists("fleet/20261130T120007Z-1a2b3c4d/stop")
    assert stop_fleet(wanted) == 0
    archive.put("fleet/20261130T120007Z-1a2b3c4d/report.html", b"", "text/html")
    assert stop_fleet(wanted) == 1
    assert "has ended" in capsys.readouterr().err


def test_a_fleet_is_named_as_its_machine_names_it() -> None:
    # What statemachine/run_fleet.asl.json says: the start, and the hash of the execution's ARN.
    fleet = fleet_of(ARN, BEGAN)

    assert fleet.id.startswith("20261130T120007Z-")
    assert len(fleet.id) == 25
    assert fleet_of(ARN, BEGAN.astimezone()).id == fleet.id


def test_runs_are_found_as_the_fleet_starts_them() -> None:
    fleet = fleet_of(ARN, BEGAN)
    states = States()
    connection = type("There", (), {"client": lambda *_: states})()
    deployed = type("App", (), {"connection": connection, "machine": RUNS})()
    runs = FleetRuns(
        deployed=cast("Deployed", deployed), arn=ARN, fleet=fleet, waiting={"a", "b", "c"}
    )

    assert runs.arrived() == []
    states.executions = [fleet.execution("b"), "by-hand", f"other-{fleet.execution('a')}"]
    assert [one.process for one in runs.arrived()] == ["b"]
    assert not runs.done
    states.executions.append(fleet.execution("a"))
    states.described = [{"status": "FAILED", "error": "TooManyFailed"}]
    assert [one.process for one in runs.arrived()] == ["a"]
    assert runs.done
    assert runs.waiting == {"c"}
    assert runs.arrived() == []
