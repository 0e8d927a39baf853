"""AwaitTrail: whether CloudTrail has delivered everything that the cycle did."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.await_trail.markers import closed, complete, delay, later_from
from lambdas.errors import InvalidEventError
from lambdas.gateways.archive.marker_calls import MarkerCalls, StsMarkerCalls
from lambdas.gateways.archive.markers import EARLIER, Markers, S3Markers
from lambdas.gateways.telemetry import Telemetry
from lambdas.model.execution.run import CLOSING, Run
from lambdas.model.execution.sandbox import Sandbox
from lambdas.model.execution.setting import Setting

STEP = "await_trail"
telemetry = Telemetry(STEP)
logger, metrics = telemetry.logger, telemetry.metrics


@telemetry.entry
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """The entry point on Lambda."""
    sandbox = Sandbox.of(event)
    return await_trail(
        event,
        S3Markers(sandbox.trail_bucket),
        StsMarkerCalls(sandbox.marker_role, sandbox.external_id),
        now=datetime.now(UTC),
        allowed=timedelta(seconds=float(os.environ[Setting.SETTLE_SECONDS])),
    )


def await_trail(
    event: Mapping[str, Any],
    markers: Markers,
    calls: MarkerCalls,
    *,
    now: datetime,
    allowed: timedelta,
) -> dict[str, Any]:
    """Answer when the trail is complete, or raise so that the state machine asks again.

    Each time that no later marker is there yet, one more is made: the function keeps no state.
    """
    run = Run.from_json(event["run"])
    regions = event.get("regions")
    if not isinstance(regions, list):
        raise InvalidEventError("regions is missing; see statemachine/README.md")
    asked = sorted(set(regions))
    ended = datetime.fromisoformat(run.ended_at or run.started_at)
    closing = [
        markers.delivery(run, region, run.session(CLOSING), since=ended - EARLIER, now=now)
        for region in asked
    ]
    files = sum(one.files for one in closing)
    unreadable = sorted(key for one in closing for key in one.unreadable)
    logger.info("looked for closing markers", regions=regions, files=files, unreadable=unreadable)
    # Told while it is waited for, too: a trail that never comes would else never be late.
    waited = delay(closing, ended=ended, now=now)
    metrics.add_metric("TrailDelay", MetricUnit.Seconds, waited.total_seconds())
    closed(closing, ended=ended, now=now, allowed=allowed)
    since = later_from(ended, allowed)
    later = [markers.delivery(run, one, run.later_session, since=since, now=now) for one in asked]
    missing = [one.region for one in later if one.at is None]
    if missing:
        calls.make(run.later_session, missing)
    complete(later, ended=ended, now=now, allowed=allowed)
    return {
        "files": files + sum(one.files for one in later),
        "waitedFor": {
            "seconds": round((now - ended).total_seconds()),
            "allowed": round(allowed.total_seconds()),
            "later": {one.region: one.at.isoformat(timespec="seconds") for one in later if one.at},
        },
    }
