"""What of a process needs a person, and in which order a person should look."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from lambdas.model.archive.fleet import LOST, NOT_STARTED, STOPPED
from lambdas.model.dossier.answer import Answer
from lambdas.model.dossier.verdict import VerdictKind
from lambdas.model.text import counted
from lambdas.overview.process_row import Row

DAYS = 30.0  # after which a proof is old, when nobody says otherwise


class Need(IntEnum):
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
        """Of the rows that need it."""
        return HEADINGS[self]

    @property
    def slug(self) -> str:
        """In links and in data."""
        return self.name.lower().replace("_", "-")


HEADINGS = {
    Need.BROKEN: "What the archive holds was changed",
    Need.FAILED: "The run failed",
    Need.NOT_STARTED: "The run was not started",
    Need.NOT_PROVED: "Not proved",
    Need.UNAPPROVED: "New access that nobody has approved",
    Need.WAYS_UP: "The policy holds a way up",
    Need.REACHES_OTHERS: "The policy reaches what is not the process's own",
    Need.STOPPED: "The fleet was stopped before it",
    Need.NEVER_RUN: "No run has made a policy",
    Need.NOT_ATTEMPTED: "No proof was attempted",
    Need.OLD: "The proof is old",
    Need.NOTHING: "Nothing is needed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """What a row needs first, and every reason, in words."""

    first: Need
    words: tuple[str, ...]


def needed(row: Row, *, old: float = DAYS) -> Needed:
    """Everything that needs a person, the most urgent first; `old` are days of a proof."""
    found = sorted(_reasons(row, old))
    return Needed(
        first=found[0][0] if found else Need.NOTHING, words=tuple(words for _, words in found)
    )


def in_order(rows: Iterable[Row], *, old: float = DAYS) -> tuple[tuple[Row, Needed], ...]:
    """The rows, what needs a person first.

    Among alike the one with the more doubtful answers, then with more reasons, then by name.
    """
    judged = [(row, needed(row, old=old)) for row in rows]
    return tuple(sorted(judged, key=_order))


def _order(one: tuple[Row, Needed]) -> tuple[Need, list[int], int, str]:
    row, needs = one
    answers = [(answer or Answer.NOT_ASKED).rank for answer in (row.no_way_up, row.contained)]
    return needs.first, answers, -len(needs.words), row.process


def _reasons(row: Row, old: float) -> list[tuple[Need, str]]:
    found = [*_of_end(row), *_of_verdict(row, old)]
    if row.broken:
        found.append((Need.BROKEN, f"its archive cannot be read: {row.broken}"))
    if row.unapproved:
        found.append((Need.UNAPPROVED, f"{counted(row.new or 0, 'grant')} new, unapproved"))
    if row.ways_up or _doubtful(row.no_way_up):
        ways = counted(row.ways_up, "way up", "ways up") if row.ways_up else ""
        found.append((Need.WAYS_UP, ways or f"no way up is {row.no_way_up}"))
    if row.reaches or _doubtful(row.contained):
        reaches = f"reaches others in {counted(row.reaches, 'place')}" if row.reaches else ""
        found.append((Need.REACHES_OTHERS, reaches or f"contained is {row.contained}"))
    return found


def _doubtful(answer: Answer | None) -> bool:
    return answer is not None and answer.doubtful


def _of_end(row: Row) -> list[tuple[Need, str]]:
    end = row.end
    if end is None or not (end.failed or end.status == STOPPED):
        return []
    if end.status == STOPPED:
        return [(Need.STOPPED, "not started: the fleet was stopped")]
    if end.status == NOT_STARTED:
        return [(Need.NOT_STARTED, f"not started: {end.error}")]
    if end.status == LOST:
        return [(Need.FAILED, "nobody knows whether its run began, or how it ended")]
    return [(Need.FAILED, f"its run failed: {end.error or end.status}")]


def _of_verdict(row: Row, old: float) -> list[tuple[Need, str]]:
    if not row.run:
        return [(Need.NEVER_RUN, "no run has made a policy")]
    if row.verdict == VerdictKind.NOT_PROVED:
        return [(Need.NOT_PROVED, "its newest policy is not proved")]
    if row.verdict == VerdictKind.NOT_ATTEMPTED and not row.proved:
        return [(Need.NOT_ATTEMPTED, "no proof was attempted")]
    if row.proved_days is None:
        return [(Need.NOT_PROVED, "no proof counts here")]
    if row.proved_days > old:
        return [(Need.OLD, f"its proof is {row.proved_days:.0f} days old")]
    return []
