"""The parameter of an approved policy, moved or taken away in Parameter Store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.gateways import clients
from lambdas.gateways.archive.archived_runs import finished_runs, manifest_of, row_of
from lambdas.gateways.aws_errors import UNANSWERED, as_step_error
from lambdas.model.archive.approval import policies_of
from lambdas.model.archive.published_policy import newest_approved, parameter_of, pointer
from lambdas.model.execution.platform import Platform, platform_of

if TYPE_CHECKING:
    from types_boto3_ssm import SSMClient

    from lambdas.gateways.archive.documents import S3Archive


class PolicyParameters:
    """The parameters below a path such as `/fencepost/policies`."""

    def __init__(self, path: str, client: SSMClient | None = None) -> None:
        self._path = path
        self._ssm: SSMClient = client or clients.client("ssm")

    @property
    def platform(self) -> Platform:
        """Where they are, by where the client's calls go."""
        return platform_of({}, str(self._ssm.meta.endpoint_url))

    def follow(self, archive: S3Archive, process: str) -> str:
        """Let the parameter say what the archive says; answer with what it says now.

        Returns:
            The run that it points to; empty when no approved run was proved here, and there is no
            parameter any more.

        Raises:
            ServiceRefusedError: Parameter Store does not let us.
            ServiceUnavailableError: it does not answer.
        """
        # The list may say what it likes; each run's own documents tell what was signed.
        signed = [one.manifest.run for one in finished_runs(archive, process) if one.approval]
        rows = [row for run in signed if (row := row_of(archive, process, run))]
        row = newest_approved(rows, self.platform)
        name = parameter_of(self._path, process)
        try:
            if row is None:
                self._remove(name)
                return ""
            policies = policies_of(manifest_of(archive, process, row.manifest.run))
            place = f"{archive.bucket}/{process}"
            value = pointer(row, policies, place=place, version_of=archive.version)
            self._ssm.put_parameter(
                Name=name,
                Value=value,
                Type="String",
                Overwrite=True,
                Description=f"Fencepost: the newest approved policy of {process}",
            )
        except UNANSWERED as error:
            raise as_step_error(error) from error
        return row.manifest.run

    def _remove(self, name: str) -> None:
        try:
            self._ssm.delete_parameter(Name=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ParameterNotFound":
                raise
