"""When the trail is complete: the closing markers of every region are delivered and have settled.

CloudTrail promises neither a delay nor an order: "a log file delivered at a specific time can
contain records written at any point before that time"
(https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html).
A call made last and seen delivered says more than any fixed wait; a further while after it lets the
files of the same minutes come too.
"""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING

from lambdas.errors import InvalidEventError, TrailNotReadyError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from lambdas.model.delivery import Delivery


def complete(deliveries: Iterable[Delivery], *, now: datetime, settle: timedelta) -> dict[str, str]:
    """When each region's marker was delivered, by region.

    Raises:
        InvalidEventError: there is no region to wait for, so nothing could tell the trail's end.
        TrailNotReadyError: says which regions are waited for, and how long others must settle.
    """
    found = sorted(deliveries, key=lambda one: one.region)
    if not found:
        raise InvalidEventError("regions is empty: no closing marker was made, so none can come")
    waiting = [reason for one in found if (reason := _waiting(one, now, settle))]
    if waiting:
        raise TrailNotReadyError("; ".join(waiting))
    return {one.region: one.at.isoformat() for one in found if one.at}


def delay(deliveries: Iterable[Delivery], *, ended: datetime, now: datetime) -> timedelta:
    """From the cycle's end to the last region's marker, or until now while one is waited for."""
    last = max((one.at or now for one in deliveries), default=now)
    return max(timedelta(0), last - ended)


def _waiting(one: Delivery, now: datetime, settle: timedelta) -> str:
    if one.at is None:
        return f"no closing marker of {one.region} in {one.files} files"
    left = one.at + settle - now
    if left > timedelta(0):
        return f"{one.region} settles for {ceil(left.total_seconds())} s more"
    return ""
