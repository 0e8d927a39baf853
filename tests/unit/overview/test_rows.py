"""What a row takes out of a dossier's summary."""

from datetime import UTC, datetime
from typing import Any

import pytest

from lambdas.model.archive.archived_runs import RunSummary
from lambdas.model.archive.manifest import Link
from lambdas.model.dossier.answer import Answer
from lambdas.overview.process_row import Archived, Row, row_of
from tests.unit.overview.rows import PLACE, RUN

FOUND = {"error": 0, "warning": 0, "note": 0}


def row(**summary: Any) -> Row:
    newest = RunSummary(
        manifest=Link(run=RUN, sha256="0" * 64),
        verdict="proved",
        proved=True,
        started="2026-11-29T12:00:00Z",
        summary={"findings": FOUND, "new": 0, "compared": None, **summary},
    )
    now = datetime(2026, 11, 30, 12, tzinfo=UTC)
    return row_of("orders", "o@x.y", PLACE, Archived(newest=newest, proved=RUN), now=now, end=None)


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ({}, (None, None)),
        ({"reachesOthers": 3}, (3, None)),
        (
            {"reachesOthers": 3, "contained": {"state": "shown in part", "reaching": 2}},
            (2, "shown in part"),
        ),
    ],
)
def test_what_was_shown_to_be_contained_counts_before_what_was_found(
    summary: dict[str, Any], expected: tuple[int | None, str | None]
) -> None:
    found = row(**summary)

    assert (found.reaches, found.contained) == expected


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ({}, (None, None)),  # before 0.2
        ({"waysUp": 2}, (None, 2)),  # of a run that could not say more
        ({"waysUp": 2, "noWayUp": {"state": "not shown", "open": 2}}, (Answer.NOT_SHOWN, 2)),
        ({"waysUp": 0, "noWayUp": {"state": "not asked"}}, (Answer.NOT_ASKED, 0)),
        ({"waysUp": 0, "noWayUp": {"state": "shown by another"}}, (None, 0)),  # of a later version
    ],
)
def test_no_way_up_is_a_state_where_the_manifest_has_one(
    summary: dict[str, Any], expected: tuple[Answer | None, int | None]
) -> None:
    found = row(**summary)

    assert (found.no_way_up, found.ways_up) == expected


def test_a_proof_is_as_old_as_it_was_when_the_fleet_began() -> None:
    assert row().proved_days == 1
