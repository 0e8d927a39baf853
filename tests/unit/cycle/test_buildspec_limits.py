"""The buildspec when values, commands or times are not as one would like them."""

import json
import shutil
import time

import pytest
import yaml

from lambdas.cycle import buildspec
from lambdas.model.definition.process import Process
from tests.stacks.samples import definition
from tests.unit.cycle.machine import Machine, phases

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the build needs bash")


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
    monkeypatch.setattr(buildspec, "limits", lambda _: (1, 3000))

    built = machine.build(phases(deploy=["echo begun; sleep 300"], remove=["echo > removed"]))

    assert (built.failed, built.done) == ("deploy", ["remove"])
    assert "out of time" in built.tail
    assert (machine.source / "removed").exists()


def test_what_a_killed_build_was_doing_ends_soon_after_it(machine: Machine) -> None:
    began = time.monotonic()

    built = machine.build(phases(deploy=["kill -KILL $PPID; sleep 300"], remove=["true"]))

    assert built.done == []
    assert time.monotonic() - began < 20


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
    assert len(json.dumps(spec)) < 8_500
    assert spec["phases"]["install"]["runtime-versions"] == {"nodejs": 22}


def test_without_a_node_version_no_runtime_is_asked_for() -> None:
    spec = buildspec.buildspec(Process.from_mapping("orders", definition()))

    assert "install" not in spec["phases"]
