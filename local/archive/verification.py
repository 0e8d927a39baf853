"""Whether an archive is as it was written: every document, every link between runs, every list."""

import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

from lambdas.errors import FencepostError
from lambdas.gateways.archive.documents import Archive
from lambdas.model.archive.fleet import FLEETS
from lambdas.model.archive.manifest import (
    APPROVAL,
    MANIFEST,
    WITHDRAWAL,
    digest,
    page_intact,
    unsealed,
)
from lambdas.model.execution.platform import Platform
from lambdas.model.execution.source_revision import SourceRevision

INDEX, LATEST = "index.html", "latest.json"
LISTS = frozenset({INDEX, LATEST})
# What may be written into a run after its manifest: what is signed, a failure of a later state.
AFTERWARDS = frozenset({MANIFEST, APPROVAL, WITHDRAWAL, "FAILURE.md", "failure.json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One thing that is not as it was written."""

    key: str
    problem: str


@dataclass(slots=True, kw_only=True)
class Verification:
    """The answer for a whole archive.

    Attributes:
        breaks: in the order of processes, runs and documents; the first is the one to look at.
        notes: what is no break, but worth knowing: runs that never finished, forks.
    """

    runs: int = 0
    objects: int = 0
    breaks: list[Break] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    process: str
    id: str
    sha256: str
    manifest: dict[str, Any]
    approval: str  # SHA-256, or empty
    withdrawn: bool

    @property
    def folder(self) -> str:
        return f"{self.process}/{self.id}/"


def verify(archive: Archive) -> Verification:
    """Read everything once, and compare it with what the manifests say."""
    found = Verification()
    for process in archive.folders(""):
        if process != FLEETS:  # what fleets sum up is not sealed; the dossiers are
            _process(archive, process, found)
    if archive.exists(INDEX):
        found.objects += 1
        found.breaks += _page(archive, INDEX)
    return found


def _process(archive: Archive, process: str, found: Verification) -> None:
    runs: list[_Run] = []
    for run in archive.folders(f"{process}/"):
        if not archive.exists(f"{process}/{run}/{MANIFEST}"):
            # The rounds of a proof are named after their run, which keeps their evidence too.
            if not (runs and run.startswith(f"{runs[-1].id}-")):
                found.notes.append(f"{process}/{run} has no manifest: the run did not finish")
            continue
        found.runs += 1
        found.breaks += _run(archive, process, run, runs, found)
    found.breaks += _links(runs, found.notes)
    if runs:
        found.breaks += _lists(archive, process, runs)
        found.objects += len(LISTS)


def _run(
    archive: Archive, process: str, run: str, runs: list[_Run], found: Verification
) -> Iterator[Break]:
    folder = f"{process}/{run}/"
    body = archive.get(f"{folder}{MANIFEST}")
    try:
        manifest = unsealed(body)
    except ValueError as error:
        yield Break(key=f"{folder}{MANIFEST}", problem=str(error))
        return
    yield from _objects(archive, folder, manifest, found)
    approval = yield from _signed(archive, f"{folder}{APPROVAL}", "manifest", digest(body))
    yield from _signed(archive, f"{folder}{WITHDRAWAL}", "approval", approval)
    runs.append(
        _Run(
            process=process,
            id=run,
            sha256=digest(body),
            manifest=manifest,
            approval=approval,
            withdrawn=archive.exists(f"{folder}{WITHDRAWAL}"),
        )
    )


def _objects(
    archive: Archive, folder: str, manifest: dict[str, Any], found: Verification
) -> Iterator[Break]:
    listed = {f"{folder}{one['name']}": one["sha256"] for one in manifest["objects"]}
    there = set(archive.keys(folder))
    found.objects += len(there)
    for key in sorted(listed.keys() | there):
        if key not in there:
            yield Break(key=key, problem="is gone; the manifest has it")
        elif key in listed:
            if digest(archive.get(key)) != listed[key]:
                yield Break(key=key, problem="was changed: its SHA-256 is not the manifest's")
        elif key.removeprefix(folder) not in AFTERWARDS:
            yield Break(key=key, problem="was added: the manifest does not have it")


def _signed(archive: Archive, key: str, what: str, sha256: str) -> Generator[Break, None, str]:
    """Yield what is broken of what was signed, and return its SHA-256 or nothing.

    Args:
        archive: where it lies.
        key: of an approval or a withdrawal.
        what: the document that it pins.
        sha256: of that document.
    """
    if not archive.exists(key):
        return ""
    body = archive.get(key)
    try:
        if unsealed(body)[what] != sha256:
            yield Break(key=key, problem=f"is of another {what} than the run's")
    except (ValueError, KeyError) as error:
        yield Break(key=key, problem=str(error))
    return digest(body)


def _links(runs: list[_Run], notes: list[str]) -> Iterator[Break]:
    by_id = {run.id: run for run in runs}
    followed: dict[str, str] = {}
    for run in runs:
        before = run.manifest["previous"]
        if before is None:
            continue
        if SourceRevision.from_json(run.manifest.get("revision")).named:
            yield from _sealed_by(run, before["run"], before["sha256"], by_id)
            continue  # it stands aside, and no run follows it
        if before["run"] in followed:
            notes.append(f"{run.folder} and {followed[before['run']]} follow the same run")
        followed[before["run"]] = run.folder
        yield from _sealed_by(run, before["run"], before["sha256"], by_id)
    yield from _approvals(runs, by_id)


def _sealed_by(run: _Run, name: str, sha256: str, by_id: dict[str, _Run]) -> Iterator[Break]:
    key = f"{run.process}/{name}/{MANIFEST}"
    if name not in by_id:
        yield Break(key=key, problem=f"cannot be read, but {run.folder} follows it")
    elif by_id[name].sha256 != sha256:
        yield Break(key=key, problem=f"is not the manifest that {run.folder}{MANIFEST} sealed")


def _approvals(runs: list[_Run], by_id: dict[str, _Run]) -> Iterator[Break]:
    for run in runs:
        sealed = (run.manifest["compared"] or {}).get("approval")
        if sealed and sealed["run"] in by_id and by_id[sealed["run"]].approval != sealed["sha256"]:
            key = f"{run.process}/{sealed['run']}/{APPROVAL}"
            yield Break(key=key, problem=f"is not the approval that {run.folder}{MANIFEST} sealed")


def _lists(archive: Archive, process: str, runs: list[_Run]) -> Iterator[Break]:
    key = f"{process}/{LATEST}"
    try:
        rows = unsealed(archive.get(key))["runs"]
    except (FencepostError, ValueError, KeyError, json.JSONDecodeError) as error:
        yield Break(key=key, problem=str(error))
    else:
        remembered = {row["run"]: row["sha256"] for row in rows}
        taken_back = {row["run"] for row in rows if row.get("withdrawn")}
        places = {row["run"]: Platform.read(row["shownOn"]) for row in rows if "shownOn" in row}
        for run in runs:
            place = Platform.read(run.manifest.get("shownOn"))
            if places.get(run.id, place) is not place:
                yield Break(key=key, problem=f"says that {run.folder} took place elsewhere")
            if run.id in taken_back and not run.withdrawn:
                yield Break(key=f"{run.folder}{WITHDRAWAL}", problem=f"is gone, but {key} lists it")
            if remembered.get(run.id, run.sha256) != run.sha256:
                yield Break(
                    key=f"{run.folder}{MANIFEST}", problem=f"is not the one that {key} lists"
                )
        known = {run.id for run in runs}
        for gone in sorted(remembered.keys() - known):
            yield Break(
                key=f"{process}/{gone}/{MANIFEST}", problem=f"cannot be read, but {key} lists it"
            )
    yield from _page(archive, f"{process}/{INDEX}")


def _page(archive: Archive, key: str) -> Iterator[Break]:
    if not archive.exists(key):
        yield Break(key=key, problem="is gone")
    elif not page_intact(archive.get(key)):
        yield Break(key=key, problem="was changed: it does not match its own seal")
