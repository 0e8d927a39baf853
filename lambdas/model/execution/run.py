"""A run: one execution of the workflow for one process, and the names that carry its id."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from lambdas.errors import InvalidEventError
from lambdas.model.execution.platform import Platform

CLOSING = "closing"  # the session that makes the marker calls; it is no phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What every state is told of the run.

    Attributes:
        id: `YYYYMMDDTHHMMSSZ-<8 hex>`, made from the execution's start and ARN: sorts by time.
        principal: ARN of the role under which the cycle ran.
        account: of the sandbox.
        region: the deployment's.
        started_at: ISO 8601, UTC. ended_at: when the cycle closed; empty until then.
        execution_arn: of the Step Functions execution.
        platform: where it takes place; the function that documents it knows.
        across: whether it may be compared with runs of the other platform, because somebody asked.
        fleet: the id of the fleet that it is of; empty for a run of its own.
    """

    id: str
    process: str
    principal: str
    account: str
    region: str
    started_at: str
    ended_at: str = ""
    execution_arn: str = ""
    platform: Platform = Platform.UNKNOWN
    across: bool = False
    fleet: str = ""

    @classmethod
    def from_json(cls, raw: Mapping[str, Any], platform: Platform = Platform.UNKNOWN) -> Self:
        """Read the `run` field of a state's input.

        Raises:
            InvalidEventError: a field is missing.
        """
        try:
            return cls(
                id=raw["id"],
                process=raw["process"],
                principal=raw["principal"],
                account=raw["account"],
                region=raw["region"],
                started_at=raw["startedAt"],
                ended_at=raw.get("endedAt", ""),
                execution_arn=raw.get("executionArn", ""),
                platform=platform,
                across=raw.get("acrossPlatforms") is True,
                fleet=raw.get("fleet", ""),
            )
        except KeyError as missing:
            raise InvalidEventError(f"run lacks {missing}; see statemachine/README.md") from missing

    @property
    def session_prefix(self) -> str:
        """What every role session name of this run begins with."""
        return f"{self.id}."

    @property
    def later_session(self) -> str:
        """The role session name of the markers that AwaitTrail makes; no session of the run's."""
        return f"later-{self.id}"

    def compares_with(self, platform: Platform) -> bool:
        """Whether a run of that platform may be this one's baseline."""
        return self.across or self.platform.compares_with(platform)

    def session(self, phase: str) -> str:
        """The role session name of a phase."""
        return f"{self.session_prefix}{phase}"

    def key(self, name: str) -> str:
        """Where the archive keeps a document of this run."""
        return f"{self.process}/{self.id}/{name}"
