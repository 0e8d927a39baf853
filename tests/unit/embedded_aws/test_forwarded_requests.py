"""Forwarded calls name things as AWS does, whatever the engine calls them."""

from typing import Any

from embedded_aws.services.cloudformation.forwarding.mapping import inferred_calls
from embedded_aws.services.cloudformation.forwarding.mapping.applicable_rows import steps_of
from embedded_aws.services.cloudformation.forwarding.mapping.call_table import table_of
from embedded_aws.services.cloudformation.forwarding.mapping.parameters import Resource, request_of


def test_a_route_that_the_engine_refers_to_by_two_ids_is_named_by_its_own() -> None:
    response = Resource(
        type="AWS::ApiGatewayV2::RouteResponse",
        logical_id="Answer",
        stack="chat",
        properties={"ApiId": "a1", "RouteId": "a1/r1", "RouteResponseKey": "$default"},
        account="123456789012",
        region="eu-west-1",
    )
    table = table_of(response.type)
    assert table

    (row,) = table.operations["create"]

    assert request_of(row, table, response) == {
        "ApiId": "a1",
        "RouteId": "r1",
        "RouteResponseKey": "$default",
    }


def test_a_rule_of_a_bus_of_its_own_is_asked_for_there() -> None:
    rule = Resource(
        type="AWS::Events::Rule",
        logical_id="Sold",
        stack="shop",
        properties={"Name": "sold", "EventBusName": "sales", "Targets": [{"Id": "a", "Arn": "b"}]},
        physical_id="sold",
        account="123456789012",
        region="eu-west-1",
    )
    table = table_of(rule.type)
    assert table
    rows = [row for rows in table.operations.values() for row in rows] + list(table.look or ())

    asked = {
        (row.call, request_of(row, table, rule).get("EventBusName"))
        for row in rows
        if not row.call.endswith("Resource")
    }

    assert {bus for _, bus in asked} == {"sales"}


def test_an_instance_profile_that_the_engine_refers_to_by_its_arn_is_named() -> None:
    profile = Resource(
        type="AWS::IAM::InstanceProfile",
        logical_id="Fleet",
        stack="fleet",
        properties={"Roles": ["web"]},
        physical_id="arn:aws:iam::123456789012:instance-profile/fleet-Fleet-A1B2C3D4E5F6",
        account="123456789012",
        region="eu-west-1",
    )
    table = table_of(profile.type)
    assert table

    rows = [*table.operations["create"][1:], *table.operations["delete"]]

    names = {request_of(row, table, profile)["InstanceProfileName"] for row in rows}
    assert names == {"fleet-Fleet-A1B2C3D4E5F6"}


def asked(
    kind: str, properties: dict[str, Any], physical_id: str = ""
) -> dict[str, dict[str, Any]]:
    """The requests of a type's calls, by their names."""
    resource = Resource(
        type=kind,
        logical_id="One",
        stack="fleet",
        properties=properties,
        physical_id=physical_id,
        account="123456789012",
        region="eu-west-1",
    )
    found: dict[str, dict[str, Any]] = {}
    for operation in ("create", "delete"):
        table = table_of(kind) or inferred_calls.table_of(resource, operation)
        for row in table.operations[operation]:
            for step in steps_of(row, resource, operation):
                found[row.call] = request_of(step.row, table, resource, step.item)
    return found


def test_a_stream_is_asked_for_by_its_own_name_before_it_is_there() -> None:
    found = asked("AWS::Logs::LogStream", {"LogGroupName": "sold", "LogStreamName": "today"})

    assert found["logs:CreateLogStream"] == {"logGroupName": "sold", "logStreamName": "today"}
    assert found["logs:DeleteLogStream"] == found["logs:CreateLogStream"]


def test_a_group_that_the_engine_refers_to_by_an_id_is_asked_for_by_its_name() -> None:
    found = asked("AWS::IoT::ThingGroup", {"ThingGroupName": "pumps"}, "53570cec-619c-45ad-9d01")

    assert {one["thingGroupName"] for one in found.values()} == {"pumps"}


def test_an_alias_of_a_state_machine_is_made_of_its_versions() -> None:
    version = "arn:aws:states:eu-west-1:123456789012:stateMachine:sort:1"
    routes = [{"StateMachineVersionArn": version, "Weight": 100}]

    found = asked(
        "AWS::StepFunctions::StateMachineAlias", {"Name": "live", "RoutingConfiguration": routes}
    )

    assert found["stepfunctions:CreateStateMachineAlias"] == {
        "name": "live",
        "routingConfiguration": [{"stateMachineVersionArn": version, "weight": 100}],
    }


def test_a_stack_set_is_made_and_so_are_its_instances() -> None:
    where = {"DeploymentTargets": {"Accounts": ["210987654321"]}, "Regions": ["eu-west-1"]}
    role = "arn:aws:iam::123456789012:role/administration"
    properties = {
        "StackSetName": "spread",
        "PermissionModel": "SELF_MANAGED",
        "AdministrationRoleARN": role,
        "StackInstancesGroup": [where],
    }

    found = asked("AWS::CloudFormation::StackSet", properties, "spread:1f1d5c3b")

    assert found["cloudformation:CreateStackSet"]["AdministrationRoleARN"] == role
    assert found["cloudformation:CreateStackInstances"] == {"StackSetName": "spread", **where}
    assert found["cloudformation:DeleteStackSet"] == {"StackSetName": "spread"}


def test_what_has_no_tags_is_made_without_a_specification_of_tags() -> None:
    tags = [{"Key": "a", "Value": "b"}]
    specified = [{"ResourceType": "internet-gateway", "Tags": tags}]

    assert asked("AWS::EC2::InternetGateway", {})["ec2:CreateInternetGateway"] == {}
    assert asked("AWS::EC2::InternetGateway", {"Tags": tags})["ec2:CreateInternetGateway"] == {
        "TagSpecifications": specified
    }


def test_a_list_without_tags_is_no_text_that_tags() -> None:
    rule = {"RuleName": "r", "TopicRulePayload": {"Sql": "SELECT 1"}, "Tags": []}

    assert "tags" not in asked("AWS::IoT::TopicRule", rule)["iot:CreateTopicRule"]
