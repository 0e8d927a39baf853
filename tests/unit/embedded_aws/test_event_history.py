"""The embedded event history: pages, tokens, ninety days, two requests a second."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from embedded_aws.cloudtrail.lookup import History, RefusedError

PLACE = ("123456789012", "eu-west-1")
DAY = 24 * 3600


class Clock:
    """Goes on by half a second whenever somebody asks, until it is stopped."""

    def __init__(self) -> None:
        self.now, self.step = 1_790_000_000.0, 0.5

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def a_history(*ages: float, clock: Clock | None = None, **more: Any) -> History:
    """Events that are so many seconds old."""
    clock = clock or Clock()
    history = History(clock=clock)
    for number, age in enumerate(ages):
        from_now = f"{_spelled(clock.now - age)}"
        record = {
            "recipientAccountId": PLACE[0], "awsRegion": PLACE[1], "managementEvent": True,
            "eventID": str(number), "eventName": f"Call{number}", "eventSource": "sqs.amazonaws.com",
            "eventTime": from_now, "readOnly": False, "userIdentity": {"arn": "a/session"},
            **more,
        }  # fmt: skip
        history.take(record)
    return history


def _spelled(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"


def names(answer: dict[str, Any]) -> list[str]:
    return [json.loads(one["CloudTrailEvent"])["eventName"] for one in answer["Events"]]


def test_events_come_the_newest_first_in_pages_that_a_token_continues() -> None:
    history = a_history(30, 20, 10)

    first = history.answer(PLACE, {"MaxResults": 2})
    second = history.answer(PLACE, {"MaxResults": 2, "NextToken": first["NextToken"]})

    assert names(first) + names(second) == ["Call2", "Call1", "Call0"]
    assert "NextToken" not in second


def test_a_page_that_is_asked_for_late_shows_nothing_twice_although_events_have_come() -> None:
    history = a_history(30, 20, 10)
    first = history.answer(PLACE, {"MaxResults": 1})
    history.take({**json.loads(first["Events"][0]["CloudTrailEvent"]), "eventName": "Later"})

    assert names(history.answer(PLACE, {"MaxResults": 1, "NextToken": first["NextToken"]})) == [
        "Call1"
    ]


@pytest.mark.parametrize(
    "asked",
    [{"EventCategory": "insight"}, {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "X"}]},
     {"StartTime": 1_790_000_005}, {"EndTime": 1_789_999_000}],
)  # fmt: skip
def test_what_was_not_asked_for_is_left_out(asked: dict[str, Any]) -> None:
    assert a_history(10).answer(PLACE, asked) == {"Events": []}


def test_data_events_and_what_is_older_than_ninety_days_are_not_there() -> None:
    assert a_history(10, managementEvent=False).answer(PLACE, {}) == {"Events": []}
    assert names(a_history(90 * DAY + 60, 90 * DAY - 60).answer(PLACE, {})) == ["Call1"]
    assert a_history(10).answer((PLACE[0], "us-east-1"), {}) == {"Events": []}


@pytest.mark.parametrize(
    ("asked", "code"),
    [({"MaxResults": 51}, "InvalidMaxResultsException"), ({"MaxResults": 0}, "InvalidMaxResultsException"),
     ({"StartTime": 2, "EndTime": 1}, "InvalidTimeRangeException"),
     ({"NextToken": "no"}, "InvalidNextTokenException"), ({"EventCategory": "x"}, "InvalidEventCategoryException"),
     ({"LookupAttributes": [{"AttributeKey": "Who", "AttributeValue": "X"}]}, "InvalidLookupAttributesException")],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(asked: dict[str, Any], code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        a_history(10).answer(PLACE, asked)

    assert refused.value.code == code


def test_a_token_is_good_for_the_request_that_it_was_given_for_alone() -> None:
    history = a_history(20, 10)
    token = history.answer(PLACE, {"MaxResults": 1})["NextToken"]

    with pytest.raises(RefusedError) as refused:
        history.answer(PLACE, {"MaxResults": 2, "NextToken": token})

    assert refused.value.code == "InvalidNextTokenException"


def test_the_third_request_within_a_second_is_throttled_in_that_region_alone() -> None:
    clock = Clock()
    history = a_history(10, clock=clock)
    clock.step = 0.0
    history.answer(PLACE, {})
    history.answer(PLACE, {})

    with pytest.raises(RefusedError) as refused:
        history.answer(PLACE, {})
    assert refused.value.code == "ThrottlingException"
    history.answer((PLACE[0], "us-east-1"), {})
    clock.now += 1
    assert names(history.answer(PLACE, {})) == ["Call0"]
