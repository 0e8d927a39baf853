"""Mail becomes files, for those whose filter takes the message."""

import email
import email.policy
import json
from email.message import EmailMessage

import pytest

from local.connection import Connection

pytestmark = pytest.mark.local


def mails(embedded: Connection, address: str) -> list[EmailMessage]:
    found = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted(embedded.inbox.glob("*.eml"))
    ]
    return [mail for mail in found if mail["To"] == address]


def a_topic(embedded: Connection, name: str) -> str:
    arn: str = embedded.client("sns").create_topic(Name=name)["TopicArn"]
    return arn


def test_a_message_reaches_only_the_owner_whose_filter_takes_it(embedded: Connection) -> None:
    sns = embedded.client("sns")
    topic = a_topic(embedded, "filtered")
    for team in ("orders", "billing"):
        sns.subscribe(
            TopicArn=topic,
            Protocol="email",
            Endpoint=f"{team}@filtered.example",
            Attributes={"FilterPolicy": json.dumps({"process": [team]})},
        )

    sns.publish(
        TopicArn=topic,
        Subject="orders: the policy is ready",
        Message="Verdict: proved\nNothing is new: «wie zuvor».",
        MessageAttributes={"process": {"DataType": "String", "StringValue": "orders"}},
    )

    (mail,) = mails(embedded, "orders@filtered.example")
    assert mail["Subject"] == "orders: the policy is ready"
    assert mail.get_content().rstrip() == "Verdict: proved\nNothing is new: «wie zuvor»."
    assert mail["X-Emulated"].startswith("emulated")
    assert mails(embedded, "billing@filtered.example") == []


def test_a_message_without_a_subject_gets_the_one_of_sns(embedded: Connection) -> None:
    sns = embedded.client("sns")
    topic = a_topic(embedded, "no-subject")
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="team@no-subject.example")

    sns.publish(TopicArn=topic, Message="../../etc/passwd")

    (mail,) = mails(embedded, "team@no-subject.example")
    assert mail["Subject"] == "AWS Notification Message"


def test_a_message_may_be_worded_for_mail_alone(embedded: Connection) -> None:
    sns = embedded.client("sns")
    topic = a_topic(embedded, "worded")
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="team@worded.example")

    sns.publish(
        TopicArn=topic,
        Message=json.dumps({"default": "short", "email": "at length"}),
        MessageStructure="json",
    )

    (mail,) = mails(embedded, "team@worded.example")
    assert mail.get_content().strip() == "at length"
