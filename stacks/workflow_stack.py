"""The wiring: builds, steps, the state machine, its schedules and its notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import CfnOutput, RemovalPolicy, Stack, aws_kms

from stacks.monitoring.alarms import Alarms
from stacks.monitoring.dashboard import Dashboard
from stacks.monitoring.notices import Notices
from stacks.sandbox.roles import BuildRole, let_become
from stacks.workflow.build import CycleBuild
from stacks.workflow.registry import RegisteredProcess
from stacks.workflow.schedules import Schedules
from stacks.workflow.state_machine import Workflow
from stacks.workflow.steps import Steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Environment, aws_iam
    from constructs import Construct

    from stacks.archive_stack import ArchiveStack
    from stacks.packaging import Package
    from stacks.processes import ProcessFolder
    from stacks.sandbox.roles import ProcessRoles
    from stacks.sandbox_stack import SandboxStack
    from stacks.settings import Settings


class WorkflowStack(Stack):
    """All that may be replaced at any time."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        folders: Sequence[ProcessFolder],
        code: Package,
        archive: ArchiveStack,
        sandbox: SandboxStack,
        env: Environment | None = None,
    ) -> None:
        super().__init__(scope, construct_id, env=env, description="Fencepost: the workflow")
        processes = [one.process for one in folders]
        key = aws_kms.Key(
            self,
            "Key",
            alias=f"{settings.name}-workflow",
            description="Notices and missed starts of Fencepost",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.DESTROY,
        )
        projects = {}
        for folder in folders:
            roles = sandbox.roles[folder.process.name]
            build = CycleBuild(
                self,
                f"{folder.process.name}-cycle",
                settings=settings,
                folder=folder,
                roles=roles,
                role=self._build_role(settings, folder.process.name, roles),
                key=key,
            )
            projects[folder.process.name] = build.project
            RegisteredProcess(
                self,
                f"{folder.process.name}-definition",
                settings=settings,
                folder=folder,
                project=build.project,
                roles=roles,
            )
        steps = Steps(
            self,
            "Steps",
            settings=settings,
            code=code,
            trail=sandbox.trail,
            archive=archive,
            candidates=[sandbox.roles[one.name].candidate for one in processes],
        )
        notices = Notices(self, "Notices", settings=settings, processes=processes, key=key)
        workflow = Workflow(
            self,
            "Workflow",
            settings=settings,
            functions=steps.functions,
            projects=projects,
            topic=notices.runs,
            key=key,
            archive=archive,
            sandbox=sandbox,
        )
        schedules = Schedules(
            self,
            "Schedules",
            settings=settings,
            processes=processes,
            machine=workflow.machine,
            watch=steps.watch,
            key=key,
        )
        notices.tell_of_bad_ends(workflow.machine, key)
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
        CfnOutput(self, "TopicArn", value=notices.runs.topic_arn)

    def _build_role(self, settings: Settings, process: str, roles: ProcessRoles) -> aws_iam.Role:
        """Beside the build that uses it when the sandbox is another account."""
        if roles.build:
            return roles.build
        build = BuildRole(self, f"{process}-build", settings=settings, process=process)
        let_become(build, build, roles)
        return build
