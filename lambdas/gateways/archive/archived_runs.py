"""The runs of a process, read back from the archive: what came before, what to compare with."""

import json
from collections.abc import Sequence
from typing import Any

from lambdas.errors import ArchiveRefusedError, MissingObjectError
from lambdas.gateways.archive.documents import Archive
from lambdas.model.archive.archived_runs import Baseline, BaselineKind, PreviousRun, RunSummary
from lambdas.model.archive.manifest import APPROVAL, MANIFEST, WITHDRAWAL, Link, unsealed
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.execution.platform import Platform
from lambdas.model.execution.run import Run
from lambdas.model.execution.source_revision import SourceRevision

LATEST = "latest.json"


def finished_runs(archive: Archive, process: str) -> tuple[RunSummary, ...]:
    """All finished runs of the process's own revision, in the order in which they finished.

    A run of another revision that its input named is no run to go on from: it stands aside.
    `latest.json` remembers them; what finished without being remembered (a run that died between
    its manifest and the list) is found by its folder.
    """
    known = remembered(archive, process)
    newest = max((row.manifest.run for row in known), default="")
    forgotten = [run for run in archive.folders(f"{process}/") if run > newest]
    return known + tuple(
        row
        for run in forgotten
        if (row := row_of(archive, process, run)) and not _named(archive, process, run)
    )


def proved_run(archive: Archive, process: str, platform: Platform) -> str | None:
    """The newest proved run of a process. On AWS, a proof that was emulated is none."""
    body = _read(archive, f"{process}/{LATEST}")
    latest: dict[str, Any] = json.loads(body) if body else {}
    proved: str | None = latest.get("run")
    emulated = Platform.read(latest.get("shownOn")) is Platform.EMBEDDED
    return None if emulated and platform is Platform.AWS else proved


def row_of(archive: Archive, process: str, run: str) -> RunSummary | None:
    """A run's row from its manifest and approval; None when it has not finished."""
    body = _read(archive, f"{process}/{run}/{MANIFEST}")
    if body is None:
        return None
    signed = (_read(archive, f"{process}/{run}/{name}") for name in (APPROVAL, WITHDRAWAL))
    return RunSummary.from_manifest(body, manifest_of(archive, process, run), *signed)


def _named(archive: Archive, process: str, run: str) -> bool:
    return bool(SourceRevision.from_json(manifest_of(archive, process, run).get("revision")).named)


def newest_run(archive: Archive, process: str) -> RunSummary | None:
    """The last run that the process's list remembers."""
    return (remembered(archive, process) or (None,))[-1]


def previous_run(archive: Archive, run: Run) -> PreviousRun:
    """What came before a run; the same answer again when the run has finished already."""
    if archive.exists(run.key(MANIFEST)):
        return _as_written(archive, run.process, manifest_of(archive, run.process, run.id))
    rows = [row for row in finished_runs(archive, run.process) if row.manifest.run != run.id]
    if not rows:
        return PreviousRun()
    return PreviousRun(
        manifest=rows[-1].manifest,
        baseline=_newest_baseline(archive, run, rows),
        platform=rows[-1].platform,
    )


def _newest_baseline(archive: Archive, run: Run, rows: Sequence[RunSummary]) -> Baseline | None:
    """The run to compare with; a list may say what it likes, its manifest tells where it ran."""
    meant = [row for row in rows if run.compares_with(row.platform)]
    if not meant:
        return None
    row, standing = comparable(meant)
    found = _baseline(archive, run.process, row.manifest, standing, row.approval)
    if found is None or run.compares_with(found.platform):
        return found
    return _newest_baseline(archive, run, [one for one in meant if one is not row])


def comparable(rows: Sequence[RunSummary]) -> tuple[RunSummary, BaselineKind]:
    """The last run whose approval stands, else the last proved one, else the last."""
    for row in reversed(rows):
        if row.stands:
            return row, BaselineKind.APPROVED
    for row in reversed(rows):
        if row.proved:
            return row, BaselineKind.PROVED
    return rows[-1], BaselineKind.LATEST


def _as_written(archive: Archive, process: str, manifest: dict[str, Any]) -> PreviousRun:
    compared = manifest["compared"]
    baseline = None
    if compared:
        pinned = Link(**compared["manifest"])
        standing = BaselineKind(compared["standing"])
        approval = Link.from_json(compared["approval"])
        baseline = _baseline(archive, process, pinned, standing, approval)
    before = Link.from_json(manifest["previous"])
    row = row_of(archive, process, before.run) if before else None
    return PreviousRun(
        manifest=before,
        baseline=baseline,
        platform=row.platform if row else Platform.UNKNOWN,
    )


def _baseline(
    archive: Archive, process: str, pinned: Link, standing: BaselineKind, approval: Link | None
) -> Baseline | None:
    folder = f"{process}/{pinned.run}"
    refined = _read(archive, f"{folder}/refined.json")
    if refined is None:
        return None
    manifest = manifest_of(archive, process, pinned.run)
    return Baseline(
        manifest=pinned,
        standing=standing,
        refinement=Refinement.from_json(json.loads(refined)),
        approval=approval,
        versions=manifest["versions"],
        definition=manifest["definition"],
        types=tuple(manifest["types"]),
        platform=Platform.read(manifest.get("shownOn")),
        revision=SourceRevision.from_json(manifest.get("revision")),
    )


def remembered(archive: Archive, process: str) -> tuple[RunSummary, ...]:
    """The runs that the process's list has; none when it cannot be read."""
    body = _read(archive, f"{process}/{LATEST}")
    try:
        return tuple(map(RunSummary.from_json, json.loads(body)["runs"])) if body else ()
    except (ValueError, KeyError, TypeError):
        return ()  # a list that cannot be read is made anew from the manifests


def manifest_of(archive: Archive, process: str, run: str) -> dict[str, Any]:
    """The manifest of a finished run, read.

    Raises:
        ArchiveRefusedError: it was changed.
        MissingObjectError: the run has not finished.
    """
    try:
        return unsealed(archive.get(f"{process}/{run}/{MANIFEST}"))
    except ValueError as error:
        raise ArchiveRefusedError(
            f"the manifest of {process}/{run} was changed: {error}; see what else was, with "
            "fencepost verify-archive, and restore the object's first version"
        ) from error


def _read(archive: Archive, key: str) -> bytes | None:
    try:
        return archive.get(key)
    except MissingObjectError:
        return None
