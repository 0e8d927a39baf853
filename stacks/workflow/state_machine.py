"""The state machine: statemachine/build_policy.asl.json says what it does, this what it may."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from aws_cdk import (
    CfnDeletionPolicy,
    CfnResource,
    Stack,
    aws_iam,
    aws_kms,
    aws_lambda,
    aws_sns,
)
from constructs import Construct

from lambdas.model.execution import quotas
from stacks.archive_stack import ArchiveStack
from stacks.permissions import two_accounts
from stacks.permissions.acknowledgements import allow
from stacks.permissions.grants import allow_generation, allow_listing_processes
from stacks.permissions.map_runs import allow_map_runs, states_arn
from stacks.sandbox.boundary import BUILD_RULE
from stacks.sandbox_stack import SandboxStack
from stacks.settings import Settings
from stacks.workflow.logged_machine import logged_machine

DEFINITION = Path(__file__).parents[2] / "statemachine" / "build_policy.asl.json"


def definition(settings: Settings) -> str:
    """As it is written; Access Analyzer is asked as a guest when a sandbox is apart."""
    text = DEFINITION.read_text(encoding="utf-8")
    if not settings.guests:
        return text
    machine: dict[str, Any] = json.loads(text)
    for state in machine["States"].values():
        if ":accessanalyzer:" in state.get("Resource", ""):
            state["Credentials"] = {"RoleArn": "{% $run.sandbox.generationRole %}"}
    return json.dumps(machine)


class Workflow(Construct):
    """The state machine. Its name is given: the sandbox's fence names it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        functions: Mapping[str, aws_lambda.IFunction],
        topics: Sequence[aws_sns.ITopic],
        key: aws_kms.IKey,
        archive: ArchiveStack,
        own: SandboxStack | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self.role = aws_iam.Role(
            self,
            "Role",
            role_name=two_accounts.machine_role(settings) if settings.guests else None,
            description="Fencepost: the state machine",
            assumed_by=aws_iam.ServicePrincipal("states.amazonaws.com"),
        )
        self._allow_loading()
        self._allow_builds()
        allow(
            self.role,
            ["lambda:InvokeFunction"],
            *(one.function_arn for one in functions.values()),
        )
        self._allow_generation(archive, own)
        self._allow_batches()
        allow(self.role, ["sns:Publish"], *(one.topic_arn for one in topics))
        bus = Stack.of(self).format_arn(
            service="events", resource="event-bus", resource_name="default"
        )
        allow(self.role, ["events:PutEvents"], bus)
        allow(self.role, ["kms:Decrypt", "kms:GenerateDataKey"], key.key_arn)
        self.machine, log = logged_machine(
            self,
            "BuildPolicy",
            name=self._name,
            comment="Least-privilege policies from what deployments really do",
            definition=definition(settings),
            substitutions={
                **{state: one.function_arn for state, one in functions.items()},
                "ArchiveBucket": archive.bucket.bucket_name,
                "FreeingQuotas": quotas.FREEING,
                "Generator": settings.generator,
                "HopelessQuotas": quotas.HOPELESS,
                "ParameterPath": settings.parameters,
                "ProcessesPath": settings.parameters.rstrip("/"),
                "SandboxPath": settings.sandbox_parameters,
                "WithoutAnalyzer": "go on" if settings.go_on else "fail",
            },
            role=self.role,
        )
        # 0.1 had it elsewhere: an upgrade makes it anew, and the old one keeps its year of runs.
        cast(
            "CfnResource", log.node.default_child
        ).cfn_options.update_replace_policy = CfnDeletionPolicy.RETAIN

    @property
    def _name(self) -> str:
        return two_accounts.machine_name(self._settings)

    def _allow_loading(self) -> None:
        below = (self._settings.parameters, self._settings.sandbox_parameters)
        parameters = [
            Stack.of(self).format_arn(
                service="ssm", resource="parameter", resource_name=f"{one.strip('/')}/*"
            )
            for one in below
        ]
        allow(
            self.role,
            ["ssm:GetParameter"],
            *parameters,
            because="the process to run is in the execution's input",
        )
        allow_listing_processes(self.role, self._settings)

    def _allow_builds(self) -> None:
        """https://docs.aws.amazon.com/step-functions/latest/dg/connect-codebuild.html."""
        projects = Stack.of(self).format_arn(
            service="codebuild", resource="project", resource_name=f"{self._settings.name}-*"
        )
        allow(
            self.role,
            ["codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild"],
            projects,
            because="a process comes and goes without a change of this role",
        )
        rule = Stack.of(self).format_arn(
            service="events", resource="rule", resource_name=BUILD_RULE
        )
        allow(self.role, ["events:DescribeRule", "events:PutRule", "events:PutTargets"], rule)

    def _allow_generation(self, archive: ArchiveStack, own: SandboxStack | None) -> None:
        if own and not self._settings.guests:
            allow_generation(self.role, own.access_role.role_arn)
        else:
            guests = [
                two_accounts.guest_arn(self._settings, one, two_accounts.GENERATION)
                for one in self._settings.sandboxes
            ]
            allow(self.role, ["sts:AssumeRole"], *guests)
        allow(
            self.role,
            ["s3:PutObject"],
            f"{archive.bucket_arn}/*/generated.json",
            because="the key is made of the process and the run",
        )
        allow(self.role, ["kms:GenerateDataKey"], archive.key.key_arn)

    def _allow_batches(self) -> None:
        """https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html."""
        allow(
            self.role, ["states:StartExecution"], states_arn(self.role, "stateMachine", self._name)
        )
        allow_map_runs(
            self.role, self._name, because="executions of batches have names of their own"
        )
