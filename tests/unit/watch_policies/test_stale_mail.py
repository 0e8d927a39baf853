"""A mail names each process on the day on which its proof became too old."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from lambdas.errors import ServiceRefusedError, ServiceUnavailableError
from lambdas.gateways.operator_mail import TopicMail
from lambdas.model.limits import SUBJECT_LIMIT
from lambdas.watch_policies.handler import tell
from lambdas.watch_policies.stale import BETWEEN_LOOKS, stale_mail

LIMIT = 30.0
names = st.from_regex(r"[a-z][a-z0-9-]{0,31}", fullmatch=True)


class Topic:
    """SNS, as far as a mail needs it; may refuse, or answer nothing."""

    def __init__(self, *, refuses: bool = False, answers: bool = True) -> None:
        self.sent: list[dict[str, str]] = []
        self._refuses, self._answers = refuses, answers

    def publish(self, **message: str) -> dict[str, Any]:
        if self._refuses:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "Publish")
        self.sent.append(message)
        return {"MessageId": "1"} if self._answers else {}


def test_what_became_stale_is_named_and_what_was_is_listed() -> None:
    found = stale_mail({"orders": 30.2, "billing": 45.0, "search": 29.9}, LIMIT)

    assert found
    subject, text = found
    assert subject == "Fencepost: 1 process without a proved run for 30 days: orders"
    assert text.splitlines()[0] == "Since yesterday: orders."
    assert "2 processes in all, the longest first:" in text
    assert "  billing: 45 days\n  orders: 30 days" in text
    assert "search" not in text
    assert json.loads(text.splitlines()[-1]) == {"choose": {"names": ["orders"]}}


def test_nothing_is_sent_while_nothing_becomes_stale() -> None:
    topic = Topic()

    tell({"orders": 29.9, "billing": 45.0}, LIMIT, TopicMail("arn", topic))  # type: ignore[arg-type]  # a fake

    assert topic.sent == []


def test_a_mail_goes_to_the_operators_topic() -> None:
    topic = Topic()

    tell({"orders": 30.0}, LIMIT, TopicMail("arn", topic))  # type: ignore[arg-type]  # a fake

    (sent,) = topic.sent
    assert sent["TopicArn"] == "arn"
    assert "orders" in sent["Subject"]
    assert "orders" in sent["Message"]


@pytest.mark.parametrize(
    ("topic", "error"),
    [
        (Topic(refuses=True), ServiceRefusedError),
        (Topic(answers=False), ServiceUnavailableError),
    ],
)
def test_a_mail_that_was_not_taken_is_an_error(topic: Topic, error: type[Exception]) -> None:
    with pytest.raises(error):
        TopicMail("arn", topic).send("subject", "text")  # type: ignore[arg-type]  # a fake


@given(st.dictionaries(names, st.floats(0, 90), max_size=60))
def test_every_process_that_comes_to_the_limit_is_named_and_the_subject_is_short(
    ages: dict[str, float],
) -> None:
    new = [name for name, days in ages.items() if LIMIT <= days < LIMIT + BETWEEN_LOOKS]
    found = stale_mail(ages, LIMIT)

    assert (found is not None) == bool(new)
    if found:
        subject, text = found
        assert len(subject) <= SUBJECT_LIMIT
        named = text.splitlines()[0]
        assert all(one in named for one in new) or f"{len(new) - 20} more" in named


@given(st.floats(0, 200), st.floats(0.95, 1.05))
def test_no_day_is_left_out_when_looks_come_a_day_apart(first: float, apart: float) -> None:
    """Some look finds the process new, wherever in the day its limit falls."""
    looks = [first + number * apart for number in range(300)]

    assert first >= LIMIT or any(stale_mail({"orders": days}, LIMIT) for days in looks)
