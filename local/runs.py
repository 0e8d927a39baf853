"""Start runs, watch them side by side, and fetch what they leave behind."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local.builds import Build

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from local.progress import Progress
    from local.session import Deployed

RUN_ID = re.compile(r"\b\d{8}T\d{6}Z-[0-9a-f]{8}\b")
POLL = 0.2  # seconds
PARTS_OF_KEY = 3  # process, run, document


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
    told: int = 0
    states: list[tuple[str, float]] = field(default_factory=list)
    build: Build | None = None
    identifier: str = ""


def start(deployed: Deployed, process: str) -> Running:
    """Start a run as a person would: an execution with the process's name as input."""
    answer = deployed.connection.client("stepfunctions").start_execution(
        stateMachineArn=deployed.machine, input=json.dumps({"process": process})
    )
    return Running(process=process, arn=answer["executionArn"], began=time.monotonic())


def follow(
    deployed: Deployed, running: Iterable[Running], *, out: Path, progress: Progress
) -> list[Finished]:
    """Tell what happens until every run has ended; fetch each dossier as it comes."""
    open_runs = list(running)
    client = deployed.connection.client("stepfunctions")
    finished = []
    while open_runs:
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
        if open_runs:
            time.sleep(POLL)
    return finished


def _tell(deployed: Deployed, client: Any, run: Running, progress: Progress) -> None:
    pages = client.get_paginator("get_execution_history").paginate(executionArn=run.arn)
    events = [event for page in pages for event in page["events"]]
    for event in events[run.told :]:
        entered = event.get("stateEnteredEventDetails")
        if entered:
            run.states.append((entered["name"], time.monotonic()))
            progress.state(run.process, entered["name"])
        run.build = run.build or Build.in_event(event)
        run.identifier = run.identifier or _identifier(event)
    run.told = len(events)
    if run.build:
        for line in run.build.phases(deployed.connection):
            progress.phase(run.process, line)


def _finish(deployed: Deployed, run: Running, described: dict[str, Any], out: Path) -> Finished:
    dossier = _fetch(deployed, run.process, run.identifier, out) if run.identifier else None
    return Finished(
        process=run.process,
        run=run.identifier or run.arn.rsplit(":", 1)[-1],
        succeeded=described["status"] == "SUCCEEDED",
        seconds=time.monotonic() - run.began,
        error=described.get("error", "" if described["status"] == "SUCCEEDED" else "Unknown"),
        cause=described.get("cause", ""),
        dossier=dossier,
    )


def _identifier(event: dict[str, Any]) -> str:
    """The run's id, as soon as an event of its execution names it."""
    found = RUN_ID.search(json.dumps(event, default=str))
    return found[0] if found else ""


def _fetch(deployed: Deployed, process: str, run: str, out: Path) -> Path | None:
    """Copy a run's documents to out/<process>/<run>/, and the archive's pages beside them."""
    s3 = deployed.connection.client("s3")
    found = None
    try:
        pages = s3.get_paginator("list_objects_v2").paginate(
            Bucket=deployed.archive, Prefix=f"{process}/"
        )
        keys = [one["Key"] for page in pages for one in page.get("Contents", [])]
    except ClientError:
        return None
    for key in keys:
        parts = key.split("/")
        if len(parts) >= PARTS_OF_KEY and parts[1] != run:
            continue
        target = (out / key).resolve()
        if not target.is_relative_to(out.resolve()):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(s3.get_object(Bucket=deployed.archive, Key=key)["Body"].read())
        found = out / process / run if len(parts) >= PARTS_OF_KEY else found
    return found
