"""A buildspec, version 0.2, as CodeBuild reads it.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import yaml

DEFAULT_RETRIES = 3  # of `on-failure: RETRY` that names no number
SHELLS = frozenset({"sh", "bash"})


class Phase(StrEnum):
    """The phases that a buildspec fills, in their order."""

    INSTALL = "INSTALL"
    PRE_BUILD = "PRE_BUILD"
    BUILD = "BUILD"
    POST_BUILD = "POST_BUILD"


class OnFailure(StrEnum):
    """What follows a phase that failed; by default the next phase that cleans up."""

    DEFAULT = "DEFAULT"
    ABORT = "ABORT"
    CONTINUE = "CONTINUE"
    RETRY = "RETRY"


class BuildspecError(Exception):
    """The buildspec cannot be used; the message is what CodeBuild shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseSpec:
    """The commands of one phase."""

    commands: tuple[str, ...] = ()
    last: tuple[str, ...] = ()  # `finally`
    on_failure: OnFailure = OnFailure.DEFAULT
    retries: int = 0
    retry_when: str = ""  # a pattern that the output must match


@dataclass(frozen=True, slots=True, kw_only=True)
class Buildspec:
    """What a build does."""

    phases: Mapping[Phase, PhaseSpec]
    shell: str = "sh"
    variables: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)  # names in Parameter Store
    secrets: Mapping[str, str] = field(default_factory=dict)  # references to Secrets Manager
    exported: tuple[str, ...] = ()


def parse(text: str) -> Buildspec:
    """Read a buildspec, or say what is wrong with it."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BuildspecError(f"wrong YAML at {getattr(error, 'problem_mark', '')}") from error
    if not isinstance(document, dict):
        raise BuildspecError("the buildspec must be a mapping")
    if str(document.get("version")) != "0.2":
        raise BuildspecError("missing or unsupported version: only 0.2 is")
    given = document.get("phases")
    if not isinstance(given, dict) or not given:
        raise BuildspecError("this build must include at least one phase")
    unknown = sorted(set(given) - {phase.lower() for phase in Phase})
    if unknown:
        raise BuildspecError(f"invalid buildspec phase name: {', '.join(unknown)}")
    environment = document.get("env") or {}
    shell = environment.get("shell", "sh")
    if shell not in SHELLS:
        raise BuildspecError(f"unsupported shell: {shell}")
    return Buildspec(
        phases={
            phase: _phase(phase, given[phase.lower()] or {})
            for phase in Phase
            if phase.lower() in given
        },
        shell=shell,
        variables=_texts(environment.get("variables")),
        parameters=_texts(environment.get("parameter-store")),
        secrets=_texts(environment.get("secrets-manager")),
        exported=tuple(environment.get("exported-variables") or ()),
    )


def _phase(phase: Phase, given: Any) -> PhaseSpec:
    if not isinstance(given, dict):
        raise BuildspecError(f"phase {phase} must be a mapping")
    kind, retries, pattern = _on_failure(phase, str(given.get("on-failure", OnFailure.DEFAULT)))
    return PhaseSpec(
        commands=_commands(phase, given.get("commands")),
        last=_commands(phase, given.get("finally")),
        on_failure=kind,
        retries=retries,
        retry_when=pattern,
    )


def _on_failure(phase: Phase, text: str) -> tuple[OnFailure, int, str]:
    match = re.fullmatch(r"RETRY(?:-(?P<count>\d+))?(?:-(?P<pattern>.+))?", text)
    if match:
        return OnFailure.RETRY, int(match["count"] or DEFAULT_RETRIES), match["pattern"] or ""
    if text not in set(OnFailure):
        raise BuildspecError(f"phase {phase}: unsupported on-failure {text}")
    return OnFailure(text), 0, ""


def _commands(phase: Phase, given: Any) -> tuple[str, ...]:
    commands = [given] if isinstance(given, str) else given or []
    if not isinstance(commands, list) or not all(isinstance(item, str) for item in commands):
        # `- echo: x` is the usual slip: YAML reads a mapping where a command was meant.
        raise BuildspecError(f"expected commands of phase {phase} to be a list of texts")
    return tuple(commands)


def _texts(given: Mapping[str, Any] | None) -> dict[str, str]:
    return {name: str(value) for name, value in (given or {}).items()}
