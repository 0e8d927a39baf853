from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from lambdas.await_trail.handler import await_trail, telemetry
from lambdas.await_trail.markers import complete, delay
from lambdas.errors import InvalidEventError, TrailNotReadyError
from lambdas.model.delivery import Delivery

if TYPE_CHECKING:
    from lambdas.model.run import Run

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
SETTLE = timedelta(minutes=5)
RUN = {
    "id": "20261123T180000Z-1a2b3c4d",
    "process": "orders",
    "principal": "arn:aws:iam::123456789012:role/sandbox",
    "account": "123456789012",
    "region": "eu-west-1",
    "startedAt": "2026-11-23T18:00:00.123Z",
    "endedAt": "2026-11-23T18:20:00Z",
}


def seen(region: str, minutes_ago: float | None, files: int = 3) -> Delivery:
    at = None if minutes_ago is None else NOW - timedelta(minutes=minutes_ago)
    return Delivery(region=region, files=files, at=at)


class FakeMarkers:
    """A trail that has delivered what it is told, and remembers what it was asked."""

    def __init__(self, *delivered: Delivery) -> None:
        self.delivered = {one.region: one for one in delivered}
        self.asked: list[str] = []

    def delivery(self, run: Run, region: str, *, now: datetime) -> Delivery:
        assert (run.process, now) == ("orders", NOW)
        self.asked.append(region)
        return self.delivered[region]


def test_a_trail_is_complete_when_every_marker_came_and_settled() -> None:
    found = complete([seen("us-east-1", 5), seen("eu-west-1", 9)], now=NOW, settle=SETTLE)

    assert list(found) == ["eu-west-1", "us-east-1"]
    assert found["us-east-1"] == "2026-11-23T18:25:00+00:00"


def test_a_marker_that_is_not_there_is_waited_for_by_its_region() -> None:
    with pytest.raises(TrailNotReadyError, match="no closing marker of eu-west-1 in 3 files"):
        complete([seen("us-east-1", 9), seen("eu-west-1", None)], now=NOW, settle=SETTLE)


def test_a_marker_that_came_just_now_must_settle() -> None:
    with pytest.raises(TrailNotReadyError, match="eu-west-1 settles for 60 s more"):
        complete([seen("eu-west-1", 4)], now=NOW, settle=SETTLE)


def test_everything_that_is_waited_for_is_told_at_once() -> None:
    with pytest.raises(TrailNotReadyError, match=r"eu-west-1 settles.*; no closing marker of us-e"):
        complete([seen("us-east-1", None), seen("eu-west-1", 1)], now=NOW, settle=SETTLE)


@pytest.mark.parametrize(
    ("minutes_ago", "delayed"), [((2, 7), 8), ((2, None), 10), ((30, 30), 0), ((), 10)]
)
def test_the_delay_is_the_last_markers_and_grows_while_one_is_waited_for(
    minutes_ago: tuple[float | None, ...], delayed: float
) -> None:
    found = [seen(str(number), one) for number, one in enumerate(minutes_ago)]

    waited = delay(found, ended=NOW - timedelta(minutes=10), now=NOW)

    assert waited == timedelta(minutes=delayed)


def test_no_marker_at_all_is_not_a_complete_trail() -> None:
    with pytest.raises(InvalidEventError, match="no closing marker was made"):
        complete([], now=NOW, settle=SETTLE)


def test_the_step_asks_each_region_once_and_answers_what_it_waited_for() -> None:
    markers = FakeMarkers(seen("eu-west-1", 6, files=2), seen("us-east-1", 7, files=5))

    answer = await_trail(
        {"run": RUN, "regions": ["us-east-1", "eu-west-1", "us-east-1"]},
        markers,
        now=NOW,
        settle=SETTLE,
    )

    assert markers.asked == ["eu-west-1", "us-east-1"]
    assert answer["files"] == 7
    assert set(answer["waitedFor"]) == {"eu-west-1", "us-east-1"}


@pytest.mark.parametrize("event", [{"run": RUN}, {"run": {"id": "x"}, "regions": []}])
def test_input_that_is_not_of_the_contract_is_refused(event: dict[str, object]) -> None:
    with pytest.raises(InvalidEventError, match=r"statemachine/README\.md"):
        await_trail(event, FakeMarkers(), now=NOW, settle=SETTLE)


def test_the_delay_is_told_while_the_trail_is_waited_for() -> None:
    telemetry.metrics.clear_metrics()
    event = {"run": RUN, "regions": ["eu-west-1"]}

    with pytest.raises(TrailNotReadyError):
        await_trail(event, FakeMarkers(seen("eu-west-1", None)), now=NOW, settle=SETTLE)

    told = telemetry.metrics.metric_set["TrailDelay"]
    telemetry.metrics.clear_metrics()
    assert told == {"Unit": "Seconds", "StorageResolution": 60, "Value": [600.0]}
