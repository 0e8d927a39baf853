"""Parts of the hints that change nothing: they go stale unnoticed when nobody says so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lambdas.model.definition.hints import Hints
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.iam.template_coverage import covers
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference.arn_parts import Reference
from lambdas.reference.stacks.containment import FUNCTION_ARN, STACK_TAG
from lambdas.refine_policy.findings.bounds import matches
from lambdas.refine_policy.grants.grants import DraftGrant

CONDITION_KEYS = {
    "called-via": frozenset({"aws:CalledVia", "kms:ViaService"}),
    "requested-region": frozenset({"aws:RequestedRegion"}),
    "resource-account": frozenset({"aws:ResourceAccount"}),
    "request-keys": frozenset({"iam:PolicyARN", "iam:PermissionsBoundary", "iam:AWSServiceName"}),
    "containment": frozenset({FUNCTION_ARN, STACK_TAG}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutHints:
    """What there would be without the hints that switch something off.

    Attributes:
        kinds: of derivations.
        keys: of conditions.
        families: whether names would be put together.
    """

    kinds: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    families: bool = False


def unused_hints(
    hints: Hints, grants: Sequence[DraftGrant], otherwise: WithoutHints, reference: Reference
) -> Iterator[Finding]:
    """One finding for each."""
    yield from _added(hints, grants, reference)
    for kind in sorted(hints.derivations_off - otherwise.kinds):
        yield _unused(f"derivations.{kind}", "Nothing of this kind would be derived.", note=True)
    for kind in sorted(hints.conditions_off):
        if not CONDITION_KEYS[kind] & otherwise.keys:
            yield _unused(f"conditions.{kind}", "No grant would have this condition.", note=True)
    if hints.wildcards_off and not otherwise.families:
        yield _unused("wildcards.families", "No names would be put together.", note=True)
    for bound in hints.bounds:
        if not any(
            matches(bound.action, one) and covers(bound.resource, one.resource) for one in grants
        ):
            subject = f"bounds {bound.action} on {bound.resource}"
            yield _unused(subject, "Nothing that is granted lies within it.", note=True)
    if hints.split and not any(one.kind is GroundKind.SPLIT for one in grants):
        yield _unused("split", "CloudFormation did nothing for the process.")


def _added(hints: Hints, grants: Sequence[DraftGrant], reference: Reference) -> Iterator[Finding]:
    for added in hints.add:
        known = reference.facts(added.action)
        if known is None:
            yield _unused(f"grants.add {added.action}", "IAM's reference does not know the action.")
        if any(
            one.kind == GroundKind.OBSERVED
            and known is not None
            and one.action == known.action
            and covers(one.resource, added.resource)
            for one in grants
        ):
            yield _unused(f"grants.add {added.action}", "The cycle's own events grant it already.")


def _unused(subject: str, detail: str, *, note: bool = False) -> Finding:
    return Finding(
        severity=Severity.NOTE if note else Severity.WARNING,
        kind=FindingKind.UNUSED_HINT,
        subject=f"policy.{subject}",
        detail=detail,
        action="Remove the hint from process.yaml.",
    )
