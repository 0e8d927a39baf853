"""The days that were asked for, and which files can hold their events."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from lambdas.gateways.cloudtrail.trail import TrailFile

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# CloudTrail delivers about five minutes after the call, without a promise,
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
_LATE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """From when to when, both included, as records spell times; empty is open."""

    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, since: str | None, until: str | None) -> Self:
        """Read `2026-11-20` (its first or its last second) or `2026-11-20T09:00:00Z`.

        Raises:
            ValueError: a text is no such time, or the end comes before the beginning.
        """
        found = cls(
            since=_time("--since", since, "T00:00:00Z"), until=_time("--until", until, "T23:59:59Z")
        )
        if found.since and found.until and found.until < found.since:
            raise ValueError(f"--until: {found.until} comes before --since {found.since}")
        return found

    def may_hold(self, file: TrailFile) -> bool:
        """Whether a file can hold events of these days, by when its name says it was delivered."""
        if not file.delivered:
            return True
        first, last = _minute(self.since), _minute(self._last_delivery)
        return (not first or file.delivered >= first) and (not last or file.delivered <= last)

    def meets(self, date: str) -> bool:
        """Whether a folder of deliveries can: `2026`, `2026-11` or `2026-11-20`."""
        since, until = self.since[: len(date)], self._last_delivery[: len(date)]
        return since <= date and (not until or date <= until)

    @property
    def _last_delivery(self) -> str:
        if not self.until:
            return ""
        try:
            return _written(datetime.fromisoformat(self.until) + _LATE)
        except OverflowError:  # the last day that there is
            return ""


def _time(option: str, text: str | None, rest: str) -> str:
    if not text:
        return ""
    try:
        time = datetime.fromisoformat(f"{text}{rest}" if _DAY.fullmatch(text) else text)
        return _written(time.astimezone(UTC) if time.tzinfo else time)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{option}: {text!r} is no time; write 2026-11-20 or 2026-11-20T09:00:00Z (UTC)"
        ) from None


def _written(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def _minute(time: str) -> str:
    """`20261120T0900Z`, as files are named."""
    return f"{time[:16].replace('-', '').replace(':', '')}Z" if time else ""
