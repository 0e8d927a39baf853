"""What a state machine may do to the executions of its own Distributed Maps."""

from aws_cdk import ArnFormat, Stack, aws_iam

from stacks.permissions.acknowledgements import allow


def states_arn(role: aws_iam.Role, resource: str, name: str) -> str:
    """Made of the machine's name: its role exists before it does."""
    return Stack.of(role).format_arn(
        service="states",
        resource=resource,
        resource_name=name,
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )


def allow_map_runs(role: aws_iam.Role, machine: str, *, because: str) -> None:
    """Follow, stop and redrive the children of a machine.

    AWS's page names children as the machine's own executions; their ARNs bear a label.
    https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
    """
    children = states_arn(role, "execution", f"{machine}/*:*")
    allow(
        role,
        ["states:DescribeExecution", "states:StopExecution"],
        states_arn(role, "execution", f"{machine}:*"),
        children,
        because=because,
    )
    # https://docs.aws.amazon.com/step-functions/latest/dg/redrive-map-run.html
    allow(role, ["states:RedriveExecution"], children)
