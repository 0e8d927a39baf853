"""Forwarded calls name things as AWS does, whatever the engine calls them."""

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
