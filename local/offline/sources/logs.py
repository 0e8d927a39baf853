"""Logs: the trail that a command reads, whatever places it was joined from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from lambdas.gateways.cloudtrail.trail import Trail, TrailFile
from lambdas.model.findings.finding import Finding

S3 = "s3://"  # how a place that AWS holds begins


class UnusableLogsError(Exception):
    """What was typed is no place of logs, or the place does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """A trail of everything that was named, and what is to be said of it.

    Attributes:
        words: how messages call it.
    """

    trail: Trail
    words: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Joined:
    """Several trails as one; files are named by their place too."""

    trails: dict[str, Trail] = field(default_factory=dict)
    owners: dict[TrailFile, tuple[Trail, TrailFile]] = field(default_factory=dict)

    def files(self) -> Iterator[TrailFile]:
        """Every file of every place, its name led by the place's."""
        for place, trail in self.trails.items():
            for file in trail.files():
                named = TrailFile(
                    delivered=file.delivered, name=f"{place}:{file.name}", size=file.size
                )
                self.owners[named] = trail, file
                yield named

    def open(self, file: TrailFile) -> BinaryIO:
        """A file as its own place opens it."""
        trail, own = self.owners[file]
        return trail.open(own)
