"""The AWS CLI on the laptop."""

import os
import subprocess
import sys
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


SDK = """\
class Service {
  constructor(config) { this.config = {}; this.initialize(config); }
  initialize(config) { this.setEndpoint(config.endpoint || `https://sts.${config.region}.amazonaws.com`); }
  setEndpoint(url) { this.endpoint = new URL(url); }
}
module.exports = {};
require('./part');
module.exports.Service = Service;
"""


@pytest.mark.parametrize(
    ("config", "reached"),
    [
        ("{region: 'eu-west-1'}", "http://127.0.0.1:1/"),
        ("{region: 'x', endpoint: 'https://api.example.com'}", "https://api.example.com/"),
    ],
)
def test_clients_of_the_sdk_for_javascript_2_ask_the_embedded_aws(
    tmp_path: Path, config: str, reached: str
) -> None:
    core = tmp_path / "node_modules" / "aws-sdk" / "lib" / "core.js"
    core.parent.mkdir(parents=True)
    core.write_text(SDK)
    (core.parent / "part.js").write_text("require('./core');")
    (core.parent.parent / "index.js").write_text("module.exports = require('./lib/core');")
    code = f"console.log(new (require('aws-sdk')).Service({config}).endpoint.href)"

    said = subprocess.run(
        ["node", f"--require={TOOL.with_name('aws-sdk-2.cjs').resolve()}", "-e", code],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert (said.stdout.strip(), said.stderr) == (reached, "")


BOTOCORE = """\
class Session:
    def create_client(self, service_name, region_name=None, api_version=None, use_ssl=True,
                      verify=None, endpoint_url=None):
        return endpoint_url
"""


@pytest.mark.parametrize(
    ("version", "given", "reached"),
    [
        ("1.29.165", "'sqs', region_name='eu-west-1'", "http://127.0.0.1:1"),
        ("1.29.165", "'sqs', endpoint_url='https://api.example.com'", "https://api.example.com"),
        ("1.29.165", "'sqs', None, None, True, None, 'http://there'", "http://there"),
        ("1.31.0", "'sqs', region_name='eu-west-1'", "None"),  # it finds the endpoint by itself
    ],
)
def test_clients_of_an_old_botocore_ask_the_embedded_aws_and_nothing_else_changes(
    tmp_path: Path, version: str, given: str, reached: str
) -> None:
    package = tmp_path / "botocore"
    package.mkdir()
    (package / "__init__.py").write_text(f"__version__ = {version!r}")
    (package / "session.py").write_text(BOTOCORE)
    (tmp_path / "sitecustomize.py").write_text("print('the own one, too')")
    code = f"import botocore.session; print(botocore.session.Session().create_client({given}))"

    said = subprocess.run(
        [sys.executable, "-c", code],
        env={
            "PYTHONPATH": f"{TOOL.with_name('python_path').resolve()}:{tmp_path}",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        },
        capture_output=True,
        text=True,
        check=True,
    )

    assert (said.stdout.split("\n"), said.stderr) == (["the own one, too", reached, ""], "")
