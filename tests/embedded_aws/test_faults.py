"""Faults that a test asks for reach callers as AWS's own errors, in each protocol."""

import time
import urllib.error
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from local.connection import Connection
from tests.emulator import Ask

FAULTS = "/_fencepost/faults"
ONCE = Config(retries={"total_max_attempts": 1})
REFUSALS = ("throttled", "unavailable", "denied")
# One service of each protocol: what it is asked, how it words throttling, trouble, no permission.
PROTOCOLS: dict[str, tuple[str, str, dict[str, Any], str, str, str]] = {
    "query": ("iam", "list_roles", {}, "Throttling", "ServiceFailure", "AccessDenied"),
    "json": (
        "ssm",
        "describe_parameters",
        {},
        "ThrottlingException",
        "InternalServerError",
        "AccessDeniedException",
    ),
    "rest-json": (
        "lambda",
        "list_functions",
        {},
        "TooManyRequestsException",
        "ServiceException",
        "AccessDeniedException",
    ),
    "rest-xml": ("s3", "list_buckets", {}, "SlowDown", "InternalError", "AccessDenied"),
    "ec2": (
        "ec2",
        "describe_vpcs",
        {},
        "RequestLimitExceeded",
        "InternalError",
        "UnauthorizedOperation",
    ),
}


@pytest.fixture
def fail(ask: Ask) -> Iterator[Callable[..., None]]:
    """Let calls fail; afterwards none does."""
    yield lambda **rule: ask(FAULTS, {"rules": [rule]})
    ask(FAULTS, {"watch": False})


@pytest.fixture
def once(embedded: Connection) -> Callable[[str], Any]:
    """A client that never asks a second time."""

    def client(service: Any) -> Any:
        return embedded.session.client(service, endpoint_url=embedded.endpoint, config=ONCE)

    return client


@pytest.mark.parametrize("kind", REFUSALS)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_refusal_is_worded_as_the_service_words_it(
    fail: Callable[..., None], once: Callable[[str], Any], protocol: str, kind: str
) -> None:
    service, method, given, *codes = PROTOCOLS[protocol]
    fail(call=f"{service}:.*", kind=kind)
    client = once(service)

    with pytest.raises(ClientError) as refused:
        getattr(client, method)(**given)

    assert refused.value.response["Error"]["Code"] == codes[REFUSALS.index(kind)]
    getattr(client, method)(**given)  # once is once


def test_an_answer_that_is_cut_off_is_a_closed_connection(
    fail: Callable[..., None], once: Callable[[str], Any]
) -> None:
    fail(call="sqs:.*", kind="cut")

    with pytest.raises(ConnectionClosedError):
        once("sqs").create_queue(QueueName="never")

    assert "never" not in str(once("sqs").list_queues().get("QueueUrls"))


def test_what_was_done_stays_done_when_its_answer_is_lost(
    fail: Callable[..., None], once: Callable[[str], Any]
) -> None:
    fail(call="sqs:CreateQueue", kind="lost")

    with pytest.raises(ConnectionClosedError):
        once("sqs").create_queue(QueueName="lost")

    assert "lost" in str(once("sqs").list_queues()["QueueUrls"])


def test_a_call_that_arrives_twice_is_done_twice(
    fail: Callable[..., None], once: Callable[[str], Any]
) -> None:
    queue = once("sqs").create_queue(QueueName="twice")["QueueUrl"]
    fail(call="sqs:SendMessage", kind="twice")

    once("sqs").send_message(QueueUrl=queue, MessageBody="hello")

    about = once("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert about["ApproximateNumberOfMessages"] == "2"


def test_the_nth_call_fails_and_a_slow_one_is_let_go_when_the_rules_change(
    fail: Callable[..., None], once: Callable[[str], Any], ask: Ask
) -> None:
    fail(call="sqs:ListQueues", kind="denied", nth=2)
    client = once("sqs")

    client.list_queues()
    with pytest.raises(ClientError):
        client.list_queues()

    fail(call="sqs:ListQueues", kind="slow", seconds=0.3)
    began = time.monotonic()
    client.list_queues()
    assert time.monotonic() - began >= 0.3
    told = ask(FAULTS)
    assert [one["injected"] for one in told["rules"]] == [1]
    assert [one["call"] for one in told["calls"]] == ["sqs:ListQueues"]


def test_an_empty_answer_holds_nothing(
    fail: Callable[..., None], once: Callable[[str], Any]
) -> None:
    fail(call="ssm:.*", kind="empty")

    assert "Parameters" not in once("ssm").describe_parameters()


@pytest.mark.parametrize("rule", [{"kind": "sabotage"}, {"kind": "cut", "when": "now"}])
def test_a_rule_that_means_nothing_is_refused(ask: Ask, rule: dict[str, str]) -> None:
    with pytest.raises(urllib.error.HTTPError):
        ask(FAULTS, {"rules": [rule]})
