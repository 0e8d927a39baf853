"""The keys of what a request is about: tags and functions, where AWS says that they are there."""

import uuid
from typing import Any

import pytest

from local.connection import Connection
from tests.embedded_aws.principals import allow, deploy, reasons, settled, somebody

pytestmark = pytest.mark.local
STACK_TAG = "aws:ResourceTag/aws:cloudformation:stack-name"
API = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "an-api"}}
PART = {
    "Type": "AWS::ApiGateway::Resource",
    "Properties": {
        "RestApiId": {"Ref": "Api"},
        "ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
        "PathPart": "orders",
    },
}
METHOD = {
    "Type": "AWS::ApiGateway::Method",
    "Properties": {
        "RestApiId": {"Ref": "Api"},
        "ResourceId": {"Ref": "Part"},
        "HttpMethod": "GET",
        "AuthorizationType": "NONE",
        "Integration": {"Type": "MOCK"},
    },
}
TAGGED = [{"Key": "stage", "Value": "dev"}]


def named(prefix: str = "s") -> str:
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def own_stack_only(name: str) -> tuple[dict[str, Any], ...]:
    """What deploys the API of one stack, and touches no other stack's."""
    paths = "arn:aws:apigateway:*::"
    return (
        allow("cloudformation:*"),
        allow(["apigateway:POST"], f"{paths}/restapis"),
        allow(["apigateway:PUT"], f"{paths}/tags/*"),
        allow(["apigateway:GET"]),
        allow(
            ["apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"],
            f"{paths}/restapis/*",
            StringEquals={STACK_TAG: name},
        ),
    )


def made(embedded: Connection, stack: str, logical_id: str) -> str:
    found = embedded.client("cloudformation").describe_stack_resource(
        StackName=stack, LogicalResourceId=logical_id
    )
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


def code_of(call: Any, **parameters: Any) -> str:
    """The error's code; empty when the call succeeds."""
    try:
        call(**parameters)
    except Exception as error:  # noqa: BLE001 - each service has its own
        return str(error.response["Error"]["Code"])  # type: ignore[attr-defined]
    return ""


def test_a_policy_that_knows_its_own_stack_deploys_and_removes_it(embedded: Connection) -> None:
    name = named()
    caller = somebody(embedded, *own_stack_only(name))
    stack = {"Api": API, "Part": PART, "Method": METHOD}

    _, status = deploy(caller, stack, name=name, Tags=TAGGED)
    assert status == "CREATE_COMPLETE", reasons(embedded, name)
    caller.client("cloudformation").delete_stack(StackName=name)

    assert settled(embedded, name) in ("GONE", "DELETE_COMPLETE"), reasons(embedded, name)


def test_the_same_policy_reaches_no_stack_beside(embedded: Connection) -> None:
    name, beside = named(), named()
    root = somebody(embedded, allow("*"))
    for one in (name, beside):
        deploy(root, {"Api": API, "Part": PART}, name=one, Tags=TAGGED)
    own, foreign = (made(embedded, one, "Api") for one in (name, beside))
    part = made(embedded, beside, "Part")
    gateway = somebody(embedded, *own_stack_only(name)).client("apigateway")
    rename = [{"op": "replace", "path": "/name", "value": "renamed"}]

    assert code_of(gateway.update_rest_api, restApiId=own, patchOperations=rename) == ""
    refused = [
        code_of(gateway.update_rest_api, restApiId=foreign, patchOperations=rename),
        code_of(gateway.create_resource, restApiId=foreign, parentId=part, pathPart="more"),
        code_of(gateway.delete_resource, restApiId=foreign, resourceId=part),
        code_of(gateway.create_deployment, restApiId=foreign),
        code_of(gateway.delete_rest_api, restApiId=foreign),
    ]
    assert refused == ["AccessDeniedException"] * 5
    # Nor does the tag of one's own: nobody but CloudFormation puts it.
    arn = f"arn:aws:apigateway:{embedded.region}::/restapis/{foreign}"
    gateway.tag_resource(resourceArn=arn, tags={"stage": "qa"})
    assert code_of(gateway.delete_rest_api, restApiId=foreign) == "AccessDeniedException"


@pytest.mark.parametrize("tags", [TAGGED, []])
def test_a_stack_without_tags_may_leave_its_own_out(
    embedded: Connection, tags: list[dict[str, str]]
) -> None:
    name = named()
    _, status = deploy(
        somebody(embedded, *own_stack_only(name)), {"Api": API, "Part": PART}, name=name, Tags=tags
    )

    assert (status == "CREATE_COMPLETE") == bool(tags), reasons(embedded, name)


def test_what_is_gone_has_no_tags(embedded: Connection) -> None:
    name = named()
    root = somebody(embedded, allow("*"))
    deploy(root, {"Api": API}, name=name, Tags=TAGGED)
    api = made(embedded, name, "Api")
    reads = allow("apigateway:GET", "*", StringEquals={STACK_TAG: name})
    gateway = somebody(embedded, reads).client("apigateway")
    assert code_of(gateway.get_rest_api, restApiId=api) == ""

    root.client("cloudformation").delete_stack(StackName=name)
    settled(embedded, name)

    assert code_of(gateway.get_rest_api, restApiId=api) == "AccessDeniedException"


def test_no_child_but_those_that_the_page_lists_inherits_tags(embedded: Connection) -> None:
    name = named()
    deploy(somebody(embedded, allow("*")), {"Api": API}, name=name, Tags=TAGGED)
    api = made(embedded, name, "Api")
    gateway = somebody(embedded, *own_stack_only(name)).client("apigateway")

    assert code_of(gateway.create_model, restApiId=api, name="M", contentType="application/json",
                   schema="{}") == ""  # fmt: skip
    refused = code_of(gateway.create_request_validator, restApiId=api, name="v")
    assert refused == "AccessDeniedException"


def test_ec2_gives_tags_action_by_action(embedded: Connection) -> None:
    name, beside = named(), named()
    root = somebody(embedded, allow("*"))
    vpc = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}
    for one in (name, beside):
        deploy(root, {"Vpc": vpc}, name=one, Tags=TAGGED)
    own, foreign = (made(embedded, one, "Vpc") for one in (name, beside))
    arns = "arn:aws:ec2:*:*:"
    network = somebody(
        embedded,
        allow(
            ["ec2:CreateSubnet", "ec2:DeleteVpc"], f"{arns}vpc/*", StringEquals={STACK_TAG: name}
        ),
        allow("ec2:CreateSubnet", f"{arns}subnet/*"),
    ).client("ec2")

    assert code_of(network.create_subnet, VpcId=own, CidrBlock="10.0.1.0/24") == ""
    assert code_of(network.create_subnet, VpcId=foreign, CidrBlock="10.0.1.0/24").startswith(
        "UnauthorizedOperation"
    )
    # On what is being made no row lists the tags of the resource.
    making = somebody(
        embedded,
        allow("ec2:CreateSubnet", f"{arns}vpc/*"),
        allow("ec2:CreateSubnet", f"{arns}subnet/*", StringEquals={STACK_TAG: name}),
    ).client("ec2")
    assert code_of(making.create_subnet, VpcId=own, CidrBlock="10.0.2.0/24").startswith(
        "UnauthorizedOperation"
    )


@pytest.mark.parametrize("service", ["kms", "s3"])
def test_tags_of_keys_and_buckets_decide_nothing(embedded: Connection, service: str) -> None:
    condition = {"aws:ResourceTag/stage": "dev"}
    caller = somebody(embedded, allow(f"{service}:*", "*", StringEquals=condition))
    if service == "kms":
        tags = [{"TagKey": "stage", "TagValue": "dev"}]
        key = embedded.client("kms").create_key(Tags=tags)["KeyMetadata"]["KeyId"]
        code = code_of(caller.client("kms").describe_key, KeyId=key)
    else:
        bucket = named("b")
        s3 = embedded.client("s3")
        place = {"LocationConstraint": embedded.region}
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "stage", "Value": "dev"}]})
        code = code_of(caller.client("s3").get_bucket_versioning, Bucket=bucket)

    assert code.startswith("AccessDenied")


def test_a_mapping_is_told_by_the_function_that_it_invokes(embedded: Connection) -> None:
    own, foreign = (mapping(embedded) for _ in range(2))
    functions = {"lambda:FunctionArn": own[1]}
    caller = somebody(
        embedded,
        allow("lambda:*", "arn:aws:lambda:*:*:event-source-mapping:*", ArnEquals=functions),
    ).client("lambda")

    assert code_of(caller.update_event_source_mapping, UUID=own[0], BatchSize=5) == ""
    assert (
        code_of(caller.update_event_source_mapping, UUID=foreign[0], BatchSize=5)
        == "AccessDeniedException"
    )
    assert code_of(caller.delete_event_source_mapping, UUID=foreign[0]) == "AccessDeniedException"
    # Lambda's page lists no condition for the read.
    assert code_of(caller.get_event_source_mapping, UUID=own[0]) == "AccessDeniedException"
    assert code_of(caller.delete_event_source_mapping, UUID=own[0]) == ""


def mapping(embedded: Connection) -> tuple[str, str]:
    """A mapping of a queue to a function: its id and the function's ARN."""
    name = named("m")
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": name,
            "Runtime": "python3.12",
            "Handler": "index.handler",
            "Role": f"arn:aws:iam::{embedded.account}:role/{named('r')}",
            "Code": {"ZipFile": "def handler(event, context): pass"},
        },
    }
    source = {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "FunctionName": {"Ref": "Function"},
            "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]},
        },
    }
    stack = {"Queue": {"Type": "AWS::SQS::Queue"}, "Function": function, "Mapping": source}
    deployed, status = deploy(embedded, stack)
    assert status == "CREATE_COMPLETE", reasons(embedded, deployed)
    function_arn = f"arn:aws:lambda:{embedded.region}:{embedded.account}:function:{name}"
    return made(embedded, deployed, "Mapping"), function_arn


@pytest.mark.parametrize(
    ("kind", "actions", "making"),
    [
        ("Cognito::UserPool", "cognito-idp", "CreateUserPool"),
        ("Cognito::IdentityPool", "cognito-identity", "CreateIdentityPool"),
        ("AppSync::GraphQLApi", "appsync", "CreateGraphqlApi"),
        ("EC2::VPC", "ec2", "CreateVpc"),
        ("EFS::FileSystem", "elasticfilesystem", "CreateFileSystem"),
        ("AppConfig::Application", "appconfig", "CreateApplication"),
        ("AppConfig::DeploymentStrategy", "appconfig", "CreateDeploymentStrategy"),
        ("Backup::BackupPlan", "backup", "CreateBackupPlan"),
    ],
)
def test_a_stack_removes_by_its_tag_what_it_made(
    embedded: Connection, kind: str, actions: str, making: str
) -> None:
    properties: dict[str, dict[str, Any]] = {
        "Cognito::IdentityPool": {"AllowUnauthenticatedIdentities": False},
        "AppSync::GraphQLApi": {"Name": "graph", "AuthenticationType": "API_KEY"},
        "EC2::VPC": {"CidrBlock": "10.0.0.0/16"},
        "AppConfig::Application": {"Name": "settings"},
        "AppConfig::DeploymentStrategy": {
            "Name": "slowly",
            "DeploymentDurationInMinutes": 1,
            "GrowthFactor": 50,
            "ReplicateTo": "NONE",
        },
        "Backup::BackupPlan": {"BackupPlan": {"BackupPlanName": "nightly", "BackupPlanRule": []}},
    }
    name = named()
    stack = {"It": {"Type": f"AWS::{kind}", "Properties": properties.get(kind, {})}}
    makes = [f"{actions}:{making}", f"{actions}:TagResource", "ec2:CreateTags"]
    caller = somebody(
        embedded,
        allow(["cloudformation:*", *makes, f"{actions}:Describe*", f"{actions}:Get*"]),
        allow(f"{actions}:Delete*", "*", StringEquals={STACK_TAG: name}),
    )
    other = somebody(
        embedded,
        allow("cloudformation:*"),
        allow(f"{actions}:*", "*", StringEquals={STACK_TAG: "another"}),
    )

    _, status = deploy(caller, stack, name=name, Tags=TAGGED)
    assert status == "CREATE_COMPLETE", reasons(embedded, name)
    other.client("cloudformation").delete_stack(StackName=name)
    assert settled(embedded, name) == "DELETE_FAILED"
    caller.client("cloudformation").delete_stack(StackName=name)
    assert settled(embedded, name) in ("GONE", "DELETE_COMPLETE"), reasons(embedded, name)


def test_what_shares_an_id_takes_no_tags_with_it(embedded: Connection) -> None:
    name = named()
    pool = {
        "Type": "AWS::Cognito::IdentityPool",
        "Properties": {"AllowUnauthenticatedIdentities": False},
    }
    roles = {
        "Type": "AWS::Cognito::IdentityPoolRoleAttachment",
        "Properties": {"IdentityPoolId": {"Ref": "Pool"}},
    }
    caller = somebody(
        embedded,
        allow(["cloudformation:*", "cognito-identity:*Role*", "cognito-identity:TagResource"]),
        allow("cognito-identity:CreateIdentityPool"),
        allow("cognito-identity:DeleteIdentityPool", "*", StringEquals={STACK_TAG: name}),
    )
    _, status = deploy(caller, {"Pool": pool, "Roles": roles}, name=name, Tags=TAGGED)
    assert status == "CREATE_COMPLETE", reasons(embedded, name)

    caller.client("cloudformation").delete_stack(StackName=name)

    assert settled(embedded, name) in ("GONE", "DELETE_COMPLETE"), reasons(embedded, name)
