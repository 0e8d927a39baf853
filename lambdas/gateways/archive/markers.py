"""Markers in the trail's bucket: one region at a time, the youngest files alone."""

from __future__ import annotations

import gzip
import json
import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from lambdas.gateways import clients
from lambdas.gateways.archive import s3_objects
from lambdas.model.execution.delivery import Delivery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_s3 import S3Client

    from lambdas.model.execution.run import Run

MARKER = "GetCallerIdentity"
# The closing markers are made before the build is wound up, and the run's end is noted after that.
EARLIER = timedelta(minutes=15)


class Markers(Protocol):
    """What AwaitTrail asks of the trail."""

    def delivery(
        self, run: Run, region: str, session: str, *, since: datetime, now: datetime
    ) -> Delivery:
        """What has been delivered since then, in a region, of a marker that a session made."""


class S3Markers:
    """The bucket of a trail; `prefix` is the trail's S3 key prefix, empty for none."""

    def __init__(self, bucket: str, prefix: str = "", client: S3Client | None = None) -> None:
        self._bucket = bucket
        self._root = f"{prefix.strip('/')}/AWSLogs" if prefix.strip("/") else "AWSLogs"
        self._s3: S3Client = client or clients.client("s3")

    def delivery(
        self, run: Run, region: str, session: str, *, since: datetime, now: datetime
    ) -> Delivery:
        """See `Markers`. Reads until it finds the marker."""
        files = 0
        unreadable = []
        for key, at in self._young(run, region, since.astimezone(UTC), now):
            files += 1
            try:
                packed = s3_objects.read(self._s3, self._bucket, key)
                found = _holds(gzip.decompress(packed), session)
            except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError):
                unreadable.append(key)
                continue
            if found:
                return Delivery(region=region, files=files, at=at, unreadable=tuple(unreadable))
        return Delivery(region=region, files=files, unreadable=tuple(unreadable))

    def _young(
        self, run: Run, region: str, since: datetime, now: datetime
    ) -> Iterator[tuple[str, datetime]]:
        """Keys and delivery times of the files that may hold the marker.

        Folders and file names carry the time of delivery, in UTC.
        """
        for day in range((now.date() - since.date()).days + 1):
            folder = f"{self._root}/{run.account}/CloudTrail/{region}"
            folder = f"{folder}/{since + timedelta(days=day):%Y/%m/%d}/"
            first = f"{folder}{run.account}_CloudTrail_{region}_{since:%Y%m%dT%H%M}"
            for page in s3_objects.pages(self._s3, self._bucket, folder, after=first):
                for one in page.get("Contents", ()):
                    yield one["Key"], one["LastModified"]


def _holds(content: bytes, session: str) -> bool:
    """Whether a record of the session's own is among them: others may name it, as AssumeRole does.

    Most files are of others: they are not parsed.
    """
    if session.encode() not in content:
        return False
    return any(_is_marker(record, session) for record in json.loads(content)["Records"])


def _is_marker(record: dict[str, Any], session: str) -> bool:
    identity = record.get("userIdentity") or {}
    return record.get("eventName") == MARKER and str(identity.get("arn", "")).endswith(
        f"/{session}"
    )
