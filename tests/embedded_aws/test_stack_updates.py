"""What CloudFormation calls when a stack changes: properties, rules of a group, and tags."""

from typing import Any

import pytest

from local.connection import Connection
from tests.embedded_aws import principals
from tests.embedded_aws.principals import allow, deploy, reasons, somebody
from tests.embedded_aws.stack_calls import Ask, names, recorded

pytestmark = pytest.mark.local

METRICS = {"MetricsConfigurations": [{"Id": "all"}]}
KEYS = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
INSIGHTS = {"ContributorInsightsSpecification": {"Enabled": True}}


@pytest.mark.parametrize(
    ("kind", "before", "after", "call"),
    [
        ("S3::Bucket", {}, METRICS, "PutBucketMetricsConfiguration"),
        ("S3::Bucket", METRICS, {}, "DeleteBucketMetricsConfiguration"),
        ("DynamoDB::Table", KEYS, KEYS | INSIGHTS, "UpdateContributorInsights"),
        ("SNS::Topic", {}, {"TracingConfig": "Active"}, "SetTopicAttributes"),
        (
            "Logs::LogGroup",
            {},
            {"DeletionProtectionEnabled": True},
            "PutLogGroupDeletionProtection",
        ),
    ],
)
def test_a_changed_property_causes_its_call(
    embedded: Connection,
    ask: Ask,
    kind: str,
    before: dict[str, Any],
    after: dict[str, Any],
    call: str,
) -> None:
    caller = somebody(embedded, allow("*"))
    name, _ = deploy(caller, {"It": {"Type": f"AWS::{kind}", "Properties": before}})
    first = set(names(recorded(ask, name)))
    _, status = deploy(
        caller, {"It": {"Type": f"AWS::{kind}", "Properties": after}}, name=name, update=True
    )

    assert status == "UPDATE_COMPLETE"
    assert call not in first
    assert call in names(recorded(ask, name))


def test_an_update_calls_only_for_what_changed(embedded: Connection, ask: Ask) -> None:
    caller = somebody(embedded, allow("*"))
    queue: dict[str, Any] = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 30}}
    topic = {"Type": "AWS::SNS::Topic"}
    name, _ = deploy(caller, {"Queue": queue, "Topic": topic})
    before = len(recorded(ask, name))
    queue["Properties"]["VisibilityTimeout"] = 60

    _, status = deploy(caller, {"Queue": queue, "Topic": topic}, name=name, update=True)

    assert status == "UPDATE_COMPLETE"
    assert names(recorded(ask, name))[before:] == ["GetQueueAttributes", "SetQueueAttributes"]


def a_group(*ports: int) -> dict[str, Any]:
    rules = [
        {"IpProtocol": "tcp", "FromPort": one, "ToPort": one, "CidrIp": "10.0.0.0/8"}
        for one in ports
    ]
    return {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {"GroupDescription": "x", "SecurityGroupIngress": rules},
    }


def test_a_changed_rule_is_revoked_before_the_new_one_is_authorised(
    embedded: Connection, ask: Ask
) -> None:
    caller = somebody(embedded, allow("*"))
    name, _ = deploy(caller, {"Group": a_group(5432, 443)})
    group = embedded.client("cloudformation").describe_stack_resource(
        StackName=name, LogicalResourceId="Group"
    )["StackResourceDetail"]["PhysicalResourceId"]

    deploy(caller, {"Group": a_group(5433, 443)}, name=name, update=True)

    made = [one for one in names(recorded(ask, group)) if not one.startswith("Describe")]
    assert made[-2:] == ["RevokeSecurityGroupIngress", "AuthorizeSecurityGroupIngress"]


def test_one_who_may_not_revoke_cannot_change_a_rule(embedded: Connection) -> None:
    caller = somebody(embedded, allow("*"), principals.deny("ec2:RevokeSecurityGroupIngress"))
    name, status = deploy(caller, {"Group": a_group(5432)})
    assert status == "CREATE_COMPLETE"

    _, status = deploy(caller, {"Group": a_group(5433)}, name=name, update=True)

    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert "ec2:RevokeSecurityGroupIngress" in reasons(embedded, name)["Group"]


TAGGED: dict[str, dict[str, Any]] = {
    "Bucket": {"Type": "AWS::S3::Bucket"},
    "Rule": {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "rate(1 day)"}},
    "Queue": {"Type": "AWS::SQS::Queue"},
}


def tags(**more: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in more.items()]


def test_a_stack_s_tags_come_and_go_on_everything_that_takes_tags(
    embedded: Connection, ask: Ask
) -> None:
    caller = somebody(embedded, allow("*"))
    name, _ = deploy(caller, TAGGED, Tags=tags(team="x"))
    made = recorded(ask, name)
    deploy(caller, TAGGED, name=name, update=True, Tags=tags(team="y"))
    changed = recorded(ask, name)[len(made) :]
    deploy(caller, TAGGED, name=name, update=True, Tags=[])
    gone = recorded(ask, name)[len(made) + len(changed) :]

    assert "PutBucketTagging" in names(made)
    (rule,) = (one for one in made if one["eventName"] == "PutRule")
    assert rule["requestParameters"]["tags"] == [{"key": "team", "value": "x"}]
    assert {"PutBucketTagging", "TagResource", "TagQueue"} <= set(names(changed))
    assert {"DeleteBucketTagging", "UntagResource", "UntagQueue"} <= set(names(gone))
    assert not {"PutBucketTagging", "TagResource", "TagQueue"} & set(names(gone))


def test_a_stack_without_tags_tags_nothing_that_is_recorded(embedded: Connection, ask: Ask) -> None:
    name, _ = deploy(somebody(embedded, allow("*")), TAGGED)
    writes = [one for one in names(recorded(ask, name)) if not one.startswith("List")]
    assert not [one for one in writes if "Tag" in one]


@pytest.mark.parametrize(
    ("kind", "properties", "id_of"),
    [
        ("VPC", {"CidrBlock": "10.0.0.0/16"}, "vpc"),
        ("InternetGateway", {}, "internet-gateway"),
        ("SecurityGroup", {"GroupDescription": "x"}, "security-group"),
    ],
)
def test_ec2_asks_for_tags_on_the_type_that_an_id_tells(
    embedded: Connection, kind: str, properties: dict[str, Any], id_of: str
) -> None:
    template = {"One": {"Type": f"AWS::EC2::{kind}", "Properties": properties}}

    def updates(type_name: str, *tagged: list[dict[str, str]]) -> list[str]:
        place = f"arn:aws:ec2:{embedded.region}:{embedded.account}:{type_name}/*"
        caller = somebody(
            embedded,
            allow(["cloudformation:*", f"ec2:Create{kind}", f"ec2:Delete{kind}", "ec2:Describe*"]),
            allow("ec2:CreateTags", StringLike={"ec2:CreateAction": "*"}),
            allow(["ec2:CreateTags", "ec2:DeleteTags"], place),
        )
        name, _ = deploy(caller, template)
        return [deploy(caller, template, name=name, update=True, Tags=one)[1] for one in tagged]

    assert updates(id_of, tags(team="x"), []) == ["UPDATE_COMPLETE", "UPDATE_COMPLETE"]
    assert updates("volume", tags(team="x")) == ["UPDATE_ROLLBACK_COMPLETE"]
