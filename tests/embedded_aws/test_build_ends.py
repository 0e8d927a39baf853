"""A build that ends, however it ends, leaves nothing running; and how many there may be."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from embedded_aws.services.codebuild.build import Build
from embedded_aws.services.codebuild.logs import NoLog
from embedded_aws.sessions.caller import Credentials
from embedded_aws.sessions.role_session import RoleSession
from local import emulator
from local.connection import Connection
from tests.embedded_aws.builds import phases, running, said, spec
from tests.embedded_aws.workloads import a_project, a_role, build, built

pytestmark = pytest.mark.local


def test_an_account_that_may_run_no_build_refuses_builds_and_projects_that_limit_them(
    embedded: Connection, build_role: str, ask: Callable[..., Any]
) -> None:
    project = a_project(embedded, build_role, spec(build=["commands: ['true']"]))
    codebuild = embedded.client("codebuild")
    ask("/_fencepost/builds", {"account_limit": 0})
    try:
        with pytest.raises(ClientError, match="more than 0 builds in queue for the account"):
            codebuild.start_build(projectName=project)
        with pytest.raises(ClientError, match="account-level concurrent build limit of 0"):
            codebuild.update_project(name=project, concurrentBuildLimit=1)
    finally:
        ask("/_fencepost/builds", {"account_limit": 60})

    assert build(embedded, project)["buildStatus"] == "SUCCEEDED"


def test_a_project_takes_no_more_builds_at_once_than_its_own_limit(
    embedded: Connection, build_role: str, ask: Callable[..., Any]
) -> None:
    project = a_project(embedded, build_role, spec(build=["commands: ['sleep 60']"]))
    codebuild = embedded.client("codebuild")
    codebuild.update_project(name=project, concurrentBuildLimit=1)
    first = codebuild.start_build(projectName=project)["build"]["id"]
    try:
        with pytest.raises(ClientError, match="AccountLimitExceeded"):
            codebuild.start_build(projectName=project)
        ask("/_fencepost/builds", {"project_error": "InvalidInputException"})
        with pytest.raises(ClientError, match=r"InvalidInput.*concurrent build limit"):
            codebuild.start_build(projectName=project)
    finally:
        ask("/_fencepost/builds", {"project_error": "AccountLimitExceededException"})
        codebuild.stop_build(id=first)

    assert built(embedded, first)["buildStatus"] == "STOPPED"


def test_a_token_starts_one_build_and_refuses_other_values(
    embedded: Connection, build_role: str
) -> None:
    project = a_project(embedded, build_role, spec(build=["commands: ['true']"]))
    codebuild = embedded.client("codebuild")
    request = {"projectName": project, "idempotencyToken": "once"}

    first = codebuild.start_build(**request)["build"]["id"]
    built(embedded, first)
    again = codebuild.start_build(**request)["build"]["id"]
    with pytest.raises(codebuild.exceptions.InvalidInputException):
        codebuild.start_build(**request, timeoutInMinutesOverride=9)

    assert again == first


def test_a_stopped_build_leaves_nothing_running(
    embedded: Connection, build_role: str, eventually: Callable[[Callable[[], Any]], Any]
) -> None:
    text = spec(
        build=[
            # A job with a group of its own.
            """commands: ["bash -c 'set -m; sleep 1000 & echo $$ $!; wait'"]""",
            "finally: ['echo not after a stop']",
        ]
    )
    project = a_project(embedded, build_role, text)
    codebuild = embedded.client("codebuild")
    build_id = codebuild.start_build(projectName=project)["build"]["id"]

    def started() -> list[str]:
        record = codebuild.batch_get_builds(ids=[build_id])["builds"][0]
        try:
            return said(embedded, record)
        except ClientError:
            return []

    (pids,) = eventually(started)
    codebuild.stop_build(id=build_id)
    record = built(embedded, build_id)

    assert record["buildStatus"] == "STOPPED"
    assert phases(record)["BUILD"] == "STOPPED"
    assert "not after a stop" not in said(embedded, record)
    assert not any(running(int(pid)) for pid in pids.split())


def test_what_a_build_leaves_in_the_background_ends_with_it(
    embedded: Connection, build_role: str
) -> None:
    text = spec(build=["commands: ['sleep 1000 & echo $!']"])

    record = build(embedded, a_project(embedded, build_role, text))

    (pid,) = said(embedded, record)
    assert record["buildStatus"] == "SUCCEEDED"
    assert not running(int(pid))


def test_a_build_ends_at_its_time_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_PORT", "1")
    record = {
        "id": "p:1", "arn": "arn", "buildNumber": 1, "initiator": "root", "encryptionKey": "key",
        "logs": {}, "phases": [{"phaseType": "QUEUED", "startTime": 0.0}],
    }  # fmt: skip
    text = spec(build=["commands: ['sleep 1000']", "finally: ['touch done']"])
    limited = Build(
        record=record,
        project={"timeoutInMinutes": 0.005, "source": {"type": "NO_SOURCE", "buildspec": text}},
        acting=RoleSession(
            credentials=Credentials(access_key="", secret_key="", session_token="", expires=0),
            region="eu-west-1",
            session_name="s",
        ),
        log=NoLog(),
        credentials={},
        outside={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
    )

    limited.run()

    assert record["buildStatus"] == "TIMED_OUT"
    assert phases(record)["BUILD"] == "TIMED_OUT"


def test_a_host_that_stops_leaves_no_build_running(
    tmp_path_factory: pytest.TempPathFactory, eventually: Callable[[Callable[[], Any]], Any]
) -> None:
    state = tmp_path_factory.mktemp("stopped") / "state"
    own = emulator.start(state, inbox=state / "inbox")
    role = a_role(own, "codebuild.amazonaws.com", actions=["logs:*"])
    text = spec(build=["commands: ['sleep 1000 & echo $$ $!; wait']"])
    codebuild = own.client("codebuild")
    build_id = codebuild.start_build(projectName=a_project(own, role, text))["build"]["id"]

    def started() -> list[str]:
        try:
            return said(own, codebuild.batch_get_builds(ids=[build_id])["builds"][0])
        except ClientError:
            return []

    (pids,) = eventually(started)

    emulator.stop(state)

    assert not any(running(int(pid)) for pid in pids.split())
