"""Which paths of a deployment the cycle went through, and what rests on those it did not."""

from dataclasses import dataclass

from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.model.text import counted, listed
from lambdas.model.trail.ground_kind import GroundKind

CREATE, UPDATE, REMOVE = "create", "update", "remove"
ROLLBACK = "rollback"  # no clean cycle takes it; a phase of this name does
# Phases that are paths of their own, beside those that every cycle takes.
OWN_PATHS = (ROLLBACK, "scale", "use")
EVERY_CYCLE = (CREATE, UPDATE, REMOVE)


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
    """Create, update, rollback, what further phases are for, and remove.

    A phase that is a path of its own counts for that path alone.
    """
    order = [phase.name for phase in facts.process.phases]
    common = [name for name in order if name not in OWN_PATHS]
    own = {name: {cell for cell in facts.survey.verbs if cell[0] == name} for name in OWN_PATHS}
    verbs = facts.survey.verbs
    cells = {(p, v) for p, v in verbs if p not in OWN_PATHS}
    later = {phase for phase, _ in cells if phase not in (*common[:1], REMOVE)}
    found = {
        CREATE: {(p, v) for p, v in cells if v == "create"},
        UPDATE: {(p, v) for p, v in cells if p in later and v in ("create", "change")},
        **{name: seen for name, seen in own.items() if name == ROLLBACK or name in order},
        REMOVE: {(p, v) for p, v in cells if v == "remove"},
    }
    return tuple(
        Path(
            name=name,
            phases=_in_order({phase for phase, _ in seen}, order),
            calls=sum(verbs[cell] for cell in seen),
            derived=_derived(facts, name),
        )
        for name, seen in found.items()
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
        all(ground.kind != GroundKind.OBSERVED for ground in grant.grounds)
        and any(ground.kind == path for ground in grant.grounds)
        for policy in facts.refinement.policies
        for one in policy.statements
        for grant in one.grants
    )
