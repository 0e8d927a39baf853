"""docs/use-the-policy.md on the embedded AWS: an approved policy is deployed by its parameter."""

import json
import re
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import hcl2
import pytest

from lambdas.document_policy.handler import document
from lambdas.gateways.archive.documents import S3Archive
from lambdas.model.execution.platform import Platform
from local.command_line.main import main
from local.connection import Connection
from tests.unit.document_policy.samples import a_run
from tests.unit.document_policy.test_approval_rule import NARROW
from tests.unit.document_policy.test_handler import an_event

pytestmark = pytest.mark.local
PAGE = (Path(__file__).parents[2] / "docs" / "use-the-policy.md").read_text(encoding="utf-8")
NAME = "/fencepost/policies/orders"
PROVED = {"kind": "proved", "reason": ""}


def recipe(kind: str) -> str:
    match = re.search(rf"```{kind}\n# policy\.[a-z]+\n(.*?)```", PAGE, re.DOTALL)
    assert match
    return match[1]


@pytest.fixture(scope="module")
def archive(embedded: Connection) -> S3Archive:
    """Two runs of orders: one proved there, one proved on AWS, or so its manifest says."""
    s3 = embedded.client("s3")
    place = {"LocationConstraint": embedded.region}
    s3.create_bucket(Bucket="use-the-policy", CreateBucketConfiguration=place)
    s3.put_bucket_versioning(Bucket="use-the-policy", VersioningConfiguration={"Status": "Enabled"})
    archive = S3Archive("use-the-policy", client=s3)
    for day, platform in ((1, Platform.EMBEDDED), (2, Platform.AWS)):
        event = {**an_event(archive, NARROW, day=day), "verdict": PROVED}
        document(event, archive, place="s3://use-the-policy/", platform=platform)
    return archive


def pointed(embedded: Connection) -> dict[str, Any]:
    ssm = embedded.client("ssm")
    try:
        return dict(json.loads(ssm.get_parameter(Name=NAME)["Parameter"]["Value"]))
    except ssm.exceptions.ParameterNotFound:
        return {}


def say(command: str, day: int, *more: str) -> int:
    return main([command, "orders", a_run(day).id, "s3://use-the-policy", *more])


@pytest.mark.usefixtures("shell")
def test_an_approved_policy_is_deployed_by_its_parameter_until_the_approval_is_taken_back(
    embedded: Connection, archive: S3Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pointed(embedded) == {}
    assert say("approve", 2) == 0
    assert pointed(embedded) == {}, "proved on AWS, which this is not"
    assert say("approve", 1, "--emulated") == 0

    approved = pointed(embedded)
    body = archive.get(approved["attach"][0]["key"])
    deploy(embedded, f"s3://{approved['bucket']}/{approved['attach'][0]['key']}")

    assert approved["run"] == a_run(1).id
    assert approved["attach"][0]["sha256"] == sha256(body).hexdigest()
    assert attached(embedded) == json.loads(body)
    assert say("withdraw", 1, "--note", "it reaches too far") == 0
    assert pointed(embedded) == {}
    assert say("withdraw", 1) == 1
    assert "taken back already" in capsys.readouterr().err
    assert main(["verify-archive", "s3://use-the-policy"]) == 0
    capsys.readouterr()
    assert main(["audit", "granted", "s3://use-the-policy", "--as", "jsonl"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {row["run"] for row in rows} == {a_run(day).id for day in (1, 2)}
    assert {row["run"] for row in rows if row["withdrawnBy"]} == {a_run(1).id}


def deploy(embedded: Connection, location: str) -> None:
    stacks = embedded.client("cloudformation")
    stacks.create_stack(
        StackName="use-the-policy",
        TemplateBody=recipe("yaml"),
        Parameters=[{"ParameterKey": "Location", "ParameterValue": location}],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    wait = stacks.get_waiter("stack_create_complete").wait
    wait(StackName="use-the-policy", WaiterConfig={"Delay": 1})


def attached(embedded: Connection) -> Any:
    iam, stacks = embedded.client("iam"), embedded.client("cloudformation")
    (stack,) = stacks.describe_stacks(StackName="use-the-policy")["Stacks"]
    (arn,) = [one["OutputValue"] for one in stack["Outputs"]]
    version = partial(iam.get_policy_version, PolicyArn=arn)
    return version(VersionId="v1")["PolicyVersion"]["Document"]


def test_the_terraform_recipe_is_terraform() -> None:
    parsed = hcl2.loads(recipe("hcl"))

    assert {next(iter(one)) for one in parsed["data"]} == {'"aws_ssm_parameter"', '"aws_s3_object"'}
