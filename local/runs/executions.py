"""Start runs, watch them side by side, and fetch what they leave behind."""

import json
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from local.emulator import Deployed
from local.runs.build_progress import Build
from local.runs.dossiers import fetch
from local.runs.progress import Progress

RUN_ID = re.compile(r"\b\d{8}T\d{6}Z-[0-9a-f]{8}\b")
OWN_ID = re.compile(rf'\\*"id\\*": ?\\*"({RUN_ID.pattern})')  # however often it was put into a text
POLL = 0.5  # seconds
PAGE = 25  # events


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """How a run ended."""

    process: str
    run: str
    succeeded: bool
    seconds: float
    error: str = ""
    cause: str = ""
    dossier: Path | None = None


@dataclass(slots=True, kw_only=True)
class Running:
    """A run under way, and how far its story was told."""

    process: str
    arn: str
    began: float
    last_event: int = 0
    build: Build | None = None
    identifier: str = ""


def start(deployed: Deployed, process: str, revision: str = "") -> Running:
    """Start a run as a person would: an execution with the process's name as input."""
    wanted = {"process": process} | ({"revision": revision} if revision else {})
    answer = deployed.connection.client("stepfunctions").start_execution(
        stateMachineArn=deployed.machine, input=json.dumps(wanted)
    )
    return Running(process=process, arn=answer["executionArn"], began=time.monotonic())


class Coming(Protocol):
    """Runs that somebody else starts one after the other."""

    @property
    def done(self) -> bool:
        """Whether no run will come any more."""

    def arrived(self) -> list[Running]:
        """Those that were started since the last time."""


def follow(
    deployed: Deployed,
    running: Iterable[Running],
    *,
    out: Path,
    progress: Progress,
    coming: Coming | None = None,
) -> list[Finished]:
    """Tell what happens until every run has ended; fetch each dossier as it comes."""
    open_runs = list(running)
    client = deployed.connection.client("stepfunctions")
    finished = []
    while open_runs or (coming and not coming.done):
        for run in coming.arrived() if coming else ():
            progress.begin(run.process)
            open_runs.append(run)
        for run in list(open_runs):
            _tell(deployed, client, run, progress)
            described = client.describe_execution(executionArn=run.arn)
            if described["status"] != "RUNNING":
                _tell(deployed, client, run, progress)
                open_runs.remove(run)
                end = _finish(deployed, run, described, out)
                progress.end(run.process, ok=end.succeeded, seconds=end.seconds)
                finished.append(end)
        progress.tick()
        if open_runs or coming:
            time.sleep(POLL)
    return finished


def _tell(deployed: Deployed, client: Any, run: Running, progress: Progress) -> None:
    for event in _news(client, run):
        entered = event.get("stateEnteredEventDetails")
        if entered:
            progress.state(run.process, entered["name"])
        run.build = Build.in_event(event) or run.build
        run.identifier = run.identifier or identifier_of(event)
        run.last_event = int(event["id"])
    if run.build:
        for line in run.build.phases(deployed.connection):
            progress.phase(run.process, line)


def _news(client: Any, run: Running) -> list[dict[str, Any]]:
    """The events since the last time, oldest first; asked from the end, where they are."""
    news: list[dict[str, Any]] = []
    pages = client.get_paginator("get_execution_history").paginate(
        executionArn=run.arn, reverseOrder=True, PaginationConfig={"PageSize": PAGE}
    )
    for page in pages:
        fresh = [event for event in page["events"] if int(event["id"]) > run.last_event]
        news += fresh
        if len(fresh) < len(page["events"]):
            break
    return sorted(news, key=lambda event: int(event["id"]))


def _finish(deployed: Deployed, run: Running, described: dict[str, Any], out: Path) -> Finished:
    dossier = fetch(deployed, run.process, run.identifier, out) if run.identifier else None
    return Finished(
        process=run.process,
        run=run.identifier or run.arn.rsplit(":", 1)[-1],
        succeeded=described["status"] == "SUCCEEDED",
        seconds=time.monotonic() - run.began,
        error=described.get("error", "" if described["status"] == "SUCCEEDED" else "Unknown"),
        cause=described.get("cause", ""),
        dossier=dossier,
    )


def identifier_of(event: dict[str, Any]) -> str:
    """The run's id, as soon as an event of its execution names it as one.

    The input of a run that a fleet started has the fleet's, which looks the same.
    """
    found = OWN_ID.search(json.dumps(event, default=str))
    return found[1] if found else ""
