"""CollectEvidence: the run's own evidence, out of everything in the trail.

A run's trail is read in one call. Where its files are many, the same function plans batches
(`task: plan`), reads one (`task: read`) and joins them (`task: merge`), to the same bytes.
"""

from __future__ import annotations

import gzip
import io
import json
import os
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from lambdas.collect_evidence.collect import Part, collect
from lambdas.collect_evidence.parts import (
    batches_of,
    followed_from,
    followed_to,
    merged,
    read_batch,
)
from lambdas.collect_evidence.principals import Followed, Selection
from lambdas.errors import InvalidEventError, NoEvidenceError
from lambdas.gateways.archive import Archive, S3Archive
from lambdas.gateways.trail import TrailFile
from lambdas.gateways.trail_bucket import S3Trail, Window
from lambdas.model.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.collect_evidence.spool import Line
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
        window=Window.of(run.started_at, run.ended_at),
    )
    return collect_evidence(event, trail, S3Archive(os.environ["ARCHIVE_BUCKET"]))


def collect_evidence(event: Mapping[str, Any], trail: Trail, archive: Archive) -> dict[str, Any]:
    """Do the task that the event names; without one, everything.

    Raises:
        NoEvidenceError: the trail holds nothing that the run's sessions did.
    """
    run = Run.from_json(event["run"])
    logger.append_keys(run_id=run.id)
    selection = Selection.of(run.principal, run.session_prefix)
    match event.get("task"):
        case None:
            return _keep(collect(trail, selection), run, archive)
        case "plan":
            return _plan(trail, run, archive)
        case "read":
            return _read(event, trail, selection, run, archive)
        case "merge":
            return _merge(event, run, archive)
        case other:
            raise InvalidEventError(f"there is no task {other!r}; see statemachine/README.md")


def _plan(trail: Trail, run: Run, archive: Archive) -> dict[str, Any]:
    """Cut the files into batches, each an item for a Map state."""
    batches = batches_of(trail.files())
    items = [
        {"number": number, "files": [[file.name, file.size] for file in batch]}
        for number, batch in enumerate(batches)
    ]
    key = run.key("parts/batches.json")
    archive.put(key, json.dumps(items).encode(), "application/json", replace=True)
    return {"batches": key, "parts": len(items), "files": sum(map(len, batches))}


def _read(
    event: Mapping[str, Any], trail: Trail, selection: Selection, run: Run, archive: Archive
) -> dict[str, Any]:
    """Read one batch; what it gave goes into the archive, for the merge."""
    files = [_file(name, size) for name, size in event["batch"]["files"]]
    document = read_batch(trail, files, selection, _followed(event, archive))
    key = run.key(f"parts/{event['batch']['number']}.json.gz")
    archive.put(key, gzip.compress(document, mtime=0), "application/gzip", replace=True)
    return {"part": key}


def _merge(event: Mapping[str, Any], run: Run, archive: Archive) -> dict[str, Any]:
    """Join the parts, or say that they must be read again with what they taught."""
    keys = [run.key(f"parts/{number}.json.gz") for number in range(int(event["parts"]))]
    whole = merged(gzip.decompress(archive.get(key)) for key in keys)
    if whole.followed != _followed(event, archive):
        key = run.key("parts/followed.json")
        document = json.dumps(followed_to(whole.followed)).encode()
        archive.put(key, document, "application/json", replace=True)
        return {"again": True, "followed": key}
    return {"again": False, **_keep(whole, run, archive)}


def _keep(part: Part, run: Run, archive: Archive) -> dict[str, Any]:
    """Write evidence and findings, and tell where they are."""
    body, count, principals = _packed(part.lines())
    findings = [one.to_json() for one in part.ledger.sorted()]
    part.close()
    if not count:
        raise NoEvidenceError(
            f"the trail holds no call of a session {run.session_prefix}* of {run.principal}; "
            "check that its commands call AWS with the profile that the build sets"
        )
    archive.put(run.key("evidence.jsonl.gz"), body, "application/gzip")
    text = json.dumps(findings, indent=1) + "\n"
    archive.put(run.key("evidence-findings.json"), text.encode(), "application/json")
    metrics.add_metric("EvidenceLines", MetricUnit.Count, count)
    logger.info("evidence collected", lines=count, findings=len(findings))
    return {
        "evidence": run.key("evidence.jsonl.gz"),
        "findings": run.key("evidence-findings.json"),
        "lines": count,
        "principals": principals,
    }


def _packed(lines: Iterable[Line]) -> tuple[bytes, int, list[str]]:
    """The lines as a file; the same lines give the same bytes."""
    count, principals = 0, set()
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as file:
        for order, line in lines:
            file.write(f"{line}\n".encode())
            count += 1
            principals.add(order[-1])
    return packed.getvalue(), count, sorted(principals)


def _followed(event: Mapping[str, Any], archive: Archive) -> Followed:
    key = event.get("followed")
    return followed_from(json.loads(archive.get(key))) if key else Followed()


def _file(name: str, size: int) -> TrailFile:
    return TrailFile.of(name, size)
