"""What Access Analyzer's answer covers of what the events prove."""

from collections.abc import Iterator, Sequence

from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference.arn_parts import Reference
from lambdas.refine_policy.grants.grants import DraftGrant
from lambdas.refine_policy.permissions.access_analyzer import AnalyzerActions


def without_analyzer(why: str) -> Finding:
    """What the reader of a policy must know that Access Analyzer had no part in."""
    return Finding(
        severity=Severity.WARNING,
        kind=FindingKind.GENERATOR_TRAIL,
        subject="generator: trail",
        detail="IAM Access Analyzer generated nothing for this run: the policy rests on the "
        f"trail's events alone, and on what they imply. Reason: {why}",
    )


def analyzer_coverage(
    grants: Sequence[DraftGrant], analyzer: AnalyzerActions, reference: Reference
) -> Iterator[Finding]:
    """How many of the proved actions Access Analyzer names, and what of its answer is odd."""
    actions = {one.action for one in grants if one.kind is GroundKind.OBSERVED}
    if not analyzer.documents or not actions:
        return
    blind = {one for one in actions if (facts := reference.facts(one)) and not facts.analyzer_sees}
    yield Finding(
        severity=Severity.NOTE,
        kind=FindingKind.ACCESS_ANALYZER_COVERAGE,
        subject=f"{len(actions & analyzer.actions)} of {len(actions)} actions",
        detail="Access Analyzer's answer names so many of the actions that the events prove; "
        f"{len(blind)} are not on its list of actions at all.",
    )
    for text in analyzer.odd:
        yield Finding(
            severity=Severity.WARNING,
            kind=FindingKind.GENERATED_POLICY_NOT_UNDERSTOOD,
            subject=text,
            detail="Access Analyzer's answer holds this in place of an action.",
        )
