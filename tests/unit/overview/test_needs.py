"""What needs a person, and in which order."""

from dataclasses import replace

import pytest
from hypothesis import given

from lambdas.model.archive.fleet import LOST, NOT_STARTED, STOPPED
from lambdas.model.dossier.answer import Answer
from lambdas.overview.needs import HEADINGS, Need, in_order, needed
from lambdas.overview.process_row import Row
from tests.unit.overview.rows import a_row, an_end, never_run, rows


@pytest.mark.parametrize(
    ("row", "first", "words"),
    [
        (a_row(), Need.NOTHING, ()),
        (
            a_row(broken="it does not match its own seal"),
            Need.BROKEN,
            ("its archive cannot be read: it does not match its own seal",),
        ),
        (never_run(), Need.NEVER_RUN, ("no run has made a policy",)),
        (a_row(verdict="not proved"), Need.NOT_PROVED, ("its newest policy is not proved",)),
        (a_row(verdict="not attempted"), Need.NOTHING, ()),
        (
            a_row(verdict="not attempted", proved="", proved_days=None),
            Need.NOT_ATTEMPTED,
            ("no proof was attempted",),
        ),
        (a_row(proved="", proved_days=None), Need.NOT_PROVED, ("no proof counts here",)),
        (a_row(proved_days=31.5), Need.OLD, ("its proof is 32 days old",)),
        (a_row(new=3, unapproved=True), Need.UNAPPROVED, ("3 grants new, unapproved",)),
        (a_row(ways_up=1), Need.WAYS_UP, ("1 way up",)),
        (a_row(reaches=2), Need.REACHES_OTHERS, ("reaches others in 2 places",)),
        (
            a_row(no_way_up=Answer.NOT_SHOWN),
            Need.WAYS_UP,
            ("no way up is not shown",),
        ),
        (a_row(no_way_up=Answer.IN_PART, ways_up=3), Need.WAYS_UP, ("3 ways up",)),
        (
            a_row(contained=Answer.IN_PART),
            Need.REACHES_OTHERS,
            ("contained is shown in part",),
        ),
        (a_row(no_way_up=Answer.NOT_ASKED, contained=Answer.NOT_ASKED), Need.NOTHING, ()),
        (a_row(no_way_up=None, ways_up=None, contained=None, reaches=None), Need.NOTHING, ()),
        (a_row(end=an_end("orders")), Need.NOTHING, ()),
        (
            a_row(end=an_end("orders", "FAILED", "CycleFailed")),
            Need.FAILED,
            ("its run failed: CycleFailed",),
        ),
        (a_row(end=an_end("orders", "TIMED_OUT")), Need.FAILED, ("its run failed: TIMED_OUT",)),
        (
            a_row(end=an_end("orders", LOST)),
            Need.FAILED,
            ("nobody knows whether its run began, or how it ended",),
        ),
        (
            a_row(end=an_end("orders", NOT_STARTED, "Denied")),
            Need.NOT_STARTED,
            ("not started: Denied",),
        ),
        (
            a_row(end=an_end("orders", STOPPED)),
            Need.STOPPED,
            ("not started: the fleet was stopped",),
        ),
        (
            replace(never_run(), end=an_end("new", STOPPED)),  # counted with all that were stopped
            Need.STOPPED,
            ("not started: the fleet was stopped", "no run has made a policy"),
        ),
        (
            a_row(ways_up=2, end=an_end("orders", "FAILED", "BuildFailed")),
            Need.FAILED,
            ("its run failed: BuildFailed", "2 ways up"),
        ),
    ],
)
def test_a_row_says_what_it_needs_the_most_urgent_first(
    row: Row, first: Need, words: tuple[str, ...]
) -> None:
    found = needed(row)

    assert (found.first, found.words) == (first, words)


def test_every_need_has_a_heading() -> None:
    assert set(HEADINGS) == set(Need)


def test_among_alike_the_more_doubtful_answer_comes_first() -> None:
    there = [
        a_row("a", ways_up=1, no_way_up=Answer.SHOWN),
        a_row("b", ways_up=1, no_way_up=None),
        a_row("c", ways_up=1, no_way_up=Answer.IN_PART),
        a_row("d", ways_up=1, no_way_up=Answer.NOT_SHOWN),
        a_row("e", ways_up=1, no_way_up=Answer.IN_PART, contained=Answer.IN_PART),
    ]

    assert [row.process for row, _ in in_order(there)] == ["d", "e", "c", "b", "a"]


@given(rows)
def test_what_is_more_urgent_never_stands_below(there: list[Row]) -> None:
    found = in_order(there)

    assert sorted(row.process for row, _ in found) == sorted(row.process for row in there)
    firsts = [needs.first for _, needs in found]
    assert firsts == sorted(firsts)
    assert in_order(reversed(there)) == found


@given(rows)
def test_nothing_that_needs_somebody_is_among_what_needs_nobody(there: list[Row]) -> None:
    for row, needs in in_order(there):
        assert (needs.first is Need.NOTHING) == (not needs.words)
        if row.end and row.end.failed:
            assert needs.first in {Need.FAILED, Need.NOT_STARTED}
