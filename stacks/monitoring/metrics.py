"""The metrics that the functions tell: their names, and which step tells each of a process."""

from aws_cdk import Duration, aws_cloudwatch

from lambdas.gateways.telemetry import NAMESPACE

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


def worst(name: str, *, period: Duration) -> aws_cloudwatch.Metric:
    """The highest value of all processes: the metric that bears no process's name."""
    return aws_cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=name,
        dimensions_map={"service": STEP_OF[name]},
        period=period,
        statistic="Maximum",
    )


def each(name: str, *, period: Duration) -> aws_cloudwatch.MathExpression:
    """A line for each process that has told the metric; a dashboard need not know their names.

    A step that is repeated tells the same again: the maximum holds.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
    """
    schema = f"{{{NAMESPACE},process,service}}"
    terms = f'MetricName="{name}" service="{STEP_OF[name]}"'
    return aws_cloudwatch.MathExpression(
        expression=f"SEARCH('{schema} {terms}', 'Maximum', {period.to_seconds():.0f})",
        using_metrics={},
        label="${PROP('Dim.process')}",
        period=period,
    )
