"""The calls that CloudFormation makes for a stack: which, under whose session, by which names."""

import json
import uuid

import pytest

from embedded_aws.protocol.service_models import service_model
from embedded_aws.services.cloudformation.forwarding.mapping import call_table
from local.connection import Connection
from tests.embedded_aws import principals
from tests.embedded_aws.forwarding import STACKS
from tests.embedded_aws.principals import allow, deploy, reasons, settled, somebody
from tests.embedded_aws.stack_calls import (
    LAMBDA_TRUST,
    Ask,
    a_function,
    a_role_resource,
    names,
    recorded,
)

pytestmark = pytest.mark.local


def test_a_stack_makes_the_calls_that_cloudformation_makes(embedded: Connection, ask: Ask) -> None:
    caller = somebody(embedded, allow("*"))
    name, status = deploy(
        caller,
        {
            "Role": a_role_resource(
                Policies=[{"PolicyName": "p", "PolicyDocument": LAMBDA_TRUST}],
                ManagedPolicyArns=["arn:aws:iam::aws:policy/AWSLambdaExecute"],
            ),
            "Function": a_function(),
        },
    )

    assert status == "CREATE_COMPLETE"
    assert names(recorded(ask, name)) == [
        "CreateRole",
        "PutRolePolicy",
        "AttachRolePolicy",
        "GetRole",
        "ListRolePolicies",
        "ListAttachedRolePolicies",
        "GetRolePolicy",
        "CreateFunction20150331",
        "GetFunction20150331v2",
        "GetFunctionCodeSigningConfig",
        "GetFunctionRecursionConfig",
        "GetRuntimeManagementConfig",
    ]


def test_a_read_after_creation_that_is_refused_is_recorded_and_stops_nothing(
    embedded: Connection, ask: Ask
) -> None:
    caller = somebody(embedded, STACKS, allow("sns:*"), principals.deny("sns:ListTagsForResource"))

    name, status = deploy(caller, {"Topic": {"Type": "AWS::SNS::Topic"}})

    assert status == "CREATE_COMPLETE"
    errors = {one["eventName"]: one.get("errorCode") for one in recorded(ask, name)}
    assert errors["ListTagsForResource"] == "AccessDenied"
    assert errors["ListSubscriptionsByTopic"] is None


def test_a_forwarded_call_carries_the_callers_session(embedded: Connection, ask: Ask) -> None:
    caller = somebody(embedded, allow("*"))
    name, _ = deploy(caller, {"Role": a_role_resource()})

    record = next(r for r in recorded(ask, name) if r["eventName"] == "CreateRole")

    identity = record["userIdentity"]
    assert identity["arn"].endswith("/run.deploy")
    assert identity["sessionContext"]["sessionIssuer"]["type"] == "Role"
    assert record["sourceIPAddress"] == record["userAgent"] == "cloudformation.amazonaws.com"
    assert record["awsRegion"] == "us-east-1"
    assert record["responseElements"]["role"]["arn"].endswith(
        record["requestParameters"]["roleName"]
    )


def test_names_that_cloudformation_makes_up_differ_for_every_stack(embedded: Connection) -> None:
    caller = somebody(embedded, allow("*"))
    made = set()
    for _ in range(2):
        name, _ = deploy(caller, {"Queue": {"Type": "AWS::SQS::Queue"}}, name="again")
        found = caller.client("cloudformation").describe_stack_resources(StackName=name)
        made.add(found["StackResources"][0]["PhysicalResourceId"])
        caller.client("cloudformation").delete_stack(StackName=name)
        assert settled(caller, name) == "GONE"

    assert len(made) == 2


def test_what_nobody_curated_is_named_and_spelled_as_its_service_does(
    embedded: Connection, ask: Ask
) -> None:
    caller = somebody(embedded, allow("*"))
    group = {"CacheParameterGroupFamily": "redis7", "Description": "unnamed"}
    addresses = {"Name": "known", "Scope": "REGIONAL", "IPAddressVersion": "IPV4", "Addresses": []}
    name, status = deploy(
        caller,
        {
            "Group": {"Type": "AWS::ElastiCache::ParameterGroup", "Properties": group},
            "Known": {"Type": "AWS::WAFv2::IPSet", "Properties": addresses},
        },
    )

    assert status == "CREATE_COMPLETE"
    calls = {one["eventName"]: one for one in recorded(ask, "")}
    request = calls["CreateCacheParameterGroup"]["requestParameters"]
    assert request["cacheParameterGroupName"].startswith(name)
    assert ":regional/ipset/known/" in calls["CreateIPSet"]["responseElements"]["summary"]["aRN"]


def test_a_bucket_that_holds_objects_is_not_deleted(embedded: Connection) -> None:
    name, _ = deploy(embedded, {"Bucket": {"Type": "AWS::S3::Bucket"}})
    found = embedded.client("cloudformation").describe_stack_resources(StackName=name)
    bucket = found["StackResources"][0]["PhysicalResourceId"]
    embedded.client("s3").put_object(Bucket=bucket, Key="left", Body=b"here")

    embedded.client("cloudformation").delete_stack(StackName=name)

    assert settled(embedded, name) == "DELETE_FAILED"
    assert "The bucket you tried to delete is not empty" in reasons(embedded, name)["Bucket"]


def test_a_buckets_encryption_lifecycle_and_lock_are_kept(embedded: Connection) -> None:
    rule = {"Id": "old", "Status": "Enabled", "ExpirationInDays": 30}
    name, status = deploy(
        embedded,
        {
            "Bucket": {
                "Type": "AWS::S3::Bucket",
                "Properties": {
                    "ObjectLockEnabled": True,
                    "ObjectLockConfiguration": {
                        "ObjectLockEnabled": "Enabled",
                        "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 3}},
                    },
                    "BucketEncryption": {
                        "ServerSideEncryptionConfiguration": [
                            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
                        ]
                    },
                    "LifecycleConfiguration": {"Rules": [rule]},
                },
            }
        },
    )
    found = embedded.client("cloudformation").describe_stack_resources(StackName=name)
    bucket = found["StackResources"][0]["PhysicalResourceId"]
    s3 = embedded.client("s3")

    assert status == "CREATE_COMPLETE"
    encryption = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
    default = encryption["Rules"][0]["ApplyServerSideEncryptionByDefault"]
    assert default["SSEAlgorithm"] == "aws:kms"
    lock = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": 3}
    lifecycle = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert lifecycle[0]["Expiration"] == {"Days": 30}


def test_a_type_that_nobody_curated_is_guessed_and_enforced(embedded: Connection) -> None:
    pipeline = {
        "Type": "AWS::CodePipeline::Pipeline",
        "Properties": {"Name": f"p-{uuid.uuid4().hex[:6]}", "RoleArn": "*", "Stages": []},
    }

    assert deploy(somebody(embedded, allow("*")), {"P": pipeline})[1] == "CREATE_COMPLETE"
    name, status = deploy(somebody(embedded, STACKS), {"P": pipeline})
    assert status == "ROLLBACK_COMPLETE"
    assert "codepipeline:CreatePipeline" in reasons(embedded, name)["P"]


def test_conditions_know_join(embedded: Connection) -> None:
    template = {
        "Conditions": {"Some": {"Fn::Not": [{"Fn::Equals": ["", {"Fn::Join": ["", ["", ""]]}]}]}},
        "Resources": {
            "Never": {"Type": "AWS::SNS::Topic", "Condition": "Some"},
            "Always": {"Type": "AWS::SNS::Topic"},
        },
    }
    name = f"s-{uuid.uuid4().hex[:8]}"
    cloudformation = embedded.client("cloudformation")
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))

    assert settled(embedded, name) == "CREATE_COMPLETE"
    found = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    assert [resource["LogicalResourceId"] for resource in found] == ["Always"]


def test_every_row_names_an_operation_and_parameters_that_exist() -> None:
    wrong = []
    for kind in call_table.curated_types():
        table = call_table.table_of(kind)
        assert table
        for row in (row for rows in table.operations.values() for row in rows):
            service, _, operation = row.call.partition(":")
            model = service_model(service).operation_model(operation)
            known = set(model.input_shape.members) if model.input_shape else set()
            answers = set(model.output_shape.members) if model.output_shape else set()
            wrong += [(kind, row.call, name) for name in row.request.keys() - known]
            wrong += [(kind, row.call, name) for name in row.response.keys() - answers]

    assert wrong == []
