"""Builds run as CodeBuild runs them, on this machine and shut off from it."""

import io
import json
import os
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from embedded_aws.services.codebuild import environment
from embedded_aws.services.codebuild.build import Build
from embedded_aws.services.codebuild.buildspec import BuildspecError, OnFailure, Phase, parse
from embedded_aws.services.codebuild.logs import NoLog
from embedded_aws.sessions.caller import Credentials
from embedded_aws.sessions.role_session import RoleSession
from local import emulator
from local.connection import Connection
from tests.embedded_aws.workloads import a_project, a_role, build, built, log_of

pytestmark = pytest.mark.local


@pytest.fixture(scope="module")
def role(embedded: Connection) -> str:
    return a_role(
        embedded, "codebuild.amazonaws.com", actions=["logs:*", "s3:GetObject", "ssm:GetParameter"]
    )


@pytest.fixture(scope="module")
def source(embedded: Connection) -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("buildspec.yml", "version: 0.2\nphases: {build: {commands: [./say.sh]}}\n")
        script = zipfile.ZipInfo("say.sh")
        script.external_attr = 0o755 << 16
        archive.writestr(script, "#!/bin/sh\necho said by the source\n")
    s3 = embedded.client("s3")
    where = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket="build-sources", CreateBucketConfiguration=where)
    s3.put_object(Bucket="build-sources", Key="a/source.zip", Body=packed.getvalue())
    return "build-sources/a/source.zip"


def spec(**phases: Any) -> str:
    lines = ["version: 0.2", "phases:"]
    for name, commands in phases.items():
        lines += [f"  {name}:", *(f"    {line}" for line in commands)]
    return "\n".join(lines) + "\n"


def said(embedded: Connection, record: dict[str, Any]) -> list[str]:
    return [line for line in log_of(embedded, record) if not line.startswith("[Container]")]


def phases(record: dict[str, Any]) -> dict[str, str]:
    return {
        phase["phaseType"]: phase["phaseStatus"]
        for phase in record["phases"]
        if "phaseStatus" in phase
    }


def test_a_build_fetches_its_source_and_runs_the_buildspec_in_it(
    embedded: Connection, role: str, source: str
) -> None:
    record = build(embedded, a_project(embedded, role, "buildspec.yml", source=source))

    assert record["buildStatus"] == "SUCCEEDED"
    assert said(embedded, record) == ["said by the source"]
    assert record["logs"]["groupName"] == f"/aws/codebuild/{record['projectName']}"


def test_a_build_runs_outside_of_every_project(embedded: Connection, role: str) -> None:
    record = build(embedded, a_project(embedded, role, spec(build=["commands: [pwd]"])))

    (folder,) = said(embedded, record)
    assert not Path(folder).is_relative_to(embedded.inbox.parent)  # npm and Git look upwards
    assert not Path(folder).parent.exists()


def test_what_a_command_exports_and_where_it_goes_persists(embedded: Connection, role: str) -> None:
    text = spec(
        install=["commands: ['export ONE=1', 'cd /tmp', 'two=2']"],
        build=["commands: ['echo $ONE $PWD [$two]', 'export OUT=\"a b\"']"],
    ).replace("phases:", "env: {exported-variables: [OUT]}\nphases:", 1)

    record = build(embedded, a_project(embedded, role, text))

    assert said(embedded, record) == ["1 /tmp []"]
    assert record["exportedEnvironmentVariables"] == [{"name": "OUT", "value": "a b"}]


def test_a_build_that_fails_exports_nothing_unless_the_switch_says_so(
    embedded: Connection, role: str, ask: Callable[..., Any]
) -> None:
    text = spec(build=["commands: ['export OUT=said', 'false']"]).replace(
        "phases:", "env: {exported-variables: [OUT]}\nphases:", 1
    )

    def exported() -> list[Any]:
        record = build(embedded, a_project(embedded, role, text))
        assert record["buildStatus"] == "FAILED"
        found: list[Any] = record.get("exportedEnvironmentVariables", [])
        return found

    assert exported() == []
    ask("/_fencepost/builds", {"failed_builds_export": True})
    try:
        assert exported() == [{"name": "OUT", "value": "said"}]
    finally:
        ask("/_fencepost/builds", {"failed_builds_export": False})


def test_an_account_that_may_run_no_build_refuses_builds_and_projects_that_limit_them(
    embedded: Connection, role: str, ask: Callable[..., Any]
) -> None:
    project = a_project(embedded, role, spec(build=["commands: ['true']"]))
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
    embedded: Connection, role: str, ask: Callable[..., Any]
) -> None:
    project = a_project(embedded, role, spec(build=["commands: ['sleep 60']"]))
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


def test_an_exit_ends_its_command_and_finally_still_runs(embedded: Connection, role: str) -> None:
    text = spec(
        build=["commands: ['exit 3', 'echo never']", "finally: ['echo cleaned up']"],
        post_build=["commands: ['echo after $CODEBUILD_BUILD_SUCCEEDING']"],
    )

    record = build(embedded, a_project(embedded, role, text))

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
    embedded: Connection, role: str, failing: str, options: str, follows: list[str]
) -> None:
    lines = {
        "install": ["commands: ['true']"],
        "pre_build": ["commands: ['true']"],
        "build": ["commands: ['echo building']"],
        "post_build": ["commands: ['echo cleaning']"],
    }
    lines[failing] = ["commands: ['false']"] + ([f"on-failure: {options}"] if options else [])

    record = build(embedded, a_project(embedded, role, spec(**lines)))

    assert said(embedded, record) == follows
    assert record["buildStatus"] == ("SUCCEEDED" if options == "CONTINUE" else "FAILED")


def test_a_phase_is_retried_as_often_as_it_asks(embedded: Connection, role: str) -> None:
    text = spec(
        build=[
            "on-failure: RETRY-2",
            "commands: ['echo x >> $CODEBUILD_SRC_DIR/n; test $(wc -l < n) = 3']",
        ]
    )

    record = build(embedded, a_project(embedded, role, text))

    tried = [phase["phaseStatus"] for phase in record["phases"] if phase["phaseType"] == "BUILD"]
    assert tried == ["FAILED", "FAILED", "SUCCEEDED"]
    assert record["buildStatus"] == "SUCCEEDED"


def test_overrides_of_a_start_win_over_the_project(embedded: Connection, role: str) -> None:
    project = a_project(embedded, role, spec(build=["commands: ['false']"]))
    other = a_role(embedded, "codebuild.amazonaws.com", actions=["logs:*"])
    embedded.client("ssm").put_parameter(Name="/build/one", Value="looked up", Type="String")

    record = build(
        embedded,
        project,
        buildspecOverride=spec(build=["commands: ['echo $GIVEN']"]),
        environmentVariablesOverride=[
            {"name": "GIVEN", "value": "at the start", "type": "PLAINTEXT"}
        ],
        timeoutInMinutesOverride=7,
        serviceRoleOverride=other,
    )
    looked_up = build(
        embedded,
        project,
        buildspecOverride=spec(build=["commands: ['echo $GIVEN']"]),
        environmentVariablesOverride=[
            {"name": "GIVEN", "value": "/build/one", "type": "PARAMETER_STORE"}
        ],
    )

    assert said(embedded, record) == ["at the start"]
    assert (record["timeoutInMinutes"], record["serviceRole"]) == (7, other)
    assert said(embedded, looked_up) == ["looked up"]


def test_a_token_starts_one_build_and_refuses_other_values(embedded: Connection, role: str) -> None:
    project = a_project(embedded, role, spec(build=["commands: ['true']"]))
    codebuild = embedded.client("codebuild")
    request = {"projectName": project, "idempotencyToken": "once"}

    first = codebuild.start_build(**request)["build"]["id"]
    built(embedded, first)
    again = codebuild.start_build(**request)["build"]["id"]
    with pytest.raises(codebuild.exceptions.InvalidInputException):
        codebuild.start_build(**request, timeoutInMinutesOverride=9)

    assert again == first


def test_commands_act_as_the_service_role_and_have_no_keys_of_their_own(
    embedded: Connection, role: str
) -> None:
    ask = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
    text = spec(
        build=[
            "commands:",
            f'  - python3 -c "{ask}"',
            "  - env | grep -c '^AWS_[A-Z_]*KEY' || true",
            "  - ls -a $HOME | wc -l",
            "  - echo $AWS_ENDPOINT_URL",
        ]
    )

    record = build(embedded, a_project(embedded, role, text))

    arn, keys, entries, endpoint = said(embedded, record)
    session = record["id"].split(":")[1]
    name = role.rsplit("/", 1)[1]
    assert arn == f"arn:aws:sts::123456789012:assumed-role/{name}/AWSCodeBuild-{session}"
    assert int(keys) == 0
    assert int(entries) == 2  # "." and "..": no profiles, no credentials
    assert endpoint == embedded.endpoint


def test_the_credentials_of_a_build_need_its_token_and_end_with_it(
    embedded: Connection, role: str
) -> None:
    text = spec(
        build=[
            "commands:",
            '  - echo "$AWS_CONTAINER_CREDENTIALS_FULL_URI"',
            '  - echo "$AWS_CONTAINER_AUTHORIZATION_TOKEN"',
            "  - curl -s -o /dev/null -w '%{http_code}' $AWS_CONTAINER_CREDENTIALS_FULL_URI",
        ]
    )

    record = build(embedded, a_project(embedded, role, text))
    uri, token, without_token = said(embedded, record)
    late = urllib.request.Request(uri, headers={"Authorization": token})  # noqa: S310
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(late)  # noqa: S310
    refused.value.close()

    assert without_token == "403"
    assert refused.value.code == 403


def test_a_stopped_build_leaves_nothing_running(
    embedded: Connection, role: str, eventually: Callable[[Callable[[], Any]], Any]
) -> None:
    text = spec(
        build=[
            # A job with a group of its own.
            """commands: ["bash -c 'set -m; sleep 1000 & echo $$ $!; wait'"]""",
            "finally: ['echo not after a stop']",
        ]
    )
    project = a_project(embedded, role, text)
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
    embedded: Connection, role: str
) -> None:
    text = spec(build=["commands: ['sleep 1000 & echo $!']"])

    record = build(embedded, a_project(embedded, role, text))

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


def running(pid: int) -> bool:
    """Whether a process runs; one that nobody has waited for does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def test_logs_go_where_the_project_says_or_nowhere(embedded: Connection, role: str) -> None:
    text = spec(build=["commands: ['echo logged']"])
    own = {"status": "ENABLED", "groupName": "builds-of-ours", "streamName": "one"}
    there = a_project(embedded, role, text, logsConfig={"cloudWatchLogs": own})
    nowhere = a_project(embedded, role, text, logsConfig={"cloudWatchLogs": {"status": "DISABLED"}})

    logged = build(embedded, there)
    silent = build(embedded, nowhere)

    assert said(embedded, logged) == ["logged"]
    assert logged["logs"]["groupName"] == "builds-of-ours"
    assert logged["logs"]["streamName"].startswith("one/")
    assert silent["buildStatus"] == "SUCCEEDED"
    assert "groupName" not in silent["logs"]


def test_a_role_that_may_not_write_logs_fails_the_build(embedded: Connection) -> None:
    mute = a_role(embedded, "codebuild.amazonaws.com", actions=["s3:GetObject"])
    project = a_project(embedded, mute, spec(build=["commands: ['true']"]))

    record = build(embedded, project)

    (failed,) = [phase for phase in record["phases"] if phase.get("phaseStatus") == "FAILED"]
    assert failed["contexts"][0]["statusCode"] == "ACCESS_DENIED"
    assert record["buildStatus"] == "FAILED"


def test_a_source_that_the_role_may_not_read_fails_the_download(
    embedded: Connection, source: str
) -> None:
    blind = a_role(embedded, "codebuild.amazonaws.com", actions=["logs:*"])

    record = build(embedded, a_project(embedded, blind, "buildspec.yml", source=source))

    assert phases(record)["DOWNLOAD_SOURCE"] == "FAILED"


def test_a_role_that_does_not_trust_codebuild_starts_no_build(embedded: Connection) -> None:
    stranger = a_role(embedded, "lambda.amazonaws.com", actions=["logs:*"])
    project = a_project(embedded, stranger, spec(build=["commands: ['true']"]))

    with pytest.raises(ClientError) as refused:
        build(embedded, project)

    assert refused.value.response["Error"]["Code"] == "InvalidInputException"
    assert "not authorized to perform: sts:AssumeRole" in str(refused.value)


def test_a_stack_keeps_every_property_of_its_project(embedded: Connection, role: str) -> None:
    template = {
        "Resources": {
            "Project": {
                "Type": "AWS::CodeBuild::Project",
                "Properties": {
                    "ServiceRole": role,
                    "TimeoutInMinutes": 11,
                    "QueuedTimeoutInMinutes": 12,
                    "Source": {
                        "Type": "NO_SOURCE",
                        "BuildSpec": spec(build=["commands: ['echo $WHO']"]),
                    },
                    "Artifacts": {"Type": "NO_ARTIFACTS"},
                    "Environment": {
                        "Type": "LINUX_CONTAINER",
                        "Image": "aws/codebuild/standard:7.0",
                        "ComputeType": "BUILD_GENERAL1_SMALL",
                        "EnvironmentVariables": [{"Name": "WHO", "Value": "the stack"}],
                    },
                    "LogsConfig": {
                        "CloudWatchLogs": {"Status": "ENABLED", "GroupName": "stack-builds"}
                    },
                },
            }
        },
        "Outputs": {"Name": {"Value": {"Ref": "Project"}}},
    }
    cloudformation = embedded.client("cloudformation")

    cloudformation.create_stack(StackName="a-project", TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="a-project", WaiterConfig={"Delay": 1}
    )
    (stack,) = cloudformation.describe_stacks(StackName="a-project")["Stacks"]
    name = stack["Outputs"][0]["OutputValue"]

    record = build(embedded, name)
    (project,) = embedded.client("codebuild").batch_get_projects(names=[name])["projects"]

    assert said(embedded, record) == ["the stack"]
    assert record["logs"]["groupName"] == "stack-builds"
    assert record["timeoutInMinutes"] == 11
    assert project["queuedTimeoutInMinutes"] == 12


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


def test_the_machines_credentials_stay_outside_and_its_way_to_registries_comes_in(
    tmp_path: Path,
) -> None:
    (tmp_path / ".npmrc").write_text("")
    outside = {
        "HOME": str(tmp_path),
        "PATH": "bin::/usr/bin",
        "AWS_PROFILE": "work",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "GITHUB_TOKEN": "secret",
        "HTTPS_PROXY": "http://proxy:3128",
        "NO_PROXY": "internal",
        "PIP_INDEX_URL": "https://pypi.example/simple",
    }

    inside = environment.machine_environment(Path("/h"), Path("/t"), outside)

    assert not {name for name in inside if name.startswith("AWS_")}
    assert "secret" not in inside.values()
    assert inside["HOME"] == "/h"
    assert inside["PATH"].endswith(f"{Path.cwd() / 'bin'}:/usr/bin")
    assert inside["HTTPS_PROXY"] == "http://proxy:3128"
    assert inside["NO_PROXY"] == "internal,127.0.0.1,localhost"
    assert inside["PIP_INDEX_URL"] == "https://pypi.example/simple"
    assert inside["NPM_CONFIG_USERCONFIG"] == str(tmp_path / ".npmrc")


def test_a_version_of_python_that_pyenv_has_is_found_by_its_name_and_changes_no_other(
    tmp_path: Path,
) -> None:
    for version in ("3.9.18", "3.13.0", "pypy3.10-7.3"):
        (tmp_path / ".pyenv" / "versions" / version / "bin").mkdir(parents=True)
    outside = {"PATH": "/usr/bin", "HOME": str(tmp_path)}

    path = environment.machine_environment(Path("/h"), Path("/t"), outside)["PATH"].split(":")

    versions = tmp_path / ".pyenv" / "versions"
    assert path[1:] == ["/usr/bin", f"{versions}/3.13.0/bin", f"{versions}/3.9.18/bin"]
