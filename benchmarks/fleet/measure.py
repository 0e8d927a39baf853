"""One fleet, measured by its own histories: states, payloads, its functions' seconds, its cost."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

from benchmarks.cost.run_cost import GIGABYTE_SECOND, KEY_REQUEST, OBJECT_REQUEST, TRANSITION
from benchmarks.fleet.stage import Stage, sandbox_of
from local.runs.executions import POLL
from local.runs.side_by_side import fleet_of

GIGABYTES = 1_769 / 1_024  # of both functions
RUN_POLLS = 15  # looks at a run of 75 minutes; here a stubbed one is looked at twice or so
POLL_STATES = 3  # waited, read, judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one fleet took.

    Attributes:
        states: entered by the fleet and all its children. polls: of them, looks at runs.
        largest: bytes of the largest input or output of a state.
        functions: seconds of both functions. wall: seconds of the whole, waits scaled.
        objects: requests to the archive. report: bytes of report.html. plan: of plan.json.
        again: executions beside the first of each process; none is right.
    """

    processes: int
    sandboxes: int
    states: int
    polls: int
    largest: int
    functions: float
    wall: float
    objects: int
    report: int
    plan: int
    again: int

    @property
    def real_states(self) -> int:
        """As many as runs of 75 minutes would make."""
        return self.states - POLL_STATES * self.polls + POLL_STATES * RUN_POLLS * self.processes

    @property
    def dollars(self) -> float:
        """Of the fleet's own, at list prices; the runs are not among them."""
        return (
            self.real_states * TRANSITION
            + self.functions * GIGABYTES * GIGABYTE_SECOND
            + self.objects * (OBJECT_REQUEST + KEY_REQUEST)
        )


@dataclass(slots=True, kw_only=True)
class Histories:
    """What the executions of a fleet tell of themselves.

    Attributes:
        entered: names of states. largest: bytes of a state's input or output.
        functions: seconds between a call of a function and its answer.
    """

    stage: Stage
    entered: list[str] = field(default_factory=list)
    largest: int = 0
    functions: float = 0.0

    def read(self, execution: str) -> None:
        """An execution, and those of all maps below it."""
        client = self.stage.client("stepfunctions")
        called = 0.0
        for page in client.get_paginator("get_execution_history").paginate(executionArn=execution):
            for event in page["events"]:
                self._state(event)
                at = event["timestamp"].timestamp()
                called = at if event["type"] == "TaskStarted" else called
                if event.get("taskSucceededEventDetails", {}).get("resourceType") == "lambda":
                    self.functions += at - called
        for run in client.list_map_runs(executionArn=execution)["mapRuns"]:
            pages = client.get_paginator("list_executions").paginate(mapRunArn=run["mapRunArn"])
            for arn in [one["executionArn"] for page in pages for one in page["executions"]]:
                self.read(arn)

    def _state(self, event: dict[str, Any]) -> None:
        if "stateEnteredEventDetails" in event:
            self.entered.append(event["stateEnteredEventDetails"]["name"])
        for kind, part in (("Entered", "input"), ("Exited", "output")):
            passed = event.get(f"state{kind}EventDetails", {}).get(part, "")
            self.largest = max(self.largest, len(passed.encode()))


def measured(stage: Stage, processes: int, sandboxes: int, at_once: int) -> Figures:
    """Run a fleet of all that is registered, to its end."""
    began = time.monotonic()
    choice = {"sandboxes": [sandbox_of(number) for number in range(min(sandboxes, processes))]}
    described = _ended(stage, {"choose": choice, "confirm": True, "atOnce": at_once})
    wall = time.monotonic() - began
    fleet = fleet_of(described["executionArn"], described["startDate"])
    told = Histories(stage=stage)
    told.read(described["executionArn"])
    return Figures(
        processes=processes,
        sandboxes=sandboxes,
        states=len(told.entered),
        polls=told.entered.count("ReadRun"),
        largest=told.largest,
        functions=told.functions,
        wall=wall,
        objects=told.entered.count("LookForStop") + told.entered.count("KeepEnd") + 6 * processes,
        report=_size(stage, fleet.key("report.html")),
        plan=_size(stage, fleet.key("plan.json")),
        again=_runs(stage, fleet.id) - processes,
    )


def _ended(stage: Stage, asked: dict[str, Any]) -> dict[str, Any]:
    """Start a fleet and wait for its end."""
    client = stage.client("stepfunctions")
    given = {"stateMachineArn": stage.deployed.fleets, "input": json.dumps(asked)}
    arn = client.start_execution(**given)["executionArn"]
    described: dict[str, Any] = client.describe_execution(executionArn=arn)
    while described["status"] == "RUNNING":
        time.sleep(POLL)
        described = client.describe_execution(executionArn=arn)
    if described["status"] != "SUCCEEDED":
        raise SystemExit(f"the fleet {described['status']}: {described.get('cause')}")
    return described


def _runs(stage: Stage, fleet: str) -> int:
    client = stage.client("stepfunctions")
    pages = client.get_paginator("list_executions").paginate(stateMachineArn=stage.deployed.machine)
    return sum(one["name"].startswith(fleet) for page in pages for one in page["executions"])


def _size(stage: Stage, key: str) -> int:
    found = stage.client("s3").head_object(Bucket=stage.deployed.archive, Key=key)
    return int(found["ContentLength"])
