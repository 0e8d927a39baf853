"""What a person must judge: wildcards, blind spots, calls that were refused."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from lambdas.model.finding import Finding, Severity
from lambdas.refine_policy.folders import MERGED
from lambdas.refine_policy.permission import ANYTHING
from lambdas.refine_policy.union import NOT_OF_THIS_RUN, ONLY_DENIED
from lambdas.refine_policy.writing import OTHERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambdas.model.refinement import LeftOut
    from lambdas.reference.arn_parts import Reference
    from lambdas.refine_policy.grants import Allowed
    from lambdas.refine_policy.union import Listed

# Services whose calls on what they hold CloudTrail can record as data events,
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
_WITH_DATA_EVENTS = {
    "s3": frozenset({"GetObject", "PutObject", "DeleteObject", "ListBucket"}),
    "lambda": frozenset({"InvokeFunction"}),
    "dynamodb": frozenset({"GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan"}),
    "sns": frozenset({"Publish"}),
    "sqs": frozenset({"SendMessage", "ReceiveMessage", "DeleteMessage"}),
}
# Services that hold data of which CloudTrail records nothing, or only for some of their APIs.
_WITHOUT = {
    "logs": "logs:PutLogEvents and log reads",
    "cloudwatch": "cloudwatch:PutMetricData through old endpoints",
    "xray": "xray:PutTraceSegments",
    "execute-api": "execute-api:Invoke",
    "ecr": "pulls and pushes of image layers by docker",
    "elasticfilesystem": "file access over NFS",
    "rds-db": "rds-db:connect",
    "es": "HTTP calls to a domain",
}


def doubts(
    grants: Sequence[Allowed],
    leavings: Sequence[LeftOut],
    listed: Listed,
    reference: Reference,
) -> tuple[Finding, ...]:
    """All findings of the refinement itself, sorted."""
    return tuple(
        sorted(
            {
                *_wildcards(grants, reference),
                *_left_out(leavings),
                *_blind_spots(grants),
                *_analyzer(grants, listed, reference),
            }
        )
    )


def _wildcards(grants: Sequence[Allowed], reference: Reference) -> Iterator[Finding]:
    resources: dict[str, set[str]] = defaultdict(set)
    for one in grants:
        for reason in one.reasons:
            resources[reason].add(str(one.template))
    for reason, texts in resources.items():
        if texts != {ANYTHING}:
            yield _wildcard(reason, texts)
    for one in grants:
        facts = reference.facts(one.action)
        if str(one.template) == ANYTHING and (facts is None or facts.resource_level):
            reads = facts is not None and facts.access_level in ("List", "Read")
            yield Finding(
                severity=Severity.NOTE if reads else Severity.WARNING,
                kind="any-resource",
                subject=str(one.action),
                detail=f"It is granted on every resource because {'; '.join(one.reasons)}.",
                action=""
                if reads
                else "Look at its events; if they name the resource elsewhere, "
                "add the grant by a hint and forbid this one.",
            )


def _wildcard(reason: str, texts: set[str]) -> Finding:
    if reason.endswith(OTHERS):
        return Finding(
            severity=Severity.WARNING,
            kind="reaches-others",
            subject=min(texts),
            detail=f"{_many(len(texts))} a wildcard because {reason}. The grant reaches what other "
            "stacks and stages made, too.",
            action="Accept it, or give the process an account of its own.",
            count=len(texts),
        )
    if reason.startswith(MERGED):
        return Finding(
            severity=Severity.WARNING,
            kind="family",
            subject=min(texts),
            detail=f"{_many(len(texts))} a wildcard because {reason}. More of them are expected "
            "in the next run.",
            action="If there will never be others, switch it off: wildcards: {families: false}.",
            count=len(texts),
        )
    return Finding(
        severity=Severity.NOTE,
        kind="wildcard",
        subject=min(texts),
        detail=f"{_many(len(texts))} a wildcard because {reason}.",
        count=len(texts),
    )


def _many(count: int) -> str:
    return "One resource holds" if count == 1 else f"{count} resources hold"


def _left_out(leavings: Sequence[LeftOut]) -> Iterator[Finding]:
    denied = Counter(one.action for one in leavings if one.kind == ONLY_DENIED)
    for action, count in denied.items():
        yield Finding(
            severity=Severity.WARNING,
            kind=ONLY_DENIED,
            subject=action,
            detail="The process tried it and was refused, and went on. It is not granted.",
            action="If the process needs it after all, find what refuses it: a boundary, a "
            "resource policy, an organisation's policy.",
            count=count,
        )
    foreign = sorted(one.action for one in leavings if one.kind == NOT_OF_THIS_RUN)
    if foreign:
        yield Finding(
            severity=Severity.NOTE,
            kind=NOT_OF_THIS_RUN,
            subject=", ".join(foreign[:5]),
            detail="Access Analyzer lists for the role what no session of this run did: left out.",
            count=len(foreign),
        )


def _blind_spots(grants: Sequence[Allowed]) -> Iterator[Finding]:
    used: dict[str, set[str]] = defaultdict(set)
    for one in grants:
        used[one.action.service].add(one.action.name)
    silent = sorted(
        service
        for service, names in _WITH_DATA_EVENTS.items()
        if service in used and not used[service] & names
    )
    if silent:
        yield Finding(
            severity=Severity.NOTE,
            kind="no-data-events",
            subject=", ".join(silent),
            detail="The process works with these services, but the trail shows none of their data "
            "events: either it made none, or the trail does not record them.",
            action="Make sure that the trail records data events of the process's role.",
            count=len(silent),
        )
    for service, what in _WITHOUT.items():
        if service in used:
            yield Finding(
                severity=Severity.NOTE,
                kind="not-recorded",
                subject=service,
                detail=f"CloudTrail does not record everything of {service}: {what}. Whether the "
                "process needs it, no trail can tell.",
            )


def without_analyzer(why: str) -> Finding:
    """What the reader of a policy must know that Access Analyzer had no part in."""
    return Finding(
        severity=Severity.WARNING,
        kind="generator-trail",
        subject="generator: trail",
        detail="IAM Access Analyzer generated nothing for this run: the policy rests on the "
        f"trail's events and on what they imply, alone. Why: {why}",
    )


def _analyzer(grants: Sequence[Allowed], listed: Listed, reference: Reference) -> Iterator[Finding]:
    actions = {one.action for one in grants if one.basis == "observed"}
    if not listed.documents or not actions:
        return
    blind = {one for one in actions if (facts := reference.facts(one)) and not facts.analyzer_sees}
    yield Finding(
        severity=Severity.NOTE,
        kind="access-analyzer-coverage",
        subject=f"{len(actions & listed.actions)} of {len(actions)} actions",
        detail="Access Analyzer's answer names so many of the actions that the events prove; "
        f"{len(blind)} are not on its list of actions at all.",
    )
    for text in listed.odd:
        yield Finding(
            severity=Severity.WARNING,
            kind="generated-policy-not-understood",
            subject=text,
            detail="Access Analyzer's answer holds this in place of an action.",
        )
