"""What there is for each process: roles, build, definition, schedule; and for each owner: mails."""

from aws_cdk import Environment, Stack, aws_iam, aws_sns
from constructs import Construct

from lambdas.model.definition.process import Process
from stacks.permissions import two_accounts
from stacks.places import Sandbox
from stacks.processes.folders import ProcessFolder
from stacks.sandbox.roles import BuildRole, CycleRoles, ProcessRoles, let_become
from stacks.settings import Settings
from stacks.workflow.build import CycleBuild
from stacks.workflow.registry import RegisteredProcess
from stacks.workflow.schedules import schedule_runs
from stacks.workflow_stack import WorkflowStack


class RolesStack(Stack):
    """The roles of one process in a sandbox that is another account."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        process: Process,
        env: Environment | None,
    ) -> None:
        description = f"Fencepost: the roles of the cycles of {process.name}"
        super().__init__(scope, construct_id, env=env, description=description)
        trail = two_accounts.trail_arn(self, settings)
        ProcessRoles(self, "Roles", settings=settings, process=process, trail=trail)


class ProcessStack(Stack):
    """All else of it, beside the workflow; with its roles when the sandbox is the same account."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        folder: ProcessFolder,
        sandbox: Sandbox,
        workflow: WorkflowStack,
        env: Environment | None,
    ) -> None:
        process = folder.process
        description = f"Fencepost: the process {process.name}"
        super().__init__(scope, construct_id, env=env, description=description)
        build, roles = self._roles(settings, sandbox, process)
        cycle = CycleBuild(
            self,
            "Cycle",
            settings=settings,
            folder=folder,
            roles=roles,
            role=build,
            key=workflow.key,
        )
        RegisteredProcess(
            self,
            "Definition",
            settings=settings,
            folder=folder,
            sandbox=sandbox,
            project=cycle.project,
            roles=roles,
            topic=workflow.notices.topic_of(process.owner),
        )
        schedule_runs(
            self,
            process,
            settings=settings,
            schedules=workflow.schedules,
            machine=two_accounts.machine_arn(self, settings),
        )

    def _roles(
        self, settings: Settings, sandbox: Sandbox, process: Process
    ) -> tuple[aws_iam.Role, CycleRoles]:
        """The build's, and those that it becomes."""
        build = BuildRole(self, "Build", settings=settings, process=process.name)
        if sandbox.apart:
            roles = CycleRoles.elsewhere(settings, sandbox, process.name)
        else:
            trail = two_accounts.trail_arn(self, settings)
            roles = ProcessRoles(
                self, "Roles", settings=settings, process=process, trail=trail, build=build
            ).arns
        let_become(build, build, roles)
        return build, roles


class OwnerStack(Stack):
    """One owner's subscriptions: a topic takes one of an address, for all of its processes."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        owner: str,
        workflow: WorkflowStack,
        env: Environment | None,
    ) -> None:
        super().__init__(scope, construct_id, env=env, description=f"Fencepost: mails to {owner}")
        aws_sns.Subscription(
            self,
            "Runs",
            topic=workflow.notices.topic_of(owner),
            protocol=aws_sns.SubscriptionProtocol.EMAIL,
            endpoint=owner,
            filter_policy={"owner": aws_sns.SubscriptionFilter.string_filter(allowlist=[owner])},
        )
        if not settings.operator:  # then the owners are all there is to be told
            aws_sns.Subscription(
                self,
                "Alarms",
                topic=workflow.notices.alarms,
                protocol=aws_sns.SubscriptionProtocol.EMAIL,
                endpoint=owner,
            )
