"""What all documents of a fleet tell, worked out once."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lambdas.document_fleet.moves import Move, moves
from lambdas.model.archive.fleet import NOT_STARTED, STOPPED, SUCCEEDED, Fleet
from lambdas.model.execution.platform import Platform
from lambdas.model.text import counted
from lambdas.overview.attention import Attention, Reasons, in_order
from lambdas.overview.process_row import Row

CAUSES_SHOWN = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetFacts:
    """A fleet, ready to be written down.

    Attributes:
        judged: every process, what needs a person first.
        planned: how many runs were to start. tolerate: percent of them that may fail.
        before: the fleet that this one is compared with; empty for the first.
        moves: what changed since then.
        broken: why the fleet itself could not go on; empty when it could.
        platform: where it took place.
    """

    fleet: Fleet
    judged: Sequence[tuple[Row, Reasons]]
    planned: int
    tolerate: float
    words: str
    before: str
    moves: Sequence[Move]
    broken: str
    platform: Platform

    @property
    def rows(self) -> list[Row]:
        """In the same order."""
        return [row for row, _ in self.judged]

    @property
    def needs(self) -> Mapping[Attention, int]:
        """How many processes need what first."""
        return Counter(reasons.first for _, reasons in self.judged)

    @property
    def failed(self) -> int:
        """Runs that were to take place and did not end well."""
        return sum(row.end is not None and row.end.failed for row in self.rows)

    @property
    def stopped(self) -> int:
        """Runs that were not started, because somebody stopped the fleet."""
        return self._ended(STOPPED)

    @property
    def succeeded(self) -> int:
        """Runs that ended well, whatever their verdict."""
        return self._ended(SUCCEEDED)

    @property
    def not_started(self) -> int:
        """Of those that failed, the ones that Step Functions refused to start."""
        return self._ended(NOT_STARTED)

    @property
    def tolerated(self) -> bool:
        """Whether no more runs failed than may, and the fleet could go through its list."""
        return not self.broken and self.failed * 100 <= self.tolerate * self.planned

    @property
    def waiting(self) -> int:
        """Processes that need somebody."""
        return sum(reasons.first is not Attention.NOTHING for _, reasons in self.judged)

    @property
    def verdict(self) -> str:
        """`2 of 40 runs failed; 3 not started: the fleet was stopped`, and where, if not on AWS."""
        failed = "none" if not self.failed else f"{self.failed:,}"
        parts = [f"{failed} of {counted(self.planned, 'run')} failed{self.platform.aside}"]
        if self.stopped:
            parts.append(f"{self.stopped:,} not started: the fleet was stopped")
        if self.broken:
            parts.append("the fleet itself broke off")
        return "; ".join(parts)

    def _ended(self, status: str) -> int:
        return sum(row.end is not None and row.end.status == status for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """`fleet.json`: what the next fleet compares itself with, and programs read."""
        return {
            "format": 1,
            "fleet": self.fleet.id,
            "startedAt": self.fleet.started_at,
            "execution": self.fleet.execution_arn,
            "shownOn": self.platform.value,
            "verdict": self.verdict,
            "tolerated": self.tolerated,
            "broken": self.broken or None,
            "planned": self.planned,
            "succeeded": self.succeeded,
            "failed": self.failed,
            "notStarted": self.not_started,
            "stopped": self.stopped,
            "needs": {kind.slug: number for kind, number in sorted(self.needs.items())},
            "comparedWith": self.before or None,
            "moves": [one.to_json() for one in self.moves],
            "processes": [
                {**row.to_json(), "needs": list(reasons.words)} for row, reasons in self.judged
            ],
        }


def gather(  # noqa: PLR0913  # the facts of a fleet, each by name
    *,
    fleet: Fleet,
    rows: Iterable[Row],
    plan: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    broken: str,
    platform: Platform,
    old: float,
) -> FleetFacts:
    """Judge the rows, and compare with the fleet before. `old` are days of a proof."""
    judged = in_order(rows, old=old)
    return FleetFacts(
        fleet=fleet,
        judged=judged,
        planned=plan["runs"],
        tolerate=plan["tolerate"],
        words=plan["words"],
        before=str(before["fleet"]) if before else "",
        moves=moves(judged, before),
        broken=broken[:CAUSES_SHOWN],
        platform=platform,
    )
