"""What a function knows of the sandbox of a run: `run.sandbox`, from the Parameter Store."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from lambdas.errors import InvalidEventError


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """One of a deployment's.

    Attributes:
        trail_bucket: the name of the bucket with its trail's log files.
        marker_role: as whom markers are made. installer_role, reader_role: as whom a proof changes
            candidate roles, and stacks and policies are read; empty when the function acts as
            itself.
        external_id: what those roles want to be told; empty when they want nothing.
    """

    trail_bucket: str
    marker_role: str = ""
    installer_role: str = ""
    reader_role: str = ""
    external_id: str = ""

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Self:
        """Of the run that a state's input tells of.

        Raises:
            InvalidEventError: a field is missing.
        """
        try:
            raw = event["run"]["sandbox"]
            return cls(
                trail_bucket=raw["trailBucket"],
                marker_role=raw["markerRole"],
                installer_role=raw["installerRole"],
                reader_role=raw["readerRole"],
                external_id=raw["externalId"],
            )
        except (KeyError, TypeError) as missing:
            raise InvalidEventError(
                f"run.sandbox lacks {missing}; see statemachine/README.md"
            ) from missing
