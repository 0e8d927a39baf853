"""A build of CodeBuild: its source, its project, its logs, and how it finds its tools."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from embedded_aws.services.codebuild import environment
from local.connection import Connection
from tests.embedded_aws.builds import phases, said, spec
from tests.embedded_aws.workloads import a_project, a_role, build

pytestmark = pytest.mark.local


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


def test_a_build_fetches_its_source_and_runs_the_buildspec_in_it(
    embedded: Connection, build_role: str, source: str
) -> None:
    record = build(embedded, a_project(embedded, build_role, "buildspec.yml", source=source))

    assert record["buildStatus"] == "SUCCEEDED"
    assert said(embedded, record) == ["said by the source"]
    assert record["logs"]["groupName"] == f"/aws/codebuild/{record['projectName']}"


def test_a_build_runs_outside_of_every_project(embedded: Connection, build_role: str) -> None:
    record = build(embedded, a_project(embedded, build_role, spec(build=["commands: [pwd]"])))

    (folder,) = said(embedded, record)
    assert not Path(folder).is_relative_to(embedded.inbox.parent)  # npm and Git look upwards
    assert not Path(folder).parent.exists()


def test_overrides_of_a_start_win_over_the_project(embedded: Connection, build_role: str) -> None:
    project = a_project(embedded, build_role, spec(build=["commands: ['false']"]))
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


def test_logs_go_where_the_project_says_or_nowhere(embedded: Connection, build_role: str) -> None:
    text = spec(build=["commands: ['echo logged']"])
    own = {"status": "ENABLED", "groupName": "builds-of-ours", "streamName": "one"}
    there = a_project(embedded, build_role, text, logsConfig={"cloudWatchLogs": own})
    nowhere = a_project(
        embedded, build_role, text, logsConfig={"cloudWatchLogs": {"status": "DISABLED"}}
    )

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


def test_a_stack_keeps_every_property_of_its_project(embedded: Connection, build_role: str) -> None:
    template = {
        "Resources": {
            "Project": {
                "Type": "AWS::CodeBuild::Project",
                "Properties": {
                    "ServiceRole": build_role,
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


def test_a_version_of_python_that_pyenv_has_is_found_by_its_name_and_changes_no_other(
    tmp_path: Path,
) -> None:
    for version in ("3.9.18", "3.13.0", "pypy3.10-7.3"):
        (tmp_path / ".pyenv" / "versions" / version / "bin").mkdir(parents=True)
    outside = {"PATH": "/usr/bin", "HOME": str(tmp_path)}

    path = environment.machine_environment(Path("/h"), Path("/t"), outside)["PATH"].split(":")

    versions = tmp_path / ".pyenv" / "versions"
    assert path[1:] == ["/usr/bin", f"{versions}/3.13.0/bin", f"{versions}/3.9.18/bin"]
