"""audit: an auditor's question over an archive."""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lambdas.errors import FencepostError
from lambdas.gateways.archive.documents import Archive
from lambdas.model.text import counted
from local.archive.audit.output import FORMS, rows_of
from local.archive.audit.staging import Scope, Staged, stage
from local.archive.places import chosen_archive
from local.output import NO, UNKNOWN, YES, complain, leave_in_peace

QUERIES = Path(__file__).parent / "queries"
ENGINE = Path(__file__).with_name("duck.py")
GRANTED = "granted"  # the question about all runs; the others are about the newest
# The environment that `make audit-tools` makes, or any Python that has DuckDB.
PYTHON = "FENCEPOST_AUDIT_PYTHON"
OWN = Path(__file__).parents[3] / ".venv-audit" / "bin" / "python"
MOST = 20  # runs left out that are named
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PROCESS = re.compile(r"[a-z][a-z0-9-]{0,31}")
_SHOWN = re.compile(r"^-- shown: (.+)$", re.MULTILINE)


class EngineError(Exception):
    """DuckDB is not there, or did not answer."""


def audit(arguments: argparse.Namespace) -> int:
    """Answer a question; say which runs it could not be answered for."""
    try:
        scope = _scope(arguments)
        python = _python()
        staged = _answered(chosen_archive(arguments.archive), scope, python, arguments)
    except (FencepostError, EngineError, ValueError) as error:
        complain(str(error))
        return UNKNOWN
    for one in staged.left_out[:MOST]:
        complain(f"left out: {one}")
    if staged.left_out:
        complain(
            f"{counted(len(staged.left_out), 'run')} left out of {arguments.question}; see "
            "fencepost verify-archive"
        )
    return NO if staged.left_out else YES


def _scope(arguments: argparse.Namespace) -> Scope:
    for name in ("since", "until"):
        day = getattr(arguments, name)
        if day and not _DAY.fullmatch(day):
            raise ValueError(f"--{name}: {day!r} is no day; write 2026-11-20")
        if day and arguments.question != GRANTED:
            # What is approved or used is so by all runs before.
            raise ValueError(f"--{name} is of {GRANTED} alone")
    process = arguments.process or ""
    if process and not _PROCESS.fullmatch(process):
        raise ValueError(f"--process: {process!r} is no name of a process")
    return Scope(process=process, since=arguments.since or "", until=arguments.until or "")


def _python() -> Path:
    named = os.environ.get(PYTHON)
    python = Path(named) if named else OWN
    if not python.is_file():
        raise EngineError(
            f"there is no {python}: run make audit-tools once, or name a Python that has DuckDB "
            f"in {PYTHON}"
        )
    return python


def _answered(
    archive: Archive, scope: Scope, python: Path, arguments: argparse.Namespace
) -> Staged:
    query = QUERIES / f"{arguments.question}.sql"
    shown = _SHOWN.findall(query.read_text(encoding="utf-8"))[0].split(", ")
    with tempfile.TemporaryDirectory(prefix="fencepost-audit-") as folder:
        staged = stage(archive, Path(folder), scope)
        if not staged.runs:
            raise EngineError("no finished run lies there that could be asked about")
        with _asked(python, folder, query) as lines:
            names = next(rows_of(lines))
            try:
                FORMS[arguments.form](names, shown, rows_of(lines))
                sys.stdout.flush()
            except BrokenPipeError:
                leave_in_peace()
                for _ in lines:  # the engine ends as it would have
                    pass
    return staged


@contextmanager
def _asked(python: Path, folder: str, query: Path) -> Iterator[Iterator[str]]:
    command = [str(python), "-I", str(ENGINE), folder, str(QUERIES / "views.sql"), str(query)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as engine:
        if engine.stdout is None or engine.stderr is None:  # they are pipes
            raise EngineError("DuckDB cannot be heard")
        try:
            yield iter(engine.stdout)
        except StopIteration:
            raise EngineError(f"DuckDB: {engine.stderr.read().strip()[-1000:]}") from None
        said = engine.stderr.read().strip()
    if engine.returncode:
        raise EngineError(f"DuckDB: {said[-1000:]}")
