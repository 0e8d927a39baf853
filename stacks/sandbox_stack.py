"""Where the cycles act: the trail that sees them all, and who may come in. Once for all of them."""

from aws_cdk import ArnFormat, CfnOutput, Environment, Stack, aws_accessanalyzer, aws_iam
from constructs import Construct

from stacks.permissions import two_accounts
from stacks.permissions.acknowledgements import allow
from stacks.permissions.grants import (
    allow_boundaries,
    allow_generation,
    allow_installation,
    allow_reading_failures,
    allow_reading_policies,
    allow_reading_stacks,
)
from stacks.places import Sandbox
from stacks.sandbox.trail import Trail
from stacks.settings import Settings


class SandboxStack(Stack):
    """The account's side of it.

    Attributes:
        access_role: with which Access Analyzer reads the trail.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        sandbox: Sandbox,
        env: Environment | None = None,
    ) -> None:
        super().__init__(
            scope, construct_id, env=env, description="Fencepost: where the cycles act"
        )
        self.trail = Trail(
            self,
            "Trail",
            settings=settings,
            sandbox=sandbox,
            sessions=self._sessions(settings),
        )
        self.access_role = self._access_role(settings, sandbox)
        if settings.guests:
            self._guests(settings)
        if settings.analyzer:
            aws_accessanalyzer.CfnAnalyzer(self, "Analyzer", type="ACCOUNT")
        self._outputs()

    def _sessions(self, settings: Settings) -> str:
        """What the ARNs of the cycles' sessions begin with."""
        return self.format_arn(
            service="sts",
            region="",
            resource="assumed-role",
            resource_name=settings.run_roles,
            arn_format=ArnFormat.SLASH_RESOURCE_NAME,
        )

    def _guests(self, settings: Settings) -> None:
        """What the workflow, of the other account, does here: through a role for each purpose."""
        generation = two_accounts.guest(
            self,
            two_accounts.GENERATION,
            settings=settings,
            by=[two_accounts.machine_role(settings)],
        )
        allow_generation(generation, self.access_role.role_arn)
        two_accounts.guest(  # it may do nothing: what marks is that it was asked who it is
            self,
            two_accounts.MARKER,
            settings=settings,
            by=[two_accounts.step_role(settings, "await_trail")],
        )
        installer = two_accounts.guest(
            self,
            two_accounts.INSTALLER,
            settings=settings,
            by=[two_accounts.step_role(settings, "prove_policy")],
        )
        allow_installation(installer, settings, self.account)
        allow_boundaries(installer, settings, self.account)
        reader = two_accounts.guest(
            self,
            two_accounts.READER,
            settings=settings,
            by=[
                two_accounts.step_role(settings, one)
                for one in ("document_failure", "read_policies", "read_stacks")
            ],
        )
        allow_reading_stacks(reader, self.account)
        allow_reading_failures(reader, self.account)
        allow_reading_policies(reader, self.account)

    def _access_role(self, settings: Settings, sandbox: Sandbox) -> aws_iam.Role:
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-generation.html."""
        role = aws_iam.Role(
            self,
            "AccessRole",
            role_name=two_accounts.access_role(settings) if sandbox.apart else None,
            description="With which IAM Access Analyzer reads the trail of Fencepost",
            assumed_by=aws_iam.ServicePrincipal("access-analyzer.amazonaws.com"),
        )
        allow(role, ["cloudtrail:GetTrail"], self.trail.arn)
        allow(role, ["s3:ListBucket"], self.trail.bucket.bucket_arn)
        allow(
            role,
            ["s3:GetObject"],
            self.trail.bucket.arn_for_objects("AWSLogs/*"),
            because="log files are named by times",
        )
        allow(role, ["kms:Decrypt"], self.trail.key.key_arn)
        allow(
            role,
            ["iam:GenerateServiceLastAccessedDetails", "iam:GetServiceLastAccessedDetails"],
            "*",
            because="a report on the last use of services has no ARN",
        )
        return role

    def _outputs(self) -> None:
        CfnOutput(self, "TrailBucketName", value=self.trail.bucket.bucket_name)
        CfnOutput(self, "TrailArn", value=self.trail.arn)
