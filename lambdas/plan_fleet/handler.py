"""PlanFleet: lists the processes, judges which are chosen, and writes the plan; starts nothing."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.errors import ArchiveRefusedError, MissingObjectError
from lambdas.gateways.archive.archived_runs import manifest_of, newest_run, proved_run
from lambdas.gateways.archive.documents import Archive, S3Archive
from lambdas.gateways.archive.known_processes import RegisteredProcesses
from lambdas.gateways.telemetry import Telemetry
from lambdas.model.archive.fleet import PLAN, Fleet
from lambdas.model.archive.proof_age import started_at
from lambdas.model.definition.process_parameter import RegisteredProcess
from lambdas.model.execution.platform import Platform
from lambdas.model.execution.setting import Setting
from lambdas.model.execution.step_input import required
from lambdas.overview.reading import AT_ONCE
from lambdas.plan_fleet.choice import Candidate, chosen
from lambdas.plan_fleet.documents import SANDBOXES, documents
from lambdas.plan_fleet.plan import plan
from lambdas.plan_fleet.request import Request

STEP = "plan_fleet"
telemetry = Telemetry(STEP)
logger = telemetry.logger


@telemetry.entry
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """The entry point on Lambda."""
    archive = S3Archive.deployed()
    registered = RegisteredProcesses.deployed().all()
    return prepare(event, registered, archive, platform=archive.platform, settings=os.environ)


def prepare(
    event: Mapping[str, Any],
    registered: Sequence[RegisteredProcess],
    archive: Archive,
    *,
    platform: Platform = Platform.UNKNOWN,
    settings: Mapping[str, str],
) -> dict[str, Any]:
    """Write the plan, and answer with where it is and what it takes.

    Args:
        event: the state's input.
        registered: every process there is.
        archive: tells of earlier runs, and takes the plan.
        platform: on AWS, a proof that was emulated is none.
        settings: `GENERATOR`, `AT_ONCE` and `CONFIRM_ABOVE` of the deployment.

    Raises:
        FleetNotChosenError: the input chooses nothing, or what is not there.
        FleetNotConfirmedError: the fleet is large, and the input does not confirm it.
    """
    fleet = Fleet.from_json(required(event, "fleet", state="PlanFleet"))
    request = Request.from_json(
        required(event, "asked", state="PlanFleet"),
        generator=settings[Setting.GENERATOR],
        at_once=int(settings[Setting.AT_ONCE]),
    )
    ask = partial(_candidate, archive=archive, platform=platform)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        candidates = list(pool.map(ask, registered))
    # The execution's own start, not the clock's: a repeated call plans the same.
    now = datetime.fromisoformat(fleet.started_at)
    taken = chosen(candidates, request.choice, now)
    made = plan(
        taken,
        request,
        known=len(candidates),
        confirm_above=int(settings[Setting.CONFIRM_ABOVE]),
        passed_over=sum(map(request.choice.passes_over, candidates)),
    )
    for name, body in documents(fleet, made).items():
        archive.put(fleet.key(name), body, "application/json")
    logger.info("fleet planned", fleet=fleet.id, runs=made.runs, words=made.words)
    return {
        "plan": fleet.key(PLAN),
        "sandboxes": fleet.key(SANDBOXES),
        "runs": made.runs,
        "words": made.words,
    }


def _candidate(one: RegisteredProcess, *, archive: Archive, platform: Platform) -> Candidate:
    proved = proved_run(archive, one.name, platform)
    return Candidate(
        process=one.name,
        owner=one.owner,
        place=one.place,
        proved=started_at(proved) if proved else None,
        proves=one.proves,
        cycle=_cycle(archive, one.name),
    )


def _cycle(archive: Archive, process: str) -> float | None:
    """Minutes of the newest run's first cycle; nothing when its manifest does not tell."""
    newest = newest_run(archive, process)
    if newest is None:
        return None
    try:
        manifest = manifest_of(archive, process, newest.manifest.run)
        began, ended = (datetime.fromisoformat(manifest[key]) for key in ("startedAt", "endedAt"))
    except (ArchiveRefusedError, KeyError, MissingObjectError, ValueError):
        return None
    return max((ended - began).total_seconds() / 60, 0.0)
