"""AwaitTrail: whether CloudTrail has delivered everything that the cycle did."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit

from lambdas.await_trail.markers import complete, delay
from lambdas.errors import InvalidEventError
from lambdas.gateways.markers import Markers, S3Markers
from lambdas.gateways.telemetry import Telemetry
from lambdas.model.run import Run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

STEP = "await_trail"
telemetry = Telemetry(STEP)
logger, metrics = telemetry.logger, telemetry.metrics


@telemetry.entry
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """The entry point on Lambda."""
    markers = S3Markers(os.environ["TRAIL_BUCKET"], os.environ.get("TRAIL_PREFIX", ""))
    settle = timedelta(seconds=float(os.environ["SETTLE_SECONDS"]))
    return await_trail(event, markers, now=datetime.now(UTC), settle=settle)


def await_trail(
    event: Mapping[str, Any], markers: Markers, *, now: datetime, settle: timedelta
) -> dict[str, Any]:
    """Answer when every region's marker came, or raise so that the state machine asks again."""
    run = Run.from_json(event["run"])
    regions = event.get("regions")
    if not isinstance(regions, list):
        raise InvalidEventError("regions is missing; see statemachine/README.md")
    found = [markers.delivery(run, region, now=now) for region in sorted(set(regions))]
    files = sum(one.files for one in found)
    unreadable = sorted(key for one in found for key in one.unreadable)
    logger.info("looked for closing markers", regions=regions, files=files, unreadable=unreadable)
    ended = datetime.fromisoformat(run.ended_at or run.started_at)
    waited = delay(found, ended=ended, now=now)
    # Told while it is waited for, too: a trail that never comes would else never be late.
    metrics.add_metric("TrailDelay", MetricUnit.Seconds, waited.total_seconds())
    return {"files": files, "waitedFor": complete(found, now=now, settle=settle)}
