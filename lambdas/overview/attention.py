"""Why a person should look at a process, and at which first."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from lambdas.model.archive.fleet import LOST, NOT_STARTED, STOPPED
from lambdas.model.dossier.answer import Answer
from lambdas.model.dossier.verdict import VerdictKind
from lambdas.model.text import counted
from lambdas.overview.process_row import Row

DAYS = 30.0  # after which a proof is old, when nobody says otherwise


class Attention(IntEnum):
    """Why a person should look; the lower, the sooner."""

    BROKEN = 0
    FAILED = 1
    NOT_STARTED = 2
    NOT_PROVED = 3
    UNAPPROVED = 4
    WAYS_UP = 5
    REACHES_OTHERS = 6
    STOPPED = 7
    NEVER_RUN = 8
    NOT_ATTEMPTED = 9
    OLD = 10
    NOTHING = 11

    @property
    def heading(self) -> str:
        """Of the rows that have it first."""
        return HEADINGS[self]

    @property
    def slug(self) -> str:
        """In links and in data."""
        return self.name.lower().replace("_", "-")


HEADINGS = {
    Attention.BROKEN: "What the archive holds was changed",
    Attention.FAILED: "The run failed",
    Attention.NOT_STARTED: "The run was not started",
    Attention.NOT_PROVED: "Not proved",
    Attention.UNAPPROVED: "New access that nobody has approved",
    Attention.WAYS_UP: "The policy holds a way up",
    Attention.REACHES_OTHERS: "The policy reaches what is not the process's own",
    Attention.STOPPED: "The fleet was stopped before it",
    Attention.NEVER_RUN: "No run has made a policy",
    Attention.NOT_ATTEMPTED: "No proof was attempted",
    Attention.OLD: "The proof is old",
    Attention.NOTHING: "Nothing is needed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """The first reason to look at a row, and every one, in words."""

    first: Attention
    words: tuple[str, ...]


def reasons_of(row: Row, *, old: float = DAYS) -> Reasons:
    """Everything that needs a person, the most urgent first; `old` are days of a proof."""
    found = sorted(_reasons(row, old))
    return Reasons(
        first=found[0][0] if found else Attention.NOTHING, words=tuple(words for _, words in found)
    )


def in_order(rows: Iterable[Row], *, old: float = DAYS) -> tuple[tuple[Row, Reasons], ...]:
    """The rows, what needs a person first.

    Among alike the one with the more doubtful answers, then with more reasons, then by name.
    """
    judged = [(row, reasons_of(row, old=old)) for row in rows]
    return tuple(sorted(judged, key=_order))


def _order(one: tuple[Row, Reasons]) -> tuple[Attention, list[int], int, str]:
    row, reasons = one
    answers = [(answer or Answer.NOT_ASKED).rank for answer in (row.no_way_up, row.contained)]
    return reasons.first, answers, -len(reasons.words), row.process


def _reasons(row: Row, old: float) -> list[tuple[Attention, str]]:
    found = [*_of_end(row), *_of_verdict(row, old)]
    if row.broken:
        found.append((Attention.BROKEN, f"its archive cannot be read: {row.broken}"))
    if row.unapproved:
        found.append((Attention.UNAPPROVED, f"{counted(row.new or 0, 'grant')} new, unapproved"))
    if row.ways_up or _doubtful(row.no_way_up):
        ways = counted(row.ways_up, "way up", "ways up") if row.ways_up else ""
        found.append((Attention.WAYS_UP, ways or f"no way up is {row.no_way_up}"))
    if row.reaches or _doubtful(row.contained):
        reaches = f"reaches others in {counted(row.reaches, 'place')}" if row.reaches else ""
        found.append((Attention.REACHES_OTHERS, reaches or f"contained is {row.contained}"))
    return found


def _doubtful(answer: Answer | None) -> bool:
    return answer is not None and answer.doubtful


def _of_end(row: Row) -> list[tuple[Attention, str]]:
    end = row.end
    if end is None or not (end.failed or end.status == STOPPED):
        return []
    if end.status == STOPPED:
        return [(Attention.STOPPED, "not started: the fleet was stopped")]
    if end.status == NOT_STARTED:
        return [(Attention.NOT_STARTED, f"not started: {end.error}")]
    if end.status == LOST:
        return [(Attention.FAILED, "nobody knows whether its run began, or how it ended")]
    return [(Attention.FAILED, f"its run failed: {end.error or end.status}")]


def _of_verdict(row: Row, old: float) -> list[tuple[Attention, str]]:
    if not row.run:
        return [(Attention.NEVER_RUN, "no run has made a policy")]
    if row.verdict == VerdictKind.NOT_PROVED:
        return [(Attention.NOT_PROVED, "its newest policy is not proved")]
    if row.verdict == VerdictKind.NOT_ATTEMPTED and not row.proved:
        return [(Attention.NOT_ATTEMPTED, "no proof was attempted")]
    if row.proved_days is None:
        return [(Attention.NOT_PROVED, "no proof counts here")]
    if row.proved_days > old:
        return [(Attention.OLD, f"its proof is {row.proved_days:.0f} days old")]
    return []
