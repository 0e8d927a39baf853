"""The processes of the deployment, as Parameter Store knows them at this moment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from lambdas.gateways import clients
from lambdas.gateways.aws_errors import UNANSWERED, told
from lambdas.model.process import Process

if TYPE_CHECKING:
    from types_boto3_ssm import SSMClient


class KnownProcesses(Protocol):
    """What is deployed beside the functions, which are not changed when a process comes or goes."""

    def proved(self) -> tuple[str, ...]:
        """The names of the processes whose definition wants a proof, sorted."""


class RegisteredProcesses:
    """See `KnownProcesses`: the parameters below a path such as `/fencepost/processes/`."""

    def __init__(self, path: str, client: SSMClient | None = None) -> None:
        self._path = path.rstrip("/")
        self._client: SSMClient = client or clients.client("ssm", clients.PATIENT)

    def proved(self) -> tuple[str, ...]:
        """See `KnownProcesses`.

        Raises:
            ServiceRefusedError: Parameter Store does not let us.
            ServiceUnavailableError: it does not answer.
            InvalidProcessError: a definition there is none.
        """
        pages = self._client.get_paginator("get_parameters_by_path")
        try:
            values = [
                json.loads(one["Value"])["definition"]
                for page in pages.paginate(Path=self._path)
                for one in page["Parameters"]
            ]
        except UNANSWERED as error:
            raise told(error) from error
        processes = (Process.from_mapping(one.pop("name"), one) for one in values)
        return tuple(sorted(one.name for one in processes if one.prove))
