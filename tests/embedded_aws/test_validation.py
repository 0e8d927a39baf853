"""What CloudFormation looks up before it makes anything: recorded, and refused without harm."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from local.connection import Connection
from tests.embedded_aws.principals import allow, deny, deploy, settled, somebody
from tests.embedded_aws.stack_calls import LAMBDA_TRUST

Ask = Callable[..., Any]

pytestmark = pytest.mark.local

EVERYTHING = allow("*")
# The resources of the public trail, and what it shows of each before it is made:
# https://github.com/abefarris/cfn-least-privilege (archive/prev-cloudtrail-raw.jsonl)
SHOWN = {
    "DescribeLogGroups": None,
    "DescribeRule": "UnknownError",
    "DescribeStateMachine": "StateMachineDoesNotExist",
    "DescribeTable": "ResourceNotFoundException",
    "GetFunction20150331v2": "ResourceNotFoundException",
    "GetPolicy": "NoSuchEntityException",
    "GetRole": "NoSuchEntityException",
    "GetTopicAttributes": "NotFoundException",
}
QUOTAS = {"GetAccountSettings20160819", "GetAccountSummary"}


def a_template(name: str) -> dict[str, Any]:
    """One resource of each kind, each with a name of its own."""
    role = {"Fn::GetAtt": ["Role", "Arn"]}
    nothing = {"Version": "2012-10-17", "Statement": []}
    machine = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Pass", "End": True}}})
    key = {"AttributeName": "id", "AttributeType": "S"}
    schema = [{"AttributeName": "id", "KeyType": "HASH"}]
    return {
        one: {"Type": kind, "Properties": properties}
        for one, kind, properties in (
            ("Role", "AWS::IAM::Role", {"RoleName": name, "AssumeRolePolicyDocument": LAMBDA_TRUST}),
            ("Policy", "AWS::IAM::ManagedPolicy", {"ManagedPolicyName": name, "PolicyDocument": nothing}),
            ("Logs", "AWS::Logs::LogGroup", {"LogGroupName": name}),
            ("Topic", "AWS::SNS::Topic", {"TopicName": name}),
            ("Rule", "AWS::Events::Rule", {"Name": name, "ScheduleExpression": "rate(1 day)"}),
            ("Bucket", "AWS::S3::Bucket", {"BucketName": name}),
            ("Queue", "AWS::SQS::Queue", {"QueueName": name}),
            ("Machine", "AWS::StepFunctions::StateMachine",
             {"StateMachineName": name, "DefinitionString": machine, "RoleArn": role}),
            ("Table", "AWS::DynamoDB::Table",
             {"TableName": name, "AttributeDefinitions": [key], "KeySchema": schema,
              "BillingMode": "PAY_PER_REQUEST"}),
            ("Function", "AWS::Lambda::Function",
             {"FunctionName": name, "Runtime": "python3.12", "Handler": "index.handler",
              "Role": role, "Code": {"ZipFile": "def handler(event, context): return 1"}}),
        )
    }  # fmt: skip


def asked(ask: Ask, caller: Connection, name: str = "") -> dict[str, str | None]:
    """The calls that CloudFormation made for a caller, with their errors, until it made something."""
    calls: dict[str, str | None] = {}
    for one in ask("/_fencepost/records")["records"]:
        identity = one["userIdentity"]
        if identity.get("invokedBy") != "cloudformation.amazonaws.com":
            continue
        if identity.get("accessKeyId") != caller.access_key:
            continue
        if not one["readOnly"]:
            break
        if one["eventName"] in QUOTAS or name in json.dumps(one["requestParameters"]):
            calls[one["eventName"]] = one.get("errorCode")
    return calls


def a_name() -> str:
    return f"n-{uuid.uuid4().hex[:8]}"


def change_set(caller: Connection, template: dict[str, Any], **more: Any) -> str:
    """Make a change set for a new stack; its name, which is the stack's, too."""
    name = a_name()
    caller.client("cloudformation").create_change_set(
        StackName=name,
        ChangeSetName=name,
        ChangeSetType="CREATE",
        TemplateBody=json.dumps({"Resources": template}),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        **more,
    )
    return name


def test_a_change_set_looks_for_what_is_named_and_asks_for_quotas_as_a_public_trail_shows(
    embedded: Connection, ask: Ask
) -> None:
    caller, name = somebody(embedded, EVERYTHING), a_name()

    change_set(caller, a_template(name))

    assert asked(ask, caller, name) == {**SHOWN, **dict.fromkeys(QUOTAS)}


def test_a_stack_made_without_a_change_set_is_looked_for_and_no_quota_is_asked(
    embedded: Connection, ask: Ask
) -> None:
    caller, name = somebody(embedded, EVERYTHING), a_name()

    _, status = deploy(caller, a_template(name))

    assert status == "CREATE_COMPLETE"
    assert asked(ask, caller, name) == SHOWN


def test_what_was_looked_for_with_its_change_set_is_not_looked_for_again(
    embedded: Connection, ask: Ask
) -> None:
    caller, name = somebody(embedded, EVERYTHING), a_name()
    stack = change_set(caller, {"Table": a_template(name)["Table"]})
    caller.client("cloudformation").execute_change_set(StackName=stack, ChangeSetName=stack)
    assert settled(caller, stack) == "CREATE_COMPLETE"

    looks = [
        one
        for one in ask("/_fencepost/records")["records"]
        if one["eventName"] == "DescribeTable" and one.get("errorCode")
        and name in json.dumps(one["requestParameters"])
    ]  # fmt: skip
    assert len(looks) == 1


def test_a_resource_that_is_there_is_read_as_a_whole(embedded: Connection, ask: Ask) -> None:
    caller, name = somebody(embedded, EVERYTHING), a_name()
    template = {"Topic": a_template(name)["Topic"]}
    stack, _ = deploy(caller, template)
    later = somebody(embedded, EVERYTHING)

    template["Topic"]["Properties"]["DisplayName"] = "changed"
    _, status = deploy(later, template, name=stack, update=True)

    assert status == "UPDATE_COMPLETE"
    read = ("GetTopicAttributes", "ListSubscriptionsByTopic", "GetDataProtectionPolicy")
    assert asked(ask, later, name) == dict.fromkeys((*read, "ListTagsForResource"))


def test_a_name_that_cloudformation_makes_up_is_looked_for_nowhere(
    embedded: Connection, ask: Ask
) -> None:
    caller = somebody(embedded, EVERYTHING)

    change_set(caller, {"Topic": {"Type": "AWS::SNS::Topic"}})

    assert asked(ask, caller) == {}


def test_a_type_that_nobody_curated_is_looked_for_by_what_the_registry_identifies_it_by(
    embedded: Connection, ask: Ask
) -> None:
    caller, name = somebody(embedded, EVERYTHING), a_name()
    kind = "AWS::Backup::BackupVault"

    change_set(caller, {"Vault": {"Type": kind, "Properties": {"BackupVaultName": name}}})

    assert asked(ask, caller, name) == {"DescribeBackupVault": "ResourceNotFoundException"}


def test_a_validation_that_the_request_turns_off_asks_for_nothing(
    embedded: Connection, ask: Ask
) -> None:
    caller, name = somebody(embedded, EVERYTHING), a_name()

    change_set(caller, a_template(name), DisableValidation=True)

    assert asked(ask, caller, name) == {}


def test_a_look_that_is_refused_is_recorded_and_stops_nothing(
    embedded: Connection, ask: Ask
) -> None:
    refused = deny(["sns:GetTopicAttributes", "iam:GetAccountSummary", "lambda:GetAccountSettings"])
    caller, name = somebody(embedded, EVERYTHING, refused), a_name()
    template = a_template(name)

    stack = change_set(caller, {one: template[one] for one in ("Topic", "Role", "Function")})

    found = caller.client("cloudformation").describe_change_set(
        StackName=stack, ChangeSetName=stack
    )
    assert found["Status"] == "CREATE_COMPLETE"
    assert asked(ask, caller)["GetAccountSummary"] == "AccessDenied"
