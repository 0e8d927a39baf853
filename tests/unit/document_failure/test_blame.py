"""Whose fault a failed cycle is, by its last lines."""

from pathlib import Path

import pytest

from lambdas.document_failure import cycle_advice
from lambdas.model.execution.platform import Platform
from tests.unit.document_failure.failures import FOLDER, a_build, told

INACCESSIBLE = (
    "UnknownEndpoint: Inaccessible host: `sts.eu-west-1.amazonaws.com' at port `443'. "
    "This service may not be available in the `eu-west-1' region."
)
ENDS = {
    INACCESSIBLE: "NOT_REACHED",
    "Error: getaddrinfo ENOTFOUND cloudformation.eu-west-1.amazonaws.com": "NOT_REACHED",
    'Could not connect to the endpoint URL: "https://sts.cn-north-1.amazonaws.com.cn/"': "NOT_REACHED",
    "java.net.UnknownHostException: s3.amazonaws.com": "NOT_REACHED",
    "dial tcp: lookup iam.amazonaws.com on 10.0.0.2:53: no such host": "NOT_REACHED",
    "InvalidClientTokenId: The security token included in the request is invalid.": "NOT_REACHED",
    "An error occurred (InvalidAction) when calling the PutRestApi operation": "LACKS",
    "(501) Operation 'DescribeX' not implemented": "LACKS",
    "Error: src/take.js: unexpected token": "EMULATED",
    "HTTPSConnectionPool(host='ab1.execute-api.eu-west-1.amazonaws.com', port=443): "
    "Max retries exceeded (Caused by NameResolutionError: Failed to resolve host)": "CALLED",
    "curl: (6) Could not resolve host: ab1.lambda-url.eu-west-1.on.aws": "CALLED",
    "Error: PythonPipBuilder:Validation - Binary validation failed for python, searched for python "
    "which did not satisfy constraints for runtime: python3.13.": "ON_THIS_MACHINE",
    "npm error code EBADENGINE": "ON_THIS_MACHINE",
    "shell: line 9: terraform: command not found": "ON_THIS_MACHINE",
}


@pytest.mark.parametrize(("line", "named"), ENDS.items(), ids=lambda one: one[:30])
def test_a_process_is_blamed_only_where_its_last_lines_do_not_say_otherwise(
    line: str, named: str
) -> None:
    said = {
        platform: cycle_advice.cycle_advice(platform, "deploy", ["$ tool deploy", line])
        for platform in (Platform.EMBEDDED, Platform.AWS)
    }

    begins = getattr(cycle_advice, named).partition("{")[0]
    assert said[Platform.EMBEDDED].startswith(begins)
    assert ("correct" in said[Platform.EMBEDDED]) is (named == "EMULATED")
    assert said[Platform.AWS].startswith(cycle_advice.ON_AWS)


@pytest.mark.parametrize(
    "line",
    [
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.",
        "shell: line 3: docker: command not found",
        "Error: spawnSync docker ENOENT",
        "Building image for F function requires Docker. is Docker running?",
    ],
)
def test_a_build_without_docker_is_told_where_docker_may_be_had(line: str) -> None:
    said = {one: cycle_advice.cycle_advice(one, "deploy", [line]) for one in Platform}

    assert said[Platform.AWS] == cycle_advice.DOCKER
    assert said[Platform.EMBEDDED] == cycle_advice.ON_THIS_MACHINE


def test_the_host_of_real_aws_is_named_in_the_document(tmp_path: Path) -> None:
    told(
        tmp_path,
        Platform.EMBEDDED,
        state="RunCycle",
        error={"Error": "CycleFailed", "Cause": "{"},
        build=a_build(INACCESSIBLE, FAILED_PHASE="deploy"),
    )

    said = (tmp_path / FOLDER / "FAILURE.md").read_text()
    assert "The tool asked real AWS (sts.eu-west-1.amazonaws.com)" in said
    assert "correct the process" not in said


@pytest.mark.parametrize(
    ("phase", "line", "named"),
    [
        ("deploy", "User: x is not authorized to perform: sqs:CreateQueue on resource: q with an explicit deny in a permissions boundary", "FENCE"),
        ("deploy", "::fencepost phase deploy out of time", "TIME"),
        ("install", "npm error 404", "INSTALL"),
        ("", "", "UNBUILT"),
    ],
)  # fmt: skip
def test_what_is_no_fault_of_the_process_is_told_as_what_it_is(
    phase: str, line: str, named: str
) -> None:
    assert cycle_advice.cycle_advice(Platform.AWS, phase, [line]) == getattr(cycle_advice, named)
