"""DocumentFailure: what failed, what to do, and everything collected so far."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit

from lambdas.document_failure.documents import document, record, to_json
from lambdas.document_failure.failure import Failure
from lambdas.document_failure.mail import message, subject
from lambdas.document_failure.stack_reasons import stack_reasons
from lambdas.gateways import clients
from lambdas.gateways.archive.documents import Archive, S3Archive
from lambdas.gateways.failed_stacks import ChangedStacks, CloudFormationChanges
from lambdas.gateways.telemetry import Telemetry
from lambdas.model.execution.platform import Platform
from lambdas.model.execution.run import Run
from lambdas.model.execution.run_events import EventKind, entry, event_text
from lambdas.model.execution.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext
    from types_boto3_cloudformation import CloudFormationClient

STEP = "document_failure"
RECORD = "failure.json"
DOCUMENT = "FAILURE.md"  # beside the dossier's README.md, if the run came as far as that
telemetry = Telemetry(STEP)
logger, metrics = telemetry.logger, telemetry.metrics


@telemetry.entry
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """The entry point on Lambda."""
    archive = S3Archive.deployed()
    stacks = CloudFormationChanges(partial(_client, event))
    return document_failure(event, archive, stacks, place=archive.place, platform=archive.platform)


def _client(event: Mapping[str, Any], region: str) -> CloudFormationClient:
    """As ourselves, or as a guest of the account in which the cycle ran."""
    client: CloudFormationClient = clients.reader_of(
        "cloudformation", Sandbox.of(event), STEP, region
    )
    return client


def document_failure(
    event: Mapping[str, Any],
    archive: Archive,
    stacks: ChangedStacks,
    *,
    place: str,
    platform: Platform = Platform.UNKNOWN,
) -> dict[str, Any]:
    """Write the failure's documents and answer with the mail and the execution's own error."""
    run = Run.from_json(event["run"], platform)
    failure = Failure.from_event(run, event)
    if failure.by_a_stack:
        process = event.get("process") or {}
        told_why = stack_reasons(
            stacks,
            process.get("regions") or [run.region],
            failure.last_lines,
            run.started_at,
            has_secrets=bool(process.get("secrets")),
        )
        failure = replace(failure, reasons=told_why)
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
        "error": event_text(failure.error),
        "cause": event_text(failure.cause),
        "phase": event_text(failure.phase),
        "advice": failure.advice,
        "dossier": {"bucket": bucket, "prefix": failure.run.key("")},
    }
    whole: dict[str, Any] = entry(EventKind.FAILED, failure.run, detail)["Detail"]
    return whole
