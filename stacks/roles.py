"""Who may do what in the sandbox: roles per process, and the fence around Fencepost itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import ArnFormat, CfnOutput, Stack, aws_iam
from constructs import Construct

from stacks.acknowledgements import acknowledge

if TYPE_CHECKING:
    from lambdas.model.process import Process
    from stacks.settings import Settings

# The build writes `<run>.<phase>`; no session without a run can be had.
# A proof's rounds and clean-ups are runs of their own: `<run>-r1`, `<run>-c1`.
SESSIONS = ["????????T??????Z-????????.*", "????????T??????Z-????????-??.*"]
# The rule by which Step Functions hears of a build's end,
# https://docs.aws.amazon.com/step-functions/latest/dg/connect-codebuild.html
BUILD_RULE = "StepFunctionsGetEventForCodeBuildStartBuildRule"
# Credentials that would outlive the run, a person's above all.
LASTING_CREDENTIALS = [
    "iam:CreateAccessKey",
    "iam:UpdateAccessKey",
    "iam:CreateLoginProfile",
    "iam:UpdateLoginProfile",
    "iam:CreateServiceSpecificCredential",
    "iam:ResetServiceSpecificCredential",
    "iam:UploadSSHPublicKey",
    "iam:UploadSigningCertificate",
    "iam:DeactivateMFADevice",
]


def role_prefix(settings: Settings) -> str:
    """What the names of the cycles' roles begin with, and no other role's: the trail selects by it.

    Names are given, because the trail and the fence must name the roles before there are any.
    """
    return f"{settings.name}-run-"


class ProcessRoles(Construct):
    """The roles of one process.

    Attributes:
        build: CodeBuild's own; it may do nothing but become one of the other two.
        sandbox: may do everything but harm Fencepost; the cycle is learnt under it.
        candidate: holds nothing but the policy that is being proved.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        process: Process,
        boundary: aws_iam.IManagedPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        prefix = f"{role_prefix(settings)}{process.name}"
        self.build = aws_iam.Role(
            self,
            "Build",
            role_name=f"{prefix}-build",
            description=f"CodeBuild's role for the cycles of {process.name}",
            assumed_by=aws_iam.ServicePrincipal("codebuild.amazonaws.com"),
        )
        session = aws_iam.ArnPrincipal(self.build.role_arn).with_conditions(
            {"StringLike": {"sts:RoleSessionName": SESSIONS}}
        )
        self.sandbox = aws_iam.Role(
            self,
            "Sandbox",
            role_name=f"{prefix}-sandbox",
            description=f"Under which the cycle of {process.name} is learnt",
            assumed_by=session,
            permissions_boundary=boundary,
            inline_policies={"everything": _everything()},
        )
        self.candidate = aws_iam.Role(
            self,
            "Candidate",
            role_name=f"{prefix}-candidate",
            description=f"Under which a policy for {process.name} is proved",
            assumed_by=session,
            permissions_boundary=boundary,
        )
        aws_iam.Policy(
            self,
            "BecomeEither",
            roles=[self.build],
            statements=[
                aws_iam.PolicyStatement(
                    actions=["sts:AssumeRole"],
                    resources=[self.sandbox.role_arn, self.candidate.role_arn],
                )
            ],
        )
        CfnOutput(self, "SandboxRole", value=self.sandbox.role_arn)
        CfnOutput(self, "CandidateRole", value=self.candidate.role_arn)
        acknowledge(
            self.sandbox,
            "IAM5[Resource::*]",
            "IAM5[Action::*]",
            because="the cycle must not be stopped by a permission that it turns out to need: "
            "finding out which is the purpose; the boundary keeps it from Fencepost itself",
        )


def _everything() -> aws_iam.PolicyDocument:
    return aws_iam.PolicyDocument(
        statements=[aws_iam.PolicyStatement(actions=["*"], resources=["*"])]
    )


class Boundary(Construct):
    """What no cycle may do, whatever its role's policies say.

    Roles that a cycle makes need not carry the boundary: the process must run unchanged. That a
    process can thereby do harm through a role of its own is told in docs/threat-model.md.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, trail: str
    ) -> None:
        super().__init__(scope, construct_id)
        aliases = f"alias/{settings.name}-*"
        self.policy = aws_iam.ManagedPolicy(
            self,
            "Policy",
            description="Keeps the cycles of Fencepost from Fencepost itself",
            statements=[
                aws_iam.PolicyStatement(sid="TheCycle", actions=["*"], resources=["*"]),
                _deny("FencepostItself", ["*"], resources=self._own(settings, trail)),
                _deny(
                    "FencepostsKeys",
                    ["kms:*"],
                    conditions={
                        "ForAnyValue:StringLike": {
                            "kms:ResourceAliases": f"alias/{settings.name}-*"
                        }
                    },
                ),
                _deny(
                    "TheirAliases",
                    ["kms:*Alias"],
                    resources=[self._arn("kms", aliases)],
                ),
                _deny("SilenceATrail", ["cloudtrail:StopLogging"]),
                _deny("OutliveTheRun", LASTING_CREDENTIALS),
                _deny(
                    "LeaveTheOrganization",
                    ["organizations:LeaveOrganization", "account:CloseAccount"],
                ),
            ],
        )
        acknowledge(
            self.policy,
            "IAM5[Action::*]",
            "IAM5[Resource::*]",
            because="a boundary grants nothing: it is what remains possible for roles under it",
        )

    def _own(self, settings: Settings, trail: str) -> list[str]:
        """All that the stacks make is called `<name>-…` or lies below `/<name>/`."""
        mine = f"{settings.name}-*"
        return [
            trail,
            self._arn("iam", f"role/{mine}", region=""),
            self._arn("iam", f"policy/{mine}", region=""),
            self._arn("iam", f"policy/{settings.name}/*", region=""),
            self._arn("s3", mine, region="", account=""),
            self._arn("cloudformation", f"stack/{mine}"),
            self._arn("cloudwatch", f"alarm:{mine}"),
            self._arn("cloudwatch", f"dashboard/{mine}", region=""),
            self._arn("codebuild", f"project/{mine}"),
            self._arn("events", f"rule/{BUILD_RULE}"),
            self._arn("lambda", f"function:{mine}"),
            self._arn("logs", f"log-group:{mine}"),
            self._arn("scheduler", f"schedule/{settings.name}/*"),
            self._arn("scheduler", f"schedule-group/{settings.name}"),
            self._arn("sns", mine),
            self._arn("sqs", mine),
            self._arn("ssm", f"parameter/{settings.name}/*"),
            self._arn("states", f"*:{mine}"),
        ]

    def _arn(
        self, service: str, resource: str, *, region: str = "*", account: str | None = None
    ) -> str:
        return Stack.of(self).format_arn(
            service=service,
            resource=resource,
            region=region,
            account=account,
            arn_format=ArnFormat.NO_RESOURCE_NAME,
        )


def _deny(sid: str, actions: list[str], **limits: Any) -> aws_iam.PolicyStatement:  # noqa: ANN401
    return aws_iam.PolicyStatement(
        sid=sid, effect=aws_iam.Effect.DENY, actions=actions, **{"resources": ["*"], **limits}
    )
