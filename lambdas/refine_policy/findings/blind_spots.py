"""What the trail cannot have shown of the services that the process uses."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.iam.action import Action
from lambdas.refine_policy.grants.grants import DraftGrant

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


def has_data_events(service: str) -> bool:
    """Whether the trail records some of a service's actions only where it is told to."""
    return service in _WITH_DATA_EVENTS


def is_data_event(action: Action) -> bool:
    """Whether the trail records the action only where it is told to."""
    return action.name in _WITH_DATA_EVENTS.get(action.service, ())


def blind_spots(grants: Sequence[DraftGrant]) -> Iterator[Finding]:
    """A finding for each service of which the trail shows less than the process may do."""
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
            kind=FindingKind.NO_DATA_EVENTS,
            subject=", ".join(silent),
            detail="The process uses these services, but the trail shows none of their data "
            "events. Either the process made none, or the trail does not record them.",
            action="Make sure that the trail records data events of the process's role.",
            count=len(silent),
        )
    for service, what in _WITHOUT.items():
        if service in used:
            yield Finding(
                severity=Severity.NOTE,
                kind=FindingKind.NOT_RECORDED,
                subject=service,
                detail=f"CloudTrail does not record everything of {service}: {what}. The trail "
                "cannot show whether the process needs it.",
            )
