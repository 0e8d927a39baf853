"""What a service does in another as its caller is derived, and asked for by the embedded AWS."""

from collections.abc import Iterator
from typing import Any

import pytest

from embedded_aws.iam.calls import Call
from embedded_aws.iam.requirements.checks import checks_of
from lambdas.collect_evidence.translation.translate import translate
from lambdas.reference.compile.sources import read_curated
from tests.unit.reference.authorized_requests import CALLER, record
from tests.unit.reference.requests import ACCOUNT, REGION, recorded

LOGS = {"logs:CreateLogDelivery", "logs:DeleteLogDelivery"}
POLICY = {"s3:GetBucketPolicy", "s3:PutBucketPolicy"}
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate"
WEB_ACL = f"arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/webacl/w/1"
POOL = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/eu-west-1_AbCdEf123"

CASES = [
    # service, event source, operation, request, what it needs besides, on what
    (
        "secretsmanager",
        "secretsmanager",
        "RotateSecret",
        {"SecretId": "s", "RotationLambdaARN": FUNCTION},
        {"lambda:InvokeFunction"},
        {FUNCTION},
    ),
    ("secretsmanager", "secretsmanager", "RotateSecret", {"SecretId": "s"}, set(), set()),
    (
        "ec2",
        "ec2",
        "CreateFlowLogs",
        {
            "ResourceIds": ["vpc-1"],
            "ResourceType": "VPC",
            "LogDestinationType": "s3",
            "LogDestination": "arn:aws:s3:::logs/head",
        },
        LOGS | POLICY,
        {"*", "arn:aws:s3:::logs"},
    ),
    (
        "ec2",
        "ec2",
        "CreateFlowLogs",
        {"ResourceIds": ["vpc-1"], "ResourceType": "VPC", "LogGroupName": "g"},
        set(),
        set(),
    ),
    (
        "efs",
        "elasticfilesystem",
        "CreateMountTarget",
        {"FileSystemId": "fs-1", "SubnetId": "subnet-1", "SecurityGroups": ["sg-1"]},
        {"ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"},
        {
            "*",
            f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-interface/*",
            f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/sg-1",
            f"arn:aws:ec2:{REGION}:{ACCOUNT}:subnet/subnet-1",
        },
    ),
    (
        "efs",
        "elasticfilesystem",
        "DeleteMountTarget",
        {"MountTargetId": "fsmt-1"},
        {"ec2:DeleteNetworkInterface"},
        {f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-interface/*"},
    ),
    (
        "wafv2",
        "wafv2",
        "PutLoggingConfiguration",
        {
            "LoggingConfiguration": {
                "ResourceArn": f"arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/webacl/w/1",
                "LogDestinationConfigs": ["arn:aws:s3:::aws-waf-logs-orders"],
            }
        },
        LOGS | POLICY,
        {"*", "arn:aws:s3:::aws-waf-logs-orders"},
    ),
    (
        "rds",
        "rds",
        "CreateDBCluster",
        {
            "DBClusterIdentifier": "c",
            "Engine": "aurora-mysql",
            "MasterUsername": "admin",
            "ManageMasterUserPassword": True,
        },
        {"secretsmanager:CreateSecret", "secretsmanager:TagResource"},
        {f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!*"},
    ),
    (
        "servicediscovery",
        "servicediscovery",
        "CreatePublicDnsNamespace",
        {"Name": "example.org"},
        {f"route53:{name}HostedZone" for name in ("Create", "Delete", "Get")}
        | {"route53:ListHostedZonesByName"},
        {"*", "arn:aws:route53:::hostedzone/*"},
    ),
    (
        "lambda",
        "lambda",
        "CreateFunction",
        {"FunctionName": "f", "Role": CALLER, "VpcConfig": {"SubnetIds": ["subnet-1"]}},
        {"ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"},
        {"*"},
    ),
    ("servicediscovery", "servicediscovery", "CreateHttpNamespace", {"Name": "n"}, set(), set()),
    (
        "wafv2",
        "wafv2",
        "AssociateWebACL",
        {"WebACLArn": WEB_ACL, "ResourceArn": POOL},
        {"cognito-idp:AssociateWebACL"},
        {POOL, WEB_ACL},
    ),
    (
        "wafv2",
        "wafv2",
        "DisassociateWebACL",
        {"ResourceArn": f"arn:aws:apprunner:{REGION}:{ACCOUNT}:service/web/1"},
        {"apprunner:DisassociateWebAcl"},
        {f"arn:aws:apprunner:{REGION}:{ACCOUNT}:service/web/1"},
    ),
    (
        "wafv2",
        "wafv2",
        "GetWebACLForResource",
        {"ResourceArn": f"arn:aws:amplify:{REGION}:{ACCOUNT}:apps/d1"},
        {"amplify:GetWebACLForResource"},
        {f"arn:aws:amplify:{REGION}:{ACCOUNT}:apps/d1"},
    ),
    (
        "wafv2",
        "wafv2",
        "ListResourcesForWebACL",
        {"WebACLArn": WEB_ACL, "ResourceType": "VERIFIED_ACCESS_INSTANCE"},
        {"ec2:DescribeVerifiedAccessInstanceWebAclAssociations"},
        {"*"},
    ),
]


def _others(pairs: set[tuple[str, str]], prefix: str) -> set[tuple[str, str]]:
    return {one for one in pairs if not one[0].startswith((f"{prefix}:", "iam:"))}


@pytest.mark.parametrize(("service", "source", "operation", "request_", "needs", "on"), CASES)
def test_the_reader_and_the_embedded_aws_know_what_a_service_does_as_its_caller(
    service: str,
    source: str,
    operation: str,
    request_: dict[str, Any],
    needs: set[str],
    on: set[str],
) -> None:
    made = translate(record(f"{source}.amazonaws.com", operation, recorded(request_)), CALLER)
    read = {(str(one.action), one.resource) for line in made.evidence for one in line.implies}
    call = Call(
        service=service,
        operation=operation,
        params=request_,
        account=ACCOUNT,
        region=REGION,
        partition="aws",
    )
    asked = {(one.action, one.resource) for one in checks_of(call)}

    assert {action for action, _ in _others(read, source)} == needs
    assert {resource for _, resource in _others(read, source)} == on
    assert _others(asked, source) == _others(read, source)


def test_every_action_that_a_service_takes_as_its_caller_is_of_another_and_has_a_page() -> None:
    for service, operation, row in _rows():
        assert row["known"] == "documented", (service, operation)
        assert row["source"].startswith("https://docs.aws.amazon.com/"), (service, operation)
        assert row["resource"], (service, operation)


def _rows() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for service, operations in read_curated("authorized_actions/beside")["services"].items():
        for operation, rows in operations.items():
            for row in rows:
                yield service, operation, row
