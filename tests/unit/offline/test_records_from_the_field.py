"""From records to grants, for the kinds of records in which the field found something missing."""

from datetime import UTC, datetime
from typing import Any

from lambdas.model.definition.process import Process
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.execution.run import Run
from lambdas.model.trail.earlier_names import EarlierNames
from lambdas.model.trail.evidence import Evidence
from lambdas.reference import actions as reference
from lambdas.refine_policy.refine import refine
from tests.unit.collect_evidence.trails import (
    ACCOUNT,
    REGION,
    ROLE,
    collected,
    identity,
    lines_of,
    record,
    trail_of,
)

BUCKET = "arn:aws:s3:::state-dev"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-4333-8444-555555555555"
STACK = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/shop-prod/0b54f5a0-1111-4000-8000-0123456789ab"
AT = f"{REGION}:{ACCOUNT}"


def refined(*records: dict[str, Any]) -> Refinement:
    numbered = [{**one, "eventID": f"e-{index}"} for index, one in enumerate(records)]
    lines = lines_of(collected(trail_of(numbered)))
    process = Process.from_mapping(
        "field",
        {
            "description": "x",
            "owner": "team@example.com",
            "phases": {"deploy": ["true"], "remove": ["true"]},
        },
    )
    run = Run(
        id=f"{datetime(2026, 11, 23, 10, tzinfo=UTC):%Y%m%dT%H%M%SZ}-0a1b2c3d",
        process="field",
        principal=ROLE,
        account=ACCOUNT,
        region=REGION,
        started_at="2026-11-23T10:00:00Z",
    )
    return refine(
        run=run,
        process=process,
        generated=(),
        evidence=[Evidence.from_json(one) for one in lines],
        reference=reference,
        history=EarlierNames(),
    )


def grants(refinement: Refinement) -> dict[str, set[str]]:
    """Action → resources, rendered."""
    found: dict[str, set[str]] = {}
    for statement in refinement.policies[0].statements:
        for one in statement.grants:
            rendered = one.resource.render(dict(refinement.variables))
            found.setdefault(str(one.action), set()).add(rendered)
    return found


def via_cloudformation(source: str, name: str, request: Any, **more: Any) -> dict[str, Any]:
    service = "cloudformation.amazonaws.com"
    who = identity(invokedBy=service)
    return record(source, name, request, who=who, sourceIPAddress=service, **more)


def on_bucket(name: str, **more: Any) -> dict[str, Any]:
    resources = [{"accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": BUCKET}]
    request = {"bucketName": "state-dev", **more.pop("request", {})}
    return record("s3", name, request, resources=resources, **more)


def test_a_key_that_was_not_there_needs_the_listing_of_its_bucket() -> None:
    missing = {"errorCode": "NoSuchKey", "errorMessage": "The specified key does not exist."}

    found = grants(
        refined(
            on_bucket("HeadObject", request={"key": "a.tfstate"}, **missing),
            on_bucket("PutObject", request={"key": "a.tfstate"}),
        )
    )

    assert found == {
        "s3:GetObject": {f"{BUCKET}/a.tfstate"},
        "s3:PutObject": {f"{BUCKET}/a.tfstate"},
        "s3:ListBucket": {BUCKET},
    }


def test_a_versioned_bucket_that_was_emptied_needs_the_removal_of_versions() -> None:
    found = grants(
        refined(
            on_bucket("ListObjectVersions", request={"versions": ""}),
            on_bucket("DeleteObjects", request={"delete": ""}),
            on_bucket("DeleteBucket"),
        )
    )

    assert found["s3:DeleteObject"] == found["s3:DeleteObjectVersion"] == {f"{BUCKET}/*"}
    assert found["s3:ListBucketVersions"] == {BUCKET}


def test_tags_that_an_update_sets_need_the_tagging_action() -> None:
    request = {"userPoolId": "eu-west-1_AbCdEfGhI", "userPoolTags": {"cost": "4711"}}

    refinement = refined(via_cloudformation("cognito-idp", "UpdateUserPool", request))

    pool = f"arn:aws:cognito-idp:{AT}:userpool/eu-west-1_AbCdEfGhI"
    found = grants(refinement)
    assert found["cognito-idp:TagResource"] == found["cognito-idp:UpdateUserPool"] == {pool}
    tagging = [
        statement.statement
        for statement in refinement.policies[0].statements
        if "cognito-idp:TagResource" in map(str, statement.statement.actions)
    ]
    assert [one.key for statement in tagging for one in statement.conditions] == ["aws:CalledVia"]


def test_a_bucket_s_default_key_is_needed_through_s3_alone() -> None:
    answer = {
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": KEY,
    }

    refinement = refined(on_bucket("PutObject", request={"key": "a"}, response=answer))

    assert grants(refinement)["kms:GenerateDataKey"] == {KEY}
    (statement,) = (
        one.statement
        for one in refinement.policies[0].statements
        if "kms:GenerateDataKey" in map(str, one.statement.actions)
    )
    (condition,) = statement.conditions
    assert (condition.key, len(condition.values)) == ("kms:ViaService", 1)


def test_what_a_stack_made_of_a_network_can_be_undone() -> None:
    group = {"groupId": "sg-0a1b2c3d4e5f60718"}
    address = {"allocationId": "eipalloc-0a1b2c3d4e5f60718"}
    gateway = {"SubnetId": "subnet-0a1b2c3d4e5f60718", "AllocationId": address["allocationId"]}
    tags = {
        "resourcesSet": {"items": [{"resourceId": group["groupId"]}]},
        "tagSet": {"items": [{"key": "a", "value": "b"}]},
    }
    vpc = {"vpcId": "vpc-0a1b2c3d4e5f60718"}
    steps = [
        ("CreateSecurityGroup", {"groupName": "db", **vpc}, group),
        ("AuthorizeSecurityGroupIngress", group, None),
        ("CreateTags", tags, None),
        ("AllocateAddress", {"domain": "vpc"}, address),
        ("CreateNatGateway", {"CreateNatGatewayRequest": gateway},
         {"CreateNatGatewayResponse": {"natGateway": {"natGatewayId": "nat-0a1b2c3d4e5f60718"}}}),
        ("CreateRoute", {"routeTableId": "rtb-0a1b2c3d4e5f60718", "destinationCidrBlock": "0.0.0.0/0"},
         None),
        ("AttachInternetGateway", {"internetGatewayId": "igw-0a1b2c3d4e5f60718", **vpc}, None),
    ]  # fmt: skip

    found = grants(
        refined(*(via_cloudformation("ec2", name, ask, response=say) for name, ask, say in steps))
    )

    derived = {name.partition(":")[2] for name in found} - {name for name, _, _ in steps}
    assert derived == {
        "RevokeSecurityGroupIngress",
        "DeleteSecurityGroup",
        "DeleteTags",
        "ReleaseAddress",
        "DisassociateAddress",
        "DeleteNatGateway",
        "DeleteRoute",
        "DetachInternetGateway",
    }
    assert found["ec2:DeleteTags"] == {f"arn:aws:ec2:{AT}:security-group/*"}


def test_updates_alone_remove_nothing() -> None:
    updates = [
        ("dynamodb", "UpdateTable", {"tableName": "orders-prod"}),
        ("cognito-idp", "UpdateUserPool", {"userPoolId": "eu-west-1_AbCdEfGhI"}),
        ("rds", "ModifyDBInstance", {"dBInstanceIdentifier": "ledger-prod"}),
        ("lambda", "UpdateFunctionCode20150331v2", {"functionName": "shop-prod"}),
        ("s3", "PutBucketEncryption", {"bucketName": "data-prod", "encryption": ""}),
        ("ec2", "ModifySubnetAttribute", {"subnetId": "subnet-1"}),
    ]
    stack = record("cloudformation", "UpdateStack", {"stackName": "shop-prod"}, {"stackId": STACK})

    found = grants(refined(stack, *(via_cloudformation(*one) for one in updates)))

    assert not [name for name in found if "Delete" in name or "Remove" in name]
