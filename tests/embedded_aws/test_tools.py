"""The AWS CLI on the laptop."""

import os
import subprocess
from pathlib import Path

import pytest

TOOL = Path("embedded_aws/services/codebuild/tools/aws")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("sqs list-queues", "--endpoint-url http://here sqs list-queues"),
        ("--region x rds help", "--endpoint-url http://here --region x rds help"),
        ("s3 ls", "s3 ls"),
        ("--endpoint-url http://there sqs help", "--endpoint-url http://there sqs help"),
    ],
)
def test_the_cli_asks_the_embedded_aws_for_queues_too(
    tmp_path: Path, given: str, expected: str
) -> None:
    fake = tmp_path / "aws"
    fake.write_text('#!/bin/sh\necho "$@"\n')
    fake.chmod(0o755)
    environment = {
        "PATH": f"{TOOL.parent.resolve()}:{tmp_path}:{os.environ['PATH']}",
        "AWS_ENDPOINT_URL": "http://here",
    }

    said = subprocess.run(
        [TOOL.resolve(), *given.split()],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout.strip() == expected
