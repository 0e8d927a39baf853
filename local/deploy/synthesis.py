"""Synthesise the app, unless the assembly of exactly these sources is there already."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from stacks.processes.folders import process_folders, read_processes

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
ASSEMBLIES = BUILD / "assemblies"
KEPT = 3  # assemblies
IN_USE = 3_600  # seconds; what is younger may be another process's, just being made or deployed
SOURCES = (
    "app.py",
    "cdk.json",
    "lambdas",
    "local/node.py",
    "processes",
    "requirements.txt",
    "stacks",
    "statemachine",
)
SKIPPED = {"node_modules", "__pycache__", ".build", ".serverless", "cdk.out", ".mypy_cache", ".git"}
EXTRA_PROCESSES = "FENCEPOST_PROCESSES"
# What differs from an account's: the embedded trail delivers every second, where CloudTrail takes
# five minutes, so it is complete sooner after the closing markers; and a definition that cannot be
# read is left out.
SETTINGS = {"settleSeconds": 3, "leaveOutUnreadable": True}


class SynthError(Exception):
    """The app does not synthesise; the message is what it said."""


def assembly(
    environment: dict[str, str],
    *,
    say: Callable[[str], None],
    context: Mapping[str, Any] | None = None,
) -> Path:
    """The cloud assembly of the sources as they are, with further context.

    Raises:
        SynthError: the app said no.
    """
    context = context or {}
    wanted = ASSEMBLIES / fingerprint(environment, context)
    if (wanted / "manifest.json").exists():
        os.utime(wanted)
        say("synth: nothing changed")
        return wanted
    began = time.monotonic()
    draft = ASSEMBLIES / f"draft-{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    _synth(draft, environment, context)
    _keep(draft, wanted)
    _forget_old()
    say(f"synth: {time.monotonic() - began:.1f} s")
    return wanted


def _keep(draft: Path, wanted: Path) -> None:
    try:
        draft.rename(wanted)
    except OSError:
        if not (wanted / "manifest.json").exists():
            raise
        shutil.rmtree(draft)  # another process was faster, and what it made is the same


def _synth(outdir: Path, environment: dict[str, str], further: Mapping[str, Any]) -> None:
    settings = json.loads((ROOT / "cdk.json").read_text()) if (ROOT / "cdk.json").exists() else {}
    context = {**settings.get("context", {}), **SETTINGS, **further}
    found = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**environment, "CDK_OUTDIR": str(outdir), "CDK_CONTEXT_JSON": json.dumps(context)},
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode:
        raise SynthError(_essence(found.stderr) or _essence(found.stdout))


def _essence(text: str) -> str:
    """The message of an error without jsii's long way to it."""
    lines = text.strip().splitlines()
    last = max((n for n, line in enumerate(lines) if line.startswith("Traceback")), default=0)
    messages = [line for line in lines[last:] if not line.startswith(("  ", "Traceback"))]
    return "\n".join(messages or lines[-20:])


def fingerprint(environment: dict[str, str], context: Mapping[str, Any] | None = None) -> str:
    """A hash of everything that synthesis reads."""
    digest = hashlib.sha256(f"{sys.version} {SETTINGS} {sorted((context or {}).items())}".encode())
    digest.update(environment.get(EXTRA_PROCESSES, "").encode())
    for path in _files(environment):
        digest.update(f"{path}\0{path.stat().st_mode & 0o111}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _files(environment: dict[str, str]) -> Iterator[Path]:
    roots = [ROOT / name for name in SOURCES]
    extra = environment.get(EXTRA_PROCESSES, "").split(os.pathsep)
    roots += [Path(folder) for folder in extra if folder]
    # A source may lie outside its process's folder.
    found, _ = read_processes(process_folders(environment.get(EXTRA_PROCESSES, "")))
    roots += [one.source for one in found if one.source and not one.source.is_relative_to(one.path)]
    for root in roots:
        if root.is_file():
            yield root
        for folder, names, files in os.walk(root):
            names[:] = sorted(set(names) - SKIPPED)
            yield from (
                Path(folder, name) for name in sorted(files) if (Path(folder, name)).is_file()
            )


def _forget_old() -> None:
    found = sorted(ASSEMBLIES.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in found[KEPT:]:
        if time.time() - path.stat().st_mtime > IN_USE:
            shutil.rmtree(path, ignore_errors=True)
