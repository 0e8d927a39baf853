"""Grants of Fencepost's own roles, or of their guests when the sandbox is another account."""

from aws_cdk import Stack, aws_iam

from lambdas.model.iam.role_boundary import boundary_name
from stacks.permissions.acknowledgements import allow
from stacks.settings import Settings


def allow_generation(role: aws_iam.Role, access_role: str) -> None:
    """Have Access Analyzer make policies of the trail."""
    allow(
        role,
        [
            "access-analyzer:GetGeneratedPolicy",
            "access-analyzer:ListPolicyGenerations",
            "access-analyzer:StartPolicyGeneration",
        ],
        "*",
        because="jobs of policy generation have no resources",
    )
    # No iam:PassedToService: that Access Analyzer's request carries it is documented nowhere,
    # and the role trusts nobody else.
    allow(role, ["iam:PassRole"], access_role)


def allow_installation(role: aws_iam.Role, settings: Settings, account: str) -> None:
    """Change the candidate roles alone, of whatever process, and the policies of the proofs alone.

    The fence keeps every cycle from making or changing a role of such a name.
    """
    candidates = Stack.of(role).format_arn(
        service="iam",
        region="",
        account=account,
        resource="role",
        resource_name=f"{settings.run_roles}*-candidate",
    )
    policies = Stack.of(role).format_arn(
        service="iam",
        region="",
        account=account,
        resource="policy",
        resource_name=f"{settings.policies.strip('/')}/*",
    )
    role.add_to_policy(
        aws_iam.PolicyStatement(
            actions=["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
            resources=[candidates],
            conditions={"ArnLike": {"iam:PolicyARN": policies}},
        )
    )
    allow(
        role,
        ["iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "iam:SimulatePrincipalPolicy"],
        candidates,
        because="a process comes and goes without a change of this role",
    )
    allow(
        role,
        [
            "iam:CreatePolicy",
            "iam:DeletePolicy",
            "iam:DeletePolicyVersion",
            "iam:ListPolicyVersions",
        ],
        policies,
        because="a proof's policies are named by process, run and round",
    )
    allow(role, ["iam:ListPolicies"], "*", because="lists of policies have no resources")


def allow_boundaries(role: aws_iam.Role, settings: Settings, account: str) -> None:
    """Write the boundaries of created roles, and read the fences that they begin as."""
    stack = Stack.of(role)

    def policies(name: str) -> str:
        return stack.format_arn(
            service="iam", region="", account=account, resource="policy", resource_name=name
        )

    allow(
        role,
        [
            "iam:CreatePolicy",
            "iam:CreatePolicyVersion",
            "iam:DeletePolicyVersion",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "iam:ListPolicyVersions",
        ],
        policies(boundary_name(settings.name, "*")),
        because="a boundary is named for its process",
    )
    allow(
        role,
        ["iam:GetPolicy", "iam:GetPolicyVersion"],
        policies(f"{settings.run_roles}*-boundary"),
        because="a fence is named for its process",
    )


def allow_reading_policies(role: aws_iam.Role, account: str) -> None:
    """Read the managed policies that the roles of a process are given."""
    stack = Stack.of(role)
    allow(
        role,
        ["iam:GetPolicy", "iam:GetPolicyVersion"],
        *(
            stack.format_arn(
                service="iam", region="", account=owner, resource="policy", resource_name="*"
            )
            for owner in (account, "aws")
        ),
        because="which managed policies a process gives to its roles, the run tells",
    )


def allow_reading_stacks(role: aws_iam.Role, account: str) -> None:
    """Ask CloudFormation about the stacks of the cycles, in every region, also when they are gone.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplate.html
    """
    allow(
        role,
        [
            "cloudformation:DescribeStacks",
            "cloudformation:GetTemplate",
            "cloudformation:ListStackResources",
        ],
        _any_stack(role, account),
        because="stacks are named by the processes, and made where those say",
    )


def _any_stack(role: aws_iam.Role, account: str) -> str:
    return Stack.of(role).format_arn(
        service="cloudformation",
        region="*",
        account=account,
        resource="stack",
        resource_name="*",
    )


def allow_reading_failures(role: aws_iam.Role, account: str) -> None:
    """Ask CloudFormation which stacks changed, and what happened to them, gone ones included.

    Stacks are listed without a resource:
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html
    """
    allow(
        role,
        ["cloudformation:DescribeStackEvents"],
        _any_stack(role, account),
        because="stacks are named by the processes, and made where those say",
    )
    allow(role, ["cloudformation:ListStacks"], "*", because="a list of stacks has no resource")


def allow_listing_processes(role: aws_iam.Role, settings: Settings) -> None:
    """Read all definitions of processes below their path, without knowing one's name.

    AWS asks about the path itself, as its refusals show:
    https://github.com/aws/aws-dotnet-extensions-configuration/issues/108
    """
    path = Stack.of(role).format_arn(
        service="ssm", resource="parameter", resource_name=settings.parameters.strip("/")
    )
    allow(role, ["ssm:GetParametersByPath"], path)


def allow_publication(role: aws_iam.Role, settings: Settings) -> None:
    """Move the parameters of approved policies, and take them away."""
    allow(
        role,
        ["ssm:DeleteParameter", "ssm:PutParameter"],
        Stack.of(role).format_arn(
            service="ssm",
            resource="parameter",
            resource_name=f"{settings.policy_parameters.strip('/')}/*",
        ),
        because="the process whose policy is approved is in the run's input",
    )
