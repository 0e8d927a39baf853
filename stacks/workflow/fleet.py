"""The fleet's machine: statemachine/run_fleet.asl.json says what it does, this what it may."""

from collections.abc import Mapping
from pathlib import Path

from aws_cdk import aws_iam, aws_kms, aws_lambda, aws_sns, aws_stepfunctions
from constructs import Construct

from stacks.archive_stack import ArchiveStack
from stacks.permissions import two_accounts
from stacks.permissions.acknowledgements import allow
from stacks.permissions.map_runs import allow_map_runs, states_arn
from stacks.settings import Settings
from stacks.workflow.logged_machine import logged_machine

DEFINITION = Path(__file__).parents[2] / "statemachine" / "run_fleet.asl.json"


class FleetMachine(Construct):
    """The machine, which may start runs and look at them, and stop none."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        functions: Mapping[str, aws_lambda.IFunction],
        runs: aws_stepfunctions.IStateMachine,
        operator: aws_sns.ITopic,
        key: aws_kms.IKey,
        archive: ArchiveStack,
    ) -> None:
        super().__init__(scope, construct_id)
        self._name = two_accounts.fleet_machine_name(settings)
        self.role = aws_iam.Role(
            self,
            "Role",
            description="Fencepost: the state machine of fleets",
            assumed_by=aws_iam.ServicePrincipal("states.amazonaws.com"),
        )
        allow(
            self.role,
            ["lambda:InvokeFunction"],
            *(one.function_arn for one in functions.values()),
        )
        self._allow_runs(runs, two_accounts.machine_name(settings))
        self._allow_children()
        self._allow_archive(archive)
        allow(self.role, ["sns:Publish"], operator.topic_arn)
        for one in (key, archive.key):
            allow(self.role, ["kms:Decrypt", "kms:GenerateDataKey"], one.key_arn)
        self.machine, _ = logged_machine(
            self,
            "RunFleet",
            name=self._name,
            comment="Runs of many processes, sandbox by sandbox",
            definition=DEFINITION.read_text(encoding="utf-8"),
            substitutions={
                **{state: one.function_arn for state, one in functions.items()},
                "ArchiveBucket": archive.bucket.bucket_name,
                "BuildPolicy": runs.state_machine_arn,
                "OperatorTopic": operator.topic_arn,
            },
            role=self.role,
        )

    def _allow_runs(self, runs: aws_stepfunctions.IStateMachine, name: str) -> None:
        """Not to stop them: a sandbox is left clean by the runs themselves."""
        allow(self.role, ["states:StartExecution"], runs.state_machine_arn)
        allow(
            self.role,
            ["states:DescribeExecution"],
            states_arn(self.role, "execution", f"{name}:*"),
            because="runs are named for the fleet and the process",
        )

    def _allow_children(self) -> None:
        """https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html."""
        allow(
            self.role,
            ["states:StartExecution"],
            states_arn(self.role, "stateMachine", self._name),
            states_arn(self.role, "stateMachine", f"{self._name}/*"),
            because="a map within a map is started by an execution whose machine bears a label",
        )
        allow_map_runs(
            self.role,
            self._name,
            because="executions of sandboxes and processes have names of their own",
        )

    def _allow_archive(self, archive: ArchiveStack) -> None:
        """Lists of items, the sign to stop, and how each run ended: nothing beside fleets."""
        self.role.add_to_policy(
            aws_iam.PolicyStatement(
                actions=["s3:ListBucket"],
                resources=[archive.bucket_arn],
                conditions={"StringLike": {"s3:prefix": "fleet/*/stop"}},
            )
        )
        allow(
            self.role,
            ["s3:GetObject"],
            f"{archive.bucket_arn}/fleet/*.json",
            because="lists of items are in the folder of their fleet",
        )
        allow(
            self.role,
            ["s3:PutObject"],
            f"{archive.bucket_arn}/fleet/*/ends/*.json",
            because="ends are named for the fleet and the process",
        )
