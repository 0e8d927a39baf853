"""Logs where they are: which objects are fetched, what the event history gives, what is said."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from lambdas.collect_evidence.collect import collect
from lambdas.collect_evidence.principals.selection import Selection
from lambdas.gateways import clients
from lambdas.gateways.cloudtrail.trail import FolderTrail, TrailFile
from local.command_line.parser import parser
from local.offline.evidence import evidence
from local.offline.sources.bucket_walk import BucketWalk
from local.offline.sources.days import Days
from local.offline.sources.fetched import fetch
from local.offline.sources.lookup import EventHistory, Pace, unseen
from local.offline.sources.meter import Meter
from tests.unit.collect_evidence.trails import ACCOUNT, ROLE, packed, record
from tests.unit.offline.buckets import Bucket, History

OTHER = "444455556666"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def key(day: str, *, account: str = ACCOUNT, kind: str = "CloudTrail", head: str = "") -> str:
    name = f"{account}_{kind}_eu-west-1_{day.replace('/', '')}T1000Z_abcdefghijklmnop.json.gz"
    return f"{head}AWSLogs/{account}/{kind}/eu-west-1/{day}/{name}"


def walk(bucket: Bucket, prefix: str = "", days: Days = Days(), **more: Any) -> BucketWalk:  # noqa: B008  # frozen
    return BucketWalk(s3=cast("Any", bucket), bucket="logs", prefix=prefix, days=days, **more)


KEYS = [key(f"2026/{month}/{day}") for month in ("10", "11") for day in ("22", "23", "24")]
DAYS = Days.of("2026-11-23", "2026-11-23")


@pytest.mark.parametrize("head", ["", "trails/", "o/AWSLogs/o-abc123/"])
def test_only_the_days_asked_for_and_the_one_after_are_listed(head: str) -> None:
    bucket = Bucket(
        {f"{head}{one.removeprefix('AWSLogs/') if 'o-' in head else one}": b"" for one in KEYS}
    )

    found = [file.name[-59:-40] for file in walk(bucket, days=DAYS).files()]

    assert {one.split("/2026/")[-1][:5] for one in bucket.listed if one.count("/2026/1") } == {
        "11/", "11/23", "11/24",
    }  # fmt: skip
    assert len(found) == 2


def test_other_accounts_regions_and_services_are_not_listed_and_the_accounts_are_told() -> None:
    others = [key("2026/11/23", account=OTHER), key("2026/11/23", kind="Config")]
    elsewhere = key("2026/11/23").replace("eu-west-1", "us-east-1")
    bucket = Bucket(dict.fromkeys([*KEYS, *others, elsewhere], b""))
    asked = walk(bucket, accounts=frozenset({ACCOUNT}), regions=frozenset({"eu-west-1"}))

    found = {file.name for file in asked.files()}

    assert found == set(KEYS)
    assert asked.passed_over == {OTHER}
    assert not [one for one in bucket.listed if OTHER in one or "Config" in one or "us-" in one]


@pytest.mark.parametrize("prefix", ["copies", "copies/", "copies/a.json", ""])
def test_what_lies_in_no_layout_of_cloudtrails_is_read_whatever_its_name(prefix: str) -> None:
    bucket = Bucket({"copies/a.json": b"", "copies/": b"", "copiesother/b.json": b""})

    found = {file.name for file in walk(bucket, prefix, DAYS).files()}

    assert found == {"copies/a.json"} | ({"copiesother/b.json"} if not prefix else set())


def test_a_bucket_gives_the_bytes_of_a_folder_and_names_what_cannot_be_fetched(
    tmp_path: Path,
) -> None:
    objects = {
        key(f"2026/11/{day}"): packed([record(request={"functionName": f"f{day}"}, number=day)])
        for day in (21, 22, 23)
    }
    hostile = "../../\x1b[2Jescape\n.json"
    bucket = Bucket({**objects, hostile: b"x"}, refused=[hostile, key("2026/11/21")])
    (tmp_path / "in").mkdir()
    for name, body in objects.items():
        (tmp_path / "copy" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "copy" / name).write_bytes(body)
    (tmp_path / "copy" / key("2026/11/21")).unlink()
    found = [(file.name, file) for file in walk(bucket).files()]

    fetched = fetch(cast("Any", bucket), "logs", found, tmp_path / "in", Meter(out=io.StringIO()))

    there = collect(fetched, Selection.of(ROLE))
    copied = collect(FolderTrail(tmp_path / "copy"), Selection.of(ROLE))
    lines = [line for _, line in copied.lines()]
    assert [line for _, line in there.lines()] == lines
    assert len(lines) == 2
    assert [(one.kind, one.subject, "InvalidObjectState" in one.detail) for one in there.ledger.sorted()] == [
        ("unreadable-file", hostile, True), ("unreadable-file", key("2026/11/21"), True),
    ]  # fmt: skip
    assert {path.name for path in tmp_path.iterdir()} == {"in", "copy"}


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [("yesterday", None, "--since"), (None, "2026-13-01", "--until"), ("2026-11-24", "2026-11-23", "before"),
     ("2026-11-24T00:00:00+99:00", None, "--since"), (None, "9999-12-31T23:59:59-10:00", "--until")],
)  # fmt: skip
def test_days_that_cannot_be_meant_are_said(
    since: str | None, until: str | None, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Days.of(since, until)


def test_a_day_is_whole_and_a_time_of_another_zone_is_told_in_utc() -> None:
    assert Days.of("2026-11-23", "2026-11-23") == Days(
        since="2026-11-23T00:00:00Z", until="2026-11-23T23:59:59Z"
    )
    assert Days.of("2026-11-23T01:00:00+02:00", None).since == "2026-11-22T23:00:00Z"
    assert Days.of(None, "9999-12-31").may_hold(TrailFile.of(KEYS[0]))


@pytest.mark.parametrize(
    ("delivered", "may"),
    [("20261122T2359Z", False), ("20261123T0000Z", True), ("20261124T2359Z", True), ("20261125T0000Z", False)],
)  # fmt: skip
def test_a_file_may_hold_what_happened_up_to_a_day_before_its_delivery(
    delivered: str, *, may: bool
) -> None:
    name = f"{ACCOUNT}_CloudTrail_eu-west-1_{delivered}_abcdefghijklmnop.json.gz"

    assert DAYS.may_hold(TrailFile.of(name)) is may
    assert DAYS.may_hold(TrailFile.of("copy.json"))


def test_calls_of_other_days_are_no_evidence_and_spoil_none_that_are_like_them(
    tmp_path: Path,
) -> None:
    records = [record(request={"functionName": "f"}, number=number) for number in range(120)]
    (tmp_path / "all.json.gz").write_bytes(packed(records))
    asked = Selection.of(ROLE)
    of_a_minute = Selection(
        principal=asked.principal, since="2026-11-23T10:01:00Z", until="2026-11-23T10:01:09Z"
    )

    part = collect(FolderTrail(tmp_path), of_a_minute)

    times = {json.loads(line)["time"] for _, line in part.lines()}
    assert times == {f"2026-11-23T10:01:0{second}Z" for second in range(10)}


def events(*numbers: int) -> list[dict[str, Any]]:
    return [
        {
            "CloudTrailEvent": json.dumps(record(request={"functionName": "f"}, number=number)),
            "EventTime": datetime(2026, 11, 23, 10, 0, number, tzinfo=UTC),
        }
        for number in numbers
    ]


class Watch:
    """A clock that goes on only while somebody waits."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waits: list[float] = []

    def time(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def test_the_history_is_read_page_by_page_no_faster_than_two_a_second(tmp_path: Path) -> None:
    watch, here, there = Watch(), History(events(9, 8), events(7), []), History(events(3))
    meter = Meter(out=io.StringIO(), clock=watch.time)
    history = EventHistory(
        {"eu-west-1": here, "us-east-1": there}, tmp_path, meter, Pace(watch.time, watch.wait)
    )

    trail = history.of(Days.of("2026-11-23", None), NOW)

    lines = [json.loads(line) for _, line in collect(trail, Selection.of(ROLE)).lines()]
    assert [one["time"][-3:] for one in lines] == ["03Z", "07Z", "08Z", "09Z"]
    assert watch.waits == [0.5, 0.5, 0.5]
    assert [one.get("NextToken") for one in here.asked] == [None, "1", "2"]
    assert {(one["StartTime"], one["EndTime"], one["MaxResults"]) for one in here.asked} == {
        (datetime(2026, 11, 23, tzinfo=UTC), NOW, 50)
    }


def test_a_history_that_is_asked_for_more_than_it_keeps_begins_ninety_days_ago_and_says_so(
    tmp_path: Path,
) -> None:
    history, days = History([]), Days.of("2026-01-01", "2026-11-20")
    pace = Pace(lambda: 0.0, lambda _: None)

    EventHistory({"eu-west-1": history}, tmp_path, Meter(out=io.StringIO()), pace).of(days, NOW)

    assert history.asked[0]["StartTime"] == NOW - timedelta(days=90)
    kinds = [one.kind for one in unseen(days, NOW, ("eu-west-1",))]
    assert kinds == ["lookup-without-data-events", "lookup-regions", "lookup-horizon"]
    assert "lookup-recent" in [one.kind for one in unseen(Days(), NOW, ("eu-west-1",))]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_told_how_long_it_will_take_and_a_file_is_told_nothing() -> None:
    watch, terminal, file = Watch(), Terminal(), io.StringIO()
    for out in (terminal, file):
        meter = Meter(out=out, clock=watch.time)
        for done in range(5):
            meter.show(done / 10, f"{done} of s3://\x1b[2J")
            watch.wait(10)
        meter.end()

    assert "4 of s3://\\u001b[2J, about 1 min left" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\033[K")
    assert file.getvalue() == ""


def run(*words: str) -> int:
    return evidence(parser().parse_args(["evidence", *words, "--principal", ROLE]))


@pytest.mark.parametrize(
    ("words", "said"),
    [((), "name a folder"), (("s3://",), "names no bucket"), (("nowhere",), "there is no nowhere"),
     (("--lookup", "--since", "soon"), "--since")],
)  # fmt: skip
def test_places_that_cannot_be_meant_are_said_before_anything_is_asked(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == 2

    assert said in capsys.readouterr().err


class Sts:
    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": OTHER}


def test_a_bucket_that_does_not_answer_and_credentials_of_another_account_are_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fakes = {"s3": Bucket({}, refused=["logs"]), "sts": Sts()}
    monkeypatch.setattr(clients, "client", lambda service, *_, **__: fakes[service])

    assert run("s3://logs/x") == 2
    assert "AccessDenied" in capsys.readouterr().err
    assert run("--lookup", "--region", "eu-west-1") == 2
    assert f"account {OTHER}" in capsys.readouterr().err


def test_several_places_are_read_as_one_and_each_file_is_named_by_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    body = packed([record(request={"functionName": "f"}, number=1)])
    (tmp_path / "a.json.gz").write_bytes(body)
    bucket = Bucket(
        {
            "x/a.json.gz": body,
            "x/broken.json.gz": b"\x1f\x8bno",
            key("2026/11/23", account=OTHER): b"",
        }
    )
    monkeypatch.setattr(clients, "client", lambda *_, **__: bucket)

    assert run(str(tmp_path), "s3://logs") == 0

    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 1
    said = {one["kind"]: one["subject"] for one in map(json.loads, printed.err.splitlines())}
    assert said["corrupt-gzip"] == "s3://logs:x/broken.json.gz"
    assert said["accounts-not-read"] == "s3://logs"
