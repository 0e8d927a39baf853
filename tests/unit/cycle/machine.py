"""A build machine for tests: a real shell, with an `aws` of our own in the path."""

import base64
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lambdas.cycle import buildspec
from lambdas.model.definition.process import Process
from lambdas.model.execution.source_revision import SourceRevision
from tests.stacks.samples import Json, definition

RUN = "20261123T180000Z-1a2b3c4d"
FAKE_AWS = """#!/usr/bin/env bash
printf '%s|%s|%s\\n' "${AWS_CONTAINER_CREDENTIALS_RELATIVE_URI-hidden}" "$AWS_REGION" \
  "$(printf '%s ' "$@" | tr -d '\\n')" >> "$FAKE_AWS_LOG"
case "$*" in
  *assume-role*) [ -z "${FAKE_REFUSES-}" ] || { echo AccessDenied >&2; exit 254; }
    echo '{"Version": 1, "AccessKeyId": "AK"}' ;;
  *"${FAKE_CALL-no such call}"*) eval "$FAKE_ANSWER" ;;
  *"--region refusing-1"*) exit 255 ;;
  *describe-stacks*us-west-2*) echo "${FAKE_STACKS-}" ;;
  *lookup-events*us-west-2*AttributeValue=CreateStack*) echo "${FAKE_EVENTS-[]}" ;;
  *"wait stack-delete-complete"*) [ -z "${FAKE_STAYS-}" ] || exit 255 ;;
esac
"""
OUTCOME = 'printf "%s\\n" "$FAILED_PHASE" "$PHASES_DONE" "$CLOSED_IN" "$FAILURE_TAIL" "${SOURCE_REVISION-}" "${SOURCE_LOG-}" "${DEFINITION-}" > "$OUTCOME"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a build left."""

    status: int
    output: str
    failed: str
    done: list[str]
    closed: list[str]
    tail: str
    calls: list[str]
    revision: SourceRevision
    definition: str


class Machine:
    """A build machine: a shell, a source folder, an environment as CodeBuild sets it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source = folder / "a source"
        self.source.mkdir()
        (folder / "bin").mkdir()
        (folder / "bin" / "aws").write_text(FAKE_AWS)
        (folder / "bin" / "aws").chmod(0o755)
        self.environment = {
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "TMPDIR": str(folder),
            "AWS_REGION": "us-west-2",
            "AWS_DEFAULT_REGION": "us-west-2",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials",
            "FAKE_AWS_LOG": str(folder / "calls"),
            "OUTCOME": str(folder / "outcome"),
            "FENCEPOST_RUN": RUN,
            "FENCEPOST_USE": "learn",
            "FENCEPOST_REGIONS": "us-west-2 us-east-1",
            "FENCEPOST_TRAIL_SECONDS": "0",
            "FENCEPOST_SANDBOX_ROLE": "arn:aws:iam::1:role/sandbox",
            "FENCEPOST_CANDIDATE_ROLE": "arn:aws:iam::1:role/candidate",
        }

    def answer(self, call: str, commands: str) -> None:
        """Let `aws` answer a call by commands of a shell."""
        self.environment |= {"FAKE_CALL": call, "FAKE_ANSWER": commands}

    def build(self, raw: Json, **environment: str) -> Built:
        """Run the build phase's commands as CodeBuild does, in one shell."""
        return self.run(buildspec.buildspec(Process.from_mapping("orders", raw)), **environment)

    def run(self, spec: Json, **environment: str) -> Built:
        """The same, of any buildspec."""
        commands = spec["phases"]["build"]["commands"]
        script = "\n".join(f"{one}\n" + "status=$?" for one in commands)
        found = subprocess.run(
            ["bash", "-c", f"{script}\n{OUTCOME}\nexit $status"],
            cwd=self.source,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        outcome = (self.folder / "outcome").read_text().split("\n")
        calls = self.folder / "calls"
        return Built(
            status=found.returncode,
            output=found.stdout + found.stderr,
            failed=outcome[0],
            done=outcome[1].split(),
            closed=outcome[2].split(),
            tail=base64.b64decode(outcome[3]).decode(),
            revision=SourceRevision.from_json({"commit": outcome[4], "log": outcome[5]}),
            definition=outcome[6],
            calls=calls.read_text().splitlines() if calls.exists() else [],
        )


def phases(**commands: list[str]) -> Json:
    """A definition of these phases."""
    return definition(phases=commands)
