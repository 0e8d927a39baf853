"""A failed cycle: its phase and its last lines, and whether the sandbox is clean."""

from pathlib import Path

import pytest

from lambdas.document_failure.advice import ADVICE
from tests.unit.document_failure.failures import a_build, told


def test_a_team_s_file_that_cannot_be_read_is_told_with_what_kept_it(tmp_path: Path) -> None:
    answer = told(
        tmp_path,
        state="ReadDefinition",
        error={"Error": "DefinitionNotRead", "Cause": "the team's file could not be read"},
        build=a_build("there is no file fencepost.yaml\n", FAILED_PHASE="source", DEFINITION=""),
    )

    assert answer["cause"].splitlines() == [
        "the team's file could not be read",
        "there is no file fencepost.yaml",
    ]
    assert ADVICE["DefinitionNotRead"] in answer["message"]
    assert "remove phase" not in answer["message"]


def test_a_build_that_reads_and_breaks_leaves_nothing_to_look_for(tmp_path: Path) -> None:
    answer = told(
        tmp_path,
        state="ReadDefinition",
        error={"Error": "BuildFailed", "Cause": "{}"},
        build={"id": "x:1", "status": "FAULT", "exported": {}},
    )

    assert ADVICE["DefinitionNotRead"] in answer["message"]
    assert "sandbox" not in answer["message"]


def test_a_refused_key_is_told_and_nothing_is_said_of_a_removal(tmp_path: Path) -> None:
    cause = '{"errorMessage": "fencepost.yaml:3: owner: is the platform\'s to say"}'
    answer = told(
        tmp_path,
        state="LoadDefinition",
        error={"Error": "ForbiddenKeyError", "Cause": cause},
        build=a_build(FAILED_PHASE="", PHASES_DONE="", DEFINITION="H4sI"),
    )

    assert answer["subject"] == "Failed: orders, LoadDefinition, ForbiddenKeyError"
    assert "fencepost.yaml:3: owner" in answer["message"]
    assert "remove phase" not in answer["message"]


@pytest.mark.parametrize("phase", ["install", "source"])
def test_before_the_first_phase_there_is_nothing_to_remove(tmp_path: Path, phase: str) -> None:
    answer = told(
        tmp_path,
        state="RunCycle",
        error={"Error": "CycleFailed", "Cause": ""},
        build=a_build("git cannot clone\n", FAILED_PHASE=phase, PHASES_DONE=""),
    )

    assert "remove phase" not in answer["message"]


def test_a_failed_phase_is_named_with_its_last_lines(tmp_path: Path) -> None:
    answer = told(
        tmp_path,
        state="RunCycle",
        error={"Error": "CycleFailed", "Cause": "{a build, cut short"},
        build=a_build(
            "::fencepost command deploy osls deploy\n\x1b[31mError:\x1b[0m no such région\n",
            FAILED_PHASE="deploy",
            PHASES_DONE="install remove",
        ),
    )

    assert answer["subject"] == "Failed: orders, phase deploy"
    assert answer["cause"].splitlines() == [
        "the phase deploy of the cycle failed",
        "$ osls deploy",
        "Error: no such région",
    ]
    assert "The remove phase succeeded" in answer["message"]


@pytest.mark.parametrize(
    ("phase", "done", "words"),
    [
        ("deploy", "install", "did NOT succeed"),
        ("remove", "install deploy", "did NOT succeed"),
        ("update", "deploy remove", "phase succeeded"),
    ],
)
def test_whether_the_sandbox_is_clean_is_told(
    tmp_path: Path, phase: str, done: str, words: str
) -> None:
    build = a_build(FAILED_PHASE=phase, PHASES_DONE=done)

    answer = told(tmp_path, error={"Error": "CycleFailed", "Cause": ""}, build=build)

    assert words in answer["message"]


def test_a_failed_install_left_nothing_to_remove(tmp_path: Path) -> None:
    build = a_build(FAILED_PHASE="install", PHASES_DONE="")

    answer = told(tmp_path, error={"Error": "CycleFailed", "Cause": ""}, build=build)

    assert "remove" not in answer["message"]


def test_a_build_that_never_ran_its_commands_tells_codebuilds_own_words(tmp_path: Path) -> None:
    build = {
        "id": "fencepost-orders:1",
        "status": "FAULT",
        "exported": {},
        "phases": [
            {"name": "PROVISIONING", "status": "FAILED", "message": "no capacity"},
            {"name": "COMPLETED"},
        ],
    }

    answer = told(tmp_path, error={"Error": "BuildFailed", "Cause": ""}, build=build)

    assert answer["cause"] == "the build is FAULT; PROVISIONING: no capacity"
    assert ADVICE["BuildFailed"] in answer["message"]


def test_a_build_that_ended_well_without_saying_how_its_cycle_ended_is_told(tmp_path: Path) -> None:
    build = {"id": "fencepost-orders:1", "status": "SUCCEEDED", "exported": {}}

    answer = told(tmp_path, error={"Error": "CycleFailed", "Cause": ""}, build=build)

    assert "did not say that every phase" in answer["cause"]
