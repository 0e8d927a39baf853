"""A cloud assembly becomes stacks: in order, with its assets, and only what changed."""

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from local.connection import Connection
from local.deploy.cloud_assembly import UndeployableError, assets_of, stacks_of, zipped
from local.deploy.deployment import DeployError, deploy

pytestmark = pytest.mark.local

BUCKET = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"


def an_assembly(root: Path, stacks: dict[str, Any], *, needs: dict[str, list[str]]) -> Path:
    """Write the assembly as the CDK does: template and function are assets."""
    (root / "code").mkdir(parents=True, exist_ok=True)
    (root / "code" / "index.py").write_text("def handler(event, context): return 'hello'\n")
    artifacts: dict[str, Any] = {}
    for name, template in stacks.items():
        file = root / f"{name}.template.json"
        file.write_text(json.dumps(template))
        key = f"{name}-{abs(hash(file.read_text()))}.json"
        place = {"bucketName": BUCKET, "objectKey": key}
        code = {"bucketName": BUCKET, "objectKey": f"{name}-code.zip"}
        files = {
            "template": {"source": {"path": file.name}, "destinations": {"here": place}},
            "code": {
                "source": {"path": "code", "packaging": "zip"},
                "destinations": {"here": code},
            },
        }
        (root / f"{name}.assets.json").write_text(json.dumps({"files": files}))
        artifacts[f"{name}.assets"] = {
            "type": "cdk:asset-manifest",
            "properties": {"file": f"{name}.assets.json"},
        }
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "dependencies": [f"{name}.assets", *needs.get(name, [])],
            "properties": {
                "templateFile": file.name,
                "stackTemplateAssetObjectUrl": f"s3://{BUCKET}/{key}",
                "tags": {"app": "deploy-test"},
            },
        }
    (root / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    return root


def a_queue(name: str, seconds: int = 30) -> dict[str, Any]:
    queue = {"QueueName": name, "VisibilityTimeout": seconds}
    return {
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": queue}},
        "Outputs": {"QueueArn": {"Value": {"Fn::GetAtt": ["Queue", "Arn"]}}},
    }


def a_function() -> dict[str, Any]:
    trust = {
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": "lambda.amazonaws.com"},
            }
        ]
    }
    function = {
        "FunctionName": "deployed-function",
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": {
            "S3Bucket": {
                "Fn::Sub": "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}",
            },
            "S3Key": "deploy-function-code.zip",
        },
    }
    role = {"AssumeRolePolicyDocument": trust}
    return {
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": role},
            "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
        }
    }


def test_a_stack_and_its_assets_are_deployed_once_and_changed_when_the_template_changes(
    embedded: Connection, tmp_path: Path
) -> None:
    said: list[str] = []
    first = an_assembly(tmp_path / "a", {"deploy-queue": a_queue("deployed")}, needs={})
    second = an_assembly(tmp_path / "b", {"deploy-queue": a_queue("deployed", 60)}, needs={})

    outputs = deploy(first, embedded, say=said.append)
    deploy(first, embedded, say=said.append)
    deploy(second, embedded, say=said.append)

    assert outputs["deploy-queue"]["QueueArn"].endswith(":deployed")
    assert said == [
        "uploaded 2 assets",
        "stack deploy-queue: created",
        "stack deploy-queue: unchanged",
        "uploaded 1 assets",
        "stack deploy-queue: updated",
    ]


def test_a_deployed_function_runs(embedded: Connection, tmp_path: Path) -> None:
    assembly = an_assembly(tmp_path, {"deploy-function": a_function()}, needs={})

    deploy(assembly, embedded, say=lambda _: None)

    answer = embedded.client("lambda").invoke(FunctionName="deployed-function")
    assert json.loads(answer["Payload"].read()) == "hello"


def test_a_custom_resource_answers_through_the_gate(embedded: Connection, tmp_path: Path) -> None:
    code = """
import json, urllib.request
def handler(event, context):
    answer = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    answer |= {"Status": "SUCCESS", "PhysicalResourceId": "made", "Data": {"Word": "hello"}}
    body = json.dumps(answer).encode()
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], body, method="PUT")).read()
"""
    template = a_function()
    function = template["Resources"]["Function"]["Properties"]
    function |= {"FunctionName": "custom-provider", "Code": {"ZipFile": code}}
    provider = {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}}
    template["Resources"]["Thing"] = {"Type": "Custom::Thing", "Properties": provider}
    template["Outputs"] = {"Word": {"Value": {"Fn::GetAtt": ["Thing", "Word"]}}}
    assembly = an_assembly(tmp_path, {"deploy-custom": template}, needs={})

    outputs = deploy(assembly, embedded, say=lambda _: None)

    assert outputs["deploy-custom"] == {"Word": "hello"}


def test_a_stack_comes_after_those_that_it_needs(tmp_path: Path) -> None:
    stacks = {name: a_queue(name) for name in ("one", "two", "three")}
    assembly = an_assembly(tmp_path, stacks, needs={"one": ["three"], "three": ["two"]})

    batches = stacks_of(assembly, str)
    assert [[stack.name for stack in batch] for batch in batches] == [["two"], ["three"], ["one"]]


def test_of_some_stacks_those_are_deployed_that_they_need_and_no_others(tmp_path: Path) -> None:
    stacks = {name: a_queue(name) for name in ("base", "mine", "yours")}
    needs = {"mine": ["base"], "yours": ["base"]}
    assembly = an_assembly(tmp_path, stacks, needs=needs)

    batches = stacks_of(assembly, str, ["mine", "never-was"])

    assert [[stack.name for stack in batch] for batch in batches] == [["base"], ["mine"]]
    assert {one.key for one in assets_of(assembly, str, ["mine"]) if one.zipped} == {
        "base-code.zip",
        "mine-code.zip",
    }


def test_a_failed_stack_says_which_resource_and_why_and_makes_room(
    embedded: Connection, tmp_path: Path
) -> None:
    policy = {"PolicyName": "p", "Roles": ["no-such-role"], "PolicyDocument": {"Statement": []}}
    broken = {"Resources": {"Policy": {"Type": "AWS::IAM::Policy", "Properties": policy}}}
    bad = an_assembly(tmp_path / "bad", {"deploy-broken": broken}, needs={})
    good = an_assembly(tmp_path / "good", {"deploy-broken": a_queue("mended")}, needs={})

    with pytest.raises(DeployError, match=r"Policy \(AWS::IAM::Policy\): .*no-such-role"):
        deploy(bad, embedded, say=lambda _: None)

    outputs = deploy(good, embedded, say=lambda _: None)
    assert outputs["deploy-broken"]["QueueArn"].endswith(":mended")


def test_container_images_are_refused_with_the_reason(embedded: Connection, tmp_path: Path) -> None:
    assembly = an_assembly(tmp_path, {"images": a_queue("images")}, needs={})
    (assembly / "images.assets.json").write_text(json.dumps({"dockerImages": {"a": {}}}))

    with pytest.raises(UndeployableError, match="no Docker"):
        deploy(assembly, embedded, say=lambda _: None)


def test_the_same_folder_makes_the_same_zip(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "folder").mkdir(parents=True)
        for file in (
            ("b.py", "a.py", "folder/c.py") if name == "one" else ("a.py", "folder/c.py", "b.py")
        ):
            (tmp_path / name / file).write_text(file)

    assert zipped(tmp_path / "one") == zipped(tmp_path / "two")
    assert zipfile.ZipFile(BytesIO(zipped(tmp_path / "one"))).namelist() == [
        "a.py",
        "b.py",
        "folder/c.py",
    ]
