"""Whose keys a build has: those of its role while it runs, and nothing of the machine."""

import urllib.error
import urllib.request
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from embedded_aws.services.codebuild import environment
from local.connection import Connection
from tests.embedded_aws.builds import said, spec
from tests.embedded_aws.workloads import a_project, a_role, build

pytestmark = pytest.mark.local


def test_commands_act_as_the_service_role_and_have_no_keys_of_their_own(
    embedded: Connection, build_role: str
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

    record = build(embedded, a_project(embedded, build_role, text))

    arn, keys, entries, endpoint = said(embedded, record)
    session = record["id"].split(":")[1]
    name = build_role.rsplit("/", 1)[1]
    assert arn == f"arn:aws:sts::123456789012:assumed-role/{name}/AWSCodeBuild-{session}"
    assert int(keys) == 0
    assert int(entries) == 2  # "." and "..": no profiles, no credentials
    assert endpoint == embedded.endpoint


def test_the_credentials_of_a_build_need_its_token_and_end_with_it(
    embedded: Connection, build_role: str
) -> None:
    text = spec(
        build=[
            "commands:",
            '  - echo "$AWS_CONTAINER_CREDENTIALS_FULL_URI"',
            '  - echo "$AWS_CONTAINER_AUTHORIZATION_TOKEN"',
            "  - curl -s -o /dev/null -w '%{http_code}' $AWS_CONTAINER_CREDENTIALS_FULL_URI",
        ]
    )

    record = build(embedded, a_project(embedded, build_role, text))
    uri, token, without_token = said(embedded, record)
    late = urllib.request.Request(uri, headers={"Authorization": token})  # noqa: S310
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(late)  # noqa: S310
    refused.value.close()

    assert without_token == "403"
    assert refused.value.code == 403


def test_a_role_that_does_not_trust_codebuild_starts_no_build(embedded: Connection) -> None:
    stranger = a_role(embedded, "lambda.amazonaws.com", actions=["logs:*"])
    project = a_project(embedded, stranger, spec(build=["commands: ['true']"]))

    with pytest.raises(ClientError) as refused:
        build(embedded, project)

    assert refused.value.response["Error"]["Code"] == "InvalidInputException"
    assert "not authorized to perform: sts:AssumeRole" in str(refused.value)


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
