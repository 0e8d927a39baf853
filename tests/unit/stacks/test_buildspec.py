"""The buildspec, run by a real shell with an `aws` of our own in the path."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import yaml

from lambdas.model.process import Process
from stacks import buildspec
from tests.stacks.samples import Json, definition

if TYPE_CHECKING:
    from pathlib import Path

RUN = "20261123T180000Z-1a2b3c4d"
FAKE_AWS = """#!/usr/bin/env bash
printf '%s|%s|%s\\n' "${AWS_CONTAINER_CREDENTIALS_RELATIVE_URI-hidden}" "$AWS_REGION" \
  "$(printf '%s ' "$@" | tr -d '\\n')" >> "$FAKE_AWS_LOG"
case "$*" in
  *assume-role*) [ -z "${FAKE_REFUSES-}" ] || { echo AccessDenied >&2; exit 254; }
    echo '{"Version": 1, "AccessKeyId": "AK"}' ;;
  *"--region refusing-1"*) exit 255 ;;
esac
"""
OUTCOME = 'printf "%s\\n" "$FAILED_PHASE" "$PHASES_DONE" "$CLOSED_IN" "$FAILURE_TAIL" > "$OUTCOME"'

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the build needs bash")


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
            "FENCEPOST_SANDBOX_ROLE": "arn:aws:iam::1:role/sandbox",
            "FENCEPOST_CANDIDATE_ROLE": "arn:aws:iam::1:role/candidate",
        }

    def build(self, raw: Json, **environment: str) -> Built:
        """Run the build phase's commands as CodeBuild does, in one shell."""
        process = Process.from_mapping("orders", raw)
        commands = buildspec.buildspec(process)["phases"]["build"]["commands"]
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
            calls=calls.read_text().splitlines() if calls.exists() else [],
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def phases(**commands: list[str]) -> Json:
    return definition(phases=commands)


def test_every_phase_runs_in_order_in_the_source_folder(machine: Machine) -> None:
    built = machine.build(
        definition(
            install=["echo install >> order"],
            phases={
                "deploy": ["cd /", "pwd", "cd -; echo deploy >> order"],
                "update": ["pwd; echo update >> order"],
                "remove": ["echo remove >> order"],
            },
        )
    )

    assert built.status == 0
    assert (machine.source / "order").read_text().split() == [
        "install",
        "deploy",
        "update",
        "remove",
    ]
    assert str(machine.source) in built.output
    assert built.done == ["install", "deploy", "update", "remove"]
    assert (built.failed, built.tail) == ("", "")


def test_what_a_command_exports_lasts_for_its_phase_and_no_longer(machine: Machine) -> None:
    built = machine.build(
        phases(deploy=["export KEPT=yes", 'test "$KEPT" = yes'], remove=['test -z "${KEPT-}"'])
    )

    assert built.status == 0


def test_each_phase_has_a_session_of_its_own_by_the_builds_credentials(machine: Machine) -> None:
    ask = 'sh -c "$(sed -n "s/^credential_process = //p" "$AWS_CONFIG_FILE")"'

    built = machine.build(phases(deploy=[ask, ask], remove=[ask]))

    assert built.status == 0
    assumed = [one for one in built.calls if "assume-role" in one]
    assert [one.split("--role-session-name ")[1].split()[0] for one in assumed] == [
        f"{RUN}.deploy",  # once: the second answer comes from the cache
        f"{RUN}.remove",
    ]
    assert all("--role-arn arn:aws:iam::1:role/sandbox " in one for one in assumed)
    assert all(one.startswith("/v2/credentials|us-west-2|") for one in assumed)


def test_a_proof_runs_as_the_candidate(machine: Machine) -> None:
    ask = 'sh -c "$(sed -n "s/^credential_process = //p" "$AWS_CONFIG_FILE")"'

    built = machine.build(phases(deploy=[ask], remove=["true"]), FENCEPOST_USE="prove")

    assert "--role-arn arn:aws:iam::1:role/candidate " in built.calls[0]


def test_what_a_proof_has_left_is_removed_as_the_sandbox_role(machine: Machine) -> None:
    ask = 'sh -c "$(sed -n "s/^credential_process = //p" "$AWS_CONFIG_FILE")"'
    raw = definition(
        variables={"stage": {"learn": "dev", "prove": "qa"}},
        environment={"STAGE": "{stage}"},
        install=["true"],
        phases={"deploy": ["echo never > never"], "remove": [ask, 'echo "$STAGE" > removed']},
    )

    built = machine.build(raw, FENCEPOST_USE="clean")

    assert (built.status, built.done) == (0, ["install", "remove"])
    assert (machine.source / "removed").read_text() == "qa\n"
    assert not (machine.source / "never").exists()
    assert "--role-arn arn:aws:iam::1:role/sandbox " in built.calls[0]


def test_commands_see_no_credentials_but_those_of_their_session(machine: Machine) -> None:
    seen = "env | grep -c -e ^AWS_CONTAINER -e ^AWS_ACCESS -e ^AWS_SECRET -e ^AWS_SESSION || true"

    built = machine.build(
        definition(
            install=[seen, 'test ! -s "$AWS_CONFIG_FILE"'],
            phases={"deploy": [seen, 'test -s "$AWS_CONFIG_FILE"'], "remove": ["true"]},
        ),
        AWS_ACCESS_KEY_ID="AK",
        AWS_SECRET_ACCESS_KEY="SK",
    )

    assert built.status == 0
    assert built.output.split("\n").count("0") == 2


def test_a_failing_command_ends_its_phase_and_skips_all_but_remove(machine: Machine) -> None:
    built = machine.build(
        phases(
            deploy=["echo before", "echo 'the reason' >&2; exit 3", "echo never"],
            update=["echo never"],
            remove=["echo removed > removed"],
        )
    )

    assert built.status != 0
    assert (built.failed, built.done) == ("deploy", ["remove"])
    assert "the reason" in built.tail
    assert "before" not in built.tail
    assert "never" not in built.output.replace("echo never", "")
    assert (machine.source / "removed").exists()
    assert "::fencepost phase deploy end failed with status 3" in built.output
    assert "::fencepost phase update skipped" in built.output


@pytest.mark.parametrize(
    "command",
    [
        "false\necho the first line failed",  # each line counts, as in a script
        "if then",  # not shell at all
        "set +e\nfalse",
        "cat missing-file | grep anything",
        "kill -9 $$",
        "exec false",
    ],
)
def test_failures_of_every_kind_are_seen(machine: Machine, command: str) -> None:
    built = machine.build(phases(deploy=[command, "echo never > never"], remove=["true"]))

    assert (built.failed, built.done) == ("deploy", ["remove"])
    assert not (machine.source / "never").exists()


def test_when_remove_fails_too_the_first_failure_is_the_one_named(machine: Machine) -> None:
    built = machine.build(phases(deploy=["echo first; false"], remove=["echo second; false"]))

    assert (built.failed, built.done) == ("deploy", [])
    assert "first" in built.tail
    assert built.status != 0


def test_a_failing_remove_fails_the_build(machine: Machine) -> None:
    built = machine.build(phases(deploy=["true"], remove=["false"]))

    assert built.status != 0
    assert (built.failed, built.done) == ("remove", ["deploy"])


def test_a_failing_install_starts_nothing(machine: Machine) -> None:
    built = machine.build(
        definition(
            install=["echo no network; false"],
            phases={"deploy": ["echo never > never"], "remove": ["echo never > never"]},
        )
    )

    assert built.status != 0
    assert (built.failed, built.done, built.closed) == ("install", [], [])
    assert "no network" in built.tail
    assert not (machine.source / "never").exists()
    assert built.calls == []


def test_a_session_that_cannot_be_had_is_told(machine: Machine) -> None:
    ask = 'sh -c "$(sed -n "s/^credential_process = //p" "$AWS_CONFIG_FILE")"'

    built = machine.build(phases(deploy=[ask], remove=["true"]), FAKE_REFUSES="yes")

    assert built.failed == "deploy"
    assert "AccessDenied" in built.tail


def test_the_cycle_is_closed_in_every_region_after_all_phases(machine: Machine) -> None:
    built = machine.build(phases(deploy=["true"], remove=["aws last call"]))

    assert built.closed == ["us-west-2", "us-east-1"]
    assert [one.split("|")[2].strip() for one in built.calls] == [
        "last call",
        "sts get-caller-identity --region us-west-2",
        "sts get-caller-identity --region us-east-1",
    ]


def test_a_failed_cycle_is_closed_too(machine: Machine) -> None:
    assert machine.build(phases(deploy=["false"], remove=["true"])).closed


def test_a_region_that_refuses_the_marker_is_left_out_and_fails_nothing(machine: Machine) -> None:
    built = machine.build(
        phases(deploy=["true"], remove=["true"]), FENCEPOST_REGIONS="refusing-1 us-east-1"
    )

    assert (built.status, built.closed) == (0, ["us-east-1"])


HOSTILE = 'it\'s "quoted" $HOME `id` $(id) \\n ; & | * ? ~ ${x} # é'


def test_values_reach_the_commands_as_they_were_written(machine: Machine) -> None:
    raw = definition(
        variables={"stage": {"learn": HOSTILE, "prove": "qa"}},
        environment={"STAGE": "{stage}", "PLAIN": HOSTILE.replace("{x}", "")},
        phases={"deploy": ['printf "%s" "$STAGE" > seen'], "remove": ["true"]},
    )

    learnt = machine.build(raw)
    seen = (machine.source / "seen").read_text()
    proved = machine.build(raw, FENCEPOST_USE="prove")

    assert (learnt.status, proved.status) == (0, 0)
    assert seen == HOSTILE
    assert (machine.source / "seen").read_text() == "qa"


def test_a_command_may_hold_anything_the_delimiter_of_the_script_too(machine: Machine) -> None:
    command = "cat > seen <<'END'\nEND_0\n'single' \"double\" \\ $HOME\nEND"

    built = machine.build(phases(deploy=[command], remove=["true"]))

    assert built.status == 0
    assert (machine.source / "seen").read_text() == "END_0\n'single' \"double\" \\ $HOME\n"


def test_the_first_region_of_the_process_is_the_default(machine: Machine) -> None:
    where = ['test "$AWS_REGION/$AWS_DEFAULT_REGION" = eu-west-1/eu-west-1']

    named = machine.build(
        definition(regions=["eu-west-1", "eu-west-2"], phases={"deploy": where, "remove": where})
    )
    unnamed = machine.build(phases(deploy=['test "$AWS_REGION" = us-west-2'], remove=["true"]))

    assert (named.status, unnamed.status) == (0, 0)


def test_what_a_phase_leaves_running_neither_hangs_the_build_nor_outlives_it(
    machine: Machine,
) -> None:
    began = time.monotonic()

    built = machine.build(phases(deploy=["sleep 300 &", "true"], remove=["true"]))

    assert built.status == 0
    assert time.monotonic() - began < 20


def test_a_command_that_asks_is_answered_with_nothing(machine: Machine) -> None:
    built = machine.build(phases(deploy=["read -r answer"], remove=["true"]))

    assert built.failed == "deploy"


def test_a_phase_that_takes_too_long_is_ended_so_that_remove_has_its_turn(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buildspec, "PHASES_LIMIT", 1)

    built = machine.build(phases(deploy=["echo begun; sleep 300"], remove=["echo > removed"]))

    assert (built.failed, built.done) == ("deploy", ["remove"])
    assert "out of time" in built.tail
    assert (machine.source / "removed").exists()


def test_the_last_lines_are_few_and_short_enough_for_a_build(machine: Machine) -> None:
    built = machine.build(
        phases(
            deploy=["for i in $(seq 500); do printf '%0200d\\n' $i; done; false"], remove=["true"]
        )
    )

    assert len(built.tail) <= 2_400
    assert built.tail.rstrip().endswith("0500")


def test_nothing_is_left_of_the_credentials(machine: Machine) -> None:
    machine.build(phases(deploy=["true"], remove=["true"]))

    assert {one.name for one in machine.folder.iterdir()} == {
        "a source",
        "bin",
        "calls",
        "outcome",
    }


def test_the_buildspec_is_small_and_survives_yaml() -> None:
    spec = buildspec.buildspec(Process.from_mapping("orders", definition(node="22")))

    text = yaml.safe_dump(spec)

    assert yaml.safe_load(text) == spec
    assert len(json.dumps(spec)) < 8_000
    assert spec["phases"]["install"]["runtime-versions"] == {"nodejs": 22}


def test_without_a_node_version_no_runtime_is_asked_for() -> None:
    spec = buildspec.buildspec(Process.from_mapping("orders", definition()))

    assert "install" not in spec["phases"]
