"""How long a round waits for its trail, by the delivery that the embedded AWS imitates."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from embedded_aws.cloudtrail.delays import published
from lambdas.await_trail.markers import closed, complete
from lambdas.errors import TrailNotReadyError
from lambdas.model.execution.delivery import Delivery
from stacks.settings import Settings

ALLOWED = timedelta(seconds=Settings().settle_seconds)
ENDED = datetime(2026, 11, 23, 18, 20, tzinfo=UTC)
LONGEST = 300  # minutes that are tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A trail's delivery in a region; times are minutes after the cycle's end.

    Attributes:
        seed: draws which services are behind, and where in a five-minute step the cycle ends.
        steps: how many steps a service may be behind. stall: when all stands still, and how long.
    """

    seed: int
    steps: int = 1
    stall: tuple[float, float] = (0.0, 0.0)

    def delivered(self, service: str, at: float) -> float:
        """When an event of a service lies in the bucket."""
        began = ENDED.timestamp() + self.seed % 300
        moment = began + at * 60
        source = f"{service} eu-west-1"
        found = published(moment, source, minute=60, steps=self.steps, seed=str(self.seed))
        after = (found - began) / 60
        begun, long = self.stall
        return begun + long if begun <= after < begun + long else after


def completed(region: Region) -> int:
    """When AwaitTrail takes the trail for complete; it asks every minute, and marks when it may."""
    closing = region.delivered("sts", 0)
    made: list[int] = []
    for minute in range(LONGEST):
        now = ENDED + timedelta(minutes=minute)
        later = min((region.delivered("sts", one) for one in made), default=LONGEST)
        try:
            closed([_seen(closing, minute)], ended=ENDED, now=now, allowed=ALLOWED)
            if later > minute:
                made.append(minute)
            complete([_seen(later, minute)], ended=ENDED, now=now, allowed=ALLOWED)
        except TrailNotReadyError:
            continue
        return minute
    raise AssertionError(f"not complete after {LONGEST} minutes")


def _seen(at: float, minute: float) -> Delivery:
    there = ENDED + timedelta(minutes=at) if at <= minute else None
    return Delivery(region="eu-west-1", files=1, at=there)
