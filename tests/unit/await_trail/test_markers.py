from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from lambdas.await_trail.handler import await_trail, telemetry
from lambdas.await_trail.markers import closed, complete, delay
from lambdas.errors import InvalidEventError, TrailNotReadyError
from lambdas.model.execution.delivery import Delivery
from lambdas.model.execution.run import Run
from tests import run_input

ALLOWED = timedelta(minutes=15)
ENDED = datetime(2026, 11, 23, 18, 20, tzinfo=UTC)
RUN = {
    **run_input.RUN,
    "startedAt": "2026-11-23T18:00:00.123Z",
    "endedAt": "2026-11-23T18:20:00Z",
}
REGIONS = ["us-east-1", "eu-west-1", "us-east-1"]


def minutes(after: float) -> datetime:
    return ENDED + timedelta(minutes=after)


def seen(region: str, after: float | None, files: int = 3) -> Delivery:
    return Delivery(region=region, files=files, at=None if after is None else minutes(after))


class FakeMarkers:
    """A trail that has delivered what it is told, by region and kind of marker."""

    def __init__(self, closing: dict[str, float], later: dict[str, float] | None = None) -> None:
        self.closing, self.later = closing, later or {}
        self.asked: list[tuple[str, str, float]] = []

    def delivery(
        self, run: Run, region: str, session: str, *, since: datetime, now: datetime
    ) -> Delivery:
        kind = "later" if session == f"later-{run.id}" else "closing"
        assert kind == "later" or session == f"{run.id}.closing"
        self.asked.append((kind, region, (since - ENDED).total_seconds() / 60))
        at = (self.later if kind == "later" else self.closing).get(region)
        there = at is not None and minutes(at) <= now
        return seen(region, at if there else None, files=2)


class FakeCalls:
    """Remembers which markers were made."""

    def __init__(self) -> None:
        self.made: list[tuple[str, tuple[str, ...]]] = []

    def make(self, session: str, regions: Sequence[str]) -> None:
        self.made.append((session, tuple(regions)))


def asked(markers: FakeMarkers, after: float, calls: FakeCalls | None = None) -> dict[str, object]:
    return await_trail(
        {"run": RUN, "regions": REGIONS},
        markers,
        calls or FakeCalls(),
        now=minutes(after),
        allowed=ALLOWED,
    )


def test_a_closing_marker_that_is_not_there_is_waited_for_by_its_region() -> None:
    with pytest.raises(TrailNotReadyError, match="no closing marker of eu-west-1 in 3 files"):
        closed(
            [seen("us-east-1", 4), seen("eu-west-1", None)],
            ended=ENDED,
            now=minutes(12),
            allowed=ALLOWED,
        )


def test_everything_that_is_waited_for_is_told_at_once() -> None:
    with pytest.raises(TrailNotReadyError, match=r"of us-east-1 .*; the later marker.* 180 s more"):
        closed([seen("us-east-1", None)], ended=ENDED, now=minutes(7), allowed=ALLOWED)
    with pytest.raises(TrailNotReadyError, match=r"of us-east-1 .*; AWS may still .* 120 s more"):
        complete([seen("us-east-1", None)], ended=ENDED, now=minutes(13), allowed=ALLOWED)


def test_no_marker_at_all_is_not_a_complete_trail() -> None:
    with pytest.raises(InvalidEventError, match="no closing marker was made"):
        closed([], ended=ENDED, now=minutes(30), allowed=ALLOWED)


@pytest.mark.parametrize(
    ("after", "delayed"), [((8, 3), 8), ((8, None), 10), ((-20, -20), 0), ((), 10)]
)
def test_the_delay_is_the_last_markers_and_grows_while_one_is_waited_for(
    after: tuple[float | None, ...], delayed: float
) -> None:
    found = [seen(str(number), one) for number, one in enumerate(after)]

    assert delay(found, ended=ENDED, now=minutes(10)) == timedelta(minutes=delayed)


def test_no_later_marker_is_made_before_two_thirds_of_what_aws_allows_for() -> None:
    calls = FakeCalls()
    with pytest.raises(TrailNotReadyError, match="the later marker is made: 60 s more"):
        asked(FakeMarkers({"eu-west-1": 3, "us-east-1": 3}), 9, calls)

    assert calls.made == []


def test_a_later_marker_is_made_where_none_came_yet_and_looked_for_from_then_on() -> None:
    calls = FakeCalls()
    markers = FakeMarkers({"eu-west-1": 3, "us-east-1": 3}, {"eu-west-1": 14})
    with pytest.raises(TrailNotReadyError, match="no later marker of us-east-1 in 2 files"):
        asked(markers, 16, calls)

    assert calls.made == [(f"later-{RUN['id']}", ("us-east-1",))]
    assert markers.asked == [
        ("closing", "eu-west-1", -15),
        ("closing", "us-east-1", -15),
        ("later", "eu-west-1", 10),
        ("later", "us-east-1", 10),
    ]


def test_markers_that_came_early_do_not_make_a_trail_complete_before_its_time() -> None:
    markers = FakeMarkers({"eu-west-1": 1, "us-east-1": 1}, {"eu-west-1": 11, "us-east-1": 11})

    with pytest.raises(TrailNotReadyError, match="AWS may still deliver: 60 s more"):
        asked(markers, 14)


def test_a_complete_trail_says_what_was_waited_for() -> None:
    calls = FakeCalls()
    markers = FakeMarkers({"eu-west-1": 3, "us-east-1": 3}, {"eu-west-1": 14, "us-east-1": 15})

    answer = asked(markers, 16, calls)

    assert calls.made == []
    assert answer["files"] == 8
    assert answer["waitedFor"] == {
        "seconds": 960,
        "allowed": 900,
        "later": {
            "eu-west-1": "2026-11-23T18:34:00+00:00",
            "us-east-1": "2026-11-23T18:35:00+00:00",
        },
    }


@pytest.mark.parametrize("event", [{"run": RUN}, {"run": {"id": "x"}, "regions": []}])
def test_input_that_is_not_of_the_contract_is_refused(event: dict[str, object]) -> None:
    with pytest.raises(InvalidEventError, match=r"statemachine/README\.md"):
        await_trail(event, FakeMarkers({}), FakeCalls(), now=minutes(10), allowed=ALLOWED)


def test_the_delay_is_told_while_the_trail_is_waited_for() -> None:
    telemetry.metrics.clear_metrics()

    with pytest.raises(TrailNotReadyError):
        asked(FakeMarkers({}), 10)

    told = telemetry.metrics.metric_set["TrailDelay"]
    telemetry.metrics.clear_metrics()
    assert told == {"Unit": "Seconds", "StorageResolution": 60, "Value": [600.0]}
