"""Logs that AWS holds: in a bucket, and in CloudTrail's event history.

Nothing else of the offline commands loads an AWS SDK: it takes as long as reading a day's files.
"""

import tempfile
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from lambdas.collect_evidence.principals.selection import Selection
from lambdas.gateways import clients
from lambdas.gateways.aws_errors import UNANSWERED, reason
from lambdas.gateways.cloudtrail.trail import Trail, TrailFile
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.text import counted
from local.offline.sources.bucket_walk import BucketWalk
from local.offline.sources.days import Days
from local.offline.sources.fetched import fetch
from local.offline.sources.logs import S3, UnusableLogsError
from local.offline.sources.lookup import EventHistory, Pace, unseen
from local.offline.sources.meter import Meter

ALL = "all"
MOST = 5  # accounts that a finding names
# Where global services record, by partition,
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html
GLOBAL = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


@contextmanager
def answered() -> Iterator[None]:
    """What AWS does not answer is told as a place that cannot be used.

    Raises:
        UnusableLogsError: in place of the SDK's own error.
    """
    try:
        yield
    except UNANSWERED as error:
        raise UnusableLogsError(f"AWS: {reason(error)}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsPlaces:
    """One command's reading of what AWS holds; what that cannot show is added to the findings.

    Attributes:
        args: `accounts` and `regions`, as typed.
        scratch: a folder for what is fetched.
    """

    args: Namespace
    selection: Selection
    days: Days
    scratch: Path
    meter: Meter
    findings: list[Finding]

    def bucket(self, place: str) -> Trail:
        """The files of `s3://bucket/prefix`, fetched."""
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

    def history(self) -> Trail:
        """The event history of the account that the credentials are of, fetched."""
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
