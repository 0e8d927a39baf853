"""What a person must judge: wildcards, blind spots, calls that were refused."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from lambdas.model.dossier.refinement import LeftOut, LeftOutKind
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.findings.reason import Reason, ReasonKind
from lambdas.reference.arn_parts import Reference
from lambdas.refine_policy.findings.analyzer_coverage import analyzer_coverage
from lambdas.refine_policy.findings.blind_spots import blind_spots
from lambdas.refine_policy.grants.grants import DraftGrant
from lambdas.refine_policy.observations import ANYTHING
from lambdas.refine_policy.permissions.access_analyzer import AnalyzerActions


def review(
    grants: Sequence[DraftGrant],
    left_out: Sequence[LeftOut],
    analyzer: AnalyzerActions,
    reference: Reference,
) -> tuple[Finding, ...]:
    """All findings of the refinement itself, sorted."""
    return tuple(
        sorted(
            {
                *_wildcards(grants, reference),
                *_left_out(left_out),
                *blind_spots(grants),
                *_unattachable(grants),
                *analyzer_coverage(grants, analyzer, reference),
            }
        )
    )


def _unattachable(grants: Sequence[DraftGrant]) -> Iterator[Finding]:
    """Roles of services are limited by AWS alone.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
    """
    for principal in {one.principal for one in grants}:
        if ":role/aws-service-role/" in principal:
            yield Finding(
                severity=Severity.NOTE,
                kind=FindingKind.SERVICE_LINKED_ROLE,
                subject=principal,
                detail="It is a service-linked role, so no policy can be attached to it. The "
                "policy here shows what the service did.",
            )


def _wildcards(grants: Sequence[DraftGrant], reference: Reference) -> Iterator[Finding]:
    resources: dict[Reason, set[str]] = defaultdict(set)
    for one in grants:
        for reason in one.reasons:
            resources[reason].add(str(one.resource))
    made = {str(one.resource) for one in grants if not _reads(one, reference)}
    for reason, texts in resources.items():
        # Dates of what the run made come again as others; what it only read had its date before.
        read = texts - made if reason.kind is ReasonKind.DATE else set()
        for kind, some in ((FindingKind.DATES, read), (FindingKind.WILDCARD, texts - read)):
            if some and some != {ANYTHING}:
                yield _wildcard(reason, some, kind)
    for one in grants:
        facts = reference.facts(one.action)
        if str(one.resource) == ANYTHING and (facts is None or facts.resource_level):
            reads, why = _reads(one, reference), "; ".join(map(str, one.reasons))
            yield Finding(
                severity=Severity.NOTE if reads else Severity.WARNING,
                kind=FindingKind.ANY_RESOURCE,
                subject=str(one.action),
                detail=f"It is granted on every resource because {why}.",
                action=""
                if reads
                else "Look at its events. If they name the resource elsewhere, add that grant in "
                "process.yaml and forbid this one.",
            )


def _reads(one: DraftGrant, reference: Reference) -> bool:
    facts = reference.facts(one.action)
    return facts is not None and facts.access_level in ("List", "Read")


def _wildcard(reason: Reason, texts: set[str], kind: FindingKind) -> Finding:
    if reason.kind is ReasonKind.FAMILY:
        return Finding(
            severity=Severity.WARNING,
            kind=FindingKind.FAMILY,
            subject=min(texts),
            detail=f"{_many(len(texts))} a wildcard because {reason}. More of them are expected "
            "in the next run.",
            action="If there will never be others, write policy: {wildcards: {families: false}}.",
            count=len(texts),
        )
    return Finding(
        severity=Severity.NOTE,
        kind=kind,
        subject=min(texts),
        detail=f"{_many(len(texts))} a wildcard because {reason}.",
        count=len(texts),
    )


def _many(count: int) -> str:
    return "One resource holds" if count == 1 else f"{count} resources hold"


def _left_out(left_out: Sequence[LeftOut]) -> Iterator[Finding]:
    denied = Counter(one.action for one in left_out if one.kind is LeftOutKind.ONLY_DENIED)
    for action, count in denied.items():
        yield Finding(
            severity=Severity.WARNING,
            kind=FindingKind.ONLY_DENIED,
            subject=action,
            detail="The process tried it, was denied, and went on. It is not granted.",
            action="If the process needs it, find what denies it: a boundary, a resource policy, "
            "an organisation's policy.",
            count=count,
        )
    foreign = sorted(one.action for one in left_out if one.kind is LeftOutKind.NOT_OF_THIS_RUN)
    if foreign:
        yield Finding(
            severity=Severity.NOTE,
            kind=FindingKind.NOT_OF_THIS_RUN,
            subject=", ".join(foreign[:5]),
            detail="Access Analyzer lists these for the role, but no session of this run did them. "
            "They are left out.",
            count=len(foreign),
        )
