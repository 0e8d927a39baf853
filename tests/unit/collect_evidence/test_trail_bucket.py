"""Which files of a trail's bucket are read: one account's, in all regions, of the run's days."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any, cast

import pytest

from lambdas.gateways.cloudtrail.trail_bucket import S3Trail, Window

NAME = "111122223333_CloudTrail_eu-west-1_{time}_abcdefghijklmnop.json.gz"


class Bucket:
    """Answers as S3 does to what the trail asks; remembers which prefixes were listed."""

    def __init__(self, keys: list[str]) -> None:
        self._keys = keys
        self.listed: list[str] = []

    def get_paginator(self, _operation: str) -> "Bucket":
        return self

    def paginate(
        self, *, Bucket: str, Prefix: str, Delimiter: str = ""
    ) -> Iterator[dict[str, Any]]:
        assert Bucket == "trail"
        self.listed.append(Prefix)
        below = [key for key in self._keys if key.startswith(Prefix)]
        if Delimiter:
            names = {
                key.removeprefix(Prefix).split("/")[0]
                for key in below
                if "/" in key.removeprefix(Prefix)
            }
            found = [{"Prefix": f"{Prefix}{name}/"} for name in sorted(names)]
            yield {"CommonPrefixes": found, "KeyCount": len(found)}
        else:
            for key in below:
                yield {"Contents": [{"Key": key, "Size": 7}], "KeyCount": 1}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        return {"Body": BytesIO(f"{Bucket}/{Key}".encode()), "ETag": "its own"}


def key(day: str, time: str, *, head: str = "", region: str = "eu-west-1") -> str:
    return f"{head}AWSLogs/111122223333/CloudTrail/{region}/{day}/{NAME.format(time=time)}"


KEYS = [
    key("2026/11/22", "20261122T2355Z"),
    key("2026/11/23", "20261123T0900Z"),  # delivered before the run began
    key("2026/11/23", "20261123T1005Z"),
    key("2026/11/24", "20261124T0005Z", region="us-east-1"),
    key("2026/11/25", "20261125T0005Z"),
    "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/23/x.json.gz",
    "AWSLogs/444455556666/CloudTrail/eu-west-1/2026/11/23/y.json.gz",
]
WINDOW = Window.of("2026-11-23T10:00:00Z", "2026-11-23T10:30:00Z")


def trail(bucket: Bucket, prefix: str = "") -> S3Trail:
    return S3Trail(
        "trail", prefix=prefix, account="111122223333", window=WINDOW, client=cast("Any", bucket)
    )


@pytest.mark.parametrize("prefix", ["", "cloud/trails", "/cloud/trails/"])
def test_only_files_of_the_account_s_days_are_listed(prefix: str) -> None:
    head = f"{prefix.strip('/')}/" if prefix else ""
    found = {file.name for file in trail(Bucket([head + one for one in KEYS]), prefix).files()}
    assert found == {head + KEYS[2], head + KEYS[3]}


def test_other_days_are_not_even_listed() -> None:
    bucket = Bucket(KEYS)
    list(trail(bucket).files())
    days = {one[-11:-1] for one in bucket.listed if one[-5:-1].replace("/", "").isdigit()}
    assert days == {"2026/11/23", "2026/11/24"}


def test_an_organisation_s_trail_has_its_id_before_the_account() -> None:
    keys = [one.replace("AWSLogs/", "AWSLogs/o-abc123/") for one in KEYS]
    assert len(list(trail(Bucket(keys)).files())) == 2


@pytest.mark.parametrize("above", ["", "o-abc123/"])
def test_summaries_of_data_events_lie_beside_the_events_and_are_listed(above: str) -> None:
    summaries = [one.replace("CloudTrail", "CloudTrail-Aggregated") for one in KEYS[:5]]
    keys = [one.replace("AWSLogs/", f"AWSLogs/{above}") for one in [*KEYS, *summaries]]
    found = [file.name for file in trail(Bucket(keys)).files()]
    assert [keys.index(one) for one in found] == [2, 3, 9, 10]


def test_a_file_s_bytes_are_the_object_s() -> None:
    bucket = Bucket(KEYS)
    (file,) = [one for one in trail(bucket).files() if one.name == KEYS[2]]
    assert trail(bucket).open(file).read() == f"trail/{KEYS[2]}".encode()


def test_a_run_that_has_not_ended_is_read_up_to_now() -> None:
    assert len(list(Window.of("2026-11-23T10:00:00Z", "").days)) >= 1
