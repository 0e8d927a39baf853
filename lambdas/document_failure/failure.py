"""A failed run in a person's words, read from what the state machine and the build say of it."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from lambdas.document_failure.advice import advice
from lambdas.document_failure.cycle_advice import BEFORE, cycle_advice
from lambdas.model.execution.run import Run
from lambdas.model.execution.source_revision import SourceRevision
from lambdas.model.execution.waits import quota_waits
from lambdas.model.text import visible

CAUSE_LIMIT = 30_000  # characters; Step Functions takes 32,768
# Colours and cursor moves, https://ecma-international.org/publications-and-standards/standards/ecma-48/
STEERING = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\x1b[@-Z\\-_]")
COMMAND = re.compile(r"^::fencepost command \S+ ", re.MULTILINE)  # as the build marks it
CYCLE_FAILED = "CycleFailed"  # a phase of it: the build ended well, and said so
READING, NOT_READ = "ReadDefinition", "DefinitionNotRead"
BUILD_FAILED = "BuildFailed"  # the build itself, which says nothing of its cycle


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What is known of it.

    Attributes:
        state: the state that failed. error: the error's name. problem: one or more lines.
        phase: of the cycle, when that failed. last_lines: of the phase's last command.
        reasons: why stacks of the phase failed, a line each.
        removed: whether the process's own remove phase succeeded; None when there was no cycle
            that could tell.
        build: CodeBuild's id of it, or empty. log: where its log is read, or empty.
        waits: for quotas, a sentence each.
        revision: of the source, in words, or empty.
    """

    run: Run
    state: str
    error: str
    problem: str
    phase: str = ""
    last_lines: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    removed: bool | None = None
    build: str = ""
    log: str = ""
    waits: tuple[str, ...] = ()
    revision: str = ""

    @classmethod
    def from_event(cls, run: Run, event: Mapping[str, Any]) -> Self:
        """Read the state's input; nothing in it but the run is taken for granted."""
        error = _mapping(event.get("error"))
        build = _mapping(event.get("build"))
        exported = _mapping(build.get("exported"))
        phase = str(exported.get("FAILED_PHASE", ""))
        name = str(error.get("Error") or "Unknown")
        return cls(
            run=run,
            state=str(event.get("state") or "an unknown state"),
            error=name,
            problem=_cycle_problem(phase, build)
            if name in (CYCLE_FAILED, BUILD_FAILED)
            else _problem(str(error.get("Cause") or "")),
            phase=phase,
            last_lines=_lines(str(exported.get("FAILURE_TAIL", ""))) if phase else (),
            removed=_removed(exported),
            build=str(build.get("id", "")),
            log=str(build.get("log", "")),
            waits=tuple(one.words for one in quota_waits(_mapping(event.get("waits")))),
            revision=_revision(event.get("revision"), exported),
        )

    @property
    def by_a_stack(self) -> bool:
        """Whether a stack of the process may be what failed: one of its own phases did."""
        return self.error == CYCLE_FAILED and bool(self.phase) and self.phase not in BEFORE

    @property
    def advice(self) -> str:
        """What to do about it."""
        if self.state == READING and self.error == BUILD_FAILED:
            return advice(NOT_READ)
        if self.error == CYCLE_FAILED:
            return cycle_advice(self.run.platform, self.phase, (*self.last_lines, *self.reasons))
        return advice(self.error, self.problem)

    @property
    def cause(self) -> str:
        """What the execution ends with."""
        return "\n".join([self.problem, *self.reasons, *self.last_lines])[:CAUSE_LIMIT]


def _revision(raw: object, exported: Mapping[str, Any]) -> str:
    """A cycle that failed has told its revision to nobody but its build."""
    revision = {"commit": exported.get("SOURCE_REVISION"), **_mapping(raw)}
    found = SourceRevision.from_json(revision)
    return found.words or found.named


def _mapping(raw: object) -> Mapping[str, Any]:
    return raw if isinstance(raw, dict) else {}


def _problem(cause: str) -> str:
    """Lambda's Cause is JSON with the exception's message; other services' is text."""
    try:
        answer = json.loads(cause)
    except ValueError:
        return visible(cause) or "no cause was given"
    message = _mapping(answer).get("errorMessage")
    return visible(str(message)) if message else visible(cause)


def _cycle_problem(phase: str, build: Mapping[str, Any]) -> str:
    if phase:
        return f"the phase {visible(phase)} of the cycle failed"
    problems = [
        f"{one.get('name')}: {one.get('message')}"
        for one in map(_mapping, build.get("phases") or ())
        if one.get("message")
    ]
    status = build.get("status") or "not successful"
    if status == "SUCCEEDED":
        return "the build ended well, but did not say that every phase of the cycle was done"
    return visible("; ".join([f"the build is {status}", *problems]))


def _lines(encoded: str) -> tuple[str, ...]:
    try:
        text = base64.b64decode(encoded, validate=True).decode(errors="replace")
    except binascii.Error:
        return (f"(the last lines cannot be read: {len(encoded)} characters)",)
    plain = COMMAND.sub("$ ", STEERING.sub("", text))
    return tuple(visible(line) for line in plain.splitlines())


def _removed(exported: Mapping[str, Any]) -> bool | None:
    """None where nothing was begun that could be removed."""
    if not exported or "DEFINITION" in exported or exported.get("FAILED_PHASE") in BEFORE:
        return None
    return "remove" in str(exported.get("PHASES_DONE", "")).split()
