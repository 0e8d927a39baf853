"""DocumentFailure: what failed, what to do, and everything collected so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit

from lambdas.document_failure.documents import document, record, to_json
from lambdas.document_failure.failure import Failure
from lambdas.document_failure.mail import message, subject
from lambdas.gateways.archive.documents import Archive, S3Archive
from lambdas.gateways.telemetry import Telemetry
from lambdas.model.execution.platform import Platform
from lambdas.model.execution.run import Run
from lambdas.model.execution.run_events import EventKind, entry, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

STEP = "document_failure"
RECORD = "failure.json"
DOCUMENT = "FAILURE.md"  # beside the dossier's README.md, if the run came as far as that
telemetry = Telemetry(STEP)
logger, metrics = telemetry.logger, telemetry.metrics


@telemetry.entry
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """The entry point on Lambda."""
    archive = S3Archive.deployed()
    return document_failure(event, archive, place=archive.place, platform=archive.platform)


def document_failure(
    event: Mapping[str, Any],
    archive: Archive,
    *,
    place: str,
    platform: Platform = Platform.UNKNOWN,
) -> dict[str, Any]:
    """Write the failure's documents and answer with the mail and the execution's own error."""
    run = Run.from_json(event["run"], platform)
    failure = Failure.from_event(run, event)
    prefix = run.key("")
    collected = [
        name
        for name in (key.removeprefix(prefix) for key in archive.keys(prefix))
        if name not in {RECORD, DOCUMENT}
    ]
    where = f"{place}{prefix}"
    # A run that is redriven may fail again, in another way: the newest failure is the one to read.
    archive.put(
        run.key(RECORD), to_json(record(failure, collected)), "application/json", replace=True
    )
    archive.put(
        run.key(DOCUMENT),
        document(failure, where, collected).encode(),
        "text/markdown; charset=utf-8",
        replace=True,
    )
    metrics.add_metric("Failures", MetricUnit.Count, 1)
    logger.info("failure documented", state=failure.state, error=failure.error)
    return {
        "subject": subject(failure),
        "message": message(failure, where),
        "error": failure.error,
        "cause": failure.cause,
        "dossier": prefix,
        "event": _event(failure, place.removeprefix("s3://").rstrip("/")),
    }


def _event(failure: Failure, bucket: str) -> dict[str, Any]:
    """The detail of `Run Failed`."""
    detail = {
        "state": failure.state,
        "error": told(failure.error),
        "cause": told(failure.cause),
        "phase": told(failure.phase),
        "advice": failure.advice,
        "dossier": {"bucket": bucket, "prefix": failure.run.key("")},
    }
    whole: dict[str, Any] = entry(EventKind.FAILED, failure.run, detail)["Detail"]
    return whole
