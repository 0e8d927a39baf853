"""The phases of a build: what follows a failure, what is tried again, what is exported."""

from collections.abc import Callable
from typing import Any

import pytest

from embedded_aws.services.codebuild.buildspec import BuildspecError, OnFailure, Phase, parse
from local.connection import Connection
from tests.embedded_aws.builds import said, spec
from tests.embedded_aws.workloads import a_project, build

pytestmark = pytest.mark.local


def test_what_a_command_exports_and_where_it_goes_persists(
    embedded: Connection, build_role: str
) -> None:
    text = spec(
        install=["commands: ['export ONE=1', 'cd /tmp', 'two=2']"],
        build=["commands: ['echo $ONE $PWD [$two]', 'export OUT=\"a b\"']"],
    ).replace("phases:", "env: {exported-variables: [OUT]}\nphases:", 1)

    record = build(embedded, a_project(embedded, build_role, text))

    assert said(embedded, record) == ["1 /tmp []"]
    assert record["exportedEnvironmentVariables"] == [{"name": "OUT", "value": "a b"}]


def test_a_build_that_fails_exports_nothing_unless_the_switch_says_so(
    embedded: Connection, build_role: str, ask: Callable[..., Any]
) -> None:
    text = spec(build=["commands: ['export OUT=said', 'false']"]).replace(
        "phases:", "env: {exported-variables: [OUT]}\nphases:", 1
    )

    def exported() -> list[Any]:
        record = build(embedded, a_project(embedded, build_role, text))
        assert record["buildStatus"] == "FAILED"
        found: list[Any] = record.get("exportedEnvironmentVariables", [])
        return found

    assert exported() == []
    ask("/_fencepost/builds", {"failed_builds_export": True})
    try:
        assert exported() == [{"name": "OUT", "value": "said"}]
    finally:
        ask("/_fencepost/builds", {"failed_builds_export": False})


def test_an_exit_ends_its_command_and_finally_still_runs(
    embedded: Connection, build_role: str
) -> None:
    text = spec(
        build=["commands: ['exit 3', 'echo never']", "finally: ['echo cleaned up']"],
        post_build=["commands: ['echo after $CODEBUILD_BUILD_SUCCEEDING']"],
    )

    record = build(embedded, a_project(embedded, build_role, text))

    assert record["buildStatus"] == "FAILED"
    assert said(embedded, record) == ["cleaned up", "after 0"]
    (failed,) = [phase for phase in record["phases"] if phase.get("phaseStatus") == "FAILED"]
    assert failed["contexts"] == [
        {
            "statusCode": "COMMAND_EXECUTION_ERROR",
            "message": "Error while executing command: exit 3. Reason: exit status 3",
        }
    ]


@pytest.mark.parametrize(
    ("failing", "options", "follows"),
    [
        ("install", "", []),
        ("pre_build", "", []),
        ("build", "", ["cleaning"]),
        ("build", "ABORT", []),
        ("pre_build", "CONTINUE", ["building", "cleaning"]),
    ],
)
def test_what_follows_a_phase_that_fails(
    embedded: Connection, build_role: str, failing: str, options: str, follows: list[str]
) -> None:
    lines = {
        "install": ["commands: ['true']"],
        "pre_build": ["commands: ['true']"],
        "build": ["commands: ['echo building']"],
        "post_build": ["commands: ['echo cleaning']"],
    }
    lines[failing] = ["commands: ['false']"] + ([f"on-failure: {options}"] if options else [])

    record = build(embedded, a_project(embedded, build_role, spec(**lines)))

    assert said(embedded, record) == follows
    assert record["buildStatus"] == ("SUCCEEDED" if options == "CONTINUE" else "FAILED")


def test_a_phase_is_retried_as_often_as_it_asks(embedded: Connection, build_role: str) -> None:
    text = spec(
        build=[
            "on-failure: RETRY-2",
            "commands: ['echo x >> $CODEBUILD_SRC_DIR/n; test $(wc -l < n) = 3']",
        ]
    )

    record = build(embedded, a_project(embedded, build_role, text))

    tried = [phase["phaseStatus"] for phase in record["phases"] if phase["phaseType"] == "BUILD"]
    assert tried == ["FAILED", "FAILED", "SUCCEEDED"]
    assert record["buildStatus"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("phases: {build: {commands: [a]}}", "version"),
        ("version: 0.1\nphases: {build: {commands: [a]}}", "version"),
        ("version: 0.2", "at least one phase"),
        ("version: 0.2\nphases: {biuld: {commands: [a]}}", "invalid buildspec phase name: biuld"),
        ("version: 0.2\nphases: {build: {commands: [{echo: x}]}}", "list of texts"),
        ("version: 0.2\nphases: {build: {on-failure: MAYBE}}", "unsupported on-failure"),
        ("version: 0.2\nenv: {shell: zsh}\nphases: {build: {}}", "unsupported shell"),
        ("version: 0.2\nphases: [", "wrong YAML"),
        ("just text", "mapping"),
    ],
)
def test_a_buildspec_that_cannot_be_used_says_why(text: str, complaint: str) -> None:
    with pytest.raises(BuildspecError, match=complaint):
        parse(text)


@pytest.mark.parametrize(
    ("given", "retries", "pattern"),
    [
        ("RETRY", 3, ""),
        ("RETRY-2", 2, ""),
        ("RETRY-no route", 3, "no route"),
        ("RETRY-1-x", 1, "x"),
    ],
)
def test_retries_are_counted_and_limited_to_a_pattern(
    given: str, retries: int, pattern: str
) -> None:
    phase = parse(f"version: 0.2\nphases: {{build: {{on-failure: {given}, commands: a}}}}").phases[
        Phase.BUILD
    ]

    assert (phase.on_failure, phase.retries, phase.retry_when) == (
        OnFailure.RETRY,
        retries,
        pattern,
    )
