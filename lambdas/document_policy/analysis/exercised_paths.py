"""Which paths of a deployment the cycle went through, and what rests on those it did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.model.refinement import OBSERVED
from lambdas.model.text import counted, listed

if TYPE_CHECKING:
    from lambdas.document_policy.analysis.run_facts import RunFacts

REMOVE = "remove"
ROLLBACK = "rollback"  # no clean cycle takes it


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One path: whether events show it, in which phases, and what is derived for it."""

    name: str
    phases: tuple[str, ...]
    calls: int
    derived: int

    @property
    def exercised(self) -> bool:
        """Whether any call of the cycle went this way."""
        return self.calls > 0

    @property
    def state(self) -> str:
        """`exercised` or `not exercised`."""
        return "exercised" if self.exercised else "not exercised"

    @property
    def sentence(self) -> str:
        """What was seen of it, and what was not seen but is granted."""
        where = f" in {listed(self.phases)}" if any(self.phases) else ""
        seen = f"{counted(self.calls, 'call')}{where}." if self.exercised else "No call."
        if self.derived:
            return f"{seen} {counted(self.derived, 'grant')} derived for it."
        return seen if self.exercised else f"{seen} Nothing is granted for it alone."


def paths(facts: RunFacts) -> tuple[Path, ...]:
    """Create, update, rollback and remove."""
    verbs = facts.survey.verbs
    order = [phase.name for phase in facts.process.phases]
    first = order[0] if order else ""
    later = {phase for phase, _ in verbs if phase not in (first, REMOVE)}
    found = {
        "create": {(p, v) for p, v in verbs if v == "create"},
        "update": {(p, v) for p, v in verbs if p in later and v in ("create", "change")},
        ROLLBACK: set[tuple[str, str]](),
        "remove": {(p, v) for p, v in verbs if v == "remove"},
    }
    return tuple(
        Path(
            name=name,
            phases=_in_order({phase for phase, _ in cells}, order),
            calls=sum(verbs[cell] for cell in cells),
            derived=_derived(facts, name),
        )
        for name, cells in found.items()
    )


def _in_order(phases: set[str], order: list[str]) -> tuple[str, ...]:
    return tuple(
        sorted(
            phases, key=lambda phase: (order.index(phase) if phase in order else len(order), phase)
        )
    )


def _derived(facts: RunFacts, path: str) -> int:
    """Grants that no event shows and that are derived for the path."""
    return sum(
        all(ground.kind != OBSERVED for ground in grant.grounds)
        and any(ground.kind == path for ground in grant.grounds)
        for policy in facts.refinement.policies
        for one in policy.statements
        for grant in one.grants
    )
