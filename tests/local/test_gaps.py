"""Types that MiniStack does not know, and the AWS CLI on the laptop."""

import os
import subprocess
from pathlib import Path

import pytest

from local.aws import gaps

KNOWN = {"AWS::S3::Bucket": {"create": str}}
TOOL = Path("local/tools/aws")


def test_a_type_that_only_the_registry_knows_is_accepted_and_noted() -> None:
    registry = gaps.Registry(KNOWN)

    assert "AWS::SES::ReceiptRuleSet" in registry
    assert registry["AWS::S3::Bucket"] is KNOWN["AWS::S3::Bucket"]
    assert set(registry.get("AWS::SES::ReceiptRuleSet")) >= {"create", "update", "delete"}
    assert "AWS::SES::ReceiptRuleSet" in gaps.on_paper


@pytest.mark.parametrize("kind", ["AWS::S3::Bukket", "Custom::Thing", "AWS::Nothing", "", "::"])
def test_a_type_that_nobody_knows_stays_unknown(kind: str) -> None:
    registry = gaps.Registry(KNOWN)

    assert kind not in registry
    assert registry.get(kind) is None


def test_a_resource_on_paper_has_the_attributes_that_its_schema_promises() -> None:
    physical_id, attributes = gaps.identity(
        "AWS::ApiGatewayV2::RouteResponse", "Answer", {"ApiId": "a1", "RouteId": "r1"}, "chat-dev"
    )

    assert physical_id == attributes["RouteResponseId"]
    assert attributes["ApiId"] == "a1"


def test_the_same_resource_keeps_its_identity_and_another_stack_has_another() -> None:
    kind = "AWS::StepFunctions::Activity"
    one = gaps.identity(kind, "Wait", {"Name": "wait"}, "first")

    assert one == gaps.identity(kind, "Wait", {"Name": "wait"}, "first")
    assert one != gaps.identity(kind, "Wait", {"Name": "wait"}, "second")
    assert one[0].startswith("arn:aws:stepfunctions:")


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

    said = subprocess.run(  # noqa: S603 - our own tool
        [TOOL.resolve(), *given.split()],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout.strip() == expected
