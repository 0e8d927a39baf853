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

PLACES = 1_024  # characters kept for what is known only when deployed: three ARNs at their longest


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
            value=json.dumps(value),
        )
