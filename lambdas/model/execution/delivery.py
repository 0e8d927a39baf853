"""What has been delivered of a marker."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What was found of one region's marker.

    Attributes:
        files: how many log files were looked into.
        at: when the file that holds the marker was delivered; None when none does yet.
        unreadable: keys of files that could not be read; CollectEvidence makes findings of them.
    """

    region: str
    files: int
    at: datetime | None = None
    unreadable: tuple[str, ...] = ()
