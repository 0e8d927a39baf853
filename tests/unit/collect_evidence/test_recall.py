"""What repeats is told from its bytes: cut where CloudTrail writes what differs, and only there."""

import json
from typing import Any

import pytest

from lambdas.collect_evidence.output import line_writer
from lambdas.collect_evidence.output.repeats import (
    is_one_value,
    split_record,
    stands_as_cut,
    teaches,
)
from tests.unit.collect_evidence.trails import collected, identity, lines_of, record, trail_of


def written(one: dict[str, Any]) -> bytes:
    return json.dumps(one, separators=(",", ":")).encode()


def test_records_that_differ_in_caller_time_and_ids_have_the_same_rest() -> None:
    first = split_record(written(record(number=1)))
    other = identity(session="elsewhere", key="ASIAOTHER")
    second = split_record(
        written(record(number=2, who=other, userAgent="x", sourceIPAddress="::1"))
    )
    assert first is not None
    assert second is not None
    assert first.fingerprint == second.fingerprint
    assert first.identity_key != second.identity_key
    assert (first.time, second.time) == ("2026-11-23T10:00:01Z", "2026-11-23T10:00:02Z")


def test_one_session_is_told_whatever_its_access_key() -> None:
    first = split_record(written(record(who=identity(key="ASIAONE"))))
    second = split_record(written(record(who=identity(key="ASIATWO"))))
    assert first is not None
    assert second is not None
    assert first.identity_key == second.identity_key


def test_a_service_that_calls_on_is_part_of_who_asked() -> None:
    own = split_record(written(record()))
    called_on = split_record(written(record(sourceIPAddress="cloudformation.amazonaws.com")))
    assert own is not None
    assert called_on is not None
    assert own.identity_key != called_on.identity_key


@pytest.mark.parametrize(
    "one",
    [
        record(errorCode="Throttling"),
        record(request={"functionName": "other"}),
        record(recipientAccountId="999999999999"),
        record("sqs"),
    ],
)
def test_what_a_translation_depends_on_is_in_the_rest(one: dict[str, Any]) -> None:
    usual, other = split_record(written(record())), split_record(written(one))
    assert usual is not None
    assert other is not None
    assert usual.fingerprint != other.fingerprint


@pytest.mark.parametrize("name", ["eventTime", "eventID", "userAgent", "sourceIPAddress"])
def test_a_record_with_a_request_that_speaks_of_the_same_names_is_parsed(name: str) -> None:
    one = record(request={name: "x"})
    split = split_record(written(one))
    assert split is None or not stands_as_cut(split, one)


def test_a_record_in_another_order_or_spacing_is_parsed() -> None:
    assert split_record(json.dumps(record()).encode()) is None
    assert (
        split_record(json.dumps(record(), sort_keys=True, separators=(",", ":")).encode()) is None
    )


def test_an_identity_with_something_behind_it_is_not_one_value() -> None:
    text = written(record()).replace(b',"eventTime"', b',"more":{},"eventTime"', 1)
    split = split_record(text)
    assert split is not None
    assert not is_one_value(split.identity)


def test_sessions_and_handed_roles_teach_and_are_read_each_time() -> None:
    assert teaches(record("sts", "AssumeRole"))
    assert teaches(record("cloudformation", "CreateStack", {"roleARN": "r"}))
    assert not teaches(record("sts", "GetCallerIdentity"))
    assert not teaches(record("cloudformation", "CreateStack", {"stackName": "s"}))


@pytest.mark.parametrize("again", [1, 3, 40])
def test_evidence_is_the_same_whether_or_not_repeats_are_looked_for(
    again: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [
        record(
            request={"functionName": f"f{n % (120 // again)}"},
            number=n,
            additionalEventData={"n": n % 2},
        )
        for n in range(120)
    ]
    usual = lines_of(collected(trail_of(calls)))
    monkeypatch.setattr(line_writer, "TRIAL", 5)
    monkeypatch.setattr(line_writer, "TURN", 50)
    assert lines_of(collected(trail_of(calls))) == usual
    assert len(usual) == 120


def test_where_hardly_a_call_comes_again_repeats_are_looked_for_now_and_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line_writer, "TRIAL", 5)
    monkeypatch.setattr(line_writer, "TURN", 50)
    writer = line_writer.LineWriter()
    assert sum(writer.repeats() for _ in range(200)) == 20
