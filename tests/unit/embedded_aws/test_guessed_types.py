"""Resource types without curated rows: the registry tells their calls, their names and their ids."""

import re
from dataclasses import replace
from typing import Any

import pytest

from embedded_aws.iam.calls import Call
from embedded_aws.iam.requirements.checks import checks_of
from embedded_aws.protocol.service_models import service_model
from embedded_aws.services.cloudformation.forwarding.mapping.applicable_rows import steps_of
from embedded_aws.services.cloudformation.forwarding.mapping.call_table import (
    beside_of,
    types_with_more,
)
from embedded_aws.services.cloudformation.forwarding.mapping.call_table import table_of as curated
from embedded_aws.services.cloudformation.forwarding.mapping.inferred_calls import named, table_of
from embedded_aws.services.cloudformation.forwarding.mapping.parameters import (
    Resource,
    planned_name,
    request_of,
    response_of,
)
from embedded_aws.services.cloudformation.forwarding.resource_operations import _plan, call_of
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
    guessed = table_of(resource, operation).operations[operation]
    return {
        step.row.call: dict(step.row.request)
        for row in guessed
        for step in steps_of(row, resource, operation)
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
        ("AWS::WAFRegional::WebACL", "waf-regional:CreateWebACL", "waf-regional:DeleteWebACL"),
        ("AWS::EMR::Cluster", "emr:RunJobFlow", "emr:TerminateJobFlows"),
        ("AWS::Elasticsearch::Domain", "es:CreateElasticsearchDomain", "es:DeleteElasticsearchDomain"),
        ("AWS::LakeFormation::Resource", "lakeformation:RegisterResource", "lakeformation:DeregisterResource"),
        ("AWS::ElasticLoadBalancingV2::ListenerCertificate", "elbv2:AddListenerCertificates", "elbv2:RemoveListenerCertificates"),
        ("AWS::Route53::RecordSetGroup", "route53:ChangeResourceRecordSets", "route53:ChangeResourceRecordSets"),
        # Most of what their handlers list is another service's.
        ("AWS::Redshift::ClusterSubnetGroup", "redshift:CreateClusterSubnetGroup", "redshift:DeleteClusterSubnetGroup"),
        ("AWS::MSK::VpcConnection", "kafka:CreateVpcConnection", "kafka:DeleteVpcConnection"),
        ("AWS::Cognito::LogDeliveryConfiguration", "cognito-idp:SetLogDeliveryConfiguration", "cognito-idp:SetLogDeliveryConfiguration"),
        ("AWS::CloudFormation::TypeActivation", "cloudformation:ActivateType", "cloudformation:DeactivateType"),
    ],
)  # fmt: skip
def test_verbs_prefixes_and_old_types_are_no_obstacle(kind: str, made: str, removed: str) -> None:
    assert next(iter(rows(a(kind), "create"))) == made
    assert removed in rows(a(kind), "delete")


def test_what_cannot_be_changed_gets_a_new_version() -> None:
    template = a(
        "AWS::EC2::LaunchTemplate", {"LaunchTemplateData": {}}, LaunchTemplateData={"a": 1}
    )

    assert "ec2:CreateLaunchTemplateVersion" in rows(template, "update")


def test_a_property_that_did_not_change_causes_no_call() -> None:
    before = {"Policies": [{"PolicyName": "one"}], "Path": "/"}
    group = a("AWS::IAM::Group", before, Policies=before["Policies"], Path="/more/")

    assert "iam:PutGroupPolicy" not in rows(group, "update")


def test_a_name_may_stand_in_the_property_that_holds_what_is_made() -> None:
    table = a("AWS::Glue::Table", DatabaseName="clicks_dev", TableInput={"Name": "clicks"})
    nameless = a("AWS::Glue::Table", DatabaseName="clicks_dev", TableInput={"Owner": "me"})
    rows = table_of(table, "create")

    assert planned_name(rows, table) == "clicks"
    assert planned_name(rows, nameless) not in ("", "clicks", "clicks_dev")


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
        ("AWS::EC2::DHCPOptions", r"dopt-[0-9a-f]{17}"),
        ("AWS::EC2::IPAMPool", r"ipam-pool-[0-9a-f]{17}"),
        ("AWS::EC2::Host", r"h-[0-9a-f]{17}"),
        ("AWS::EC2::TrafficMirrorFilter", r"tmf-[0-9a-f]{17}"),
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


def test_what_only_a_second_call_sets_is_set_once_the_thing_is_there() -> None:
    balancer = a(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        LoadBalancerAttributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "30"}],
        SecurityGroups=["sg-1"],
    )

    made = list(rows(balancer, "create"))
    assert made.index("elbv2:CreateLoadBalancer") < made.index("elbv2:ModifyLoadBalancerAttributes")
    assert "elbv2:SetSecurityGroups" not in made  # the making takes them
    assert "elbv2:ModifyLoadBalancerAttributes" not in asked(
        a("AWS::ElasticLoadBalancingV2::LoadBalancer"), "create"
    )


@pytest.mark.parametrize(
    ("kind", "properties", "call"),
    [
        (
            "AWS::RDS::DBParameterGroup",
            {"Family": "mysql8.4", "Parameters": {"a": "1"}},
            "rds:ModifyDBParameterGroup",
        ),
        ("AWS::EC2::VPCCidrBlock", {"CidrBlock": "10.1.0.0/16"}, "ec2:AssociateVpcCidrBlock"),
        ("AWS::EC2::VPCPeeringConnection", {}, "ec2:AcceptVpcPeeringConnection"),
        ("AWS::Budgets::Budget", {"Budget": {"BudgetType": "COST"}}, "budgets:CreateBudget"),
        (
            "AWS::CodeStarNotifications::NotificationRule",
            {"Name": "n"},
            "codestar-notifications:CreateNotificationRule",
        ),
    ],
)
def test_a_property_that_another_call_sets_has_that_call(
    kind: str, properties: dict[str, Any], call: str
) -> None:
    assert call in asked(a(kind, **properties), "create")


def test_a_policy_of_a_group_is_put_and_a_managed_one_attached() -> None:
    managed = a("AWS::IAM::Group", ManagedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"])

    assert "iam:AttachGroupPolicy" in asked(managed, "create")
    assert "iam:DetachGroupPolicy" in asked(managed, "delete")
    assert "iam:AttachGroupPolicy" not in asked(
        a("AWS::IAM::Group", Policies=[{"PolicyName": "one"}]), "create"
    )


def test_what_is_made_from_a_snapshot_is_restored_and_not_created() -> None:
    database = a("AWS::RDS::DBInstance", DBInstanceClass="db.t4g.micro", DBSnapshotIdentifier="s")

    made = asked(database, "create")
    assert made[0] == "rds:RestoreDBInstanceFromDBSnapshot"
    assert "rds:CreateDBInstance" not in made


def test_a_last_snapshot_is_named_where_the_policy_takes_one() -> None:
    database = a("AWS::RDS::DBInstance", DBInstanceClass="db.t4g.micro")
    kept = replace(database, physical_id="orders", snapshot="orders-final-snapshot")

    assert asks(database, "delete").isdisjoint({"rds:CreateDBSnapshot"})
    assert asks(kept, "delete") >= {"rds:DeleteDBInstance", "rds:CreateDBSnapshot"}
    volume = a("AWS::EC2::Volume")
    assert "ec2:CreateSnapshot" not in asked(volume, "delete")
    assert "ec2:CreateSnapshot" in asked(replace(volume, snapshot="last"), "delete")


def test_what_must_be_disabled_first_is() -> None:
    assert asked(a("AWS::Batch::JobQueue"), "delete")[:2] == [
        "batch:UpdateJobQueue",
        "batch:DeleteJobQueue",
    ]


def test_a_budget_is_authorised_by_the_name_that_the_tables_have_for_it() -> None:
    assert asks(a("AWS::Budgets::Budget"), "delete") == {"budgets:ModifyBudget"}


def test_every_row_beside_guessed_ones_names_an_operation_and_parameters_that_exist() -> None:
    wrong = []
    for kind in types_with_more():
        table = beside_of(kind)
        assert table
        for row in (row for some in table.operations.values() for row in some):
            service, _, operation = row.call.partition(":")
            model = service_model(service).operation_model(operation)
            known = set(model.input_shape.members) if model.input_shape else set()
            wrong += [(kind, row.call, name) for name in row.request.keys() - known]
    assert wrong == []


def asked(resource: Resource, operation: str) -> list[str]:
    """The calls of an operation in their order."""
    return [step.row.call for step in _plan(resource, operation)[1]]


def asks(resource: Resource, operation: str) -> set[str]:
    """What IAM is asked for them."""
    table, steps = _plan(resource, operation)
    return {
        check.action for step in steps for check in checks_of(call_of(step, table, resource))
    } - {"rds:DescribeDBInstances"}


ARN = "arn:aws:ecs:eu-west-1:111122223333:cluster/one"
TAGS = [{"Key": "cost", "Value": "4711"}]


@pytest.mark.parametrize(
    ("kind", "put", "taken"),
    [
        ("AWS::ECS::Cluster", "ecs:TagResource", "ecs:UntagResource"),
        ("AWS::Lambda::EventSourceMapping", "lambda:TagResource", "lambda:UntagResource"),
        ("AWS::KinesisFirehose::DeliveryStream", "firehose:TagDeliveryStream", "firehose:UntagDeliveryStream"),
        ("AWS::RDS::DBCluster", "rds:AddTagsToResource", "rds:RemoveTagsFromResource"),
        ("AWS::Batch::JobQueue", "batch:TagResource", "batch:UntagResource"),
        ("AWS::WAFv2::WebACL", "wafv2:TagResource", "wafv2:UntagResource"),
    ],
)  # fmt: skip
def test_tags_that_an_update_puts_or_takes_cost_the_call_that_the_registry_lists(
    kind: str, put: str, taken: str
) -> None:
    there = replace(a(kind), physical_id="one", attributes={"Arn": ARN})
    tagged = replace(there, properties={"Tags": TAGS}, previous={"Description": "d"})
    untagged = replace(there, properties={"Description": "d"}, previous={"Tags": TAGS})

    assert put in asked(tagged, "update")
    assert taken not in asked(tagged, "update")
    assert taken in asked(untagged, "update")
    assert put not in asked(untagged, "update")


def test_tags_that_stay_cost_nothing_and_those_that_a_row_sets_are_set_once() -> None:
    cluster = replace(a("AWS::ECS::Cluster"), physical_id="one", attributes={"Arn": ARN})
    same = replace(cluster, properties={"Tags": TAGS}, previous={"Tags": TAGS, "Name": "old"})
    role = replace(a("AWS::IAM::Role"), physical_id="r", properties={"Tags": TAGS})

    assert "ecs:TagResource" not in asked(same, "update")
    assert asked(role, "update").count("iam:TagRole") == 1


def test_the_answer_to_a_making_tells_the_made_up_id_where_it_lists_what_was_made() -> None:
    arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/things-One/ctteatiscnvavif3"
    group = replace(a("AWS::ElasticLoadBalancingV2::TargetGroup", Port=80), physical_id=arn)
    table = table_of(group, "create")
    making = next(
        row for row in table.operations["create"] if row.call == "elbv2:CreateTargetGroup"
    )

    assert response_of(making, table, group)["TargetGroups"][0]["TargetGroupArn"] == arn
