"""CloudTrail's files, in a bucket or in a folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

import boto3

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from types_boto3_s3 import S3Client

# account_CloudTrail_region_YYYYMMDDTHHmmZ_unique.json.gz; the time is the delivery's,
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
_DELIVERED = re.compile(r"_CloudTrail(?:-[A-Za-z]+)?_[\w-]+_(\d{8}T\d{4}Z)_")
_DIGESTS = "CloudTrail-Digest"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TrailFile:
    """One file: when it was delivered as its name tells, its name, and how large it is."""

    delivered: str
    name: str
    size: int = 0

    @classmethod
    def of(cls, name: str, size: int = 0) -> TrailFile:
        """Read the name."""
        match = _DELIVERED.search(name)
        return cls(delivered=match[1] if match else "", name=name, size=size)

    @property
    def is_digest(self) -> bool:
        """Whether it holds hashes of files, as log file validation writes them, and no records."""
        return _DIGESTS in self.name


class Trail(Protocol):
    """What the steps ask of a trail."""

    def files(self) -> Iterator[TrailFile]:
        """Every file that can matter, in no order."""

    def open(self, file: TrailFile) -> BinaryIO:
        """The file's bytes as they lie there.

        Raises:
            OSError: they cannot be read.
        """


class FolderTrail:
    """A folder of files, or one file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def files(self) -> Iterator[TrailFile]:
        """See `Trail`."""
        if self._path.is_file():
            yield TrailFile.of(self._path.name, self._path.stat().st_size)
            return
        for path in self._path.rglob("*"):
            if path.is_file():
                yield TrailFile.of(str(path.relative_to(self._path)), path.stat().st_size)

    def open(self, file: TrailFile) -> BinaryIO:
        """See `Trail`."""
        path = self._path if self._path.is_file() else self._path / file.name
        return path.open("rb")


class ListedTrail:
    """Some files of another trail: a batch of them."""

    def __init__(self, trail: Trail, names: Sequence[str]) -> None:
        self._trail = trail
        self._names = names

    def files(self) -> Iterator[TrailFile]:
        """See `Trail`."""
        return map(TrailFile.of, self._names)

    def open(self, file: TrailFile) -> BinaryIO:
        """See `Trail`."""
        return self._trail.open(file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From when to when files may have been delivered that hold a run's events."""

    since: datetime
    until: datetime

    @classmethod
    def of(cls, started: str, ended: str) -> Window:
        """From the run's first day to the day after its last: folders are by day of delivery."""
        since = _time(started)
        return cls(
            since=since, until=(_time(ended) if ended else datetime.now(UTC)) + timedelta(days=1)
        )

    @property
    def days(self) -> Iterator[str]:
        """The folders, `YYYY/MM/DD`."""
        day = self.since.date()
        while day <= self.until.date():
            yield f"{day:%Y/%m/%d}"
            day += timedelta(days=1)

    @property
    def first(self) -> str:
        """The earliest delivery, as file names spell it: nothing is delivered before it happened."""
        return f"{self.since:%Y%m%dT%H%MZ}"


class S3Trail:
    """The trail's bucket: only the folders of one account's days, in all its regions."""

    def __init__(
        self,
        bucket: str,
        *,
        prefix: str,
        account: str,
        window: Window,
        client: S3Client | None = None,
    ) -> None:
        self._bucket = bucket
        head = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._head = f"{head}AWSLogs/{account}/CloudTrail/"
        self._window = window
        self._s3: S3Client = client or boto3.client("s3")

    def files(self) -> Iterator[TrailFile]:
        """See `Trail`."""
        for region in self._regions():
            for day in self._window.days:
                yield from self._day(f"{region}{day}/")

    def open(self, file: TrailFile) -> BinaryIO:
        """See `Trail`."""
        body = self._s3.get_object(Bucket=self._bucket, Key=file.name)["Body"]
        return cast("BinaryIO", BytesIO(body.read()) if file.size < (8 << 20) else body)

    def _regions(self) -> Iterator[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._head, Delimiter="/"
        )
        for page in pages:
            for one in page.get("CommonPrefixes", ()):
                yield one["Prefix"]

    def _day(self, prefix: str) -> Iterator[TrailFile]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix
        )
        for page in pages:
            for one in page.get("Contents", ()):
                file = TrailFile.of(one["Key"], one["Size"])
                if not file.delivered or file.delivered >= self._window.first:
                    yield file


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
