"""The wiring of what is there once: steps, the state machine, its schedules and its notices."""

from aws_cdk import CfnOutput, Environment, RemovalPolicy, Stack, aws_kms
from constructs import Construct

from stacks.archive_stack import ArchiveStack
from stacks.monitoring.alarms import Alarms
from stacks.monitoring.dashboard import Dashboard
from stacks.monitoring.notices import Notices
from stacks.sandbox_stack import SandboxStack
from stacks.settings import Settings
from stacks.workflow.fleet import FleetMachine
from stacks.workflow.packaging import Package
from stacks.workflow.registry import RegisteredSandbox, facts_of
from stacks.workflow.schedules import Schedules
from stacks.workflow.state_machine import Workflow
from stacks.workflow.steps import Steps


class WorkflowStack(Stack):
    """All that may be replaced at any time, and is there once, however many processes there are.

    `own` is the sandbox of the same account, if one is.

    Attributes:
        key: of notices, missed starts and builds. notices, schedules: what processes and owners
            have a part in.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        code: Package,
        archive: ArchiveStack,
        own: SandboxStack | None,
        env: Environment | None = None,
    ) -> None:
        super().__init__(scope, construct_id, env=env, description="Fencepost: the workflow")
        key = aws_kms.Key(
            self,
            "Key",
            alias=f"{settings.name}-workflow",
            description="Notices and missed starts of Fencepost",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.DESTROY,
        )
        steps = Steps(
            self,
            "Steps",
            settings=settings,
            code=code,
            own=own,
            archive=archive,
        )
        for sandbox in settings.sandboxes:
            here = None if sandbox.apart else own
            RegisteredSandbox(
                self,
                f"{sandbox.name}-sandbox",
                settings=settings,
                sandbox=sandbox,
                facts=facts_of(settings, sandbox, here, steps.marker),
            )
        notices = Notices(self, "Notices", settings=settings, key=key)
        workflow = Workflow(
            self,
            "Workflow",
            settings=settings,
            functions=steps.functions,
            topics=notices.runs,
            key=key,
            archive=archive,
            own=own,
        )
        fleet = FleetMachine(
            self,
            "Fleet",
            settings=settings,
            functions=steps.of_fleets,
            runs=workflow.machine,
            operator=notices.alarms,
            key=key,
            archive=archive,
        )
        schedules = Schedules(
            self,
            "Schedules",
            settings=settings,
            machine=workflow.machine,
            fleets=fleet.machine,
            watch=steps.watch,
            key=key,
        )
        steps.let_watch_write(notices.alarms, key)
        notices.tell_of_bad_ends(workflow.machine, fleet.machine, key)
        alarms = Alarms(
            self,
            "Alarms",
            settings=settings,
            notices=notices,
            machine=workflow.machine,
            schedules=schedules,
            watch=steps.watch,
        )
        Dashboard(
            self,
            "Dashboard",
            settings=settings,
            machine=workflow.machine,
            alarms=alarms.all,
        )
        CfnOutput(self, "StateMachineArn", value=workflow.machine.state_machine_arn)
        CfnOutput(self, "FleetMachineArn", value=fleet.machine.state_machine_arn)
        CfnOutput(self, "TopicArn", value=notices.runs[0].topic_arn)
        self.key, self.notices, self.schedules = key, notices, schedules
        self._export()

    def _export(self) -> None:
        """What the stacks of processes and owners import: always all, whoever there is."""
        self.export_value(self.key.key_arn)
        self.export_value(self.schedules.role.role_arn)
        self.export_value(self.schedules.failed.queue_arn)
        for topic in (*self.notices.runs, self.notices.alarms):
            self.export_value(topic.topic_arn)
