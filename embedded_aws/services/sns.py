"""Mail that SNS would send: each message to each address becomes a file in the inbox folder.

Filter policies hold as on AWS. A subscription counts as confirmed at once: nobody is there to
click, and the file says that it is emulated.
https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html
"""

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from ministack.services import sns

SENDER = "AWS Notifications <no-reply@sns.amazonaws.com>"
NO_SUBJECT = "AWS Notification Message"  # what SNS writes when a message has none
READABLE = EmailPolicy(utf8=True, max_line_length=None)
UNSAFE = re.compile(r"[^a-z0-9]+")

_fan_out = sns._fanout


def install() -> None:
    """Deliver e-mail in addition to what MiniStack delivers."""
    sns._fanout = _delivering


def _delivering(
    topic_arn: str,
    msg_id: str,
    message: str,
    subject: str,
    message_structure: str = "",
    message_attributes: dict[str, Any] | None = None,
    *rest: Any,
    **options: Any,
) -> None:
    attributes = message_attributes or {}
    _fan_out(topic_arn, msg_id, message, subject, message_structure, attributes, *rest, **options)
    for subscription, text in _chosen(topic_arn, message, message_structure, attributes):
        mail = _mail(subscription, msg_id, subject, text, at=datetime.now(UTC))
        _keep(mail, msg_id, at=datetime.now(UTC))


def _chosen(
    topic_arn: str, message: str, structure: str, attributes: dict[str, Any]
) -> Iterator[tuple[dict[str, Any], str]]:
    """The e-mail subscriptions that take a message, and its text for them."""
    topic = sns._topic_by_arn_any_scope(topic_arn) or {"subscriptions": []}
    for subscription in topic["subscriptions"]:
        if subscription["protocol"] not in ("email", "email-json") or not subscription["confirmed"]:
            continue
        text = sns._resolve_message_for_protocol(message, structure, subscription["protocol"])
        if sns._matches_filter_policy(subscription, attributes, text):
            yield subscription, text


def _mail(
    subscription: dict[str, Any], msg_id: str, subject: str, text: str, *, at: datetime
) -> EmailMessage:
    topic = subscription["topic_arn"]
    mail = EmailMessage(policy=READABLE)
    mail["From"] = SENDER
    mail["To"] = subscription["endpoint"]
    mail["Subject"] = subject or NO_SUBJECT
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{msg_id}@sns.emulated>"
    mail["X-Emulated"] = "emulated; written by Fencepost's embedded AWS; nothing was sent"
    mail["X-Topic-Arn"] = topic
    if subscription["protocol"] == "email-json":
        envelope = {"Type": "Notification", "MessageId": msg_id, "TopicArn": topic}
        text = json.dumps({**envelope, "Subject": subject, "Message": text}, indent=2)
    mail.set_content(text, cte="8bit")
    return mail


def _keep(mail: EmailMessage, msg_id: str, *, at: datetime) -> None:
    folder = Path(os.environ["FENCEPOST_INBOX"])
    folder.mkdir(parents=True, exist_ok=True)
    words = UNSAFE.sub("-", f"{mail['To']} {mail['Subject']}".lower()).strip("-")[:80]
    name = f"{at:%Y%m%dT%H%M%S}-{words}-{msg_id[:8]}.eml"
    draft = folder / f".{name}.part"
    draft.write_bytes(mail.as_bytes())
    draft.rename(folder / name)
