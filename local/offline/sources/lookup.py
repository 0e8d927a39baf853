"""CloudTrail's event history: 90 days of management events, without a trail.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html: two requests a
second for each account and region, fifty events each, the newest first, of one region.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from lambdas.gateways.aws_errors import wanted
from lambdas.gateways.cloudtrail.trail import TrailFile
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.text import counted, listed
from local.offline.sources.days import Days
from local.offline.sources.fetched import FetchedTrail
from local.offline.sources.meter import Meter

APART = 0.5  # seconds between two requests
PAGE = 50  # events
HORIZON = timedelta(days=90)
RECENT = timedelta(minutes=15)  # after which an event is there as a rule
SUBJECT = "LookupEvents"


@dataclass(slots=True)
class Pace:
    """Lets requests begin no sooner than half a second after each other."""

    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep
    _next: float = 0.0

    def turn(self) -> None:
        """Wait until the next request may be made."""
        early = self._next - self.clock()
        if early > 0:
            self.wait(early)
        self._next = self.clock() + APART


@dataclass(frozen=True, slots=True)
class EventHistory:
    """The history of one account.

    Attributes:
        clients: of CloudTrail, by region.
        folder: takes the files.
        meter: is told of each page.
        pace: is waited for before each request.
    """

    clients: Mapping[str, Any]
    folder: Path
    meter: Meter
    pace: Pace

    def of(self, days: Days, now: datetime) -> FetchedTrail:
        """Each region's events of some days as a file of records; the history ends now.

        Raises:
            botocore's errors: a region does not answer.
        """
        trail = FetchedTrail()
        begin = max(_time(days.since, now - HORIZON), now - HORIZON)
        end = min(_time(days.until, now), now)
        for number, region in enumerate(sorted(self.clients)):
            place = self.folder / str(number)
            with place.open("w", encoding="utf-8") as out:
                if begin <= end:
                    self._write(out, region, (begin, end), number)
            file = TrailFile.of(f"{SUBJECT}/{region}.json", place.stat().st_size)
            trail.places[file] = place
        return trail

    def _write(
        self, out: TextIO, region: str, span: tuple[datetime, datetime], number: int
    ) -> None:
        begin, end = span
        whole = (end - begin) or HORIZON
        count = 0
        out.write('{"Records":[')
        for page in _pages(self.clients[region], begin, end, self.pace):
            for event in page:
                out.write(f"{',' if count else ''}{event['CloudTrailEvent']}")
                count += 1
            gone = (end - page[-1]["EventTime"]) / whole if page else 1.0
            share = (number + min(max(gone, 0.0), 1.0)) / len(self.clients)
            self.meter.show(share, f"looked up {counted(count, 'event')} of {region}")
        out.write("]}")


def _pages(
    client: Any, begin: datetime, end: datetime, pace: Pace
) -> Iterator[Sequence[Mapping[str, Any]]]:
    asked: dict[str, Any] = {"StartTime": begin, "EndTime": end, "MaxResults": PAGE}
    while True:
        pace.turn()
        page = client.lookup_events(**asked)
        wanted(page, "Events", "cloudtrail:LookupEvents")
        yield page["Events"]
        if not page.get("NextToken"):
            return
        asked["NextToken"] = page["NextToken"]


def unseen(days: Days, now: datetime, regions: tuple[str, ...]) -> Iterator[Finding]:
    """What the history cannot show, each with what to do about it."""
    yield Finding(
        severity=Severity.WARNING,
        kind=FindingKind.LOOKUP_WITHOUT_DATA_EVENTS,
        subject=SUBJECT,
        detail="CloudTrail's event history holds management events alone. Data events (objects of "
        "S3, items of DynamoDB, invocations of functions, messages, calls with keys and the "
        "like) and network activity are not included, so no permission was derived from them.",
        action="Read a trail that records data events of the principal.",
    )
    yield Finding(
        severity=Severity.NOTE,
        kind=FindingKind.LOOKUP_REGIONS,
        subject=SUBJECT,
        detail=f"Only {listed(regions)} were looked up; calls in other regions are not included.",
        action="Name every region in which the principal works with --region.",
    )
    if days.since and _time(days.since, now) < now - HORIZON:
        yield Finding(
            severity=Severity.WARNING,
            kind=FindingKind.LOOKUP_HORIZON,
            subject=SUBJECT,
            detail=f"The history goes back 90 days; events from {days.since} until then are not "
            "included.",
            action="Read a trail for older events.",
        )
    if not days.until or _time(days.until, now) > now - RECENT:
        yield Finding(
            severity=Severity.NOTE,
            kind=FindingKind.LOOKUP_RECENT,
            subject=SUBJECT,
            detail="Events appear in the history some minutes after the call; events of the last "
            "quarter of an hour may be missing.",
            action="Look up again a quarter of an hour after the last call.",
        )


def _time(text: str, other: datetime) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC) if text else other
