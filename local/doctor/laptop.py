"""This machine: Python, Node, the tools of `make setup`, the processes' definitions."""

import sys
from collections.abc import Sequence
from pathlib import Path

from lambdas.errors import InvalidProcessError
from local import node
from local.doctor.check import Check, missing, note, there
from stacks.processes.folders import ProcessFolder, load_processes

PYTHON = (3, 11)


def python(version: tuple[int, ...] = sys.version_info[:3]) -> Check:
    """The one that runs this."""
    running = ".".join(map(str, version))
    if version >= PYTHON:
        return there("Python", f"{running} runs.")
    wanted = ".".join(map(str, PYTHON))
    return missing(
        "Python", f"{running} runs.", f"Install Python {wanted} or newer, then make setup."
    )


def node_js() -> Check:
    """What the CDK needs."""
    folder = node.directory()
    if folder is None:
        return missing(
            "Node.js",
            f"None of version {node.MINIMUM} or newer is on the path.",
            "Run make setup: it installs one into .venv.",
        )
    return there("Node.js", f"Version {node.major(folder / 'node')} is in {folder}.")


def cdk(root: Path) -> Check:
    """The CDK's command line, of the version that package-lock.json names."""
    if (root / "node_modules" / ".bin" / "cdk").exists():
        return there("CDK", "Its command line is installed.")
    return missing("CDK", "node_modules holds no cdk.", "Run make setup.")


def processes(folders: Sequence[Path]) -> tuple[Check, tuple[ProcessFolder, ...]]:
    """What would be deployed."""
    try:
        found = load_processes(folders)
    except InvalidProcessError as error:
        return missing("processes", f"{error}.", "Correct each definition at its line."), ()
    if not found:
        return missing("processes", "There are none.", "Add a folder to processes/."), ()
    names = ", ".join(one.process.name for one in found)
    old = [f"{one.process.name}: {one.note}." for one in found if one.note]
    if old:
        return note("processes", " ".join(old), "docs/process.md has every key."), found
    return there("processes", f"{names}: every definition can be read."), found
