"""DocumentPolicy: reads what the run has kept, writes the dossier, and words the mail."""

import gzip
import io
import json
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.document_policy.analysis.run_facts import RunFacts, gather
from lambdas.document_policy.analysis.versions import versions
from lambdas.document_policy.analysis.waits import waited
from lambdas.document_policy.approval_rule import BY, Decision, decide
from lambdas.document_policy.archive_index.index import write_index
from lambdas.document_policy.dossier import written
from lambdas.document_policy.events import events
from lambdas.document_policy.formats.forms import content_type
from lambdas.document_policy.mail import message, subject
from lambdas.errors import FencepostError, MissingObjectError
from lambdas.gateways.archive.archived_runs import previous_run
from lambdas.gateways.archive.documents import Archive, S3Archive
from lambdas.gateways.iam.policy_parameter import PolicyParameters
from lambdas.gateways.telemetry import Telemetry
from lambdas.model.archive.approval import Signature, approval
from lambdas.model.archive.manifest import APPROVAL, MANIFEST, WITHDRAWAL, digest, unsealed
from lambdas.model.definition.process import Process
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.dossier.verdict import Verdict
from lambdas.model.execution.platform import Platform
from lambdas.model.execution.run import Run
from lambdas.model.execution.setting import Setting
from lambdas.model.execution.source_revision import SourceRevision
from lambdas.model.execution.step_input import required
from lambdas.model.findings.finding import Finding

STEP = "document_policy"
UNLISTED = {MANIFEST, APPROVAL, WITHDRAWAL}
_required = partial(required, state="DocumentPolicy")
telemetry = Telemetry(STEP)
logger, metrics = telemetry.logger, telemetry.metrics


@telemetry.entry
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """The entry point on Lambda."""
    archive = S3Archive.deployed()
    parameters = PolicyParameters(os.environ[Setting.POLICY_PARAMETERS])
    return document(
        event,
        archive,
        place=archive.place,
        platform=archive.platform,
        follow=partial(parameters.follow, archive),
    )


def document(
    event: Mapping[str, Any],
    archive: Archive,
    *,
    place: str,
    platform: Platform = Platform.UNKNOWN,
    follow: Callable[[str], str] | None = None,
) -> dict[str, Any]:
    """Write the dossier and answer with the mail; writing it again changes nothing.

    Args:
        event: the state's input.
        archive: takes the dossier.
        place: how people call the archive.
        platform: where the run takes place.
        follow: lets a process's parameter follow its approvals.
    """
    run = Run.from_json(_required(event, "run"), platform)
    kept = _kept(event, archive, run)
    facts = _facts_of(event, archive, run, kept)
    files = written(facts, lambda ours: kept | _beside(archive, run, {*kept, *ours}))
    for name, body in files.items():
        archive.put(run.key(name), body, content_type(name))
    standing: tuple[str, ...] = ()
    if not facts.revision.named:  # what another revision needed is nobody's latest
        standing = _approve(archive, facts, files[MANIFEST], follow)
        write_index(archive, run.process, of_all=not run.fleet)
    _measure(facts)
    prefix = run.key("")
    return {
        "subject": subject(facts),
        "aside": run.platform.aside,
        "message": message(
            facts, place=f"{place}{prefix}", seal=digest(files[MANIFEST]), standing=standing
        ),
        "events": events(facts, files, bucket=place.removeprefix("s3://").rstrip("/")),
        "dossier": prefix,
        "report": run.key("report.html"),
        "verdict": facts.verdict.words,
    }


def _approve(
    archive: Archive, facts: RunFacts, manifest: bytes, follow: Callable[[str], str] | None
) -> tuple[str, ...]:
    """Approve by the process's rule, if it says so; what the mail tells of it."""
    run = facts.run
    try:
        decision = decide(facts, _used_before(archive, run))
    except (MissingObjectError, ValueError, OSError, EOFError, zlib.error) as error:
        why = f"the evidence of an earlier run cannot be read: {error}"
        decision = Decision(asked=True, why_not=why)
    if not decision.approves:
        return decision.words
    # The run's own time, not the clock's: writing it again changes nothing.
    signature = Signature(by=BY, at=run.ended_at or run.started_at, note=decision.words[0])
    if archive.exists(run.key(WITHDRAWAL)):
        return decision.words
    if not archive.exists(run.key(APPROVAL)):
        body = approval(manifest, unsealed(manifest), signature, run.platform)
        archive.put(run.key(APPROVAL), body, "application/json")
    return (*decision.words, *_followed(run.process, follow))


def _followed(process: str, follow: Callable[[str], str] | None) -> tuple[str, ...]:
    """An approval that stands costs no dossier and no mail when its parameter cannot follow."""
    try:
        if follow:
            follow(process)
    except (FencepostError, ValueError) as error:
        return (f"Its parameter could not be moved: {error}. Let fencepost approve move it.",)
    return ()


def _used_before(archive: Archive, run: Run) -> Iterator[Iterator[bytes]]:
    """The evidence of every earlier run, their proofs' included."""
    for earlier in archive.folders(f"{run.process}/"):
        # The rounds of a proof are named after their run.
        if earlier.startswith(run.id):
            continue
        for key in archive.keys(f"{run.process}/{earlier}/"):
            if key.endswith("evidence.jsonl.gz") and "/parts/" not in key:
                yield _lines(archive.get(key))


def _kept(event: Mapping[str, Any], archive: Archive, run: Run) -> dict[str, bytes]:
    """What earlier states have kept of this run, by file name."""
    keys = [_required(event, "refined"), _required(event, "evidence")]
    keys += [event.get(name) for name in ("findings", "generated", "checks")]
    folder = run.key("")
    return {key.removeprefix(folder): archive.get(key) for key in keys if key}


def _beside(archive: Archive, run: Run, known: set[str]) -> dict[str, bytes]:
    """Whatever else lies in the run's folder: the manifest leaves nothing out."""
    folder = run.key("")
    names = {key.removeprefix(folder) for key in archive.keys(folder)}
    return {name: archive.get(f"{folder}{name}") for name in sorted(names - known - UNLISTED)}


def _facts_of(
    event: Mapping[str, Any], archive: Archive, run: Run, kept: Mapping[str, bytes]
) -> RunFacts:
    def read(name: str) -> Any:  # noqa: ANN401  # JSON
        key = event.get(name)
        return json.loads(kept[key.removeprefix(run.key(""))]) if key else None

    process = dict(_required(event, "process"))
    return gather(
        run=run,
        process=Process.from_mapping(process.pop("name", run.process), process),
        refinement=Refinement.from_json(read("refined")),
        evidence_lines=_lines(kept[event["evidence"].removeprefix(run.key(""))]),
        findings=[
            *map(Finding.from_json, read("findings") or ()),
            *waited(event.get("waits") or {}),
        ],
        checks=read("checks"),
        verdict=Verdict.from_json(_required(event, "verdict")),
        generated=read("generated"),
        versions=versions(),
        previous=previous_run(archive, run),
        revision=SourceRevision.from_json(event.get("revision")),
    )


def _lines(packed: bytes) -> Iterator[bytes]:
    with gzip.open(io.BytesIO(packed)) as lines:
        yield from lines


def _measure(facts: RunFacts) -> None:
    metrics.add_metric("Statements", MetricUnit.Count, facts.statements)
    metrics.add_metric("Grants", MetricUnit.Count, facts.grants)
    metrics.add_metric("Wildcards", MetricUnit.Count, facts.wildcards)
    metrics.add_metric("Characters", MetricUnit.Count, facts.characters)
    metrics.add_metric("Repairs", MetricUnit.Count, facts.verdict.repairs)
    metrics.add_metric("NewAccess", MetricUnit.Count, len(facts.changes.new))
    metrics.add_metric("Findings", MetricUnit.Count, len(facts.findings))
    metrics.add_metric("Proved", MetricUnit.Count, int(facts.verdict.proved))
    logger.info("dossier written", statements=facts.statements, findings=len(facts.findings))
