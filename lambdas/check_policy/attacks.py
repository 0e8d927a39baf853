"""Every way up that the policy leads to, tried by IAM's simulator with the policy alone.

A refusal counts only where the policy itself gives it: no boundary of Fencepost's own is in the
question, and the same calls must be allowed by the policy without its conditions on a boundary.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lambdas.gateways.iam.simulation import Simulator
from lambdas.model.dossier.policy_checks import NOT_SIMULATED
from lambdas.model.dossier.refinement import PrincipalPolicy, Refinement
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.iam.policy import Policy
from lambdas.model.iam.way_up import BOUNDARY_KEY, WayOutcome, WayStep, WayUp
from lambdas.reference.ways.ways_up import ways_up


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedWay:
    """A way and what the simulator answered.

    Attributes:
        policy: the word for the principal's policy, as files are named.
        statement: the Sid of the statement whose condition refused a call; else empty.
        decision: the simulator's word for the call that was refused; else empty.
    """

    policy: str
    way: WayUp
    outcome: WayOutcome
    statement: str = ""
    decision: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values, in a fixed order."""
        return {
            "policy": self.policy,
            "path": self.way.path,
            "gains": self.way.gains,
            "reach": str(self.way.reach),
            "outcome": self.outcome.value,
            "statement": self.statement,
            "decision": self.decision,
            "phases": list(self.way.phases),
            "unseen": list(self.way.unseen),
            "calls": [
                {
                    "action": one.action,
                    "resource": str(one.resource),
                    "context": {key: str(value) for key, value in one.context},
                }
                for one in self.way.steps
            ],
        }


def tried_ways(refinement: Refinement, simulator: Simulator) -> tuple[TriedWay, ...]:
    """All ways of all principals, sorted."""
    values = dict(refinement.variables)
    return tuple(
        one
        for policy in refinement.policies
        for one in _tried(policy, ways_up(policy, refinement.boundary), values, simulator)
    )


def ways_up_findings(tried: Sequence[TriedWay]) -> Iterator[Finding]:
    """Where the simulator says otherwise than the policy's own conditions."""
    for one in tried:
        if one.outcome is WayOutcome.OPEN and one.way.closed_by:
            yield Finding(
                severity=Severity.ERROR,
                kind=FindingKind.WAY_UP_NOT_CLOSED,
                subject=f"{one.way.path}, {one.policy}",
                detail=f"statement {one.way.closed_by} should refuse it, and IAM's simulator "
                f"allows every call of it: {', '.join(step.action for step in one.way.steps)}",
                action="report it: the condition on the boundary does not hold",
            )


def _tried(
    policy: PrincipalPolicy,
    ways: Sequence[WayUp],
    values: Mapping[str, str],
    simulator: Simulator,
) -> Iterator[TriedWay]:
    packs = policy.packed() or (policy.policy,)
    fenced = _Answers(packs, values, simulator)
    free = _Answers([_without_boundary(one) for one in packs], values, simulator)
    for way in ways:
        refused = fenced.refused(way)
        if refused is None:
            yield TriedWay(policy=policy.name, way=way, outcome=WayOutcome.OPEN)
            continue
        step, decision = refused
        outcome = WayOutcome.REFUSED if free.refused(way) is None else WayOutcome.NO_TEST
        yield TriedWay(
            policy=policy.name,
            way=way,
            outcome=outcome,
            statement=step.sid if outcome is WayOutcome.REFUSED else "",
            decision=decision,
        )


class _Answers:
    """What the simulator says of calls, each asked once."""

    def __init__(
        self, packs: Sequence[Policy], values: Mapping[str, str], simulator: Simulator
    ) -> None:
        self._policies = [one.render(values) for one in packs]
        self._values, self._simulator = values, simulator
        self._known: dict[tuple[object, ...], str] = {}

    def refused(self, way: WayUp) -> tuple[WayStep, str] | None:
        """The first call that is not allowed, with the simulator's decision."""
        for step in way.steps:
            decision = self._decision(step)
            if decision:
                return step, decision
        return None

    def _decision(self, step: WayStep) -> str:
        resource, context = step.asked_on(self._values), step.asked_with(self._values)
        key = (step.action, resource, context)
        if key not in self._known:
            denied = self._simulator.denied(self._policies, [step.action], [resource], context)
            self._known[key] = denied[0][2] if denied else ""
        # A question that the simulator does not take is no refusal.
        return "" if self._known[key] == NOT_SIMULATED else self._known[key]


def _without_boundary(policy: Policy) -> Policy:
    return Policy(
        tuple(
            replace(
                one,
                conditions=tuple(each for each in one.conditions if each.key != BOUNDARY_KEY),
            )
            for one in policy.statements
        )
    )
