"""When a sandbox is another account: who of Fencepost's own account may come in, and how.

Names are given on both sides, so that neither stack has to look the other up. A role of another
account is named by its account and `aws:PrincipalArn`: so the trust can be deployed before it.
With one sandbox apart the workflow is a guest in every one, its own account's included.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from aws_cdk import ArnFormat, Aws, Duration, Environment, Stack, aws_iam
from constructs import Construct

from lambdas.model.iam.arn import arn_of
from stacks.places import Sandbox
from stacks.settings import Settings

GENERATION = "generation"  # as whom the state machine asks Access Analyzer
MARKER = "marker"  # under whose sessions AwaitTrail makes its markers
INSTALLER = "installer"  # as whom a proof gives the candidate roles their policies
READER = "reader"  # as whom stacks of the cycles and policies of their roles are read


def environment(account: str, region: str = "") -> Environment | None:
    """Of a stack; nothing when both are those of the credentials."""
    if not (account or region):
        return None
    return Environment(account=account or None, region=region or None)


def account_of(settings: Settings, sandbox: Sandbox) -> str:
    """A sandbox's account."""
    return sandbox.account or settings.account or Aws.ACCOUNT_ID


def region_of(settings: Settings, sandbox: Sandbox) -> str:
    """A sandbox's region."""
    return sandbox.region or settings.region or Aws.REGION


def machine_name(settings: Settings) -> str:
    """Of the state machine."""
    return f"{settings.name}-build-policy"


def machine_arn(scope: Construct, settings: Settings) -> str:
    """Of the state machine, made of its name: others exist before it does, and outlive it."""
    return Stack.of(scope).format_arn(
        service="states",
        resource="stateMachine",
        resource_name=machine_name(settings),
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )


def trail_elsewhere(settings: Settings, sandbox: Sandbox) -> str:
    """The ARN of a trail in another account."""
    return _there(settings, sandbox, "cloudtrail", f"trail/{settings.name}")


def trail_arn(scope: Construct, settings: Settings) -> str:
    """Of the trail, for whatever is in its account and region."""
    return Stack.of(scope).format_arn(
        service="cloudtrail",
        resource="trail",
        resource_name=settings.name,
        arn_format=ArnFormat.SLASH_RESOURCE_NAME,
    )


def fleet_machine_name(settings: Settings) -> str:
    """Of the state machine of fleets."""
    return f"{settings.name}-run-fleet"


def machine_role(settings: Settings) -> str:
    """Of the state machine."""
    return f"{settings.name}-build-policy"


def access_role(settings: Settings) -> str:
    """Of Access Analyzer, in a sandbox of another account."""
    return f"{settings.name}-access"


def step_role(settings: Settings, package: str) -> str:
    """Of the function of a step."""
    return f"{settings.name}-{package.replace('_', '-')}"


def build_role(settings: Settings, process: str) -> str:
    """Of the build of a process."""
    return f"{settings.name}-run-{process}-build"


def external_id(settings: Settings) -> str:
    """The state machine's ARN, which Step Functions states by itself.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-cross-acct-sync-pattern.html
    """
    return arn_of(
        "states",
        f"stateMachine:{machine_name(settings)}",
        partition=Aws.PARTITION,
        region=settings.region or Aws.REGION,
        account=settings.account,
    )


def role_of_sandbox(settings: Settings, sandbox: Sandbox, name: str) -> str:
    """The ARN of a role of a sandbox's account."""
    return _there(settings, sandbox, "iam", f"role/{name}")


def policy_of_sandbox(settings: Settings, sandbox: Sandbox, name: str) -> str:
    """The ARN of a managed policy of a sandbox's account."""
    return _there(settings, sandbox, "iam", f"policy/{name}")


def guest_arn(settings: Settings, sandbox: Sandbox, name: str) -> str:
    """Of a role of a sandbox in which one of the workflow's acts."""
    return role_of_sandbox(settings, sandbox, guest_name(settings, name))


def bucket_name(settings: Settings, sandbox: Sandbox) -> str:
    """Of a trail's bucket; empty in the workflow's own account, where CloudFormation names it."""
    place = f"{sandbox.account}-{region_of(settings, sandbox)}"
    return f"{settings.name}-trail-{place}" if sandbox.apart else ""


def home(
    settings: Settings,
    names: Sequence[str],
    further: Mapping[str, Mapping[str, object]] | None = None,
) -> aws_iam.PrincipalWithConditions:
    """Roles of Fencepost's own account, and nobody else of it."""
    role = partial(arn_of, "iam", partition=Aws.PARTITION, account=settings.account)
    arns = sorted(role(f"role/{name}") for name in names)
    return aws_iam.PrincipalWithConditions(
        aws_iam.AccountPrincipal(settings.account),
        {"ArnEquals": {"aws:PrincipalArn": arns}, **(further or {})},
    )


def guest(scope: Construct, name: str, *, settings: Settings, by: Sequence[str]) -> aws_iam.Role:
    """A role of the sandbox for roles of the other account, which must state the machine."""
    stated = {"StringEquals": {"sts:ExternalId": external_id(settings)}}
    return aws_iam.Role(
        scope,
        name.title(),
        role_name=guest_name(settings, name),
        description=f"Fencepost: as whom {', '.join(by)} of account {settings.account} acts here",
        assumed_by=home(settings, by, stated),
        max_session_duration=Duration.hours(1),
    )


def guest_name(settings: Settings, name: str) -> str:
    """Of such a role."""
    return f"{settings.name}-{name}"


def any_key(settings: Settings, sandbox: Sandbox) -> str:
    """The keys of a sandbox's account; which of them is the trail's no name can say."""
    return _there(settings, sandbox, "kms", "key/*")


def through_s3(settings: Settings, sandbox: Sandbox) -> dict[str, dict[str, str]]:
    """Of a key: only what S3 does for the caller."""
    service = f"s3.{region_of(settings, sandbox)}.{Aws.URL_SUFFIX}"
    return {"StringEquals": {"kms:ViaService": service}}


def _there(settings: Settings, sandbox: Sandbox, service: str, resource: str) -> str:
    return arn_of(
        service,
        resource,
        partition=Aws.PARTITION,
        region=region_of(settings, sandbox),
        account=account_of(settings, sandbox),
    )
