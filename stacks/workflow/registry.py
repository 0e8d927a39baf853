"""What the state machine knows of each process: one parameter of the Parameter Store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Aws, aws_ssm
from constructs import Construct

from lambdas.model.limits import STANDARD_PARAMETER_LIMIT
from lambdas.model.process_parameter import Place, parameter_size, parameter_value

if TYPE_CHECKING:
    from aws_cdk import aws_codebuild, aws_sns

    from stacks.processes import ProcessFolder
    from stacks.sandbox.roles import CycleRoles
    from stacks.settings import Settings

DEFAULT = "default"  # the sandbox of a process that names none


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
        project: aws_codebuild.IProject,
        roles: CycleRoles,
        topic: aws_sns.ITopic,
    ) -> None:
        super().__init__(scope, construct_id)
        process = folder.process
        value = parameter_value(
            process,
            Place(
                name=DEFAULT,
                account=settings.sandbox_account or Aws.ACCOUNT_ID,
                region=Aws.REGION,
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
