"""The trail's bucket: only the files that can hold a run's events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, cast

from lambdas.gateways import clients
from lambdas.gateways.archive import s3_objects
from lambdas.gateways.cloudtrail.trail import TrailFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_s3 import S3Client

# Events, and summaries of data events where the trail makes them,
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
_KINDS = ("CloudTrail", "CloudTrail-Aggregated")


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
        """The earliest delivery, as file names spell it: no event comes before it happens."""
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
        self._head, self._account = f"{head}AWSLogs/", account
        self._window = window
        self._s3: S3Client = client or clients.client("s3")

    def files(self) -> Iterator[TrailFile]:
        """See `Trail`."""
        for region in self._regions():
            for day in self._window.days:
                yield from self._day(f"{region}{day}/")

    def open(self, file: TrailFile) -> BinaryIO:
        """See `Trail`."""
        body = s3_objects.stream(self._s3, self._bucket, file.name)
        return cast("BinaryIO", BytesIO(body.read()) if file.size < (8 << 20) else body)

    def _regions(self) -> Iterator[str]:
        """The account's folders of all regions; an organisation's trail has its id before them."""
        for above in self._folders(self._head):
            name = above.removeprefix(self._head).rstrip("/")
            for kind in _KINDS:
                if name == self._account:
                    yield from self._folders(f"{above}{kind}/")
                elif name.startswith("o-"):
                    yield from self._folders(f"{above}{self._account}/{kind}/")

    def _folders(self, prefix: str) -> Iterator[str]:
        for page in s3_objects.pages(self._s3, self._bucket, prefix, delimiter="/"):
            for one in page.get("CommonPrefixes", ()):
                yield one["Prefix"]

    def _day(self, prefix: str) -> Iterator[TrailFile]:
        for page in s3_objects.pages(self._s3, self._bucket, prefix):
            for one in page.get("Contents", ()):
                file = TrailFile.of(one["Key"], one["Size"])
                if not file.delivered or file.delivered >= self._window.first:
                    yield file


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
