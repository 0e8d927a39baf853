"""DocumentPolicy: reads what the run has kept, writes the dossier, and words the mail."""

from __future__ import annotations

import gzip
import io
import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit

from lambdas.document_policy.dossier import written
from lambdas.document_policy.mail import message, subject
from lambdas.document_policy.shelf import put_shelf
from lambdas.document_policy.story import Story, tell
from lambdas.errors import InvalidEventError
from lambdas.gateways.archive import Archive, S3Archive
from lambdas.gateways.archived_runs import previous_run
from lambdas.gateways.telemetry import Telemetry
from lambdas.model.finding import Finding
from lambdas.model.manifest import APPROVAL, MANIFEST, digest
from lambdas.model.process import Process
from lambdas.model.refinement import Refinement
from lambdas.model.run import Run
from lambdas.model.verdict import Verdict
from lambdas.reference.actions import versions as reference_versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

STEP = "document_policy"
UNLISTED = {MANIFEST, APPROVAL}
PACKAGES = ("boto3", "botocore", "aws-lambda-powertools")
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".tf": "text/plain; charset=utf-8",
    ".yaml": "text/plain; charset=utf-8",
    ".py": "text/plain; charset=utf-8",
}
telemetry = Telemetry(STEP)
logger, metrics = telemetry.logger, telemetry.metrics


@telemetry.entry
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """The entry point on Lambda."""
    bucket = os.environ["ARCHIVE_BUCKET"]
    return document(event, S3Archive(bucket), place=f"s3://{bucket}/")


def document(event: Mapping[str, Any], archive: Archive, *, place: str) -> dict[str, Any]:
    """Write the dossier and answer with the mail; writing it again changes nothing."""
    run = Run.from_json(_field(event, "run"))
    kept = _kept(event, archive, run)
    story = _story(event, archive, run, kept)
    files = written(story, lambda ours: kept | _beside(archive, run, {*kept, *ours}))
    for name, body in files.items():
        archive.put(run.key(name), body, content_type(name))
    put_shelf(archive, run.process)
    _measure(story)
    prefix = run.key("")
    return {
        "subject": subject(story),
        "message": message(story, place=f"{place}{prefix}", seal=digest(files[MANIFEST])),
        "dossier": prefix,
        "report": run.key("report.html"),
        "verdict": story.verdict.words,
    }


def _field(event: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401  # JSON
    try:
        return event[name]
    except KeyError as missing:
        raise InvalidEventError(
            f"DocumentPolicy's input lacks {missing}; see statemachine/README.md"
        ) from missing


def _kept(event: Mapping[str, Any], archive: Archive, run: Run) -> dict[str, bytes]:
    """What earlier states have kept of this run, by file name."""
    keys = [_field(event, "refined"), _field(event, "evidence")]
    keys += [event.get(name) for name in ("findings", "generated", "checks")]
    folder = run.key("")
    return {key.removeprefix(folder): archive.get(key) for key in keys if key}


def _beside(archive: Archive, run: Run, known: set[str]) -> dict[str, bytes]:
    """Whatever else lies in the run's folder: the manifest leaves nothing out."""
    folder = run.key("")
    names = {key.removeprefix(folder) for key in archive.keys(folder)}
    return {name: archive.get(f"{folder}{name}") for name in sorted(names - known - UNLISTED)}


def _story(
    event: Mapping[str, Any], archive: Archive, run: Run, kept: Mapping[str, bytes]
) -> Story:
    def read(name: str) -> Any:  # noqa: ANN401  # JSON
        key = event.get(name)
        return json.loads(kept[key.removeprefix(run.key(""))]) if key else None

    process = dict(_field(event, "process"))
    return tell(
        run=run,
        process=Process.from_mapping(process.pop("name", run.process), process),
        refinement=Refinement.from_json(read("refined")),
        evidence_lines=_lines(kept[event["evidence"].removeprefix(run.key(""))]),
        findings=[Finding.from_json(one) for one in read("findings") or ()],
        checks=read("checks"),
        verdict=Verdict.from_json(_field(event, "verdict")),
        generated=read("generated"),
        versions=versions(),
        previous=previous_run(archive, run),
    )


def _lines(packed: bytes) -> Iterator[bytes]:
    with gzip.open(io.BytesIO(packed)) as lines:
        yield from lines


def versions() -> dict[str, str]:
    """What this dossier was made with."""
    found = {"python": platform.python_version(), **reference_versions()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found


def content_type(name: str) -> str:
    """By the file's ending; a browser shows what the archive keeps."""
    ending = f".{name.rpartition('.')[2]}"
    return TYPES.get(ending, "application/octet-stream")


def _measure(story: Story) -> None:
    metrics.add_metric("Statements", MetricUnit.Count, story.statements)
    metrics.add_metric("Grants", MetricUnit.Count, story.grants)
    metrics.add_metric("Wildcards", MetricUnit.Count, story.wildcards)
    metrics.add_metric("Characters", MetricUnit.Count, story.characters)
    metrics.add_metric("Repairs", MetricUnit.Count, story.verdict.repairs)
    metrics.add_metric("NewAccess", MetricUnit.Count, len(story.changes.new))
    metrics.add_metric("Findings", MetricUnit.Count, len(story.findings))
    metrics.add_metric("Proved", MetricUnit.Count, int(story.verdict.proved))
    logger.info("dossier written", statements=story.statements, findings=len(story.findings))
