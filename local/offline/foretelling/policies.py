"""The policy that somebody names: a file, a dossier's folder, or a process in the archive."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foretell.comparison.granted import Granted, read_policy
from foretell.errors import UnreadablePolicyError
from lambdas.errors import FencepostError
from lambdas.model.text import visible

REFINED = "refined.json"
EVIDENCE = "evidence.jsonl.gz"
_LARGEST = 64 << 20  # bytes of a policy's file


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPolicy:
    """A policy and where it is from.

    Attributes:
        name: for words: the path, or the process and its run.
        manifest: of the run that it is from; empty where it lies apart.
        evidence: that run's lines; empty where it lies apart.
    """

    name: str
    granted: Granted
    manifest: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()


def named_policy(
    name: str, archive: str | None = None, values: Mapping[str, str] | None = None
) -> NamedPolicy:
    """Find and read it.

    Args:
        name: a file (`refined.json`, or a document of IAM's), a folder of a run, or a process.
        archive: where to look for a process; the default is that of `verify-archive`.
        values: of variables, in place of those of the run.

    Raises:
        UnreadablePolicyError: there is none of that name, or it cannot be read.
    """
    path = Path(name)
    if path.is_dir() and (path / REFINED).is_file():
        return _of_folder(path, values or {})
    if path.is_file():
        return NamedPolicy(name=name, granted=read_policy(_text(path), name, values or {}))
    if path.is_dir():
        raise UnreadablePolicyError(
            f"{visible(name)} holds no {REFINED}: name a run's folder (out/PROCESS/RUN) or a file"
        )
    return _of_process(name, archive, values or {})


def _text(path: Path) -> str:
    if path.stat().st_size > _LARGEST:
        raise UnreadablePolicyError(f"{visible(str(path))} is too large to be a policy")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UnreadablePolicyError(f"{visible(str(path))} is no text") from None


def _of_folder(path: Path, values: Mapping[str, str]) -> NamedPolicy:
    manifest = path / "manifest.json"
    evidence = path / EVIDENCE
    return NamedPolicy(
        name=str(path),
        granted=read_policy(_text(path / REFINED), str(path / REFINED), values),
        manifest=_content(manifest.read_bytes()) if manifest.is_file() else {},
        evidence=_lines(evidence.read_bytes()) if evidence.is_file() else (),
    )


def _of_process(name: str, archive: str | None, values: Mapping[str, str]) -> NamedPolicy:
    # Half a second of SDK, and only needed here.
    from lambdas.gateways.archive.archived_runs import comparable, finished_runs  # noqa: PLC0415
    from local.archive.places import chosen_archive  # noqa: PLC0415

    try:
        place = chosen_archive(archive)
    except FencepostError as error:
        if archive is None:  # nothing has run on this laptop yet
            return _nothing(name)
        raise UnreadablePolicyError(f"{visible(name)}: {visible(str(error))}") from None
    try:
        rows = finished_runs(place, name) if "/" not in name and name else ()
        if not rows:
            return _nothing(name)
        run = comparable(rows)[0].manifest.run
        folder = f"{name}/{run}"
        text = place.get(f"{folder}/{REFINED}").decode()
        evidence = f"{folder}/{EVIDENCE}"
        return NamedPolicy(
            name=folder,
            granted=read_policy(text, f"{folder}/{REFINED}", values),
            manifest=_content(place.get(f"{folder}/manifest.json")),
            evidence=_lines(place.get(evidence)) if place.exists(evidence) else (),
        )
    except (FencepostError, UnicodeDecodeError) as error:
        if isinstance(error, UnreadablePolicyError):
            raise
        raise UnreadablePolicyError(f"{visible(name)}: {visible(str(error))}") from None


def _nothing(name: str) -> NamedPolicy:
    raise UnreadablePolicyError(
        f"there is no {visible(name)}: neither a file, nor a run's folder, nor a process with "
        "finished runs in the archive. fencepost run PROCESS makes a run"
    )


def _content(body: bytes) -> Mapping[str, Any]:
    try:
        raw = json.loads(body)
    except ValueError:
        return {}
    return raw if isinstance(raw, dict) else {}


def _lines(body: bytes) -> tuple[str, ...]:
    try:
        return tuple(gzip.decompress(body).decode().splitlines())
    except (OSError, EOFError, UnicodeDecodeError):
        return ()
