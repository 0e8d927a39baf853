"""What was typed for LOGS, as one trail."""

import shutil
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lambdas.collect_evidence.principals.selection import Selection
from lambdas.gateways.cloudtrail.trail import FolderTrail, ListedTrail, Trail
from lambdas.model.findings.finding import Finding
from lambdas.model.text import listed
from local.offline.sources.days import Days
from local.offline.sources.logs import S3, Joined, Logs, UnusableLogsError
from local.offline.sources.meter import Meter

if TYPE_CHECKING:
    from local.offline.sources.aws_places import AwsPlaces


def asked(args: Namespace) -> tuple[Selection, Days]:
    """Whose calls of which days a command line wants.

    Args:
        args: `principal`, an ARN; `session`, a name or prefix or None; `since`, `until`.

    Raises:
        UnusableLogsError: one of them cannot be meant.
    """
    try:
        selection = Selection.of(args.principal, args.session or "")
    except ValueError as error:
        raise UnusableLogsError(f"--principal: {error}") from error
    try:
        days = Days.of(args.since, args.until)
    except ValueError as error:
        raise UnusableLogsError(str(error)) from error
    return replace(selection, since=days.since, until=days.until), days


@contextmanager
def opened(args: Namespace, selection: Selection, days: Days) -> Iterator[Logs]:
    """The logs that a command line names, for as long as they are read.

    Args:
        args: `logs`, folders, files and `s3://bucket/prefix`; `lookup`; `accounts`; `regions`.
        selection: whose calls are wanted.
        days: of which days.

    Raises:
        UnusableLogsError: a place is not there, does not answer, or none was named.
    """
    if not args.logs and not args.lookup:
        raise UnusableLogsError("LOGS: name a folder, a file or s3://bucket/prefix, or --lookup")
    scratch = Path(tempfile.mkdtemp(prefix="fencepost-logs-"))
    reading = _Reading(args=args, selection=selection, days=days, scratch=scratch)
    try:
        with reading.answered():
            yield reading.logs()
    finally:
        reading.meter.end()
        shutil.rmtree(scratch, ignore_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One command's reading of its places; what they cannot show is collected on the way."""

    args: Namespace
    selection: Selection
    days: Days
    scratch: Path
    meter: Meter = field(default_factory=Meter)
    findings: list[Finding] = field(default_factory=list)

    def logs(self) -> Logs:
        trails = {place: self._place(place) for place in self.args.logs}
        if self.args.lookup:
            trails["--lookup"] = self._aws().history()
        self.meter.end()
        (trail,) = trails.values() if len(trails) == 1 else (Joined(trails),)
        words = listed(tuple(trails))
        return Logs(trail=trail, words=words, findings=tuple(self.findings))

    def answered(self) -> AbstractContextManager[None]:
        """Tells in words what AWS does not answer, where AWS is asked at all."""
        if not (self.args.lookup or any(place.startswith(S3) for place in self.args.logs)):
            return nullcontext()
        from local.offline.sources import aws_places  # noqa: PLC0415  # folders need no SDK

        return aws_places.answered()

    def _aws(self) -> "AwsPlaces":
        from local.offline.sources.aws_places import AwsPlaces  # noqa: PLC0415  # as above

        return AwsPlaces(
            args=self.args,
            selection=self.selection,
            days=self.days,
            scratch=self.scratch,
            meter=self.meter,
            findings=self.findings,
        )

    def _place(self, place: str) -> Trail:
        if place.startswith(S3):
            return self._aws().bucket(place)
        if Path(place).exists():
            return _of_days(FolderTrail(Path(place)), self.days)
        raise UnusableLogsError(f"LOGS: there is no {place}")


def _of_days(trail: Trail, days: Days) -> Trail:
    if days == Days():
        return trail
    return ListedTrail(trail, [file for file in trail.files() if days.may_hold(file)])
