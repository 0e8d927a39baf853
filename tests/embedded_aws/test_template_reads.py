"""What CloudFormation asks its caller for while it reads a template: refused, granted, recorded."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.connection import Connection
from tests.embedded_aws.principals import allow, changed, deny, reasons, settled, somebody

Ask = Callable[..., Any]

pytestmark = pytest.mark.local

EVERYTHING = allow("*")
TOPIC = {"Topic": {"Type": "AWS::SNS::Topic"}}


def created(caller: Connection, template: dict[str, Any], **more: Any) -> tuple[str, str]:
    """A new stack's name and its status in the end."""
    name = f"s-{uuid.uuid4().hex[:8]}"
    caller.client("cloudformation").create_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        **more,
    )
    return name, settled(caller, name)


def seen(ask: Ask, text: str) -> set[str]:
    """The names of recorded calls of CloudFormation's that name something."""
    return {
        one["eventName"]
        for one in ask("/_fencepost/records")["records"]
        if one["userIdentity"].get("invokedBy") == "cloudformation.amazonaws.com"
        and text in json.dumps(one["requestParameters"])
    }


@pytest.mark.parametrize(
    "transform", ["AWS::Serverless-2016-10-31", "AWS::LanguageExtensions", "Macro"]
)
def test_a_change_set_whose_transform_is_refused_fails_with_the_refusal_as_its_reason(
    embedded: Connection, transform: str
) -> None:
    owner = "aws" if transform.startswith("AWS::") else embedded.account
    name = transform.removeprefix("AWS::")
    arn = f"arn:aws:cloudformation:{embedded.region}:{owner}:transform/{name}"
    caller = somebody(embedded, EVERYTHING, deny("cloudformation:CreateChangeSet", arn))

    found = changed(caller, {"Transform": transform, "Resources": TOPIC})

    assert (found["Status"], found["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert "is not authorized to perform: cloudformation:CreateChangeSet" in found["StatusReason"]
    assert f"on resource: {arn}" in found["StatusReason"]


def test_a_transform_inside_a_template_is_asked_for_too(embedded: Connection) -> None:
    caller = somebody(
        embedded,
        EVERYTHING,
        deny("cloudformation:CreateChangeSet", "arn:aws:cloudformation:*:aws:transform/Include"),
    )
    include = {"Name": "AWS::Include", "Parameters": {"Location": "s3://none/at-all.yaml"}}
    with pytest.raises(ClientError, match="transform/Include"):
        created(caller, {"Resources": {"Fn::Transform": include, **TOPIC}})


def test_one_who_may_transform_gets_a_change_set(embedded: Connection) -> None:
    caller = somebody(embedded, EVERYTHING)

    found = changed(caller, {"Transform": "AWS::LanguageExtensions", "Resources": TOPIC})

    assert found["Status"] == "CREATE_COMPLETE"


def test_a_parameter_of_systems_manager_is_read_as_the_caller(
    embedded: Connection, ask: Ask
) -> None:
    name = f"/p/{uuid.uuid4().hex[:8]}"
    embedded.client("ssm").put_parameter(Name=name, Value="big", Type="String")
    template = {
        "Parameters": {"Size": {"Type": "AWS::SSM::Parameter::Value<String>"}},
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Size"}}}
        },
    }
    sent = [{"ParameterKey": "Size", "ParameterValue": name}]
    refused = somebody(embedded, EVERYTHING, deny("ssm:GetParameters"))
    with pytest.raises(ClientError, match="doesn't have permission to call ssm:GetParameters"):
        created(refused, template, Parameters=sent)

    stack, status = created(somebody(embedded, EVERYTHING), template, Parameters=sent)

    assert status == "CREATE_COMPLETE"
    assert seen(ask, name) == {"GetParameters"}
    described = embedded.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    assert described["Parameters"] == [{"ParameterKey": "Size", "ParameterValue": name}]


@pytest.mark.parametrize("service", ["ssm", "secretsmanager"])
def test_a_dynamic_reference_is_read_as_the_caller(
    embedded: Connection, ask: Ask, service: str
) -> None:
    name = f"flats-{uuid.uuid4().hex[:8]}"
    embedded.client("ssm").put_parameter(Name=name, Value="x", Type="String")
    embedded.client("secretsmanager").create_secret(Name=name, SecretString='{"p": "x"}')
    reference = {"ssm": name, "secretsmanager": f"{name}:SecretString:p"}[service]
    action = {"ssm": "ssm:GetParameters", "secretsmanager": "secretsmanager:GetSecretValue"}
    value = f"{{{{resolve:{service}:{reference}}}}}"
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": value}}}
    }

    refused = somebody(embedded, EVERYTHING, deny(action[service]))
    stack, status = created(refused, template)
    assert status == "ROLLBACK_COMPLETE"
    assert f"not authorized to perform: {action[service]}" in reasons(embedded, stack)["Topic"]

    _, status = created(somebody(embedded, EVERYTHING), template)
    assert status == "CREATE_COMPLETE"
    assert seen(ask, name) == {action[service].partition(":")[2]}


@pytest.mark.parametrize(
    "action",
    ["ec2:DescribeAvailabilityZones", "ec2:DescribeAccountAttributes", "ec2:DescribeSubnets"],
)
def test_get_azs_asks_for_what_its_page_names(embedded: Connection, action: str) -> None:
    zone = {"Fn::Select": [0, {"Fn::GetAZs": ""}]}
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": zone}}}
    }
    with pytest.raises(ClientError, match=action):
        created(somebody(embedded, EVERYTHING, deny(action)), template)


def test_reading_a_template_for_a_look_asks_for_nothing(embedded: Connection) -> None:
    caller = somebody(embedded, allow("cloudformation:ValidateTemplate"))
    zone = {"Fn::Select": [0, {"Fn::GetAZs": ""}]}
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": zone}}}
    }

    assert caller.client("cloudformation").validate_template(TemplateBody=json.dumps(template))


def test_a_template_s_address_is_recorded_as_it_is_on_aws(embedded: Connection, ask: Ask) -> None:
    bucket = f"b-{uuid.uuid4().hex[:8]}"
    s3 = embedded.client("s3")
    s3.create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": embedded.region}
    )
    s3.put_object(Bucket=bucket, Key="a/t.json", Body=json.dumps({"Resources": TOPIC}))
    name = f"s-{uuid.uuid4().hex[:8]}"
    embedded.client("cloudformation").create_stack(
        StackName=name, TemplateURL=f"{embedded.endpoint}/{bucket}/a/t.json"
    )

    addresses = [
        one["requestParameters"]["templateURL"]
        for one in ask("/_fencepost/records")["records"]
        if one["eventName"] == "CreateStack"
        # A refused one has no parameters.
        and (one["requestParameters"] or {}).get("stackName") == name
    ]
    assert addresses == [f"https://s3.{embedded.region}.amazonaws.com/{bucket}/a/t.json"]


def test_a_stack_that_is_gone_tells_its_template_parameters_and_resources_by_its_id(
    embedded: Connection,
) -> None:
    cloudformation = embedded.client("cloudformation")
    template = {"Parameters": {"Stage": {"Type": "String"}}, "Resources": TOPIC}
    sent = [{"ParameterKey": "Stage", "ParameterValue": "dev"}]
    name, _ = created(embedded, template, Parameters=sent)
    (before,) = cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName=name)
    assert settled(embedded, stack) == "DELETE_COMPLETE"

    (after,) = cloudformation.list_stack_resources(StackName=stack)["StackResourceSummaries"]
    assert after["PhysicalResourceId"] == before["PhysicalResourceId"]
    assert after["ResourceStatus"] == "DELETE_COMPLETE"
    told = cloudformation.get_template(StackName=stack, TemplateStage="Original")
    assert told["TemplateBody"] == template
    described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    assert described["Parameters"] == sent


def test_the_real_repository_of_applications_is_never_asked(embedded: Connection) -> None:
    place = "arn:aws:serverlessrepo:us-east-1:123456789012:applications/hello"
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Hello": {
                "Type": "AWS::Serverless::Application",
                "Properties": {"Location": {"ApplicationId": place, "SemanticVersion": "1.0.0"}},
            }
        },
    }

    with pytest.raises(ClientError, match="has no Serverless Application Repository"):
        created(somebody(embedded, EVERYTHING), template)
