"""Several processes: few at once, many as a fleet that runs as many side by side as is good."""

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from lambdas.model.archive.fleet import FLEETS, REPORT, Fleet
from local.emulator import Deployed
from local.runs import executions
from local.runs.dossiers import fetch
from local.runs.progress import Progress

PAGE = 100  # executions in one answer
LEAST = 2  # runs at once; most of a run is waiting


@dataclass(slots=True, kw_only=True)
class FleetRuns:
    """The runs of a fleet, found as its machine starts them.

    Attributes:
        arn: of the fleet's execution. waiting: the processes whose runs have not been found yet.
        ended: how the fleet's execution is described once it has ended.
    """

    deployed: Deployed
    arn: str
    fleet: Fleet
    waiting: set[str]
    ended: dict[str, Any] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        """Whether no run will come any more."""
        return bool(self.ended) or not self.waiting

    def arrived(self) -> list[executions.Running]:
        """The runs that were started since the last time."""
        if self.done:
            return []
        client = self.deployed.connection.client("stepfunctions")
        # First: what has been started before the fleet ended is found after that.
        described = client.describe_execution(executionArn=self.arn)
        pages = client.get_paginator("list_executions").paginate(
            stateMachineArn=self.deployed.machine, PaginationConfig={"PageSize": PAGE}
        )
        there = {one["name"]: one["executionArn"] for page in pages for one in page["executions"]}
        found = [
            executions.Running(process=process, arn=there[name], began=time.monotonic())
            for process in sorted(self.waiting)
            if (name := self.fleet.execution(process)) in there
        ]
        self.waiting -= {one.process for one in found}
        if described["status"] != "RUNNING":
            self.ended = described
        return found


def at_once() -> int:
    """How many runs this machine bears side by side."""
    return max(os.cpu_count() or 1, LEAST)


def run_all(
    deployed: Deployed,
    processes: Sequence[str],
    *,
    revision: str,
    out: Path,
    progress: Progress,
    say: Callable[[str], None],
) -> list[executions.Finished]:
    """Run processes to their ends. A fleet's runs have no revision of their own."""
    if revision or len(processes) <= at_once():
        started = []
        for process in processes:
            progress.begin(process)
            started.append(executions.start(deployed, process, revision))
        return executions.follow(deployed, started, out=out, progress=progress)
    runs = start_fleet(deployed, processes)
    say(f"{len(processes)} runs as the fleet {runs.fleet.id}, {at_once()} at once in a sandbox")
    finished = executions.follow(deployed, [], out=out, progress=progress, coming=runs)
    finished += [_not_started(process, runs.ended) for process in sorted(runs.waiting)]
    _await_end(runs)
    if fetch(deployed, FLEETS, runs.fleet.id, out):
        say(f"fleet: {out / runs.fleet.key(REPORT)}")
    return finished


def start_fleet(deployed: Deployed, processes: Sequence[str]) -> FleetRuns:
    """Start the fleet's machine, as somebody in the console would."""
    asked = {
        "choose": {"names": sorted(processes)},
        "confirm": True,
        "atOnce": at_once(),
        "tolerate": 100,  # the command tells itself of each run that failed
    }
    client = deployed.connection.client("stepfunctions")
    arn = client.start_execution(stateMachineArn=deployed.fleets, input=json.dumps(asked))[
        "executionArn"
    ]
    began = client.describe_execution(executionArn=arn)["startDate"]
    return FleetRuns(deployed=deployed, arn=arn, fleet=fleet_of(arn, began), waiting=set(processes))


def fleet_of(arn: str, began: datetime) -> Fleet:
    """The fleet that an execution is, named as its machine names it."""
    started = began.astimezone(UTC)
    return Fleet(
        id=f"{started:%Y%m%dT%H%M%SZ}-{sha256(arn.encode()).hexdigest()[:8]}",
        started_at=started.isoformat(),
        execution_arn=arn,
    )


def _await_end(runs: FleetRuns) -> None:
    """Until the report is written, which comes after the last run."""
    client = runs.deployed.connection.client("stepfunctions")
    while not runs.ended:
        described = client.describe_execution(executionArn=runs.arn)
        if described["status"] != "RUNNING":
            runs.ended = described
        else:
            time.sleep(executions.POLL)


def _not_started(process: str, ended: dict[str, Any]) -> executions.Finished:
    return executions.Finished(
        process=process,
        run="",
        succeeded=False,
        seconds=0.0,
        error=ended.get("error", "NotStarted"),
        cause=ended.get("cause", "the fleet ended without having started this run"),
    )
