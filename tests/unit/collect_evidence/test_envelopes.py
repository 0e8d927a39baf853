"""Records inside of other things: events of EventBridge, messages that carry them."""

import gzip
import json
from typing import Any

import pytest

from lambdas.collect_evidence.reading import record_scanner
from tests.unit.collect_evidence.trails import (
    ACCOUNT,
    REGION,
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


def on_bus(detail: Any, kind: str = "AWS API Call via CloudTrail") -> dict[str, Any]:
    """An event as EventBridge hands it to its targets."""
    return {
        "version": "0",
        "id": "8d5c7b0e-2b1f-4c39-9d0f-6f1f3ad0c111",
        "detail-type": kind,
        "source": "aws.lambda",
        "account": ACCOUNT,
        "time": "2026-11-23T10:00:01Z",
        "region": REGION,
        "resources": [],
        "detail": detail,
    }


EVENTS = [
    on_bus(record(request={"functionName": f"f{n}"}, number=n, who=None if n % 2 else STRANGER))
    for n in range(6)
]
FORMS = {
    "one alone": json.dumps(EVENTS[1]).encode(),
    "one alone, pretty": json.dumps(EVENTS[1], indent=2).encode(),
    "lines": "\n".join(map(json.dumps, EVENTS)).encode(),
    "compact lines": "\n".join(json.dumps(one, separators=(",", ":")) for one in EVENTS).encode(),
    "packed lines": gzip.compress("\n".join(map(json.dumps, EVENTS)).encode()),
    "one behind the other, as Firehose writes them": "".join(map(json.dumps, EVENTS)).encode(),
    "a list": json.dumps(EVENTS).encode(),
    "a compact list": json.dumps(EVENTS, separators=(",", ":")).encode(),
    "a packed list": gzip.compress(json.dumps(EVENTS, separators=(",", ":")).encode()),
    "in Records": packed(EVENTS),
    "log events": json.dumps({"logEvents": [{"message": json.dumps(one)} for one in EVENTS]}).encode(),
    "messages of a queue": json.dumps(
        {"Messages": [{"MessageId": "1", "Body": json.dumps(one)} for one in EVENTS]}).encode(),
    "messages of a queue as a function gets them": json.dumps(
        {"Records": [{"messageId": "1", "body": json.dumps(one)} for one in EVENTS]}).encode(),
    "notifications": "\n".join(
        json.dumps({"Type": "Notification", "Message": json.dumps(one)}) for one in EVENTS).encode(),
}  # fmt: skip


def read(content: bytes) -> tuple[list[str], list[str]]:
    part = collected(MadeUpTrail({"events.json": content}))
    return [one["resource"].rpartition(":")[2] for one in lines_of(part)], kinds_of(part)


@pytest.mark.parametrize("window", [64, 1_000, 1 << 17])
@pytest.mark.parametrize("form", FORMS)
def test_an_event_of_eventbridge_proves_what_the_record_in_it_proves(
    form: str, window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_scanner, "WINDOW", window)
    wanted = ["f1"] if form.startswith("one alone") else ["f1", "f3", "f5"]
    assert read(FORMS[form]) == (wanted, [])


def test_every_kind_of_event_that_cloudtrail_sends_is_opened() -> None:
    sign_in = record("signin", "ConsoleLogin", eventType="AwsConsoleSignIn")
    garbled = {key: value for key, value in record().items() if key != "userIdentity"}
    events = [
        on_bus(sign_in, "AWS Console Sign In via CloudTrail"),
        on_bus(garbled, "AWS Service Event via CloudTrail"),
    ]
    part = collected(MadeUpTrail({"events.json": json.dumps(events).encode()}))
    assert set(kinds_of(part)) >= {"no-identity"}
    assert len(kinds_of(part)) == 2


def test_other_events_of_a_bus_are_named_by_their_kind() -> None:
    changes = [on_bus({"state": "running"}, "EC2 Instance State-change Notification")] * 2
    content = json.dumps([*changes, EVENTS[1]]).encode()
    part = collected(MadeUpTrail({"events.json": content}))
    assert len(lines_of(part)) == 1
    assert [(one.kind, one.subject, one.count) for one in part.ledger.sorted()] == [
        ("other-events", "EC2 Instance State-change Notification", 2)
    ]


def test_behind_a_broken_event_the_others_count() -> None:
    texts = [json.dumps(one) for one in EVENTS]
    texts[1] = texts[1].replace('"detail"', '"detail', 1)
    resources, kinds = read(("[" + ",".join(texts) + "]").encode())
    assert resources == ["f3", "f5"]
    assert kinds == ["broken-record"]


def test_the_session_of_a_federated_root_is_nobody_s_fault() -> None:
    federated = {
        "type": "FederatedUser",
        "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/sandbox",
        "sessionContext": {
            "sessionIssuer": {"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root"}
        },
    }
    part = collected(MadeUpTrail({"a.json.gz": packed([record(who=federated)])}))
    assert (lines_of(part), kinds_of(part)) == ([], [])


def test_a_record_that_names_one_and_is_a_session_of_another_is_the_other_s() -> None:
    # So stand 23 of the samples in AWS's documentation: the session's issuer is who was authorised.
    somebody = f"arn:aws:iam::{ACCOUNT}:user/somebody"
    two = {**identity(), "arn": somebody}
    for principal, lines in ((ROLE, 1), (somebody, 0)):
        part = collected(MadeUpTrail({"a.json.gz": packed([record(who=two)])}), principal)
        assert len(lines_of(part)) == lines
