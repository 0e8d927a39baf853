"""What the state machine knows of each process: one parameter of the Parameter Store."""

import json
from collections.abc import Mapping
from functools import partial

from aws_cdk import aws_codebuild, aws_sns, aws_ssm
from constructs import Construct

from lambdas.model.definition.process_parameter import Place, parameter_size, parameter_value
from lambdas.model.limits import STANDARD_PARAMETER_LIMIT
from stacks.permissions import two_accounts
from stacks.places import Sandbox
from stacks.processes.folders import ProcessFolder
from stacks.sandbox.roles import CycleRoles
from stacks.sandbox_stack import SandboxStack
from stacks.settings import Settings


def without_double_brackets(document: str) -> str:
    """The same JSON, in a spelling that Parameter Store takes.

    A value may hold nothing in double brackets, such as a Go template's `{{.Id}}`,
    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html.
    JSON's own syntax never holds two in a row that open.
    """
    return document.replace("{{", r"{\u007b")


class RegisteredProcess(Construct):
    """The definition of a process, and where it is run."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        folder: ProcessFolder,
        sandbox: Sandbox,
        project: aws_codebuild.IProject,
        roles: CycleRoles,
        topic: aws_sns.ITopic,
    ) -> None:
        super().__init__(scope, construct_id)
        process = folder.process
        value = parameter_value(
            process,
            Place(
                name=sandbox.name,
                account=two_accounts.account_of(settings, sandbox),
                region=two_accounts.region_of(settings, sandbox),
            ),
            project=project.project_name,
            topic=topic.topic_arn,
            roles={"sandboxRole": roles.sandbox, "candidateRole": roles.candidate},
        )
        aws_ssm.CfnParameter(
            self,
            "Parameter",
            name=f"{settings.parameters}{process.name}",
            type="String",
            tier="Advanced" if parameter_size(process) > STANDARD_PARAMETER_LIMIT else "Standard",
            description=f"What Fencepost runs for {process.name}",
            value=without_double_brackets(value),
        )


class RegisteredSandbox(Construct):
    """What states and functions need to know of a sandbox, for every run of its processes."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        sandbox: Sandbox,
        facts: Mapping[str, str],
    ) -> None:
        super().__init__(scope, construct_id)
        aws_ssm.CfnParameter(
            self,
            "Parameter",
            name=f"{settings.sandbox_parameters}{sandbox.name}",
            type="String",
            description=f"What Fencepost has in the sandbox {sandbox.name}",
            value=json.dumps(dict(sorted(facts.items()))),
        )


def facts_of(
    settings: Settings, sandbox: Sandbox, own: SandboxStack | None, marker: str
) -> dict[str, str]:
    """A sandbox's parameter: ARNs of its trail and roles, empty where the workflow acts as itself.

    Of the workflow's own account they are taken from its stack; `marker` is then the role.
    """
    guest = partial(two_accounts.guest_arn, settings, sandbox)
    known = {
        "generationRole": guest(two_accounts.GENERATION),
        "markerRole": guest(two_accounts.MARKER),
        "installerRole": guest(two_accounts.INSTALLER),
        "readerRole": guest(two_accounts.READER),
        "externalId": two_accounts.external_id(settings),
    }
    if not settings.guests:
        known = {**dict.fromkeys(known, ""), "markerRole": marker}
    if own:
        return known | {
            "trail": own.trail.arn,
            "trailBucket": own.trail.bucket_name,
            "accessRole": own.access_role.role_arn,
        }
    access = two_accounts.access_role(settings)
    return known | {
        "trail": two_accounts.trail_elsewhere(settings, sandbox),
        "trailBucket": two_accounts.bucket_name(settings, sandbox),
        "accessRole": two_accounts.role_of_sandbox(settings, sandbox, access),
    }
