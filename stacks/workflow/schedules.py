"""Runs that start by themselves, and what becomes of those that cannot."""

import json

from aws_cdk import (
    Duration,
    Stack,
    aws_iam,
    aws_kms,
    aws_lambda,
    aws_scheduler,
    aws_sqs,
    aws_stepfunctions,
)
from constructs import Construct

from lambdas.model.definition.process import Process
from stacks.permissions.acknowledgements import acknowledge, allow
from stacks.settings import Settings

# No process can be called so: their names have no underscore.
WATCH = "watch_policies"
FLEET = "run_fleet"
LATEST = 60 * 60  # seconds after its time when a start is given up; the next one is soon enough


class Schedules(Construct):
    """What schedules of runs share, and the watch's. The group's name is given: the fence names it.

    Attributes:
        failed: the queue of what could not be started.
        role: as whom they start.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        machine: aws_stepfunctions.StateMachine,
        fleets: aws_stepfunctions.StateMachine,
        watch: aws_lambda.IFunction,
        key: aws_kms.IKey,
    ) -> None:
        super().__init__(scope, construct_id)
        self.failed = aws_sqs.Queue(
            self,
            "Failed",
            encryption=aws_sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        acknowledge(self.failed, "SQS3", because="this is the dead-letter queue of the schedules")
        group = aws_scheduler.CfnScheduleGroup(self, "Group", name=settings.name)
        self.role = self._allowed(settings, machine, watch, key)
        watching = _schedule(
            self,
            WATCH,
            "Tells how old the proof of each process is",
            when="cron(0 4 * * ? *)",  # a rate begins while the stack is being made
            group=group.ref,
            target=_target(self, watch.function_arn, {}),
        )
        watching.node.add_dependency(self.role)
        if settings.fleet_schedule:
            allow(self.role, ["states:StartExecution"], fleets.state_machine_arn)
            choice = {"olderThanDays": settings.stale_days, "neverProved": True}
            starting = _schedule(
                self,
                FLEET,
                "Runs what has no proof or an old one",
                when=settings.fleet_schedule,
                group=group.ref,
                target=_target(self, fleets.state_machine_arn, {"choose": choice, "confirm": True}),
            )
            starting.node.add_dependency(self.role)

    def _allowed(
        self,
        settings: Settings,
        machine: aws_stepfunctions.StateMachine,
        watch: aws_lambda.IFunction,
        key: aws_kms.IKey,
    ) -> aws_iam.Role:
        group = Stack.of(self).format_arn(
            service="scheduler", resource="schedule-group", resource_name=settings.name
        )
        ours = {"aws:SourceAccount": Stack.of(self).account, "aws:SourceArn": group}
        role = aws_iam.Role(
            self,
            "Role",
            description="Fencepost: starts scheduled runs",
            # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
            assumed_by=aws_iam.ServicePrincipal(
                "scheduler.amazonaws.com", conditions={"StringEquals": ours}
            ),
        )
        allow(role, ["states:StartExecution"], machine.state_machine_arn)
        allow(role, ["lambda:InvokeFunction"], watch.function_arn)
        allow(role, ["sqs:SendMessage"], self.failed.queue_arn)
        allow(role, ["kms:Decrypt", "kms:GenerateDataKey"], key.key_arn)
        return role


def schedule_runs(
    scope: Construct, process: Process, *, settings: Settings, schedules: Schedules, machine: str
) -> None:
    """The runs of one process, if it has a schedule, beside its other resources.

    The machine is an ARN.
    """
    if process.schedule:
        _schedule(
            scope,
            process.name,
            f"Runs of {process.name}",
            when=process.schedule,
            group=settings.name,
            target=_target(schedules, machine, {"process": process.name}),
        )


def _target(
    schedules: Schedules, arn: str, event: dict[str, object]
) -> aws_scheduler.CfnSchedule.TargetProperty:
    return aws_scheduler.CfnSchedule.TargetProperty(
        arn=arn,
        role_arn=schedules.role.role_arn,
        input=json.dumps(event),
        dead_letter_config=aws_scheduler.CfnSchedule.DeadLetterConfigProperty(
            arn=schedules.failed.queue_arn
        ),
        retry_policy=aws_scheduler.CfnSchedule.RetryPolicyProperty(
            maximum_event_age_in_seconds=LATEST, maximum_retry_attempts=20
        ),
    )


def _schedule(
    scope: Construct,
    name: str,
    description: str,
    *,
    when: str,
    group: str,
    target: aws_scheduler.CfnSchedule.TargetProperty,
) -> aws_scheduler.CfnSchedule:
    return aws_scheduler.CfnSchedule(
        scope,
        name,
        name=name,
        group_name=group,
        description=description,
        schedule_expression=when,
        flexible_time_window=aws_scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
        target=target,
    )
