"""A nested stack is a stack of its own, made with its parent's rights and undone with it."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from local.connection import Connection
from tests.embedded_aws.principals import (
    a_role,
    allow,
    deny,
    reasons,
    settled,
    somebody,
    trusting,
)
from tests.embedded_aws.stack_calls import Ask, names, recorded

pytestmark = pytest.mark.local

CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
TOPIC = {"Type": "AWS::SNS::Topic"}
QUEUE = {"Type": "AWS::SQS::Queue"}
NOBODYS_POLICY = {
    "Type": "AWS::IAM::Policy",
    "Properties": {
        "PolicyName": "one",
        "Users": ["nobody"],
        "PolicyDocument": {"Version": "2012-10-17", "Statement": []},
    },
}
SIMPLE_TABLE = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Resources": {"Orders": {"Type": "AWS::Serverless::SimpleTable"}},
}


@pytest.fixture
def nested(embedded: Connection) -> Callable[..., dict[str, Any]]:
    """A resource that nests a template, which lies in a bucket of the test's own."""
    s3 = embedded.client("s3")
    bucket = f"templates-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": embedded.region}
    )

    def put(template: dict[str, Any], key: str = "", **parameters: str) -> dict[str, Any]:
        key = key or f"templates/{uuid.uuid4().hex[:8]}.json"
        s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(template).encode())
        place = f"https://{bucket}.s3.{embedded.region}.amazonaws.com/{key}"
        return {
            "Type": "AWS::CloudFormation::Stack",
            "Properties": {"TemplateURL": place, "Parameters": parameters},
        }

    return put


def deployed(caller: Connection, resources: dict[str, Any], name: str = "", **more: Any) -> str:
    """A stack that was created, or updated where it has a name already."""
    cloudformation = caller.client("cloudformation")
    call = cloudformation.update_stack if name else cloudformation.create_stack
    name = name or f"s-{uuid.uuid4().hex[:8]}"
    body = json.dumps({"Resources": resources})
    call(StackName=name, TemplateBody=body, Capabilities=CAPABILITIES, **more)
    settled(caller, name)
    return name


def status(root: Connection, name: str) -> str:
    return settled(root, name)


def inside(root: Connection, parent: str) -> dict[str, Any]:
    """The only stack that a parent nests."""
    cloudformation = root.client("cloudformation")
    child = cloudformation.describe_stack_resource(StackName=parent, LogicalResourceId="Child")
    place = child["StackResourceDetail"]["PhysicalResourceId"]
    found: dict[str, Any] = cloudformation.describe_stacks(StackName=place)["Stacks"][0]
    return found


def test_what_is_nested_is_transformed_and_handed_parameters_and_returns_outputs(
    embedded: Connection, nested: Callable[..., dict[str, Any]]
) -> None:
    child = {
        **SIMPLE_TABLE,
        "Parameters": {"Word": {"Type": "String"}},
        "Outputs": {
            "Table": {"Value": {"Ref": "Orders"}},
            "Word": {
                "Value": {"Ref": "Word"},
                "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-word"}},
            },
        },
    }
    caller = somebody(embedded, allow("*"))

    name = deployed(
        caller,
        {
            "Child": nested(child, Word="hello"),
            "Kept": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Type": "String", "Value": {"Fn::GetAtt": "Child.Outputs.Table"}},
            },
        },
    )

    made = inside(embedded, name)
    outputs = {one["OutputKey"]: one["OutputValue"] for one in made["Outputs"]}
    exports = embedded.client("cloudformation").list_exports()["Exports"]
    assert status(embedded, name) == "CREATE_COMPLETE"
    assert made["StackName"].startswith(f"{name}-Child-")
    assert outputs["Table"].startswith(f"{made['StackName']}-Orders-")
    assert outputs["Word"] == "hello"
    assert f"{made['StackName']}-word" in [one["Name"] for one in exports]


def test_a_transform_in_it_is_asked_for(
    embedded: Connection, nested: Callable[..., dict[str, Any]]
) -> None:
    transform = f"arn:aws:cloudformation:{embedded.region}:aws:transform/*"
    caller = somebody(embedded, allow("*"), deny("cloudformation:CreateChangeSet", transform))

    name = deployed(caller, {"Child": nested(SIMPLE_TABLE)})

    assert status(embedded, name) == "ROLLBACK_COMPLETE"
    assert "transform/Serverless-2016-10-31" in reasons(embedded, name)["Child"]


def test_one_that_fails_is_rolled_back_and_deleted_with_its_parent(
    embedded: Connection, nested: Callable[..., dict[str, Any]], ask: Ask
) -> None:
    caller = somebody(embedded, allow("*"))

    name = deployed(
        caller,
        {"Child": nested({"Resources": {"Topic": TOPIC, "Rest": NOBODYS_POLICY}})},
    )

    topics = embedded.client("sns").list_topics()["Topics"]
    reason = reasons(embedded, name)["Child"]
    calls = [one for one in recorded(ask, f"{name}-Child") if "Stack" in one["eventName"]]
    assert status(embedded, name) == "ROLLBACK_COMPLETE"
    assert "was not successfully created: The following resource(s) failed to create: [Rest]" in (
        reason
    )
    assert not [one for one in topics if name in one["TopicArn"]]
    assert "DeleteStack" in names(calls)
    assert not [one for one in calls if one["eventName"] == "CreateStack" and "errorCode" in one]


def test_an_update_reaches_it_also_when_its_address_is_the_same(
    embedded: Connection, nested: Callable[..., dict[str, Any]]
) -> None:
    caller = somebody(embedded, allow("*"))
    name = deployed(caller, {"Child": nested({"Resources": {"Topic": TOPIC}}, "it.json")})

    more = nested({"Resources": {"Topic": TOPIC, "Queue": QUEUE}}, "it.json")
    deployed(caller, {"Child": more, "Topic": TOPIC}, name)

    made = inside(embedded, name)
    held = embedded.client("cloudformation").list_stack_resources(StackName=made["StackId"])
    assert status(embedded, name) == "UPDATE_COMPLETE"
    assert [one["LogicalResourceId"] for one in held["StackResourceSummaries"]] == [
        "Topic",
        "Queue",
    ]


def test_an_update_that_fails_in_it_brings_back_what_was(
    embedded: Connection, nested: Callable[..., dict[str, Any]]
) -> None:
    caller = somebody(embedded, allow("*"))
    name = deployed(caller, {"Child": nested({"Resources": {"Topic": TOPIC}})})

    more = nested({"Resources": {"Topic": TOPIC, "Rest": NOBODYS_POLICY}})
    deployed(caller, {"Child": more}, name)

    made = inside(embedded, name)
    held = embedded.client("cloudformation").list_stack_resources(StackName=made["StackId"])
    assert status(embedded, name) == "UPDATE_ROLLBACK_COMPLETE"
    assert [one["LogicalResourceId"] for one in held["StackResourceSummaries"]] == ["Topic"]


def test_what_could_not_be_deleted_in_it_fails_its_parents_deletion(
    embedded: Connection, nested: Callable[..., dict[str, Any]]
) -> None:
    kept = {**TOPIC, "DeletionPolicy": "Retain"}
    caller = somebody(embedded, allow("*"), deny("sqs:DeleteQueue"))
    name = deployed(caller, {"Child": nested({"Resources": {"Topic": kept, "Queue": QUEUE}})})

    caller.client("cloudformation").delete_stack(StackName=name)

    assert status(embedded, name) == "DELETE_FAILED"
    assert (
        "was not successfully deleted: The following resource(s) failed to delete: [Queue]"
        in (reasons(embedded, name)["Child"])
    )

    embedded.client("cloudformation").delete_stack(StackName=name)

    topics = embedded.client("sns").list_topics()["Topics"]
    assert status(embedded, name) == "GONE"
    assert [one for one in topics if name in one["TopicArn"]]


def test_it_acts_as_its_parents_service_role(
    embedded: Connection, nested: Callable[..., dict[str, Any]], ask: Ask
) -> None:
    trust = trusting({"Service": "cloudformation.amazonaws.com"})
    role = a_role(embedded, allow(["cloudformation:*", "s3:GetObject", "sns:*"]), trust=trust)
    caller = somebody(embedded, allow(["cloudformation:*", "iam:PassRole"]))

    name = deployed(caller, {"Child": nested({"Resources": {"Topic": TOPIC}})}, RoleARN=role)

    made = [one for one in recorded(ask, name) if one["eventName"] == "CreateTopic"]
    assert status(embedded, name) == "CREATE_COMPLETE"
    assert role.rpartition("/")[2] in made[0]["userIdentity"]["arn"]


def test_the_template_is_read_as_the_caller(
    embedded: Connection, nested: Callable[..., dict[str, Any]]
) -> None:
    caller = somebody(embedded, allow("*"), deny("s3:GetObject"))

    name = deployed(caller, {"Child": nested({"Resources": {"Topic": TOPIC}})})

    assert "s3:GetObject" in reasons(embedded, name)["Child"]
