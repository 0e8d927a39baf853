"""What DuckDB reads: one line for each run, and each run's grants, under names of our own."""

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lambdas.errors import FencepostError, MissingObjectError
from lambdas.gateways.archive.documents import Archive
from lambdas.model.archive.manifest import APPROVAL, MANIFEST, WITHDRAWAL, digest, unsealed
from lambdas.model.dossier.verdict import Verdict
from lambdas.model.execution.platform import Platform

RUNS = "runs.jsonl"
REFINED, EVIDENCE = "refined.json", "evidence.jsonl.gz"
SIDE_BY_SIDE = 16  # runs that are read at once: in a bucket each object is a round trip


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which runs are asked about: a process or all, begun within two days (ISO 8601) or open."""

    process: str = ""
    since: str = ""
    until: str = ""


@dataclass(slots=True)
class Staged:
    """What was read.

    Attributes:
        runs: a row for each finished run in the scope.
        left_out: what was not read, and why; each a sentence.
    """

    runs: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


class LeftOutError(Exception):
    """A run that cannot be answered for."""


def stage(archive: Archive, folder: Path, scope: Scope) -> Staged:
    """Lay down what DuckDB reads; every document is held against its run's manifest."""
    staged = Staged()
    keys = list(_runs(archive, scope))
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:

        def read(numbered: tuple[int, tuple[str, str]]) -> dict[str, Any] | str | None:
            number, (process, run) = numbered
            try:
                return _row(archive, process, run, folder / f"{number}.json")
            except MissingObjectError:
                return None  # it has no manifest: it did not finish
            except (LeftOutError, FencepostError, ValueError, KeyError, TypeError) as error:
                return f"{process}/{run}: {error}"

        for found in pool.map(read, enumerate(keys)):
            if isinstance(found, str):
                staged.left_out.append(found)
            elif found and _is_within(found, scope):
                staged.runs.append(found)
    _mark_newest(staged.runs)
    with (folder / RUNS).open("w", encoding="utf-8") as out:
        for row in staged.runs:
            out.write(json.dumps(row) + "\n")
    return staged


def _runs(archive: Archive, scope: Scope) -> Iterator[tuple[str, str]]:
    for process in [scope.process] if scope.process else archive.folders(""):
        for run in archive.folders(f"{process}/"):
            yield process, run


def _row(archive: Archive, process: str, run: str, place: Path) -> dict[str, Any]:
    folder = f"{process}/{run}/"
    body = archive.get(f"{folder}{MANIFEST}")
    manifest = unsealed(body)
    if (manifest["process"], manifest["run"]) != (process, run):
        raise LeftOutError("its manifest is another run's")
    sha256 = {one["name"]: one["sha256"] for one in manifest["objects"]}
    try:
        refined = archive.get(f"{folder}{REFINED}")
    except MissingObjectError:
        raise LeftOutError(f"{REFINED} is gone") from None
    if digest(refined) != sha256.get(REFINED):
        raise LeftOutError(f"{REFINED} is not the one that its manifest lists")
    place.write_bytes(refined)
    approval = _signed(archive, f"{folder}{APPROVAL}", manifest=digest(body))
    taken = _signed(archive, f"{folder}{WITHDRAWAL}", approval=approval.get("sha256", ""))
    return {
        "process": process,
        "run": run,
        "startedAt": manifest["startedAt"],
        "account": manifest["account"],
        "shownOn": Platform.read(manifest.get("shownOn")).value,
        "verdict": manifest["verdict"]["kind"],
        "proved": Verdict.from_json(manifest["verdict"]).proved,
        "approvedBy": approval.get("by", ""),
        "approvedAt": approval.get("at", ""),
        "withdrawnBy": taken.get("by", ""),
        "withdrawnAt": taken.get("at", ""),
        "stands": bool(approval) and not taken,
        "manifestSha256": digest(body),
        "evidence": f"{folder}{EVIDENCE}",
        "evidenceSha256": sha256.get(EVIDENCE, ""),
        "file": place.name,
        "newest": False,
    }


def _signed(archive: Archive, key: str, **pinned: str) -> Mapping[str, Any]:
    """An approval or a withdrawal; one that is of another document counts for nothing."""
    if not archive.exists(key):
        return {}
    body = archive.get(key)
    content = unsealed(body)
    for name, sha256 in pinned.items():
        if content[name] != sha256:
            raise LeftOutError(f"{key} is of another {name}")
    return {**content, "sha256": digest(body)}


def _is_within(row: Mapping[str, Any], scope: Scope) -> bool:
    day = str(row["startedAt"])
    until = scope.until
    return scope.since <= day and (not until or day[: len(until)] <= until)


def _mark_newest(rows: Sequence[dict[str, Any]]) -> None:
    """Of each process; once one took place on AWS, none of an embedded AWS is meant."""
    emulated = Platform.EMBEDDED.value
    for process in {row["process"] for row in rows}:
        own = [row for row in rows if row["process"] == process]
        on_aws = any(row["shownOn"] == Platform.AWS.value for row in own)
        meant = [row for row in own if not (on_aws and row["shownOn"] == emulated)]
        max(meant, key=lambda row: (row["startedAt"], row["run"]))["newest"] = True
