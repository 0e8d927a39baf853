"""The buildspec, phase by phase, in a real shell."""

import json
import shutil

import pytest

from tests.stacks.samples import definition
from tests.unit.cycle.machine import RUN, Built, Machine, phases

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the build needs bash")


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


STACK = "arn:aws:cloudformation:us-west-2:1:stack/orders-qa/0a1b2c3d"
OTHER = "arn:aws:cloudformation:us-west-2:1:stack/somebody-s/9z8y7x6w"


def begun(stack: str, session: str) -> str:
    """What LookupEvents answers of a creation, as the CLI prints it."""
    event = {
        "userIdentity": {"arn": f"arn:aws:sts::1:assumed-role/candidate/{session}"},
        "eventName": "CreateStack",
        "responseElements": {"stackId": stack},
    }
    return json.dumps(event)


def cleaned(machine: Machine, *events: str, **environment: str) -> Built:
    return machine.build(
        phases(deploy=["true"], remove=["true"]),
        FENCEPOST_USE="clean",
        FENCEPOST_RUN=f"{RUN}-c2",
        FAKE_EVENTS=json.dumps(list(events), indent=1),
        **environment,
    )


def deleted(built: Built) -> list[str]:
    return [
        one.split("--stack-name ")[1].split()[0] for one in built.calls if " delete-stack " in one
    ]


def test_a_stack_that_the_round_began_and_remove_has_left_is_taken_away_by_its_id(
    machine: Machine,
) -> None:
    built = cleaned(
        machine,
        begun(STACK, f"{RUN}-r2.deploy"),
        begun(OTHER, "somebody"),
        FAKE_STACKS=f"{STACK}\t{OTHER}",
    )

    assert deleted(built) == [STACK]
    assert (built.status, built.failed) == (0, "")
    asked = next(one for one in built.calls if "describe-stacks" in one)
    assert "CreationTime>='2026-11-23T18:00:00'" in asked


@pytest.mark.parametrize(
    "session", [f"{RUN}-r1.deploy", f"{RUN}-r20.deploy", f"{RUN}.deploy", f"x{RUN}-r2.deploy"]
)
def test_a_stack_of_another_round_or_run_stays(machine: Machine, session: str) -> None:
    built = cleaned(machine, begun(STACK, session), FAKE_STACKS=STACK)

    assert deleted(built) == []


def test_a_stack_that_the_round_only_updated_stays(machine: Machine) -> None:
    update = begun(STACK, f"{RUN}-r2.deploy").replace("CreateStack", "UpdateStack")

    built = cleaned(machine, update, FAKE_STACKS=STACK)

    assert deleted(built) == []
    assert f"left {STACK}: the trail does not say who made it" in built.output


def test_a_stack_that_cannot_be_taken_away_is_told(machine: Machine) -> None:
    built = cleaned(machine, begun(STACK, f"{RUN}-r2.deploy"), FAKE_STACKS=STACK, FAKE_STAYS="yes")

    assert built.failed == "leftovers"
    assert f"{STACK} stays" in built.tail


@pytest.mark.parametrize("use", ["learn", "prove"])
def test_no_cycle_looks_for_stacks_of_others(machine: Machine, use: str) -> None:
    built = machine.build(
        phases(deploy=["true"], remove=["true"]), FENCEPOST_USE=use, FAKE_STACKS=STACK
    )

    assert not [one for one in built.calls if "describe-stacks" in one or "lookup" in one]


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

    assert built.status == 0  # what a build that fails exports is documented nowhere
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


def test_a_failing_remove_is_a_failed_phase_of_a_build_that_ends_well(machine: Machine) -> None:
    built = machine.build(phases(deploy=["true"], remove=["false"]))

    assert built.status == 0
    assert (built.failed, built.done) == ("remove", ["deploy"])


def test_a_cycle_that_cannot_say_how_it_ended_fails_its_build(machine: Machine) -> None:
    built = machine.build(phases(deploy=["kill -9 $PPID"], remove=["true"]))

    assert built.status != 0
    assert (built.failed, built.done) == ("", [])


def test_a_failing_install_starts_nothing(machine: Machine) -> None:
    built = machine.build(
        definition(
            install=["echo no network; false"],
            phases={"deploy": ["echo never > never"], "remove": ["echo never > never"]},
        )
    )

    assert built.status == 0
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
