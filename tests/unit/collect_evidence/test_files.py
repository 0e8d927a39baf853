"""Files in every form and state: what can be read counts, what cannot is a finding with its place."""

import gzip
import json
import os
import re
import zlib
from pathlib import Path
from typing import Any

import pytest

from lambdas.collect_evidence.collect import collect
from lambdas.collect_evidence.principals.selection import Selection
from lambdas.collect_evidence.reading import record_scanner
from lambdas.gateways.cloudtrail.trail import FolderTrail, TrailFile
from tests.unit.collect_evidence.trails import (
    ACCOUNT,
    ROLE,
    STRANGER,
    MadeUpTrail,
    collected,
    identity,
    kinds_of,
    lines_of,
    packed,
    record,
)


def some(count: int = 6) -> list[dict[str, Any]]:
    """Records of the run and of strangers in turn."""
    return [
        record(request={"functionName": f"f{n}"}, number=n, who=None if n % 2 else STRANGER)
        for n in range(count)
    ]


def read(content: bytes, name: str = "a.json.gz") -> tuple[int, list[str]]:
    part = collected(MadeUpTrail({name: content}))
    return len(lines_of(part)), kinds_of(part)


FORMS = {
    "delivered": packed(some()),
    "plain": json.dumps({"Records": some()}).encode(),
    "compact": json.dumps({"Records": some()}, separators=(",", ":")).encode(),
    "pretty": json.dumps({"Records": some()}, indent=2).encode(),
    "a list": json.dumps(some()).encode(),
    "lines": "\n".join(map(json.dumps, some())).encode(),
    "packed lines": gzip.compress("\n".join(map(json.dumps, some())).encode()),
    "one record": json.dumps(some()[1]).encode() + json.dumps(some()[3]).encode() + json.dumps(some()[5]).encode(),
    "a mark at its begin": b"\xef\xbb\xbf" + json.dumps({"Records": some()}).encode(),
    "keys in another order": json.dumps({"Records": [dict(reversed(one.items())) for one in some()]},
                                        separators=(",", ":")).encode(),
    "keys before the records": json.dumps({"Version": 1, "Records": some()}).encode(),
    "two packed parts": gzip.compress(b'{"Records":') + gzip.compress(json.dumps(some()).encode() + b"}"),
    "zeros behind": packed(some()) + b"\0" * 512,
    "what LookupEvents answers": json.dumps(
        {"Events": [{"EventId": "x", "CloudTrailEvent": json.dumps(one)} for one in some()]}).encode(),
    "two delivered files, packed one after the other": packed(some()[:3]) + packed(some()[3:]),
    "lines of delivered files": b"\n".join(
        json.dumps({"Records": some()[at:at + 2]}).encode() for at in (0, 2, 4)),
    "keys behind the records": json.dumps({"Records": some(), "count": 6, "next": None}).encode(),
    "keys behind the records, packed": gzip.compress(json.dumps(
        {"Records": some(), "NextToken": "x"}, separators=(",", ":")).encode()),
    "log events": json.dumps(
        {"logEvents": [{"id": "1", "message": json.dumps(one)} for one in some()]}).encode(),
    "lines of a query of logs": "\n".join(
        json.dumps({"@timestamp": "x", "@message": json.dumps(one)}) for one in some()).encode(),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_records_are_read_in_every_form_that_people_keep_them_in(form: str) -> None:
    assert read(FORMS[form], "some file") == (3, [])


@pytest.mark.parametrize("window", [1, 64, 1_000, 5_000])
@pytest.mark.parametrize("form", FORMS)
def test_records_are_read_however_the_bytes_are_cut(
    form: str, window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_scanner, "WINDOW", window)
    monkeypatch.setattr("lambdas.collect_evidence.reading.decompression.PACKED", 97)
    monkeypatch.setattr("lambdas.collect_evidence.reading.decompression.UNPACKED", max(window, 53))
    assert read(FORMS[form]) == (3, [])


def test_a_damaged_archive_is_a_finding_and_what_stood_before_the_damage_counts() -> None:
    content = packed([record(request={"functionName": f"f{n}" * 50}, number=n) for n in range(300)])
    damaged = (
        content[: len(content) * 3 // 4] + b"\x00\xff\xff\x07" + content[len(content) * 3 // 4 :]
    )
    lines, kinds = read(damaged)
    assert 100 < lines < 300
    assert "corrupt-gzip" in kinds


@pytest.mark.parametrize(
    "damage", [b"", b"\x00\xff\xff\x07", b"\0" * 40], ids=["none", "odd", "zeros"]
)
@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 1.0])
def test_python_s_own_unpacking_reads_the_same_as_the_fast_one(
    kept: float, damage: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = packed([record(request={"functionName": f"f{n}" * 50}, number=n) for n in range(300)])
    at = int(len(content) * kept)
    fast = read(content[:at] + damage + content[at:])
    monkeypatch.setattr("lambdas.collect_evidence.reading.decompression.fast", zlib)
    assert read(content[:at] + damage + content[at:]) == fast


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_a_cut_archive_is_a_finding_and_what_is_whole_counts(kept: float) -> None:
    content = packed([record(request={"functionName": f"f{n}" * 50}, number=n) for n in range(300)])
    lines, kinds = read(content[: int(len(content) * kept)])
    assert lines > 0
    assert {"corrupt-gzip"} <= set(kinds) <= {"corrupt-gzip", "truncated-json", "broken-record"}


@pytest.mark.parametrize("separators", [None, (",", ":")])
@pytest.mark.parametrize("cut", [-1, -2, -3, -40, -400, -900])
def test_json_that_ends_too_early_is_a_finding_and_what_is_whole_counts(
    separators: tuple[str, str] | None, cut: int
) -> None:
    text = json.dumps({"Records": some(20)}, separators=separators).encode()
    lines, kinds = read(text[:cut])
    assert lines >= 8
    assert kinds == ([] if cut == -1 else kinds)
    assert cut == -1 or set(kinds) <= {"truncated-json", "broken-record"}
    assert cut == -1 or kinds


@pytest.mark.parametrize("head", ['{"Records":', '{"Records": ', '{"v": 1, "Events":', "[", "{"])
def test_a_file_that_ends_before_its_first_record_is_a_finding(head: str) -> None:
    assert read(head.encode()) == (0, ["truncated-json"])


@pytest.mark.parametrize("wrong", ["]", "}", "]]"])
def test_a_wrong_bracket_between_records_hides_no_end_that_is_missing(wrong: str) -> None:
    first, second = (json.dumps(one) for one in some(2))
    assert read(f'{{"Records":[{first}{wrong}{second}'.encode()) == (1, ["truncated-json"])


@pytest.mark.parametrize("separators", [None, (",", ":")])
def test_a_broken_record_is_a_finding_with_its_place_and_the_others_count(
    separators: tuple[str, str] | None,
) -> None:
    texts = [json.dumps(one, separators=separators) for one in some(9)]
    texts[3] = texts[3].replace('"userIdentity"', '"userIdentity', 1)
    content = ('{"Records":[' + ",".join(texts) + "]}").encode()
    part = collected(MadeUpTrail({"a.json": content}))
    assert len(lines_of(part)) == 3
    (finding,) = part.ledger.sorted()
    assert finding.kind == "broken-record"
    name, _, offset = finding.source.partition("@")
    assert (name, content[int(offset) :][:15]) == ("a.json", b'{"eventVersion"')


def test_a_record_without_identity_is_a_finding_with_its_place() -> None:
    without = {key: value for key, value in record().items() if key != "userIdentity"}
    content = json.dumps({"Records": [some()[1], without]}, separators=(",", ":")).encode()
    part = collected(MadeUpTrail({"a.json": content}))
    assert len(lines_of(part)) == 1
    (finding,) = part.ledger.sorted()
    assert finding.kind == "no-identity"
    assert re.search(r"At byte \d+", finding.detail)


def test_an_identity_whose_arn_cannot_be_read_is_a_finding_and_no_crash() -> None:
    garbled = identity()
    garbled["arn"] = garbled["arn"].replace("::", ".")
    garbled["sessionContext"]["sessionIssuer"]["arn"] = "arn:aws:iam.d111122223333:role/sandbox"
    assert read(packed([record(who=garbled), some()[1]])) == (1, ["no-identity"])


def test_insights_have_no_identity_and_are_said_to_be_passed_over() -> None:
    insight = {"eventVersion": "1.07", "eventCategory": "Insight", "eventID": "x"}
    assert read(packed([insight, some()[1]])) == (1, ["insight-events"])


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\x00\x01\x02", b"PK\x03\x04zip", gzip.compress(b"text", mtime=0)]
)
def test_what_is_no_trail_file_is_a_finding(content: bytes) -> None:
    assert read(content, "notes.txt") == (0, ["not-a-trail-file"])


def test_digests_are_passed_over_and_said_once() -> None:
    files = {f"AWSLogs/1/CloudTrail-Digest/{n}.json.gz": packed([]) for n in range(3)}
    part = collected(MadeUpTrail({**files, "a.json.gz": packed([some()[1]])}))
    assert [(one.kind, one.count) for one in part.ledger.sorted()] == [("digest-files", 3)]


def test_where_one_file_ends_amidst_another_begins_and_its_first_record_counts() -> None:
    asked = {"roleArn": ROLE}  # others speak of the principal, too
    others = [
        record("iam", "GetRole", asked, number=n, who=STRANGER, userAgent="x" * 500)
        for n in range(400)
    ]
    own = record(request={"functionName": "f"}, number=500)
    for behind in (others, [own]):
        content = packed(others) + packed([own, *others]) + packed(behind)
        assert read(content) == (1, [])


def test_a_file_that_cannot_be_opened_is_a_finding() -> None:
    trail = MadeUpTrail({"a.json.gz": packed([some()[1]]), "b.json.gz": b""}, broken=["b.json.gz"])
    part = collected(trail)
    assert (len(lines_of(part)), kinds_of(part)) == (1, ["unreadable-file"])


@pytest.mark.parametrize(
    "name", ["ünïcødé", "名前", "a\u2028b", "a\nb", 'quo"te', "back\\slash", "\U0001f600", "\udcff"]
)
def test_names_may_hold_any_character(name: str) -> None:
    content = json.dumps({"Records": [record("sqs", "CreateQueue", {"queueName": name})]}).encode()
    part = collected(MadeUpTrail({"a.json": content}))
    ((_, line),) = list(part.lines())
    assert line.isascii()
    assert "\n" not in line
    assert json.loads(line)["resource"].endswith(f":{name}")


def test_a_record_larger_than_any_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_scanner, "LARGEST", 5_000)
    monkeypatch.setattr(record_scanner, "WINDOW", 500)
    monkeypatch.setattr("lambdas.collect_evidence.reading.decompression.PACKED", 300)
    huge = record(request={"functionName": "x" * 20_000})
    content = json.dumps(
        {"Records": [*some(4), huge, *some(8)[4:]]}, separators=(",", ":")
    ).encode()
    lines, kinds = read(content)
    assert lines == 4
    assert "huge-record" in kinds


def test_folders_are_read_whole_and_files_alone(tmp_path: Path) -> None:
    deep = tmp_path / "AWSLogs" / "1" / "CloudTrail"
    deep.mkdir(parents=True)
    (deep / f"{ACCOUNT}_CloudTrail_eu-west-1_20261123T1005Z_abcdefgh.json.gz").write_bytes(
        packed([record()])
    )
    found = list(FolderTrail(tmp_path).files())
    assert [file.delivered for file in found] == ["20261123T1005Z"]
    alone = FolderTrail(deep / Path(found[0].name).name)
    assert [file.name for file in alone.files()] == [Path(found[0].name).name]
    with alone.open(next(alone.files())) as opened:
        assert opened.read(2) == b"\x1f\x8b"


def test_other_names_have_no_delivery_time() -> None:
    assert TrailFile.of("events.json").delivered == ""


def names_in(place: Path) -> list[str]:
    return sorted(file.name for file in FolderTrail(place).files())


def test_links_are_followed_once_and_never_in_circles(tmp_path: Path) -> None:
    (tmp_path / "logs" / "day").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.json").write_bytes(b"[]")
    (tmp_path / "logs" / "day" / "a.json").write_bytes(b"[]")
    (tmp_path / "logs" / "circle").symlink_to(tmp_path / "logs")
    (tmp_path / "logs" / "more").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "logs" / "again").symlink_to(tmp_path / "elsewhere")
    assert names_in(tmp_path / "logs") == ["again/b.json", "day/a.json"]


def test_a_link_that_leads_nowhere_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "gone.json.gz").symlink_to(tmp_path / "never")
    part = collect(FolderTrail(tmp_path), Selection.of(ROLE))
    assert [(one.kind, one.subject) for one in part.ledger.sorted()] == [
        ("unreadable-file", "gone.json.gz")
    ]


def test_a_folder_that_cannot_be_listed_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    listed = os.scandir

    def refuse(place: Any) -> Any:
        if str(place).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(place))
        return listed(place)

    monkeypatch.setattr(os, "scandir", refuse)
    part = collect(FolderTrail(tmp_path), Selection.of(ROLE))
    assert [(one.kind, one.subject) for one in part.ledger.sorted()] == [
        ("unreadable-file", "closed")
    ]
