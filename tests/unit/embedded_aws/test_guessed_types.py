"""Resource types without curated rows: the registry tells their calls, their names and their ids."""

from __future__ import annotations

import re
from typing import Any

import pytest

from embedded_aws.iam.calls import Call
from embedded_aws.iam.requirements.checks import checks_of
from embedded_aws.protocol.service_models import service_model
from embedded_aws.services.cloudformation.forwarding.call_table import table_of as curated
from embedded_aws.services.cloudformation.forwarding.inferred_calls import named, table_of
from embedded_aws.services.cloudformation.forwarding.parameters import Resource, request_of
from embedded_aws.services.cloudformation.resource_types.return_values import (
    made_values,
    reference_of,
)


def a(kind: str, previous: dict[str, Any] | None = None, **properties: Any) -> Resource:
    return Resource(
        type=kind,
        logical_id="One",
        stack="things",
        properties=properties,
        previous=previous or {},
        account="111122223333",
        region="eu-west-1",
    )


def rows(resource: Resource, operation: str) -> dict[str, dict[str, Any]]:
    return {
        row.call: dict(row.request) for row in table_of(resource, operation).operations[operation]
    }


def test_the_name_that_identifies_is_sent_with_every_call() -> None:
    group = a("AWS::IAM::Group", Policies=[{"PolicyName": "one"}])

    assert rows(group, "create") == {
        "iam:CreateGroup": {"GroupName": "{name}"},
        "iam:PutGroupPolicy": {"GroupName": "{name}"},
        "iam:GetGroup": {"GroupName": "{name}"},
        "iam:GetGroupPolicy": {"GroupName": "{name}"},
    }
    assert rows(group, "delete")["iam:DeleteGroup"] == {"GroupName": "{name}"}


def test_an_id_is_sent_once_the_resource_exists_and_not_before() -> None:
    gateway = a("AWS::EC2::NatGateway", SubnetId="subnet-1")

    assert rows(gateway, "create")["ec2:CreateNatGateway"] == {}
    assert rows(gateway, "create")["ec2:DescribeNatGateways"] == {"NatGatewayIds": ["{ref}"]}
    assert rows(gateway, "delete")["ec2:DeleteNatGateway"] == {"NatGatewayId": "{ref}"}


def test_a_name_that_the_call_demands_is_made_up_as_cloudformation_does() -> None:
    balancer = a("AWS::ElasticLoadBalancingV2::LoadBalancer", Subnets=["subnet-1"])

    assert rows(balancer, "create")["elbv2:CreateLoadBalancer"] == {"Name": "{planned}"}
    assert named("AWS::RDS::DBInstance").name == "DBInstanceIdentifier"


@pytest.mark.parametrize(
    ("kind", "made", "removed"),
    [
        ("AWS::EC2::EIP", "ec2:AllocateAddress", "ec2:ReleaseAddress"),
        ("AWS::EC2::SecurityGroupIngress", "ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"),
        ("AWS::EFS::FileSystem", "efs:CreateFileSystem", "efs:DeleteFileSystem"),
        ("AWS::Batch::ComputeEnvironment", "batch:CreateComputeEnvironment", "batch:DeleteComputeEnvironment"),
        ("AWS::IAM::AccessKey", "iam:CreateAccessKey", "iam:DeleteAccessKey"),
        ("AWS::ApiGateway::ClientCertificate", "apigateway:GenerateClientCertificate", "apigateway:DeleteClientCertificate"),
        ("AWS::WAFv2::IPSet", "wafv2:CreateIPSet", "wafv2:DeleteIPSet"),
    ],
)  # fmt: skip
def test_verbs_prefixes_and_old_types_are_no_obstacle(kind: str, made: str, removed: str) -> None:
    assert next(iter(rows(a(kind), "create"))) == made
    assert next(iter(rows(a(kind), "delete"))) == removed


def test_a_property_that_did_not_change_causes_no_call() -> None:
    before = {"Policies": [{"PolicyName": "one"}], "Path": "/"}
    group = a("AWS::IAM::Group", before, Policies=before["Policies"], Path="/more/")

    assert "iam:PutGroupPolicy" not in rows(group, "update")


def test_every_guess_is_an_operation_with_parameters_that_exist() -> None:
    kinds = ("AWS::Glue::Table", "AWS::RDS::DBCluster", "AWS::EKS::Cluster", "AWS::SSM::Document")
    for kind in kinds:
        for operation in ("create", "update", "delete"):
            for call, request in rows(a(kind, Tags=[1]), operation).items():
                service, _, name = call.partition(":")
                shape = service_model(service).operation_model(name).input_shape
                assert request.keys() <= shape.members.keys(), call


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("AWS::EC2::NatGateway", r"nat-[0-9a-f]{17}"),
        ("AWS::EC2::EIP", r"eipalloc-[0-9a-f]{17}"),
        ("AWS::IAM::Group", r"made-up"),
        (
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            r"arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/made-up/[0-9a-f]+",
        ),
        ("AWS::IAM::OIDCProvider", r"arn:aws:iam::111122223333:oidc-provider/id\.example\.com"),
    ],
)
def test_what_exists_on_paper_has_an_id_of_the_right_form(kind: str, form: str) -> None:
    resource = a(kind, Url="https://id.example.com")
    values = made_values(resource, "made-up")

    assert re.fullmatch(form, reference_of(resource, "made-up", values))


def test_attributes_of_what_exists_on_paper_agree_with_each_other() -> None:
    values = made_values(a("AWS::EFS::FileSystem"), "made-up")

    assert values["Arn"].endswith(f":file-system/{values['FileSystemId']}")


def test_a_scoped_id_is_cut_out_of_what_identifies_it() -> None:
    resource = Resource(
        type="AWS::WAFv2::WebACL",
        logical_id="Wall",
        stack="things",
        properties={"Name": "wall", "Scope": "REGIONAL"},
        physical_id="wall|0a1b|REGIONAL",
        account="111122223333",
        region="eu-west-1",
    )
    table = curated(resource.type)
    assert table
    request = request_of(table.operations["delete"][0], table, resource)
    call = Call(
        service="wafv2",
        operation="DeleteWebACL",
        params=request,
        account=resource.account,
        region=resource.region,
    )
    asked = checks_of(call)[0].resource
    assert asked == "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/wall/0a1b"
