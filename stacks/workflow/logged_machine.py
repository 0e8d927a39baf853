"""A state machine whose executions are logged and traced."""

from collections.abc import Mapping

from aws_cdk import RemovalPolicy, aws_iam, aws_logs, aws_stepfunctions
from constructs import Construct

from stacks.permissions.acknowledgements import acknowledge_wildcards
from stacks.sandbox.boundary import VENDED_LOGS


def logged_machine(  # what a machine is made of
    scope: Construct,
    construct_id: str,
    *,
    name: str,
    comment: str,
    definition: str,
    substitutions: Mapping[str, str],
    role: aws_iam.Role,
) -> tuple[aws_stepfunctions.StateMachine, aws_logs.LogGroup]:
    """The machine and its log, which is beside it in the scope."""
    log = aws_logs.LogGroup(
        scope,
        "Log",
        # Elsewhere it may find the account's resource policy for logs full:
        # https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
        log_group_name=f"{VENDED_LOGS}{name}",
        retention=aws_logs.RetentionDays.ONE_YEAR,
        removal_policy=RemovalPolicy.DESTROY,
    )
    machine = aws_stepfunctions.StateMachine(
        scope,
        construct_id,
        state_machine_name=name,
        comment=comment,
        definition_body=aws_stepfunctions.DefinitionBody.from_string(definition),
        definition_substitutions=dict(substitutions),
        role=role,
        tracing_enabled=True,
        logs=aws_stepfunctions.LogOptions(
            destination=log,
            level=aws_stepfunctions.LogLevel.ALL,
            include_execution_data=True,
        ),
    )
    acknowledge_wildcards(role, "*", because="X-Ray and the delivery of logs have no resources")
    return machine, log
