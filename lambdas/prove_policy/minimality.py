"""Which grants the cycles used: what neither used and nothing derives is more than is needed."""

from collections.abc import Iterable, Mapping

from lambdas.model.dossier.refinement import Grant, PrincipalPolicy
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.iam.template_coverage import matches
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.prove_policy.denials import Denial
from lambdas.reference.condition_keys import IMPORTED

# Grounds that no cycle and no rule of AWS stands behind: a person's word.
UNSUPPORTED = frozenset({GroundKind.HINT})


def unused(
    policy: PrincipalPolicy, evidence: Iterable[Evidence], rendered_with: Mapping[str, str]
) -> tuple[Grant, ...]:
    """Grants that rest on a word alone, and that the proof did not use either.

    Args:
        policy: what was proved.
        evidence: of the proof's cycle.
        rendered_with: the values of the proof.
    """
    used: dict[str, set[str]] = {}
    for line in evidence:
        if line.outcome in {Outcome.SUCCEEDED, Outcome.FAILED}:
            used.setdefault(str(line.action).lower(), set()).add(line.resource)
    return tuple(
        grant
        for statement in policy.statements
        for grant in statement.grants
        if _unsupported(grant)
        and not any(
            matches(grant.resource.render(rendered_with), resource)
            for resource in used.get(str(grant.action).lower(), ())
        )
    )


def dropped(grants: Iterable[Grant]) -> tuple[Finding, ...]:
    """One for each that the owner wants dropped where nothing uses it."""
    return tuple(
        Finding(
            severity=Severity.NOTE,
            kind=FindingKind.DROPPED_GRANT,
            subject=f"{one.action} on {one.resource}",
            detail="Neither cycle used it, so it was dropped as dropUnused asks, and the rest was "
            "run again: " + "; ".join(ground.text for ground in one.grounds),
            action="Remove it from process.yaml.",
        )
        for one in grants
    )


def findings(grants: Iterable[Grant]) -> tuple[Finding, ...]:
    """One for each, for the document."""
    return tuple(
        Finding(
            severity=Severity.WARNING,
            kind=FindingKind.UNUSED_GRANT,
            subject=f"{one.action} on {one.resource}",
            detail="Neither cycle used it, and no derivation supports it: "
            + "; ".join(ground.text for ground in one.grounds),
            action="Remove it from process.yaml unless another path needs it.",
        )
        for one in grants
    )


def allows(policy: PrincipalPolicy, denial: Denial, rendered_with: Mapping[str, str]) -> bool:
    """Whether the policy, as it was installed, should have allowed what was denied."""
    return any(
        denial.action in statement.actions
        and any(
            matches(resource.render(rendered_with), denial.resource)
            for resource in statement.resources
        )
        and all(
            _holds(condition.key, {one.render(rendered_with) for one in condition.values}, denial)
            for condition in statement.conditions
        )
        for statement in (one.statement for one in policy.statements)
    )


def _unsupported(grant: Grant) -> bool:
    kinds = {ground.kind for ground in grant.grounds}
    return GroundKind.OBSERVED not in kinds and kinds <= UNSUPPORTED


def _holds(key: str, allowed: set[str], denial: Denial) -> bool:
    """Whether a condition held for the denied request, as far as its words tell."""
    match key:
        case "aws:CalledVia":
            return bool(allowed & set(denial.via))
        case "aws:RequestedRegion":
            return denial.region in allowed
        case "aws:ResourceAccount":
            return True  # the request named its own account's resource
        case key if key == IMPORTED:
            return True  # no cycle whose policy holds it has imported anything
        case _:
            return False  # such as iam:PassedToService or a resource's tag, which no denial names
