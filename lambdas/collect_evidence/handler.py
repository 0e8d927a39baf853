"""CollectEvidence: the run's own evidence, out of everything in the trail.

Few files are read in one call. Where they are many it answers `again` and how many batches there
are; each is read by a call of its own (`task: read`), and one joins them (`task: merge`), to the
same bytes. What the batches taught of other sessions may ask for them `again`.
"""

import gzip
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.collect_evidence.batches import (
    InlineLimit,
    batches_of,
    followed_from,
    followed_to,
    merged,
    read_batch,
)
from lambdas.collect_evidence.collect import MOST_PASSES, PartialEvidence, collect, too_deep
from lambdas.collect_evidence.principals.followed import FollowedPrincipals
from lambdas.collect_evidence.principals.selection import Selection
from lambdas.errors import InvalidEventError, NoEvidenceError
from lambdas.gateways.archive.documents import Archive, S3Archive
from lambdas.gateways.cloudtrail.trail import ListedTrail, Trail, TrailFile
from lambdas.gateways.cloudtrail.trail_bucket import S3Trail, Window
from lambdas.gateways.telemetry import Telemetry
from lambdas.model.execution.run import Run
from lambdas.model.execution.sandbox import Sandbox
from lambdas.model.execution.setting import Setting
from lambdas.model.trail.evidence import Line

STEP = "collect_evidence"
telemetry = Telemetry(STEP)
logger, metrics = telemetry.logger, telemetry.metrics


@telemetry.entry
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """The entry point on Lambda."""
    run = Run.from_json(event["run"])
    trail = S3Trail(
        Sandbox.of(event).trail_bucket,
        prefix="",
        account=run.account,
        window=Window.of(run.started_at, run.ended_at),
    )
    few = InlineLimit.of(
        files=os.environ[Setting.FEW_FILES], megabytes=os.environ[Setting.FEW_MEGABYTES]
    )
    return collect_evidence(event, trail, S3Archive.deployed(), few)


def collect_evidence(
    event: Mapping[str, Any], trail: Trail, archive: Archive, few: InlineLimit
) -> dict[str, Any]:
    """Do the task that the event names; without one, everything, or its plan.

    Raises:
        NoEvidenceError: the trail holds nothing that the run's sessions did.
    """
    run = Run.from_json(event["run"])
    selection = Selection.of(run.principal, run.session_prefix)
    match event.get("task"):
        case None:
            files = sorted(trail.files())
            answer = (
                _keep(collect(ListedTrail(trail, files), selection), run, archive)
                if few.covers(files)
                else _plan(files, run, archive)
            )
        case "read":
            answer = _read(event, trail, selection, run, archive)
        case "merge":
            answer = _merge(event, selection, run, archive)
        case other:
            raise InvalidEventError(f"there is no task {other!r}; see statemachine/README.md")
    return {**answer, "run": event["run"]}


def _plan(files: Sequence[TrailFile], run: Run, archive: Archive) -> dict[str, Any]:
    """Cut the files into batches and write down each; a Map state needs their numbers alone."""
    batches = batches_of(files)
    for number, batch in enumerate(batches):
        document = json.dumps([[file.name, file.size] for file in batch]).encode()
        archive.put(_key(run, f"{number}.files"), document, "application/json", replace=True)
    logger.info("the trail is read in batches", files=len(files), batches=len(batches))
    return {"again": True, "parts": len(batches), "passes": 0, "followed": ""}


def _read(
    event: Mapping[str, Any], trail: Trail, selection: Selection, run: Run, archive: Archive
) -> dict[str, Any]:
    """Read one batch; what it gave goes into the archive, for the merge."""
    number = int(event["number"])
    listed = json.loads(archive.get(_key(run, f"{number}.files")))
    files = [TrailFile.of(name, size) for name, size in listed]
    document = read_batch(trail, files, selection, _followed(event, archive))
    packed = gzip.compress(document, mtime=0)
    archive.put(_key(run, f"{number}", ".gz"), packed, "application/gzip", replace=True)
    return {"number": number}


def _merge(
    event: Mapping[str, Any], selection: Selection, run: Run, archive: Archive
) -> dict[str, Any]:
    """Join the parts, or say that they must be read again with what they taught."""
    parts, passes = int(event["parts"]), int(event["passes"])
    keys = (_key(run, f"{number}", ".gz") for number in range(parts))
    whole = merged(gzip.decompress(archive.get(key)) for key in keys)
    if whole.followed != _followed(event, archive):
        if passes < MOST_PASSES:
            key = _key(run, f"followed-{passes}")
            document = json.dumps(followed_to(whole.followed)).encode()
            archive.put(key, document, "application/json", replace=True)
            whole.close()
            return {"again": True, "parts": parts, "passes": passes + 1, "followed": key}
        whole.ledger.add(too_deep(selection))
    return _keep(whole, run, archive)


def _key(run: Run, name: str, packed: str = "") -> str:
    return run.key(f"parts/{name}.json{packed}")


def _keep(part: PartialEvidence, run: Run, archive: Archive) -> dict[str, Any]:
    """Write evidence and findings, and tell where they are."""
    body, count, principals = _packed(part.lines())
    findings = [one.to_json() for one in part.ledger.sorted()]
    part.close()
    if not count:
        raise NoEvidenceError(
            f"the trail holds no call of a session {run.session_prefix}* of {run.principal} that "
            "needs a permission; check that its commands call AWS with the build's own profile"
        )
    archive.put(run.key("evidence.jsonl.gz"), body, "application/gzip")
    text = json.dumps(findings, indent=1) + "\n"
    archive.put(run.key("evidence-findings.json"), text.encode(), "application/json")
    metrics.add_metric("EvidenceLines", MetricUnit.Count, count)
    logger.info("evidence collected", lines=count, findings=len(findings))
    return {
        "again": False,
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


def _followed(event: Mapping[str, Any], archive: Archive) -> FollowedPrincipals:
    key = event.get("followed")
    return followed_from(json.loads(archive.get(key))) if key else FollowedPrincipals()
