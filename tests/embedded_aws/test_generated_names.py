"""Resources that a template does not name get CloudFormation's names, asked about and kept."""

import json
import re
import uuid

import pytest

from local.connection import Connection
from tests.embedded_aws.principals import allow, deny, deploy, reasons, somebody
from tests.emulator import Ask

pytestmark = pytest.mark.local

LONG = "customer-engagement-intake-buffering"
SUFFIX = r"-(?:[0-9A-Z]{12,13}|[0-9A-Za-z]{12})"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}


def a_name(words: str = LONG) -> str:
    return f"{words}-{uuid.uuid4().hex[:6]}"


def ids(caller: Connection, stack: str) -> dict[str, str]:
    """Physical ids by logical ids."""
    found = caller.client("cloudformation").describe_stack_resources(StackName=stack)
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found["StackResources"]}


def asked(ask: Ask, event: str, parameter: str) -> list[str]:
    records = ask("/_fencepost/records")["records"]
    return [
        (one["requestParameters"] or {}).get(parameter, "")
        for one in records
        if one["eventName"] == event
        and one["userIdentity"].get("invokedBy") == "cloudformation.amazonaws.com"
    ]


def test_each_type_is_cut_by_its_own_rule(embedded: Connection) -> None:
    caller = somebody(embedded, allow("*"))
    stack, status = deploy(
        caller,
        {
            "ReturnedGoodsPhotographsOfEveryDay": {"Type": "AWS::S3::Bucket"},
            "ReturnedGoodsInspectorsExecutionRole": ROLE,
            "OrderedQueue": {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True}},
            "Cluster": {"Type": "AWS::ECS::Cluster"},
            "Secret": {"Type": "AWS::SecretsManager::Secret"},
            "Group": {"Type": "AWS::Logs::LogGroup"},
            "Value": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Type": "String", "Value": "a"},
            },
        },
        name=a_name(),
    )

    assert status == "CREATE_COMPLETE", reasons(caller, stack)
    found = ids(caller, stack)
    bucket, role = (
        found["ReturnedGoodsPhotographsOfEveryDay"],
        found["ReturnedGoodsInspectorsExecutionRole"],
    )
    assert re.fullmatch(r"customer-engagement-intak?e?-returnedgoodsphotographs?-[0-9a-z]+", bucket)
    assert len(bucket) == 63
    assert re.fullmatch(rf"customer-engagement-intake?-ReturnedGoodsInspectorsE?x?{SUFFIX}", role)
    assert len(role) == 64
    queue = found["OrderedQueue"].rpartition("/")[2]
    assert re.fullmatch(rf"{stack}-OrderedQueue{SUFFIX}\.fifo", queue)
    assert re.fullmatch(rf"{stack}-Cluster{SUFFIX}", found["Cluster"])
    assert re.fullmatch(rf"{stack}-Group{SUFFIX}", found["Group"])
    assert re.search(r"Secret-[0-9A-Za-z]{12}", found["Secret"])
    assert re.fullmatch(r"CFN-Value-[0-9A-Za-z]{12}", found["Value"])


def test_iam_is_asked_about_the_very_name_that_is_made(embedded: Connection, ask: Ask) -> None:
    caller = somebody(embedded, allow("*"))
    stack, _ = deploy(
        caller,
        {"Photographs": {"Type": "AWS::S3::Bucket"}, "InspectorRole": ROLE},
        name=a_name(),
    )

    found = ids(caller, stack)

    assert found["Photographs"] in asked(ask, "CreateBucket", "bucketName")
    assert found["InspectorRole"] in asked(ask, "CreateRole", "roleName")


def test_a_name_stays_in_an_update_and_is_new_for_what_is_made_again(embedded: Connection) -> None:
    caller, stack = somebody(embedded, allow("*")), a_name()
    queue, topic = {"Type": "AWS::SQS::Queue"}, {"Type": "AWS::SNS::Topic"}
    deploy(caller, {"Queue": queue, "Topic": topic, "Role": ROLE}, name=stack)
    first = ids(caller, stack)

    slower = {**queue, "Properties": {"DelaySeconds": 7}}
    described = {**ROLE, "Properties": {**ROLE["Properties"], "Description": "described"}}  # type: ignore[dict-item]
    deploy(caller, {"Queue": slower, "Role": described}, name=stack, update=True)
    second = ids(caller, stack)
    deploy(caller, {"Queue": slower, "Topic": topic, "Role": described}, name=stack, update=True)
    third = ids(caller, stack)

    assert second["Queue"] == first["Queue"]
    assert second["Role"] == first["Role"]
    assert third["Topic"] != first["Topic"]


def test_a_replacement_has_a_name_of_its_own(embedded: Connection, ask: Ask) -> None:
    caller, stack = somebody(embedded, allow("*")), a_name()
    deploy(caller, {"Queue": {"Type": "AWS::SQS::Queue"}}, name=stack)

    ordered = {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True}}
    _, status = deploy(caller, {"Queue": ordered}, name=stack, update=True)

    assert status == "UPDATE_COMPLETE", reasons(caller, stack)
    made = [one for one in ask("/_fencepost/names")["names"] if one["stack"] == stack]
    assert [one["name"].endswith(".fifo") for one in made] == [False, True]
    assert made[0]["suffix"] != made[1]["suffix"]
    assert ids(caller, stack)["Queue"].endswith(f"/{made[1]['name']}")


@pytest.mark.parametrize("length", [30, 128])
def test_a_nested_stack_is_asked_about_by_its_own_name(
    embedded: Connection, ask: Ask, length: int
) -> None:
    caller = somebody(embedded, allow("*"))
    s3, bucket = caller.client("s3"), f"templates-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": embedded.region}
    )
    inner = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    s3.put_object(Bucket=bucket, Key="inner.json", Body=json.dumps(inner))
    url = f"{embedded.endpoint}/{bucket}/inner.json"
    parent = f"{a_name()}-{'z' * 128}"[:length]

    stack, status = deploy(
        caller,
        {"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}},
        name=parent,
    )

    assert status == "CREATE_COMPLETE", reasons(caller, stack)
    child = ids(caller, stack)["Inner"].split("/")[1]
    assert re.fullmatch(rf"{parent[:95]}z*-Inner{SUFFIX}", child)
    assert len(child) <= 128
    assert child in asked(ask, "CreateStack", "stackName")
    topic = ids(caller, child)["Topic"].rpartition(":")[2]
    assert re.fullmatch(rf"{child}-Topic{SUFFIX}", topic)


def test_a_nested_stack_is_refused_by_its_own_name(embedded: Connection) -> None:
    caller = somebody(
        embedded, allow("*"), deny("cloudformation:CreateStack", "arn:*:stack/*-Inner-*/*")
    )
    properties = {"TemplateURL": "https://nowhere.s3.amazonaws.com/inner.json"}

    stack, status = deploy(
        caller, {"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": properties}}
    )

    assert status.endswith("ROLLBACK_COMPLETE")
    assert re.search(rf"stack/{stack}-Inner{SUFFIX}/", " ".join(reasons(caller, stack).values()))


def test_what_ministack_glues_together_ends_in_a_suffix_as_well(
    embedded: Connection, ask: Ask
) -> None:
    caller = somebody(embedded, allow("*"))
    group = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "a group"}}
    containers = [{"Name": "one", "Image": "busybox", "Memory": 64}]
    task = {
        "Type": "AWS::ECS::TaskDefinition",
        "Properties": {"ContainerDefinitions": containers},
    }
    stack, _ = deploy(caller, {"Group": group, "Task": task}, name=a_name())

    found = caller.client("ec2").describe_security_groups(GroupIds=[ids(caller, stack)["Group"]])

    assert re.fullmatch(rf"{stack}-Group{SUFFIX}", found["SecurityGroups"][0]["GroupName"])
    family = ids(caller, stack)["Task"].rpartition("/")[2].partition(":")[0]
    assert re.fullmatch(rf"{stack}-Task{SUFFIX}", family)
    assert family in asked(ask, "RegisterTaskDefinition", "family")


def test_every_made_up_name_can_be_asked_for(embedded: Connection, ask: Ask) -> None:
    caller = somebody(embedded, allow("*"))
    trigger = {"Type": "AWS::Scheduler::ScheduleGroup"}
    stack, _ = deploy(caller, {"Queue": {"Type": "AWS::SQS::Queue"}, "Group": trigger})

    told = ask("/_fencepost/names")

    mine = {one["kind"]: one for one in told["names"] if one["stack"] == stack}
    queue = mine["AWS::SQS::Queue"]
    assert queue["name"] == f"{stack}-Queue-{queue['suffix']}"
    assert "AWS::Scheduler::ScheduleGroup" in told["open"]
    assert "AWS::SQS::Queue" not in told["open"]
