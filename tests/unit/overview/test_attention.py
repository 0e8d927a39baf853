"""What needs a person, and in which order."""

from dataclasses import replace

import pytest
from hypothesis import given

from lambdas.model.archive.fleet import LOST, NOT_STARTED, STOPPED
from lambdas.model.dossier.answer import Answer
from lambdas.overview.attention import HEADINGS, Attention, in_order, reasons_of
from lambdas.overview.process_row import Row
from tests.unit.overview.rows import a_row, an_end, never_run, rows


@pytest.mark.parametrize(
    ("row", "first", "words"),
    [
        (a_row(), Attention.NOTHING, ()),
        (
            a_row(broken="it does not match its own seal"),
            Attention.BROKEN,
            ("its archive cannot be read: it does not match its own seal",),
        ),
        (never_run(), Attention.NEVER_RUN, ("no run has made a policy",)),
        (a_row(verdict="not proved"), Attention.NOT_PROVED, ("its newest policy is not proved",)),
        (a_row(verdict="not attempted"), Attention.NOTHING, ()),
        (
            a_row(verdict="not attempted", proved="", proved_days=None),
            Attention.NOT_ATTEMPTED,
            ("no proof was attempted",),
        ),
        (a_row(proved="", proved_days=None), Attention.NOT_PROVED, ("no proof counts here",)),
        (a_row(proved_days=31.5), Attention.OLD, ("its proof is 32 days old",)),
        (a_row(new=3, unapproved=True), Attention.UNAPPROVED, ("3 grants new, unapproved",)),
        (a_row(ways_up=1), Attention.WAYS_UP, ("1 way up",)),
        (a_row(reaches=2), Attention.REACHES_OTHERS, ("reaches others in 2 places",)),
        (
            a_row(no_way_up=Answer.NOT_SHOWN),
            Attention.WAYS_UP,
            ("no way up is not shown",),
        ),
        (a_row(no_way_up=Answer.IN_PART, ways_up=3), Attention.WAYS_UP, ("3 ways up",)),
        (
            a_row(contained=Answer.IN_PART),
            Attention.REACHES_OTHERS,
            ("contained is shown in part",),
        ),
        (a_row(no_way_up=Answer.NOT_ASKED, contained=Answer.NOT_ASKED), Attention.NOTHING, ()),
        (a_row(no_way_up=None, ways_up=None, contained=None, reaches=None), Attention.NOTHING, ()),
        (a_row(end=an_end("orders")), Attention.NOTHING, ()),
        (
            a_row(end=an_end("orders", "FAILED", "CycleFailed")),
            Attention.FAILED,
            ("its run failed: CycleFailed",),
        ),
        (
            a_row(end=an_end("orders", "TIMED_OUT")),
            Attention.FAILED,
            ("its run failed: TIMED_OUT",),
        ),
        (
            a_row(end=an_end("orders", LOST)),
            Attention.FAILED,
            ("nobody knows whether its run began, or how it ended",),
        ),
        (
            a_row(end=an_end("orders", NOT_STARTED, "Denied")),
            Attention.NOT_STARTED,
            ("not started: Denied",),
        ),
        (
            a_row(end=an_end("orders", STOPPED)),
            Attention.STOPPED,
            ("not started: the fleet was stopped",),
        ),
        (
            replace(never_run(), end=an_end("new", STOPPED)),  # counted with all that were stopped
            Attention.STOPPED,
            ("not started: the fleet was stopped", "no run has made a policy"),
        ),
        (
            a_row(ways_up=2, end=an_end("orders", "FAILED", "BuildFailed")),
            Attention.FAILED,
            ("its run failed: BuildFailed", "2 ways up"),
        ),
    ],
)
def test_a_row_says_what_it_needs_the_most_urgent_first(
    row: Row, first: Attention, words: tuple[str, ...]
) -> None:
    found = reasons_of(row)

    assert (found.first, found.words) == (first, words)


def test_every_need_has_a_heading() -> None:
    assert set(HEADINGS) == set(Attention)


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
    firsts = [reasons.first for _, reasons in found]
    assert firsts == sorted(firsts)
    assert in_order(reversed(there)) == found


@given(rows)
def test_nothing_that_needs_somebody_is_among_what_needs_nobody(there: list[Row]) -> None:
    for row, reasons in in_order(there):
        assert (reasons.first is Attention.NOTHING) == (not reasons.words)
        if row.end and row.end.failed:
            assert reasons.first in {Attention.FAILED, Attention.NOT_STARTED}
