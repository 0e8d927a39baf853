from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from lambdas.gateways.archive.markers import EARLIER, S3Markers
from lambdas.model.execution.run import CLOSING, Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_s3 import S3Client

    from lambdas.model.execution.delivery import Delivery

ENDED = datetime(2026, 11, 23, 23, 58, tzinfo=UTC)
RUN = Run(
    id="20261123T180000Z-1a2b3c4d",
    process="orders",
    principal="arn:aws:iam::123456789012:role/sandbox",
    account="123456789012",
    region="eu-west-1",
    started_at="2026-11-23T18:00:00Z",
    ended_at=ENDED.isoformat(),
)
ROLE = "arn:aws:sts::123456789012:assumed-role/sandbox"


def record(name: str, session: str) -> dict[str, Any]:
    return {"eventName": name, "userIdentity": {"arn": f"{ROLE}/{session}"}}


MARKER = record("GetCallerIdentity", f"{RUN.id}.closing")


class FakeS3:
    """A bucket of log files; a page holds two keys."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, datetime]] = {}
        self.read: list[str] = []

    def deliver(
        self, at: datetime, *records: dict[str, Any], region: str = "eu-west-1", root: str = ""
    ) -> str:
        key = (
            f"{root}AWSLogs/123456789012/CloudTrail/{region}/{at:%Y/%m/%d}/"
            f"123456789012_CloudTrail_{region}_{at:%Y%m%dT%H%MZ}_{len(self.objects):016}.json.gz"
        )
        body = gzip.compress(json.dumps({"Records": records}).encode())
        self.objects[key] = (body, at)
        return key

    def get_paginator(self, name: str) -> FakeS3:
        assert name == "list_objects_v2"
        return self

    def paginate(self, *, Bucket: str, Prefix: str, StartAfter: str) -> Iterator[dict[str, Any]]:
        assert Bucket == "trail"
        keys = sorted(key for key in self.objects if key.startswith(Prefix) and key > StartAfter)
        for start in range(0, len(keys) + 1, 2):
            yield {
                "KeyCount": len(keys[start : start + 2]),
                "Contents": [
                    {"Key": key, "LastModified": self.objects[key][1]}
                    for key in keys[start : start + 2]
                ],
            }

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        assert Bucket == "trail"
        self.read.append(Key)
        return {"Body": io.BytesIO(self.objects[Key][0]), "ETag": "its own"}


def markers(s3: FakeS3, prefix: str = "") -> S3Markers:
    return S3Markers("trail", prefix, cast("S3Client", s3))


def delivery(s3: FakeS3, now: datetime, prefix: str = "") -> Delivery:
    session = RUN.session(CLOSING)
    return markers(s3, prefix).delivery(RUN, "eu-west-1", session, since=ENDED - EARLIER, now=now)


def after(minutes: float) -> datetime:
    return ENDED + timedelta(minutes=minutes)


def test_a_marker_is_found_with_the_time_of_its_delivery() -> None:
    s3 = FakeS3()
    s3.deliver(after(1), record("ListBuckets", "somebody"))
    s3.deliver(after(5), record("ListBuckets", "somebody"), MARKER)

    found = delivery(s3, after(6))

    assert (found.at, found.files) == (after(5), 2)


def test_a_marker_that_is_delivered_on_the_next_day_is_found() -> None:
    s3 = FakeS3()
    key = s3.deliver(after(10), MARKER)

    assert "/2026/11/24/" in key
    assert delivery(s3, after(11)).at == after(10)


def test_files_from_before_the_end_are_not_read() -> None:
    s3 = FakeS3()
    old = s3.deliver(after(-60), MARKER)

    assert delivery(s3, after(6)).at is None
    assert old not in s3.read


def test_other_regions_and_other_runs_do_not_count() -> None:
    s3 = FakeS3()
    s3.deliver(after(5), MARKER, region="us-east-1")
    s3.deliver(after(5), record("GetCallerIdentity", "20261123T180000Z-ffffffff.closing"))

    assert delivery(s3, after(6)).at is None


def test_an_event_that_only_names_the_session_is_not_its_marker() -> None:
    s3 = FakeS3()
    assumed = {
        "eventName": "AssumeRole",
        "userIdentity": {"arn": f"{ROLE}/build"},
        "requestParameters": {"roleSessionName": f"{RUN.id}.closing"},
    }
    s3.deliver(after(5), assumed, record("ListQueues", f"{RUN.id}.closing"), {"userIdentity": None})

    assert delivery(s3, after(6)).at is None


def test_files_that_cannot_be_read_are_told_not_taken_for_the_end() -> None:
    s3 = FakeS3()
    cut = s3.deliver(after(1), MARKER)
    s3.objects[cut] = (s3.objects[cut][0][:-20], after(1))
    odd = s3.deliver(after(2))
    s3.objects[odd] = (gzip.compress(f"not JSON {RUN.id}.closing".encode()), after(2))

    found = delivery(s3, after(6))

    assert (found.at, found.unreadable) == (None, (cut, odd))


def test_a_trail_with_a_prefix_is_read_below_it() -> None:
    s3 = FakeS3()
    s3.deliver(after(5), MARKER, root="audit/")

    assert delivery(s3, after(6), prefix="/audit/").at == after(5)
