"""When a schedule is due: at(), rate() and cron(), in the schedule's time zone.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ministack.services import eventbridge

AT = re.compile(r"at\((.+)\)")


def due_at(schedule: Mapping[str, Any], *, after: datetime | None) -> datetime | None:
    """The next moment after the last one, or the first; none when there is no more.

    A rate without a start date begins at once.
    """
    expression = str(schedule.get("ScheduleExpression", "")).strip()
    zone = ZoneInfo(schedule.get("ScheduleExpressionTimezone") or "UTC")
    if match := AT.fullmatch(expression):
        moment = datetime.fromisoformat(match[1])
        return None if after else (moment if moment.tzinfo else moment.replace(tzinfo=zone))
    due = _recurring(expression, zone, schedule, after)
    end = instant(schedule.get("EndDate"))
    return None if due is None or (end is not None and due > end) else due


def _recurring(
    expression: str, zone: ZoneInfo, schedule: Mapping[str, Any], after: datetime | None
) -> datetime | None:
    created = instant(schedule.get("CreationDate")) or datetime.now(UTC)
    start = instant(schedule.get("StartDate"))
    seconds = eventbridge._parse_rate_seconds(expression)
    if seconds is not None:
        period = timedelta(seconds=seconds)
        return (start or created) if after is None else after + period
    fields = eventbridge._parse_cron_fields(expression)
    if fields is None:
        return None
    earliest = created if start is None else max(created, start)
    following = eventbridge._cron_next_fire(fields, (after or earliest).astimezone(zone))
    return following if isinstance(following, datetime) else None


def instant(value: Any) -> datetime | None:
    """A timestamp of the API: seconds since the epoch, or ISO text."""
    if value is None or value == "":
        return None
    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, UTC)
    moment = datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
