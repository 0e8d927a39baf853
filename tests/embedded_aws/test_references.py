"""What resources of a stack find of one another: attributes, and names that others must know."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.connection import Connection
from tests.embedded_aws.principals import allow, deploy, reasons, somebody

pytestmark = pytest.mark.local

NETWORK = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.1.0.0/16"}}


def a_parameter(value: Any) -> dict[str, Any]:
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}


@pytest.mark.parametrize(
    "value", [{"Fn::GetAtt": ["Network", "CidrBlock"]}, {"Fn::Sub": "${Network.CidrBlock}"}]
)
def test_a_property_that_the_template_gives_is_an_attribute(
    embedded: Connection, value: dict[str, Any]
) -> None:
    caller = somebody(embedded, allow("*"))

    name, status = deploy(caller, {"Network": NETWORK, "Kept": a_parameter(value)})

    assert status == "CREATE_COMPLETE"
    held = embedded.client("cloudformation").describe_stack_resource(
        StackName=name, LogicalResourceId="Kept"
    )
    place = held["StackResourceDetail"]["PhysicalResourceId"]
    found = embedded.client("ssm").get_parameter(Name=place)
    assert found["Parameter"]["Value"] == "10.1.0.0/16"


def test_what_the_service_chooses_is_an_attribute(embedded: Connection) -> None:
    caller = somebody(embedded, allow("*"))
    machine = {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": "ami-0123456789abcdef0"}}
    zone = {"Fn::GetAtt": ["Machine", "AvailabilityZone"]}

    _, status = deploy(caller, {"Machine": machine, "Kept": a_parameter(zone)})

    assert status == "CREATE_COMPLETE"


def test_an_attribute_that_no_schema_has_fails_the_stack(embedded: Connection) -> None:
    caller = somebody(embedded, allow("*"))
    asked = {"Fn::GetAtt": ["Network", "Colour"]}

    name, status = deploy(caller, {"Network": NETWORK, "Kept": a_parameter(asked)})

    assert status == "ROLLBACK_COMPLETE"
    assert "Colour does not exist in schema" in reasons(embedded, name)["Kept"]


def test_users_and_policies_find_the_groups_of_their_stack(embedded: Connection) -> None:
    caller = somebody(embedded, allow("*"))
    group = {"Ref": "Group"}

    name, status = deploy(
        caller,
        {
            "Group": {"Type": "AWS::IAM::Group"},
            "User": {"Type": "AWS::IAM::User", "Properties": {"Groups": [group]}},
            "Policy": {
                "Type": "AWS::IAM::Policy",
                "Properties": {
                    "PolicyName": "one",
                    "Groups": [group],
                    "PolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [
                            {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
                        ],
                    },
                },
            },
        },
    )

    groups = [one["GroupName"] for one in embedded.client("iam").list_groups()["Groups"]]
    assert status == "CREATE_COMPLETE"
    assert [one for one in groups if one.startswith(f"{name}-Group-")]


def test_an_alarm_may_be_on_an_expression(embedded: Connection) -> None:
    caller = somebody(embedded, allow("*"))
    metrics = [
        {"Id": "rate", "Expression": "failed / all", "ReturnData": True},
        *(
            {
                "Id": one,
                "ReturnData": False,
                "MetricStat": {
                    "Metric": {"Namespace": "Orders", "MetricName": one},
                    "Period": 60,
                    "Stat": "Sum",
                },
            }
            for one in ("failed", "all")
        ),
    ]
    properties = {
        "Metrics": metrics,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0.1,
        "EvaluationPeriods": 1,
    }

    _, status = deploy(
        caller, {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}}
    )

    assert status == "CREATE_COMPLETE"


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        ("describe_stacks", "Stack with id nobodys does not exist"),
        ("list_stack_resources", "Stack with id nobodys does not exist"),
        ("describe_stack_resources", "Stack with id nobodys does not exist"),
        ("get_template", "Stack with id nobodys does not exist"),
        ("describe_stack_events", r"Stack \[nobodys\] does not exist"),
    ],
)
def test_each_operation_says_in_its_words_that_there_is_no_such_stack(
    embedded: Connection, operation: str, said: str
) -> None:
    with pytest.raises(ClientError, match=said):
        getattr(embedded.client("cloudformation"), operation)(StackName="nobodys")
