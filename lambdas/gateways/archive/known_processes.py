"""The processes of the deployment, as Parameter Store knows them at this moment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

from lambdas.gateways import clients
from lambdas.gateways.aws_errors import UNANSWERED, as_step_error, wanted
from lambdas.model.definition.process_parameter import RegisteredProcess
from lambdas.model.execution.setting import Setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from types_boto3_ssm import SSMClient
    from types_boto3_ssm.type_defs import GetParametersByPathResultTypeDef, ParameterTypeDef


class RegisteredProcesses:
    """What is deployed beside the functions, which are not changed when a process comes or goes.

    The parameters below a path such as `/fencepost/processes/`.
    """

    def __init__(self, path: str, client: SSMClient | None = None) -> None:
        self._path = path.rstrip("/")
        self._client: SSMClient = client or clients.client("ssm", clients.PATIENT)

    @classmethod
    def deployed(cls) -> Self:
        """Those of the deployment, as a function's environment names their path."""
        return cls(os.environ[Setting.PROCESS_PARAMETERS])

    def all(self) -> tuple[RegisteredProcess, ...]:
        """Every process, by name.

        Raises:
            InvalidEventError: a parameter is not as a deployment writes it.
            InvalidProcessError: a definition there is none.
            ServiceRefusedError: Parameter Store does not let us.
            ServiceUnavailableError: it does not answer.
        """
        pages = self._client.get_paginator("get_parameters_by_path")
        try:
            parameters = [
                one for page in pages.paginate(Path=self._path) for one in _parameters(page)
            ]
        except UNANSWERED as error:
            raise as_step_error(error) from error
        found = (
            RegisteredProcess.from_parameter(one["Name"].rpartition("/")[2], one["Value"])
            for one in parameters
        )
        return tuple(sorted(found, key=lambda one: one.name))

    def proved(self) -> tuple[str, ...]:
        """The names of those whose definition wants a proof, sorted; raises as `all` does."""
        return tuple(one.name for one in self.all() if one.proves)


def _parameters(page: GetParametersByPathResultTypeDef) -> Sequence[ParameterTypeDef]:
    # A page that says nothing is no proof that there is no process.
    wanted(page, "Parameters", "ssm:GetParametersByPath")
    return page["Parameters"]
