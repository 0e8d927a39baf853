"""A fleet's facts, with what matters alone."""

from collections.abc import Iterable
from typing import Any

from lambdas.document_fleet.fleet_facts import FleetFacts, gather
from lambdas.model.archive.fleet import NOT_STARTED, STOPPED, Fleet
from lambdas.model.dossier.answer import Answer
from lambdas.model.execution.platform import Platform
from lambdas.overview.process_row import Row
from tests.unit.overview.rows import a_row, an_end, never_run

FLEET = Fleet(
    id="20261130T120000Z-1a2b3c4d",
    started_at="2026-11-30T12:00:00.000Z",
    execution_arn="arn:aws:states:eu-west-1:111122223333:execution:fencepost-run-fleet:weekly",
)
ROWS = (
    a_row("bread", end=an_end("bread")),
    a_row("milk", end=an_end("milk", "FAILED", "CycleFailed", "phase deploy failed: no space")),
    a_row("salt", end=an_end("salt", NOT_STARTED, "StepFunctions.AccessDenied", "no")),
    a_row("tea", end=an_end("tea", STOPPED)),
    a_row(
        "wine",
        no_way_up=Answer.IN_PART,
        ways_up=2,
        contained=Answer.IN_PART,
        reaches=1,
        new=3,
        unapproved=True,
        end=an_end("wine"),
    ),
    a_row("rice", verdict="not proved", proved="", proved_days=None),
    a_row(
        "oats",
        grounds=None,
        wildcards=None,
        no_way_up=None,
        ways_up=None,
        contained=None,
        reaches=None,
        characters=None,
    ),
    never_run(),
)


def a_fleet(rows: Iterable[Row] = ROWS, **more: Any) -> FleetFacts:
    there = list(rows)
    planned = sum(row.end is not None for row in there)
    given = {
        "plan": {"runs": planned, "tolerate": 10.0, "words": f"{planned} runs: about 2.0 hours."},
        "before": None,
        "broken": "",
        "platform": Platform.AWS,
        "old": 30.0,
    }
    return gather(fleet=FLEET, rows=there, **{**given, **more})
