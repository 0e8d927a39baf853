"""What was typed for LOGS, as one trail."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from lambdas.collect_evidence.principals.selection import Selection
from lambdas.gateways import clients
from lambdas.gateways.aws_errors import UNANSWERED, reason
from lambdas.gateways.cloudtrail.trail import FolderTrail, ListedTrail, TrailFile
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.text import counted, listed
from local.offline.sources.bucket_walk import BucketWalk
from local.offline.sources.days import Days
from local.offline.sources.fetched import fetch
from local.offline.sources.lookup import EventHistory, Pace, unseen
from local.offline.sources.meter import Meter

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from lambdas.gateways.cloudtrail.trail import Trail

S3 = "s3://"
ALL = "all"
MOST = 5  # accounts that a finding names
# Where global services record, by partition,
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html
GLOBAL = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


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
class _Joined:
    """Several trails as one; files are named by their place too."""

    trails: dict[str, Trail] = field(default_factory=dict)
    owners: dict[TrailFile, tuple[Trail, TrailFile]] = field(default_factory=dict)

    def files(self) -> Iterator[TrailFile]:
        for place, trail in self.trails.items():
            for file in trail.files():
                named = TrailFile(
                    delivered=file.delivered, name=f"{place}:{file.name}", size=file.size
                )
                self.owners[named] = trail, file
                yield named

    def open(self, file: TrailFile) -> BinaryIO:
        trail, own = self.owners[file]
        return trail.open(own)


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
        yield reading.logs()
    except UNANSWERED as error:
        raise UnusableLogsError(f"AWS: {reason(error)}") from error
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
            trails["--lookup"] = self._history()
        self.meter.end()
        (trail,) = trails.values() if len(trails) == 1 else (_Joined(trails),)
        words = listed(tuple(trails))
        return Logs(trail=trail, words=words, findings=tuple(self.findings))

    def _place(self, place: str) -> Trail:
        if place.startswith(S3):
            return self._bucket(place)
        if Path(place).exists():
            return _of_days(FolderTrail(Path(place)), self.days)
        raise UnusableLogsError(f"LOGS: there is no {place}")

    def _bucket(self, place: str) -> Trail:
        bucket, _, prefix = place.removeprefix(S3).partition("/")
        if not bucket:
            raise UnusableLogsError(f"LOGS: {place} names no bucket; write s3://bucket/prefix")
        accounts = frozenset(self.args.accounts or ()) | {self.selection.principal.account}
        walk = BucketWalk(
            s3=clients.client("s3"),
            bucket=bucket,
            prefix=prefix,
            days=self.days,
            accounts=frozenset() if ALL in accounts else accounts,
            regions=frozenset(self.args.regions or ()),
        )
        found: list[TrailFile] = []
        for file in walk.files():
            found.append(file)
            self.meter.show(0, f"listed {counted(len(found), 'file')} of {place}")
        if walk.passed_over:
            self.findings.append(_passed_over(place, sorted(walk.passed_over)))
        named = [(file.name, _named(file, walk.prefix)) for file in found]
        folder = Path(tempfile.mkdtemp(dir=self.scratch))
        return fetch(walk.s3, bucket, named, folder, self.meter)

    def _history(self) -> Trail:
        regions = _regions(self.args, self.selection)
        account = clients.client("sts", region=regions[0]).get_caller_identity()["Account"]
        own = self.selection.principal.account
        if account != own:
            raise UnusableLogsError(
                f"--lookup: the credentials are of account {account}, and the event history shows "
                f"that account alone; use some of {own}"
            )
        now = datetime.now(UTC)
        self.findings.extend(unseen(self.days, now, regions))
        asked = {one: clients.client("cloudtrail", clients.PATIENT, region=one) for one in regions}
        folder = Path(tempfile.mkdtemp(dir=self.scratch))
        return EventHistory(asked, folder, self.meter, Pace()).of(self.days, now)


def _of_days(trail: Trail, days: Days) -> Trail:
    if days == Days():
        return trail
    return ListedTrail(trail, [file for file in trail.files() if days.may_hold(file)])


def _named(file: TrailFile, prefix: str) -> TrailFile:
    """As a copy of the prefix in a folder would call it."""
    name = file.name.removeprefix(prefix) or PurePosixPath(file.name).name
    return TrailFile.of(name, file.size)


def _passed_over(place: str, accounts: Sequence[str]) -> Finding:
    first = ", ".join(accounts[:MOST]) + (", …" if len(accounts) > MOST else "")
    return Finding(
        severity=Severity.WARNING,
        kind=FindingKind.ACCOUNTS_NOT_READ,
        subject=place,
        detail=f"Logs of {counted(len(accounts), 'other account')} lie there and were not read: "
        f"{first}. Calls that the principal's sessions made in their roles are not included.",
        action="If the process works there, name them with --account, or --account all.",
    )


def _regions(args: Namespace, selection: Selection) -> tuple[str, ...]:
    if args.regions:
        return tuple(sorted(set(args.regions)))
    own = clients.region()
    if not own:
        raise UnusableLogsError("--lookup: there is no region; set AWS_REGION or give --region")
    return tuple(sorted({own, GLOBAL.get(selection.principal.partition, own)}))
