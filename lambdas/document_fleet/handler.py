"""DocumentFleet: reads how each run ended and how each process stands; writes report and mail."""

import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.document_fleet.fleet_facts import FleetFacts, gather
from lambdas.document_fleet.mail import message, subject
from lambdas.document_fleet.report import report
from lambdas.document_fleet.table_file import table_file
from lambdas.errors import MissingObjectError
from lambdas.gateways.archive.documents import Archive, S3Archive
from lambdas.gateways.archive.known_processes import RegisteredProcesses
from lambdas.gateways.telemetry import Telemetry
from lambdas.model.archive.fleet import DOCUMENT, ENDS, FLEETS, LOST, REPORT, TABLE, End, Fleet
from lambdas.model.definition.process_parameter import RegisteredProcess
from lambdas.model.execution.platform import Platform
from lambdas.model.execution.setting import Setting
from lambdas.model.execution.step_input import required
from lambdas.overview.first_page import write_first_page
from lambdas.overview.process_row import Row, row_of
from lambdas.overview.reading import AT_ONCE, archived

STEP = "document_fleet"
telemetry = Telemetry(STEP)
logger = telemetry.logger


@telemetry.entry
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """The entry point on Lambda."""
    archive = S3Archive.deployed()
    return document(
        event,
        RegisteredProcesses.deployed().all(),
        archive,
        place=archive.place,
        platform=archive.platform,
        old=float(os.environ[Setting.STALE_DAYS]),
    )


def document(  # what it reads, and how people call it
    event: Mapping[str, Any],
    registered: Sequence[RegisteredProcess],
    archive: Archive,
    *,
    place: str,
    platform: Platform = Platform.UNKNOWN,
    old: float,
) -> dict[str, Any]:
    """Write the fleet's documents, and answer with the mail; writing them again changes nothing.

    Args:
        event: the state's input.
        registered: every process there is.
        archive: tells of the runs, and takes the report.
        place: how people call the archive.
        platform: where the fleet takes place.
        old: days after which a proof is old.
    """
    fleet = Fleet.from_json(required(event, "fleet", state="DocumentFleet"))
    plan = json.loads(archive.get(required(event, "plan", state="DocumentFleet")))
    facts = gather(
        fleet=fleet,
        rows=_rows(fleet, plan, registered, archive, platform),
        plan=plan,
        before=_before(archive, fleet),
        broken=str(event.get("broken") or ""),
        platform=platform,
        old=old,
    )
    for name, kind, body in _documents(facts):
        archive.put(fleet.key(name), body.encode(), kind)
    write_first_page(archive)
    logger.info("fleet documented", fleet=fleet.id, verdict=facts.verdict)
    return {
        "subject": subject(facts),
        "message": message(facts, place=place),
        "report": f"{place}{fleet.key(REPORT)}",
        "verdict": facts.verdict,
        "tolerated": facts.tolerated,
    }


def _documents(facts: FleetFacts) -> tuple[tuple[str, str, str], ...]:
    return (
        (DOCUMENT, "application/json", json.dumps(facts.to_json(), indent=1) + "\n"),
        (TABLE, "text/csv; charset=utf-8", table_file(facts.judged)),
        (REPORT, "text/html; charset=utf-8", report(facts)),
    )


def _rows(
    fleet: Fleet,
    plan: Mapping[str, Any],
    registered: Sequence[RegisteredProcess],
    archive: Archive,
    platform: Platform,
) -> list[Row]:
    """A row for each process there is; those of the fleet with how their run ended."""
    planned = {one["process"] for one in plan["processes"]}
    now = datetime.fromisoformat(fleet.started_at)

    def row(one: RegisteredProcess) -> Row:
        return row_of(
            one.name,
            one.owner,
            one.place,
            archived(archive, one.name, platform),
            now=now,
            end=_end(archive, fleet, one.name) if one.name in planned else None,
        )

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(row, registered))


def _end(archive: Archive, fleet: Fleet, process: str) -> End:
    try:
        return End.from_json(json.loads(archive.get(fleet.key(f"{ENDS}{process}.json"))))
    except MissingObjectError:
        return End(process=process, status=LOST)


def _before(archive: Archive, fleet: Fleet) -> dict[str, Any] | None:
    """What the newest earlier fleet wrote down; those that wrote nothing are passed over."""
    for earlier in reversed(archive.folders(f"{FLEETS}/")):
        if earlier < fleet.id and archive.exists(f"{FLEETS}/{earlier}/{DOCUMENT}"):
            found: dict[str, Any] = json.loads(archive.get(f"{FLEETS}/{earlier}/{DOCUMENT}"))
            return found
    return None
