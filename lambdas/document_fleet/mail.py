"""The mail to the operator: what needs somebody, in ten lines."""

from collections.abc import Iterator

from lambdas.document_fleet.fleet_facts import FleetFacts
from lambdas.model.archive.fleet import REPORT
from lambdas.model.limits import SUBJECT_LIMIT
from lambdas.model.text import counted, shortened, visible
from lambdas.overview.attention import Attention

LINES = 10
NAMED = 6  # processes in one line
LONGEST = 300  # characters of a line


def subject(facts: FleetFacts) -> str:
    """Under a hundred characters, what went wrong first."""
    waiting = counted(facts.waiting, "process needs", "processes need")
    words = f"Fencepost: {facts.verdict}; {waiting} somebody"
    return words if len(words) <= SUBJECT_LIMIT else f"Fencepost: {facts.verdict}"[:SUBJECT_LIMIT]


def message(facts: FleetFacts, *, place: str) -> str:
    """Ten lines at most; `place` is how people call the archive."""
    where = f"The report: {place}{facts.fleet.key(REPORT)}"
    first = [
        f"Fleet {facts.fleet.id}: {facts.verdict}.",
        *([f"It broke off: {facts.broken}"] if facts.broken else []),
    ]
    moved = sum(one.worse for one in facts.moves)
    since = (
        [f"Since the fleet {facts.before}: {counted(moved, 'change')} for the worse."]
        if facts.before
        else []
    )
    room = LINES - len(first) - len(since) - 1
    needs = list(_needs(facts))
    if len(needs) > room:
        more = len(needs) - room + 1
        needs = [*needs[: room - 1], f"and {counted(more, 'other need')}; the report has all."]
    lines = [*first, *(needs or ["Nothing needs anybody."]), *since, where]
    return "\n".join(visible(shortened(one, LONGEST, whole_in="the report")) for one in lines)


def _needs(facts: FleetFacts) -> Iterator[str]:
    """A line for each kind of need, with the first processes that have it."""
    for kind in Attention:
        names = [row.process for row, reasons in facts.judged if reasons.first is kind]
        if names and kind is not Attention.NOTHING:
            more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
            yield f"{kind.heading} ({len(names):,}): {', '.join(names[:NAMED])}{more}"
