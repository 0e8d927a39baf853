"""The metrics that the functions tell: their names, and which step tells each of a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_cloudwatch

from lambdas.gateways.telemetry import NAMESPACE

if TYPE_CHECKING:
    from aws_cdk import Duration

STEP_OF = {
    "CallsSimulated": "check_policy",
    "Characters": "document_policy",
    "DaysUnproved": "watch_policies",
    "EvidenceLines": "collect_evidence",
    "Failures": "document_failure",
    "Findings": "document_policy",
    "Grants": "document_policy",
    "NewAccess": "document_policy",
    "Proved": "document_policy",
    "Repairs": "document_policy",
    "Rounds": "prove_policy",
    "Statements": "document_policy",
    "TrailDelay": "await_trail",
    "Wildcards": "document_policy",
}


def told(
    name: str, process: str, *, period: Duration, label: str | None = None
) -> aws_cloudwatch.Metric:
    """A metric of one process. A step that is repeated tells the same again: the maximum holds."""
    return aws_cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=name,
        dimensions_map={"service": STEP_OF[name], "process": process},
        period=period,
        statistic="Maximum",
        label=label,
    )
