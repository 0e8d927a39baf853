"""Who may do what in the sandbox: roles per process."""

from dataclasses import dataclass
from typing import Self

from aws_cdk import CfnOutput, Duration, aws_iam
from constructs import Construct

from lambdas.model.definition.process import Process
from lambdas.model.iam.role_boundary import boundary_name
from stacks.permissions import two_accounts
from stacks.permissions.acknowledgements import acknowledge
from stacks.places import Sandbox
from stacks.sandbox.boundary import Boundary
from stacks.settings import Settings

# The build writes `<run>.<phase>`; no session without a run can be had.
# A proof's rounds and clean-ups are runs of their own: `<run>-r1`, `<run>-c1`.
SESSIONS = ["????????T??????Z-????????.*", "????????T??????Z-????????-??.*"]
# What the chain of roles allows anyway; said, so that no other way gives longer ones:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
SESSION_TIME = Duration.hours(1)


class BuildRole(aws_iam.Role):
    """CodeBuild's own for one process; it may do nothing but become one of the other two."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, process: str
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            role_name=two_accounts.build_role(settings, process),
            description=f"CodeBuild's role for the cycles of {process}",
            assumed_by=aws_iam.ServicePrincipal("codebuild.amazonaws.com"),
        )


def let_become(scope: Construct, build: aws_iam.Role, roles: "CycleRoles") -> None:
    """Allow a build the two roles of its process."""
    aws_iam.Policy(
        scope,
        "BecomeEither",
        roles=[build],
        statements=[
            aws_iam.PolicyStatement(
                actions=["sts:AssumeRole"],
                resources=[roles.sandbox, roles.candidate],
            )
        ],
    )


@dataclass(frozen=True, slots=True)
class CycleRoles:
    """The ARNs of the roles that a build becomes, and of the boundary of those that it creates."""

    sandbox: str
    candidate: str
    boundary: str

    @classmethod
    def elsewhere(cls, settings: Settings, sandbox: Sandbox, process: str) -> Self:
        """Those of the other account, by their names: neither side looks the other up."""
        stem = f"{settings.run_roles}{process}"
        return cls(
            two_accounts.role_of_sandbox(settings, sandbox, f"{stem}-sandbox"),
            two_accounts.role_of_sandbox(settings, sandbox, f"{stem}-candidate"),
            two_accounts.policy_of_sandbox(
                settings, sandbox, boundary_name(settings.name, process)
            ),
        )


class ProcessRoles(Construct):
    """The roles of one process, which trust its build alone: by its name in the other account.

    Attributes:
        sandbox: may do everything but harm Fencepost; the cycle is learnt under it.
        candidate: holds nothing but the policy that is being proved.
        arns: of both, and of the boundary that a run makes for the roles that its process creates.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        process: Process,
        trail: str,
        build: BuildRole | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        # Given, because the trail and the fence must name the roles before there are any.
        prefix = f"{settings.run_roles}{process.name}"
        boundary = Boundary(
            self,
            "Boundary",
            settings=settings,
            trail=trail,
            name=f"{prefix}-boundary",
            created_roles=boundary_name(settings.name, process.name),
            regions=process.regions,
        )
        session = self._session(settings, process.name, build)
        self.sandbox = aws_iam.Role(
            self,
            "Sandbox",
            role_name=f"{prefix}-sandbox",
            description=f"Under which the cycle of {process.name} is learnt",
            assumed_by=session,
            permissions_boundary=boundary.policy,
            max_session_duration=SESSION_TIME,
            inline_policies={"everything": _everything()},
        )
        self.candidate = aws_iam.Role(
            self,
            "Candidate",
            role_name=f"{prefix}-candidate",
            description=f"Under which a policy for {process.name} is proved",
            assumed_by=session,
            permissions_boundary=boundary.policy,
            max_session_duration=SESSION_TIME,
        )
        self.arns = CycleRoles(
            self.sandbox.role_arn, self.candidate.role_arn, boundary.created_roles
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

    @staticmethod
    def _session(settings: Settings, process: str, build: BuildRole | None) -> aws_iam.IPrincipal:
        """The process's own build, with a session that is named for a run."""
        named = {"StringLike": {"sts:RoleSessionName": SESSIONS}}
        if build:
            return aws_iam.ArnPrincipal(build.role_arn).with_conditions(named)
        return two_accounts.home(settings, [two_accounts.build_role(settings, process)], named)


def _everything() -> aws_iam.PolicyDocument:
    return aws_iam.PolicyDocument(
        statements=[aws_iam.PolicyStatement(actions=["*"], resources=["*"])]
    )
