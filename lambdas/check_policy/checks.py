"""What the checks found, in one document, and what of it a person must know."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lambdas.check_policy.attacks import TriedWay, ways_up_findings
from lambdas.model.dossier.policy_checks import Comparison, Denial, Objection
from lambdas.model.findings.finding import Finding, FindingKind, Severity

SEVERITIES = {
    "ERROR": Severity.ERROR,
    "SECURITY_WARNING": Severity.WARNING,
    "WARNING": Severity.WARNING,
    "SUGGESTION": Severity.NOTE,
}
PASS = "PASS"  # noqa: S105 (Access Analyzer's word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """All answers.

    Attributes:
        objections: ValidatePolicy's findings, each with the policy that it is about.
        asked: how many distinct calls the simulator was asked. denials: what it denied.
        unasked: what the simulator did not take as a question.
        unowned: principals that were seen and have no policy.
        compared: with the last approved run, by policy; empty when nothing is approved yet.
        baseline: that run's id, or empty.
        ways: ways to more permissions that were tried, and what came of each.
    """

    objections: Sequence[tuple[str, Objection]]
    asked: int
    denials: Sequence[Denial]
    unasked: Sequence[Denial] = ()
    unowned: Mapping[str, int]
    compared: Sequence[tuple[str, Comparison]]
    baseline: str = ""
    ways: Sequence[TriedWay] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What a person must know, sorted."""
        return tuple(
            sorted(
                [
                    *(_objection(policy, one) for policy, one in self.objections),
                    *map(_denial, self.denials),
                    *map(_unasked, self.unasked),
                    *(_unowned(*one) for one in self.unowned.items()),
                    *ways_up_findings(self.ways),
                    *(
                        _new_access(policy, self.baseline, one)
                        for policy, one in self.compared
                        if one.result != PASS
                    ),
                ]
            )
        )

    def count(self, severity: Severity) -> int:
        """How many findings are that urgent."""
        return sum(one.severity is severity for one in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Plain values, in a fixed order."""
        return {
            "validation": [
                {"policy": policy, **asdict(one)} for policy, one in sorted(self.objections)
            ],
            "simulation": {
                "asked": self.asked,
                "denied": [asdict(one) for one in sorted(self.denials)],
                "notSimulated": [asdict(one) for one in sorted(self.unasked)],
            },
            "newAccess": {
                "against": self.baseline,
                "policies": [
                    {"policy": policy, **asdict(one)} for policy, one in sorted(self.compared)
                ],
            },
            "waysUp": [one.to_json() for one in self.ways],
            "findings": [one.to_json() for one in self.findings],
        }


def _objection(policy: str, one: Objection) -> Finding:
    return Finding(
        severity=SEVERITIES.get(one.kind, Severity.WARNING),
        kind=FindingKind.POLICY_VALIDATION,
        subject=f"{policy}: {one.code}",
        detail=f"IAM Access Analyzer: {one.detail}",
        source=one.link,
    )


def _denial(one: Denial) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        kind=FindingKind.POLICY_DENIES,
        subject=f"{one.action} on {one.resource}",
        detail=f"the cycle did it as {one.principal}, and the policy answers {one.decision}",
        action="report it: the refined policy must allow everything that the cycle was allowed to "
        "do",
    )


def _unasked(one: Denial) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        kind=FindingKind.NOT_SIMULATED,
        subject=f"{one.action} on {one.resource}",
        detail=f"the cycle did it as {one.principal}, and IAM's simulator cannot be asked about it",
        action="rely on the proof: the cycle runs under the policy itself",
        source="https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html",
    )


def _unowned(principal: str, calls: int) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        kind=FindingKind.PRINCIPAL_WITHOUT_POLICY,
        subject=principal,
        detail="the run made calls as this principal, and refinement made no policy for it",
        count=calls,
    )


def _new_access(policy: str, baseline: str, one: Comparison) -> Finding:
    reasons = "; ".join(one.reasons)
    return Finding(
        severity=Severity.WARNING,
        kind=FindingKind.NEW_ACCESS,
        subject=policy,
        detail=f"against the approved run {baseline}: {one.message}"
        + (f" ({reasons})" if reasons else ""),
        action="review what is new, and approve the run if it is intended",
    )
