"""What the state machine knows of each process: one parameter of the Parameter Store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aws_cdk import aws_ssm
from constructs import Construct

from lambdas.errors import InvalidProcessError
from lambdas.model.limits import ADVANCED_PARAMETER_LIMIT, STANDARD_PARAMETER_LIMIT
from stacks.processes import DEFINITION

if TYPE_CHECKING:
    from aws_cdk import aws_codebuild

    from stacks.processes import ProcessFolder
    from stacks.sandbox.roles import ProcessRoles
    from stacks.settings import Settings

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
DYNAMIC_REFERENCE = "{{resolve:"
PLACES = 1_024  # characters kept for what is known only when deployed: three ARNs at their longest


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
        roles: ProcessRoles,
    ) -> None:
        super().__init__(scope, construct_id)
        process = folder.process
        definition = {**process.to_mapping(), "name": process.name}
        if DYNAMIC_REFERENCE in json.dumps(definition):
            raise InvalidProcessError(
                str(folder.path / DEFINITION),
                f"the definition holds {DYNAMIC_REFERENCE}…, which CloudFormation would replace by "
                "the value when Fencepost is deployed: move that command into a script of the "
                "source",
            )
        size = len(json.dumps(definition)) + PLACES
        if size > ADVANCED_PARAMETER_LIMIT:
            raise InvalidProcessError(
                str(folder.path / DEFINITION),
                f"the definition has {size - PLACES} characters; "
                f"{ADVANCED_PARAMETER_LIMIT - PLACES} fit a parameter: move commands into a "
                "script of the source",
            )
        value = {
            "definition": definition,
            "project": project.project_name,
            "sandboxRole": roles.sandbox.role_arn,
            "candidateRole": roles.candidate.role_arn,
        }
        aws_ssm.CfnParameter(
            self,
            "Parameter",
            name=f"{settings.parameters}{process.name}",
            type="String",
            tier="Advanced" if size > STANDARD_PARAMETER_LIMIT else "Standard",
            description=f"What Fencepost runs for {process.name}",
            value=without_double_brackets(json.dumps(value)),
        )
