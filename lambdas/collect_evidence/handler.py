"""CollectEvidence: the run's own evidence, out of everything in the trail."""

from __future__ import annotations

import gzip
import json
import os
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from lambdas.collect_evidence.collect import collect
from lambdas.collect_evidence.principals import Selection
from lambdas.errors import NoEvidenceError
from lambdas.gateways.archive import Archive, S3Archive
from lambdas.gateways.trail import Trail
from lambdas.gateways.trail_bucket import S3Trail, Window
from lambdas.model.run import Run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.gateways.trail import Trail

STEP = "collect_evidence"
logger = Logger(service=STEP)
tracer = Tracer(service=STEP)
metrics = Metrics(namespace="Fencepost", service=STEP)


@metrics.log_metrics
@tracer.capture_lambda_handler
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """The entry point on Lambda."""
    run = Run.from_json(event["run"])
    trail = S3Trail(
        os.environ["TRAIL_BUCKET"],
        prefix=os.environ.get("TRAIL_PREFIX", ""),
        account=run.account,
        window=Window.of(run.started_at, ""),
    )
    return collect_evidence(event, trail, S3Archive(os.environ["ARCHIVE_BUCKET"]))


def collect_evidence(event: Mapping[str, Any], trail: Trail, archive: Archive) -> dict[str, Any]:
    """Read the trail and keep what it proves."""
    run = Run.from_json(event["run"])
    logger.append_keys(run_id=run.id)
    part = collect(trail, Selection.of(run.principal, run.session_prefix))
    lines = [line for _, line in part.lines()]
    findings = [one.to_json() for one in part.ledger.sorted()]
    part.close()
    if not lines:
        raise NoEvidenceError(
            f"the trail holds no call of a session {run.session_prefix}* of {run.principal}; "
            "check that its commands call AWS with the profile that the build sets"
        )
    body = gzip.compress("".join(f"{line}\n" for line in lines).encode(), mtime=0)
    archive.put(run.key("evidence.jsonl.gz"), body, "application/gzip")
    text = json.dumps(findings, indent=1) + "\n"
    archive.put(run.key("evidence-findings.json"), text.encode(), "application/json")
    metrics.add_metric("EvidenceLines", MetricUnit.Count, len(lines))
    logger.info("evidence collected", lines=len(lines), findings=len(findings))
    return {
        "evidence": run.key("evidence.jsonl.gz"),
        "findings": run.key("evidence-findings.json"),
        "lines": len(lines),
        "principals": sorted({json.loads(line)["principal"] for line in lines}),
    }
