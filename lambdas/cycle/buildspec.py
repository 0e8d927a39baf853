"""From a process to the buildspec of its cycle; pure, so that a test can run it in a shell."""

import hashlib
import re
import shlex
from collections.abc import Collection
from pathlib import Path
from typing import Any

from lambdas.model.definition.process import Process
from lambdas.model.definition.source import SourceKind
from lambdas.model.definition.team_file import TEAM_FILE, TEAM_FILE_LIMIT
from lambdas.model.iam.role_boundary import BOUNDARY

CYCLE = Path(__file__).with_name("cycle.sh")
SECRETS = Path(__file__).with_name("secrets.sh")
SOURCE = Path(__file__).with_name("source.sh")
DEFINITION = Path(__file__).with_name("definition.sh")
REMOVE_LIMIT = 50  # minutes at most for `remove`, which must always have its turn
CLOSING = 10  # minutes for all that follows, before CodeBuild's own ceiling
QUEUE_TIMEOUT = 8 * 60  # minutes, CodeBuild's longest: an account may run one build at a time
# What the state machine reads of a finished build.
EXPORTED = ("FAILED_PHASE", "PHASES_DONE", "CLOSED_IN", "FAILURE_TAIL")
OF_SOURCE = ("SOURCE_REVISION", "SOURCE_LOG")  # and of one that fetches its source
OF_DEFINITION = ("DEFINITION",)  # and of one that reads what the team says, gzip in base64


def buildspec(process: Process, team: Collection[str] = ()) -> dict[str, Any]:
    """The buildspec of a process's cycle; `team` names the environment that its source decides.

    The build is given FENCEPOST_RUN, FENCEPOST_USE (learn, prove, or clean: the proof's `remove` as
    the sandbox role), FENCEPOST_REGIONS (where the closing markers are made),
    FENCEPOST_SANDBOX_ROLE, FENCEPOST_CANDIDATE_ROLE and FENCEPOST_BOUNDARY (of created roles).
    The build ends well however its cycle ended, and exports how: nowhere does AWS say that a
    build that fails exports anything
    (https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ExportedEnvironmentVariable.html).
    It fails when the cycle could not even say how it ended.
    """
    phases: dict[str, Any] = {"build": {"commands": _commands(cycle(process, team))}}
    if process.build.runtimes:
        versions = {name: _version(version) for name, version in process.build.runtimes}
        phases["install"] = {"runtime-versions": versions, "commands": ["true"]}
    return _whole(process, phases, [*EXPORTED, *(OF_SOURCE if fetches(process) else ())])


def reading(process: Process) -> dict[str, Any]:
    """The buildspec that reads the team's file of the source, and runs nothing of the process.

    The build is given FENCEPOST_RUN, FENCEPOST_REVISION and FENCEPOST_USE, which is `read`.
    """
    script = "\n".join(
        [
            CYCLE.read_text(encoding="utf-8"),
            *_region(process),
            *_environment(process),
            *_fetched(process),
            DEFINITION.read_text(encoding="utf-8"),
            shlex.join(["read_definition", TEAM_FILE, str(TEAM_FILE_LIMIT)]),
            "report",
            "tell_source",
            "tell_definition",
            "",
        ]
    )
    phases = {"build": {"commands": _commands(script)}}
    return _whole(process, phases, [*EXPORTED, *OF_SOURCE, *OF_DEFINITION])


def _whole(process: Process, phases: dict[str, Any], exported: list[str]) -> dict[str, Any]:
    return {
        "version": 0.2,
        "env": {
            "shell": "bash",
            "exported-variables": exported,
            # A clone of CodeBuild's has one branch; the others are fetched as it was cloned.
            **({"git-credential-helper": "yes"} if process.source.codebuild_type else {}),
        },
        "phases": phases,
    }


def cycle(process: Process, team: Collection[str] = ()) -> str:
    """The whole cycle as one shell script; everything that a person wrote is quoted data.

    The environment that `team` names reaches the commands alone: neither what fetches the source
    and the secrets nor what says how the cycle ended may be steered by it.
    """
    phases, remove = limits(process)
    return "\n".join(
        [
            CYCLE.read_text(encoding="utf-8"),
            f"phases_until=$(($(date +%s) + {phases}))",
            f"remove_until=$((phases_until + {remove}))",
            *_region(process),
            *_environment(process, team),
            *_fetched(process),
            *_secrets(process),
            *_given(process, team),
            shlex.join(["install", *process.install]),
            *(shlex.join(["phase", one.name, *one.commands]) for one in process.phases),
            "leftovers",
            "close",
            "report",
            *(["tell_source"] if fetches(process) else []),
            "",
        ]
    )


def limits(process: Process) -> tuple[int, int]:
    """Seconds for install and all phases but `remove` together, and more for `remove`."""
    minutes = process.build.timeout
    remove = min(REMOVE_LIMIT, minutes // 4)
    return (minutes - remove - min(CLOSING, minutes // 8)) * 60, remove * 60


def fetches(process: Process) -> bool:
    """Whether each build fetches the source, instead of a folder that was packed."""
    return process.source.kind is not SourceKind.FOLDER


def _fetched(process: Process) -> list[str]:
    source = process.source
    if not fetches(process):
        return [SOURCE.read_text(encoding="utf-8")] if process.secrets else []
    if source.kind is SourceKind.S3:
        call = ["fetch_s3", *source.location.split("/", 1), source.path]
    else:
        url = "" if source.codebuild_type else source.location
        call = ["fetch_git", url, source.ref, source.path]
    # What cannot be fetched is neither installed nor run.
    return [SOURCE.read_text(encoding="utf-8"), shlex.join(call)]


def _secrets(process: Process) -> list[str]:
    if not process.secrets:
        return []
    aside = "yes" if process.build.secrets_for_revisions else "no"
    return [
        SECRETS.read_text(encoding="utf-8"),
        *(shlex.join(["secret", one.name, *one.read, aside]) for one in process.secrets),
    ]


def _commands(script: str) -> list[str]:
    end = f"END_{hashlib.sha256(script.encode()).hexdigest()[:12]}"  # a line that it cannot hold
    folder = 'export FENCEPOST_WORK="$(mktemp -d)"'
    return [
        f"{folder}\ncat > \"$FENCEPOST_WORK/cycle\" <<'{end}'\n{script}{end}",
        'bash "$FENCEPOST_WORK/cycle" || true',
        '. "$FENCEPOST_WORK/outcome" && rm -rf "$FENCEPOST_WORK"',
    ]


def _version(runtime: str) -> int | str:
    return int(runtime) if runtime.isdecimal() else runtime


def _region(process: Process) -> list[str]:
    if not process.regions:
        return []
    region = shlex.quote(process.regions[0])
    return [f"export AWS_REGION={region} AWS_DEFAULT_REGION={region}"]


def _environment(process: Process, team: Collection[str] = ()) -> list[str]:
    """Of the build itself, which fetches through a proxy that it may name."""
    return _by_use(process, [one for one, _ in process.environment if one not in team], "export {}")


def _given(process: Process, team: Collection[str]) -> list[str]:
    return _by_use(process, [one for one, _ in process.environment if one in team], "given=({})")


def _by_use(process: Process, names: Collection[str], line: str) -> list[str]:
    if not names:
        return []
    uses = (
        f"  {uses}) {line.format(_assignments(process, names, process.values(use)))} ;;"
        for uses, use in (("learn | read", "learn"), ("prove | clean", "prove"))
    )
    return ["case $FENCEPOST_USE in", *uses, "esac"]


def _assignments(process: Process, names: Collection[str], values: dict[str, str]) -> str:
    chosen = ((name, value) for name, value in process.environment if name in names)
    return " ".join(f"{name}={_filled(value, values)}" for name, value in chosen)


def _filled(text: str, values: dict[str, str]) -> str:
    """Quoted for the shell; the build alone knows the boundary's ARN."""
    named = re.sub(r"\{([a-z][a-z0-9_]*)\}", lambda match: values.get(match[1], match[0]), text)
    stretches = named.split(f"{{{BOUNDARY}}}")
    return '"$FENCEPOST_BOUNDARY"'.join(shlex.quote(one) for one in stretches)
