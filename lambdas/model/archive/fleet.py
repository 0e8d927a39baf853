"""A fleet: one execution that runs many processes, what it runs, and how each run ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from lambdas.errors import InvalidEventError

FLEETS = "fleet"  # the archive's folder; no process may be called so
PLAN, REPORT, DOCUMENT, TABLE = "plan.json", "report.html", "fleet.json", "fleet.csv"
STOP = "stop"  # an object of this name in the fleet's folder: start no more
ENDS = "ends/"
MOST_AT_ONCE = 100  # runs of one sandbox; CodeBuild's quota for an account is the measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """What every state of a fleet is told of it.

    Attributes:
        id: `YYYYMMDDTHHMMSSZ-<8 hex>`, made from the execution's start and ARN: sorts by time.
        started_at: ISO 8601, UTC.
        execution_arn: of the Step Functions execution.
    """

    id: str
    started_at: str
    execution_arn: str = ""

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read the `fleet` field of a state's input.

        Raises:
            InvalidEventError: a field is missing.
        """
        try:
            return cls(
                id=raw["id"],
                started_at=raw["startedAt"],
                execution_arn=raw.get("executionArn", ""),
            )
        except KeyError as missing:
            raise InvalidEventError(
                f"fleet lacks {missing}; see statemachine/README.md"
            ) from missing

    def key(self, name: str) -> str:
        """Where the archive keeps a document of this fleet."""
        return f"{FLEETS}/{self.id}/{name}"

    def execution(self, process: str) -> str:
        """The name of the execution that runs a process: a second start of it is refused."""
        return f"{self.id}-{process}"


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How the run of one process ended, as the fleet's machine kept it.

    Attributes:
        status: of the execution, as Step Functions says it; or one of the words below.
        error, cause: of an execution that did not succeed, or of what kept it from being started.
        execution: its ARN; empty when there is none.
    """

    process: str
    status: str
    error: str = ""
    cause: str = ""
    execution: str = ""

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what the machine kept."""
        return cls(
            process=str(raw["process"]),
            status=str(raw["status"]),
            error=str(raw.get("error") or ""),
            cause=str(raw.get("cause") or ""),
            execution=str(raw.get("execution") or ""),
        )

    @property
    def failed(self) -> bool:
        """Whether the run was to take place and did not end well."""
        return self.status not in {SUCCEEDED, STOPPED}


SUCCEEDED = "SUCCEEDED"
STOPPED = "STOPPED"  # the fleet was told to start no more
NOT_STARTED = "NOT_STARTED"  # Step Functions refused
LOST = "LOST"  # nothing was kept of it
