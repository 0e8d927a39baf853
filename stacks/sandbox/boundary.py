"""The fence around Fencepost itself: what no cycle may do, whatever its role's policies say."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import ArnFormat, Stack, aws_iam
from constructs import Construct

from stacks.permissions.acknowledgements import acknowledge
from stacks.settings import Settings

# The rule by which Step Functions hears of a build's end,
# https://docs.aws.amazon.com/step-functions/latest/dg/connect-codebuild.html
BUILD_RULE = "StepFunctionsGetEventForCodeBuildStartBuildRule"
# Users, and credentials that would outlive the run, a person's above all.
LASTING_CREDENTIALS = [
    "iam:CreateUser",
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
VENDED_LOGS = "/aws/vendedlogs/states/"  # what the name of a state machine's log begins with
# Services that are not of one region, so that no list of regions holds for them, as AWS lists them:
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html
WITHOUT_REGION = [
    "account:*",
    "aws-marketplace:*",
    "billing:*",
    "budgets:*",
    "ce:*",
    "chatbot:*",
    "cloudfront:*",
    "cur:*",
    "directconnect:*",
    "ec2:DescribeRegions",
    "ecr-public:*",
    "fms:*",
    "globalaccelerator:*",
    "health:*",
    "iam:*",
    "networkmanager:*",
    "organizations:*",
    "pricing:*",
    "route53:*",
    "route53-recovery-control-config:*",
    "route53-recovery-readiness:*",
    "route53domains:*",
    "s3:GetAccountPublicAccessBlock",
    "s3:ListAllMyBuckets",
    "s3:PutAccountPublicAccessBlock",
    "savingsplans:*",
    "shield:*",
    "sts:*",
    "support:*",
    "tag:*",
    "trustedadvisor:*",
    "waf:*",
    "wafv2:*",
]


class Boundary(Construct):
    """The permissions boundary of a process's sandbox and candidate roles.

    Roles that a cycle makes need not carry it, unless the deployment says so: a process must run
    unchanged. What that leaves open is told in docs/threat-model.md.

    Attributes:
        created_roles: ARN of the boundary that a run makes for the roles that its process creates.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        trail: str,
        name: str,
        created_roles: str,
        regions: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        aliases = f"alias/{settings.name}-*"
        own = self._arn("iam", f"policy/{name}", region="", account=stack.account)
        self.created_roles = self._arn(
            "iam", f"policy/{created_roles}", region="", account=stack.account
        )
        bounded = _bounded([own, self.created_roles]) if settings.bounded_roles else []
        self.policy = aws_iam.ManagedPolicy(
            self,
            "Policy",
            managed_policy_name=name,
            description="Keeps the cycles of Fencepost from Fencepost itself",
            statements=[
                aws_iam.PolicyStatement(sid="TheCycle", actions=["*"], resources=["*"]),
                _deny("FencepostItself", ["*"], resources=self._own(settings, trail)),
                _deny(
                    "FencepostsKeys",
                    ["kms:*"],
                    conditions={"ForAnyValue:StringLike": {"kms:ResourceAliases": aliases}},
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
                _outside(list(regions) or [stack.region]),
                *bounded,
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
            self._arn("logs", f"log-group:{VENDED_LOGS}{mine}"),
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


def _outside(regions: list[str]) -> aws_iam.PolicyStatement:
    """No region but the process's own; what Fencepost does not watch may not be used either."""
    return aws_iam.PolicyStatement(
        sid="OtherRegions",
        effect=aws_iam.Effect.DENY,
        not_actions=WITHOUT_REGION,
        resources=["*"],
        conditions={"StringNotEquals": {"aws:RequestedRegion": regions}},
    )


def _bounded(own: list[str]) -> list[aws_iam.PolicyStatement]:
    """A role of the cycle's own would be a way around the fence."""
    return [
        _deny(
            "RolesWithoutBoundary",
            ["iam:CreateRole", "iam:PutRolePermissionsBoundary"],
            conditions={"StringNotEquals": {"iam:PermissionsBoundary": own}},
        ),
        _deny("BoundaryTakenAway", ["iam:DeleteRolePermissionsBoundary"]),
    ]


def _deny(sid: str, actions: list[str], **limits: Any) -> aws_iam.PolicyStatement:  # noqa: ANN401
    return aws_iam.PolicyStatement(
        sid=sid, effect=aws_iam.Effect.DENY, actions=actions, **{"resources": ["*"], **limits}
    )
