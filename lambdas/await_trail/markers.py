"""When the trail is complete: time has passed, and a marker later than the cycle is delivered.

CloudTrail promises neither a time nor an order: "a log file delivered at a specific time can
contain records written at any point before that time"
(https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html).
AWS publishes five minutes on average there, and every fifteen minutes for management events in
https://docs.aws.amazon.com/AmazonS3/latest/userguide/logging-with-S3.html. In 2,900 public events
of one account some services were a five-minute step behind others, up to ten minutes.

So three things are wanted of each region: the cycle's own closing marker; that as long as AWS
allows for has passed since the cycle's end; and a marker that AwaitTrail made itself, two thirds
of that time after the end. The cycle's last event is then as much older than that marker as any
was seen to be overtaken by.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil

from lambdas.errors import InvalidEventError, TrailNotReadyError
from lambdas.model.execution.delivery import Delivery

LATER = 2 / 3  # of what AWS allows for: ten minutes of fifteen


def later_from(ended: datetime, allowed: timedelta) -> datetime:
    """From when on the later markers are made."""
    return ended + allowed * LATER


def closed(
    deliveries: Iterable[Delivery], *, ended: datetime, now: datetime, allowed: timedelta
) -> None:
    """Whether the cycle's closing markers came, and it is time for the later ones.

    Raises:
        InvalidEventError: there is no region to wait for, so nothing could tell the trail's end.
        TrailNotReadyError: says what is waited for, and for how long.
    """
    found = sorted(deliveries, key=lambda one: one.region)
    if not found:
        raise InvalidEventError("regions is empty: no closing marker was made, so none can come")
    waiting = [
        f"no closing marker of {one.region} in {one.files} files" for one in found if one.at is None
    ]
    waiting += _time(later_from(ended, allowed) - now, "the later marker is made")
    _none_of(waiting)


def complete(
    later: Iterable[Delivery], *, ended: datetime, now: datetime, allowed: timedelta
) -> None:
    """Whether the later markers came, and all the time has passed.

    Raises:
        TrailNotReadyError: says what is waited for, and for how long.
    """
    waiting = [
        f"no later marker of {one.region} in {one.files} files"
        for one in sorted(later, key=lambda one: one.region)
        if one.at is None
    ]
    waiting += _time(ended + allowed - now, "AWS may still deliver")
    _none_of(waiting)


def delay(deliveries: Iterable[Delivery], *, ended: datetime, now: datetime) -> timedelta:
    """From the cycle's end to the last region's marker, or until now while one is waited for."""
    last = max((one.at or now for one in deliveries), default=now)
    return max(timedelta(0), last - ended)


def _time(left: timedelta, what: str) -> list[str]:
    return [f"{what}: {ceil(left.total_seconds())} s more"] if left > timedelta(0) else []


def _none_of(waiting: list[str]) -> None:
    if waiting:
        raise TrailNotReadyError("; ".join(waiting))
