"""Summaries of data events: what their counts prove is evidence, the rest is named with its number."""

import gzip
import json
from typing import Any

import pytest

from tests.unit.collect_evidence.trails import (
    ACCOUNT,
    REGION,
    ROLE,
    RUN,
    MadeUpTrail,
    collected,
    identity,
    kinds_of,
    lines_of,
    packed,
    record,
)

FILE = (
    f"AWSLogs/{ACCOUNT}/CloudTrail-Aggregated/{REGION}/2026/11/23/"
    f"{ACCOUNT}_CloudTrail-Aggregated_{REGION}_20261123T1010Z_abcdefghijklmnop.json.gz"
)
US = f"arn:aws:sts::{ACCOUNT}:assumed-role/sandbox/{RUN}deploy"
OTHER = f"arn:aws:sts::{ACCOUNT}:assumed-role/other/session"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
STREAM = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/users"
Counts = dict[str, int]


def summary(by: str, source: str = "dynamodb", number: int = 1, **counts: Counts) -> dict[str, Any]:
    """A record of the form that AWS documents, by the example of API_ACTIVITY."""

    def dimension(name: str) -> dict[str, Any]:
        statistics = [{"name": key, "value": value} for key, value in counts[name].items()]
        return {"dimension": name, "statistics": statistics, "aggregationType": "Count"}

    return {
        "eventVersion": "1.0",
        "accountId": ACCOUNT,
        "eventId": f"62759c1a-6248-48e1-a6b3-{number:012d}",
        "eventCategory": "Aggregated",
        "eventType": "AwsAggregatedEvent",
        "awsRegion": REGION,
        "eventSource": f"{source}.amazonaws.com",
        "timeWindow": {
            "windowStart": "2026-11-23T10:00:00Z",
            "windowEnd": "2026-11-23T10:05:00Z",
            "windowSize": "PT5M",
        },
        "summary": {
            "primaryDimension": dimension(by),
            "details": [dimension(name) for name in counts if name != by],
        },
    }


def read(*records: Any, session: str = "") -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    part = collected(MadeUpTrail({FILE: packed(records)}), ROLE, session)
    proved = [(one["action"], one["resource"]) for one in lines_of(part)]
    return proved, [(one.kind, one.detail.rpartition(": ")[2]) for one in part.ledger.sorted()]


def test_one_caller_of_one_operation_on_one_resource_is_evidence_like_any_other() -> None:
    one = summary("userIdentity", userIdentity={US: 12}, eventName={"PutItem": 12},
                  resourceARN={TABLE: 12}, userAgent={"boto3": 12}, sourceIpAddress={"192.0.2.1": 12})  # fmt: skip
    part = collected(MadeUpTrail({FILE: packed([one])}), ROLE, RUN)
    (line,) = lines_of(part)
    assert kinds_of(part) == []
    told = ("action", "resource", "outcome", "phase", "event_id", "time", "region")
    assert [line[name] for name in told] == [
        "dynamodb:PutItem", TABLE, "succeeded", "deploy", one["eventId"], "2026-11-23T10:05:00Z", REGION,
    ]  # fmt: skip


@pytest.mark.parametrize("by", ["userIdentity", "eventName", "resourceARN"])
def test_each_template_is_read(by: str) -> None:
    counts: dict[str, Any] = {
        "userIdentity": {US: 3},
        "eventName": {"GetItem": 3},
        "resourceARN": {TABLE: 3},
    }
    assert read(summary(by, **counts)) == ([("dynamodb:GetItem", TABLE)], [])


def test_several_operations_on_one_resource_and_one_on_several_are_certain() -> None:
    several = summary("userIdentity", userIdentity={US: 5}, eventName={"PutItem": 2, "GetItem": 3},
                      resourceARN={TABLE: 5})  # fmt: skip
    on_two = summary("userIdentity", number=2, userIdentity={US: 5}, eventName={"PutItem": 5},
                     resourceARN={TABLE: 4, STREAM: 1})  # fmt: skip
    proved, findings = read(several, on_two)
    assert sorted(set(proved)) == [
        ("dynamodb:GetItem", TABLE), ("dynamodb:PutItem", TABLE), ("dynamodb:PutItem", STREAM),
    ]  # fmt: skip
    assert findings == []


def test_counts_that_leave_several_ways_prove_none_and_are_named_with_their_number() -> None:
    one = summary("userIdentity", userIdentity={US: 10}, eventName={"PutItem": 5, "GetItem": 5},
                  resourceARN={TABLE: 5, STREAM: 5})  # fmt: skip
    proved, findings = read(one)
    assert proved == []
    assert findings == [
        ("aggregated-events", "5 of dynamodb.amazonaws.com:GetItem, 5 of dynamodb.amazonaws.com:PutItem.")
    ]  # fmt: skip


def test_counts_that_must_overlap_prove_what_they_must() -> None:
    one = summary("eventName", userIdentity={US: 7, OTHER: 3}, eventName={"PutItem": 10},
                  resourceARN={TABLE: 9, STREAM: 1})  # fmt: skip
    assert read(one) == (
        [("dynamodb:PutItem", TABLE)],
        [("aggregated-events", "1 of dynamodb.amazonaws.com:PutItem.")],
    )


def test_what_does_not_say_who_called_is_a_finding_with_file_operation_and_number() -> None:
    one = summary("eventName", "s3", eventName={"PutObject": 1000}, resourceARN={
        "arn:aws:s3:::bucket-1": 800, "arn:aws:s3:::bucket-2": 200})  # fmt: skip
    part = collected(MadeUpTrail({FILE: packed([one])}))
    assert lines_of(part) == []
    (finding,) = part.ledger.sorted()
    assert (finding.kind, finding.subject) == ("aggregated-events", FILE)
    assert "1000 of s3.amazonaws.com:PutObject" in finding.detail


def test_summaries_of_the_same_calls_are_not_counted_twice() -> None:
    by_call = summary(
        "eventName", "s3", eventName={"PutObject": 8}, resourceARN={"arn:aws:s3:::b": 8}
    )
    by_place = summary(
        "resourceARN", "s3", 2, resourceARN={"arn:aws:s3:::b": 8}, eventName={"PutObject": 8}
    )
    assert read(by_call, by_place) == (
        [],
        [("aggregated-events", "8 of s3.amazonaws.com:PutObject.")],
    )


def test_what_is_named_by_no_operation_is_named_by_its_service() -> None:
    one = summary("resourceARN", "s3", resourceARN={"arn:aws:s3:::b": 8})
    assert read(one) == ([], [("aggregated-events", "8 of s3.amazonaws.com.")])


def test_calls_of_others_say_nothing() -> None:
    root = f"arn:aws:iam::{ACCOUNT}:root"
    names = {OTHER: 5, root: 2, "config.amazonaws.com": 1}
    one = summary("eventName", userIdentity=names, eventName={"PutItem": 8}, resourceARN={TABLE: 8})
    assert read(one, session=RUN) == ([], [])


@pytest.mark.parametrize("name", [ROLE, "AROAEXAMPLE:somebody", "deployer"])
def test_a_role_without_its_session_may_be_the_run(name: str) -> None:
    one = summary(
        "userIdentity", userIdentity={name: 4}, eventName={"PutItem": 4}, resourceARN={TABLE: 4}
    )
    told = [("aggregated-events", "4 of dynamodb.amazonaws.com:PutItem.")]
    assert read(one, session=RUN) == ([], told)


def test_a_role_without_its_session_is_enough_where_no_session_was_asked_for() -> None:
    one = summary(
        "userIdentity", userIdentity={ROLE: 4}, eventName={"PutItem": 4}, resourceARN={TABLE: 4}
    )
    assert read(one) == ([("dynamodb:PutItem", TABLE)], [])


def test_objects_are_those_of_the_bucket_that_a_summary_names() -> None:
    one = summary("userIdentity", "s3", userIdentity={US: 4}, eventName={"PutObject": 3, "ListObjects": 1},
                  resourceARN={"arn:aws:s3:::bucket-1": 4})  # fmt: skip
    assert sorted(read(one)[0]) == [
        ("s3:ListBucket", "arn:aws:s3:::bucket-1"), ("s3:PutObject", "arn:aws:s3:::bucket-1/*"),
    ]  # fmt: skip


@pytest.mark.parametrize("dimension", ["errorCode", "errorCodes"])
def test_calls_that_failed_prove_what_their_error_proves(dimension: str) -> None:
    counts: dict[str, Any] = {
        "userIdentity": {US: 4}, "eventName": {"PutItem": 4}, "resourceARN": {TABLE: 4}}  # fmt: skip
    refused = summary("userIdentity", **{**counts, dimension: {"AccessDenied": 4}})
    some = summary("userIdentity", number=2, **{**counts, dimension: {"AccessDenied": 1}})
    outcomes = [
        [one["outcome"] for one in lines_of(collected(MadeUpTrail({FILE: packed([each])})))]
        for each in (refused, some)
    ]
    assert outcomes == [["denied"], ["denied", "succeeded"]]


def test_a_session_that_the_run_assumed_is_followed_into_summaries() -> None:
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/cdk-publishing/assets"
    assume = record(
        "sts", "AssumeRole", {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/cdk-publishing", "roleSessionName": "assets"},
        {"credentials": {"accessKeyId": "ASIAPUBLISH", "expiration": "Nov 23, 2026, 11:00:00 AM"},
         "assumedRoleUser": {"arn": session, "assumedRoleId": "AROAX:assets"}}, number=100)  # fmt: skip
    put = summary(
        "userIdentity", userIdentity={session: 2}, eventName={"PutItem": 2}, resourceARN={TABLE: 2}
    )
    unclear = summary("userIdentity", number=2, userIdentity={session: 4},
                      eventName={"PutItem": 2, "GetItem": 2}, resourceARN={TABLE: 2, STREAM: 2})  # fmt: skip
    part = collected(MadeUpTrail({"a.json.gz": packed([assume]), FILE: packed([put, unclear])}))
    lines = {(one["action"], one["resource"], one["principal"]) for one in lines_of(part)}
    assert ("dynamodb:PutItem", TABLE, f"arn:aws:iam::{ACCOUNT}:role/cdk-publishing") in lines
    assert "aggregated-events" in kinds_of(part)


@pytest.mark.parametrize("summed", [None, {}, {"primaryDimension": 1}, {"primaryDimension": {"dimension": "eventName",
    "statistics": [{"name": "PutItem", "value": "many"}, 7]}, "details": 3}])  # fmt: skip
def test_a_summary_that_counts_nothing_is_strange(summed: Any) -> None:
    strange = {**summary("eventName", eventName={"PutItem": 1}), "summary": summed}
    assert [kind for kind, _ in read(strange)[1]] == ["strange-record"]


@pytest.mark.parametrize("form", ["list", "lines", "pretty"])
def test_summaries_are_read_in_every_form_and_among_other_records(form: str) -> None:
    one = summary(
        "userIdentity", userIdentity={US: 1}, eventName={"PutItem": 1}, resourceARN={TABLE: 1}
    )
    stranger = identity(f"arn:aws:iam::{ACCOUNT}:role/other", "session")
    everything = [record(number=1), one, record(number=2, who=stranger)]
    content = {
        "list": json.dumps(everything, separators=(",", ":")),
        "lines": "\n".join(map(json.dumps, everything)),
        "pretty": json.dumps({"Records": everything}, indent=1),
    }[form]
    part = collected(MadeUpTrail({"a.json.gz": gzip.compress(content.encode())}))
    assert [one["action"] for one in lines_of(part)] == ["lambda:GetFunction", "dynamodb:PutItem"]
