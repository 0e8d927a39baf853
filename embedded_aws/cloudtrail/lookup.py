"""LookupEvents: the event history, which is there without any trail.

Management events of one account and region, 90 days of them, the newest first, fifty a page, two
requests a second: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

import base64
import json
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudtrail

from embedded_aws.cloudtrail.records import Record

PAGE = 50
KEPT = 90 * 24 * 3600  # seconds
REQUESTS, WITHIN = 2, 1.0  # of one account and region, in seconds
ATTRIBUTES = frozenset(
    {
        "EventId",
        "EventName",
        "ReadOnly",
        "Username",
        "ResourceType",
        "ResourceName",
        "EventSource",
        "AccessKeyId",
    }
)
Answer = tuple[int, dict[str, str], bytes]
Place = tuple[str, str]  # account and region


class RefusedError(Exception):
    """An error of the API: its code and its words."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


@dataclass(slots=True)
class History:
    """What each account and region remembers, and who asked when."""

    clock: Callable[[], float] = time.time
    _events: dict[Place, list[dict[str, Any]]] = field(default_factory=dict)
    _asked: dict[Place, deque[float]] = field(default_factory=dict)

    def take(self, record: Record) -> None:
        """Remember a management event; data events are none of the history's."""
        if record["managementEvent"]:
            place = record["recipientAccountId"], record["awsRegion"]
            self._events.setdefault(place, []).append(_event(record))

    def answer(self, place: Place, body: Mapping[str, Any]) -> dict[str, Any]:
        """One page.

        Raises:
            RefusedError: too many requests, or one that cannot be meant.
        """
        self._let_in(place)
        _check(body)
        asked = {key: value for key, value in body.items() if key != "NextToken"}
        events = self._events.get(place, [])
        begin = _position(body["NextToken"], asked) if body.get("NextToken") else len(events)
        page: list[dict[str, Any]] = []
        most = body.get("MaxResults", PAGE)
        for position in range(begin - 1, -1, -1):
            if self._is_asked(events[position], body):
                if len(page) == most:
                    token = _token(position + 1, asked)
                    return {"Events": page, "NextToken": token}
                page.append(events[position])
        return {"Events": page}

    def _let_in(self, place: Place) -> None:
        now = self.clock()
        lately = self._asked.setdefault(place, deque(maxlen=REQUESTS))
        if len(lately) == REQUESTS and now - lately[0] < WITHIN:
            raise RefusedError("ThrottlingException", "Rate exceeded")
        lately.append(now)

    def _is_asked(self, event: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
        begin = max(float(body.get("StartTime", 0)), self.clock() - KEPT)
        end = float(body.get("EndTime", self.clock()))
        # An insight is asked for by its category, and there are none here.
        if not begin <= event["EventTime"] <= end or body.get("EventCategory"):
            return False
        return all(
            one["AttributeValue"] in _values(event, one["AttributeKey"])
            for one in body.get("LookupAttributes") or ()
        )


def _check(body: Mapping[str, Any]) -> None:
    most = body.get("MaxResults", PAGE)
    if not 1 <= most <= PAGE:
        raise RefusedError("InvalidMaxResultsException", f"MaxResults is 1 to {PAGE}, not {most}.")
    if "StartTime" in body and "EndTime" in body and body["EndTime"] < body["StartTime"]:
        raise RefusedError("InvalidTimeRangeException", "The start time is after the end time.")
    if body.get("EventCategory") not in {None, "insight"}:
        raise RefusedError("InvalidEventCategoryException", "The event category is not valid.")
    attributes = body.get("LookupAttributes") or []
    if len(attributes) > 1 or any(one.get("AttributeKey") not in ATTRIBUTES for one in attributes):
        raise RefusedError("InvalidLookupAttributesException", "Give one attribute that is known.")


def _values(event: Mapping[str, Any], name: str) -> Iterator[str]:
    if name.startswith("Resource"):
        yield from (one[name] for one in event["Resources"])
    else:
        yield event[name]


def _token(position: int, asked: Mapping[str, Any]) -> str:
    return base64.b64encode(json.dumps([position, asked], sort_keys=True).encode()).decode()


def _position(token: str, asked: Mapping[str, Any]) -> int:
    """Where the next page begins; a token is good for the parameters that it was given for."""
    try:
        position, meant = json.loads(base64.b64decode(token, validate=True))
    except ValueError:
        meant, position = None, 0
    if meant != asked:
        raise RefusedError("InvalidNextTokenException", "The token is not of this request.")
    return int(position)


def _event(record: Record) -> dict[str, Any]:
    identity = record["userIdentity"]
    return {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "EventSource": record["eventSource"],
        "EventTime": datetime.fromisoformat(record["eventTime"]).timestamp(),
        # For an assumed role the user name is the session's name.
        "Username": str(identity.get("arn", "")).rsplit("/", 1)[-1],
        "AccessKeyId": identity.get("accessKeyId", ""),
        "ReadOnly": str(record["readOnly"]).lower(),
        "Resources": [
            {"ResourceType": resource.get("type", ""), "ResourceName": resource.get("ARN", "")}
            for resource in record.get("resources", [])
        ],
        "CloudTrailEvent": json.dumps(record),
    }


history = History()


def _lookup_events(body: dict[str, Any]) -> Answer:
    try:
        found = history.answer((get_account_id(), get_region()), body)
    except RefusedError as refused:
        answer: Answer = cloudtrail._err(refused.code, str(refused))
        return answer
    return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(found).encode()


def install() -> None:
    """Answer in MiniStack's place, which has one page and no limits."""
    cloudtrail._DISPATCH["LookupEvents"] = _lookup_events
