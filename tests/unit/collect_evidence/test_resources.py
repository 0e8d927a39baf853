"""The resources of calls: named by the record, or built by the formats of the action's types."""

from typing import Any

import pytest

from lambdas.collect_evidence.translation.attribution import Attribution
from lambdas.collect_evidence.translation.translate import translate
from tests.unit.collect_evidence.trails import ACCOUNT, REGION, ROLE, evidence_of, record

HERE = f"{REGION}:{ACCOUNT}"
STACK = f"arn:aws:cloudformation:{HERE}:stack/orders/5f0e"
QUEUE = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/q"

Case = tuple[str, str, dict[str, Any] | None, dict[str, Any] | None, list[str]]
CASES: list[Case] = [
    # S3: objects are not buckets, and neither has a region or an account.
    ("s3", "CreateBucket", {"bucketName": "b"}, None, ["s3:CreateBucket arn:aws:s3:::b"]),
    ("s3", "PutObject", {"bucketName": "b", "key": "a/b c"}, None, ["s3:PutObject arn:aws:s3:::b/a/b c"]),
    ("s3", "HeadBucket", {"bucketName": "b"}, None, ["s3:ListBucket arn:aws:s3:::b"]),
    ("s3", "GetObject", {"bucketName": "b", "key": "k", "versionId": "v"}, None,
     ["s3:GetObjectVersion arn:aws:s3:::b/k"]),
    ("s3", "CopyObject", {"bucketName": "b", "key": "k", "x-amz-copy-source": "/a/x%20y?versionId=1"},
     None, ["s3:PutObject arn:aws:s3:::b/k", "s3:GetObjectVersion arn:aws:s3:::a/x y"]),
    ("s3", "ListBuckets", {}, None, ["s3:ListAllMyBuckets *"]),
    # A group of schedules is no schedule of the default group; Glue's own catalog has no name.
    ("scheduler", "GetScheduleGroup", {"name": "g"}, None,
     [f"scheduler:GetScheduleGroup arn:aws:scheduler:{HERE}:schedule-group/g"]),
    ("glue", "GetDatabase", {"catalogId": ACCOUNT, "name": "d"}, None,
     [f"glue:GetDatabase arn:aws:glue:{HERE}:catalog",
      f"glue:GetDatabase arn:aws:glue:{HERE}:database/d"]),
    # Lambda: names, ARNs, qualifiers, layers, mappings.
    ("lambda", "GetFunction20150331v2", {"functionName": "f"}, None,
     [f"lambda:GetFunction arn:aws:lambda:{HERE}:function:f"]),
    ("lambda", "GetFunction20150331v2", {"functionName": f"{ACCOUNT}:function:f"}, None,
     [f"lambda:GetFunction arn:aws:lambda:{HERE}:function:f"]),
    ("lambda", "Invoke", {"functionName": f"arn:aws:lambda:{HERE}:function:f:live"}, None,
     [f"lambda:InvokeFunction arn:aws:lambda:{HERE}:function:f:live"]),
    ("lambda", "GetFunctionConfiguration20150331v2", {"functionName": "f", "qualifier": "1"}, None,
     [f"lambda:GetFunctionConfiguration arn:aws:lambda:{HERE}:function:f:1"]),
    ("lambda", "GetFunction20150331v2", {"functionName": "f", "qualifier": "$LATEST"}, None,
     [f"lambda:GetFunction arn:aws:lambda:{HERE}:function:f"]),
    ("lambda", "GetLayerVersion20181031", {"layerName": "deps", "versionNumber": 7}, None,
     [f"lambda:GetLayerVersion arn:aws:lambda:{HERE}:layer:deps:7"]),
    ("lambda", "UpdateEventSourceMapping20150331", {"uUID": "14e0db71", "functionName": "f"}, None,
     [f"lambda:UpdateEventSourceMapping arn:aws:lambda:{HERE}:event-source-mapping:14e0db71"]),
    ("lambda", "TagResource20170331v2", {"resource": f"arn:aws:lambda:{HERE}:function:f"}, None,
     [f"lambda:TagResource arn:aws:lambda:{HERE}:function:f"]),
    # CodeBuild: a variable's name is no project's, and a build is its project's.
    ("codebuild", "StartBuild",
     {"projectName": "p", "environmentVariablesOverride": [{"name": "RUN", "value": "1"}]}, None,
     [f"codebuild:StartBuild arn:aws:codebuild:{HERE}:project/p"]),
    ("codebuild", "BatchGetBuilds", {"ids": ["p:4ced42bf-a4fc-419c-9e39-02302914e69d"]}, None,
     [f"codebuild:BatchGetBuilds arn:aws:codebuild:{HERE}:project/p"]),
    ("codebuild", "UpdateProject", {"name": "p", "environment": {"type": "LINUX_CONTAINER"}}, None,
     [f"codebuild:UpdateProject arn:aws:codebuild:{HERE}:project/p"]),
    # CloudFormation: by name, by id, change sets on their stack.
    ("cloudformation", "CreateStack", {"stackName": "orders"}, {"stackId": STACK},
     [f"cloudformation:CreateStack {STACK}"]),
    ("cloudformation", "DescribeStacks", {"stackName": "orders"}, None,
     [f"cloudformation:DescribeStacks arn:aws:cloudformation:{HERE}:stack/orders/*"]),
    ("cloudformation", "DescribeStackEvents", {"stackName": STACK}, None,
     [f"cloudformation:DescribeStackEvents {STACK}"]),
    ("cloudformation", "CreateChangeSet", {"stackName": "orders", "changeSetName": "c"},
     {"id": f"arn:aws:cloudformation:{HERE}:changeSet/c/1", "stackId": STACK},
     [f"cloudformation:CreateChangeSet {STACK}"]),
    # IAM: global, with paths, with AWS's own policies.
    ("iam", "CreateRole", {"roleName": "r", "path": "/svc/"}, None,
     [f"iam:CreateRole arn:aws:iam::{ACCOUNT}:role/svc/r"]),
    ("iam", "AttachRolePolicy", {"roleName": "r", "policyArn": "arn:aws:iam::aws:policy/X"}, None,
     [f"iam:AttachRolePolicy arn:aws:iam::{ACCOUNT}:role/r"]),
    ("iam", "GetPolicy", {"policyArn": "arn:aws:iam::aws:policy/X"}, None,
     ["iam:GetPolicy arn:aws:iam::aws:policy/X"]),
    # API Gateway: a verb on a path, no account.
    ("apigateway", "CreateRestApi", {"createRestApiInput": {"name": "n"}}, {"id": "abc"},
     [f"apigateway:POST arn:aws:apigateway:{REGION}::/restapis"]),
    ("apigateway", "PutMethod", {"restApiId": "a", "resourceId": "b", "httpMethod": "GET"}, None,
     [f"apigateway:PUT arn:aws:apigateway:{REGION}::/restapis/a/resources/b/methods/GET"]),
    ("apigateway", "UpdateStage", {"apiId": "a", "stageName": "$default"}, None,
     [f"apigateway:PATCH arn:aws:apigateway:{REGION}::/apis/a/stages/$default"]),
    ("apigateway", "TagResource", {"resourceArn": f"arn:aws:apigateway:{REGION}::/restapis/a"}, None,
     [(f"apigateway:PUT arn:aws:apigateway:{REGION}::/tags/"
      f"arn%3Aaws%3Aapigateway%3A{REGION}%3A%3A%2Frestapis%2Fa")]),
    # Several resources of one call.
    ("dynamodb", "BatchGetItem", {"requestItems": {"t1": {}, "t2": {"keys": []}}}, None,
     [f"dynamodb:BatchGetItem arn:aws:dynamodb:{HERE}:table/t1",
      f"dynamodb:BatchGetItem arn:aws:dynamodb:{HERE}:table/t2"]),
    ("dynamodb", "TransactWriteItems",
     {"transactItems": [{"put": {"tableName": "t1"}}, {"update": {"tableName": "t2"}}]}, None,
     [f"dynamodb:PutItem arn:aws:dynamodb:{HERE}:table/t1",
      f"dynamodb:UpdateItem arn:aws:dynamodb:{HERE}:table/t2"]),
    ("dynamodb", "Query", {"tableName": "t", "indexName": "i"}, None,
     [f"dynamodb:Query arn:aws:dynamodb:{HERE}:table/t/index/i"]),
    ("ec2", "CreateTags", {"resourcesSet": {"items": [{"resourceId": "vpc-1"}, {"resourceId": "i-2"}]}},
     None, [f"ec2:CreateTags arn:aws:ec2:{HERE}:instance/i-2", f"ec2:CreateTags arn:aws:ec2:{HERE}:vpc/vpc-1"]),
    ("ec2", "StopInstances", {"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}},
     None, [f"ec2:StopInstances arn:aws:ec2:{HERE}:instance/i-{n}" for n in (1, 2)]),
    ("ec2", "DeleteFlowLogs", {"DeleteFlowLogsRequest": {"FlowLogId": {"content": "fl-1", "tag": 1}}},
     None, [f"ec2:DeleteFlowLogs arn:aws:ec2:{HERE}:vpc-flow-log/fl-1"]),
    # What takes part in an association, of which the request has the id alone.
    ("ec2", "DisassociateAddress", {"associationId": "eipassoc-1"}, None,
     [f"ec2:DisassociateAddress arn:aws:ec2:{HERE}:elastic-ip/*",
      f"ec2:DisassociateAddress arn:aws:ec2:{HERE}:network-interface/*"]),
    ("ec2", "CreateSubnet", {"vpcId": "vpc-1"}, {"subnet": {"subnetId": "subnet-9"}},
     [f"ec2:CreateSubnet arn:aws:ec2:{HERE}:subnet/subnet-9", f"ec2:CreateSubnet arn:aws:ec2:{HERE}:vpc/vpc-1"]),
    ("ssm", "GetParameters", {"names": ["/a/b", "c"]}, None,
     [f"ssm:GetParameters arn:aws:ssm:{HERE}:parameter/a/b", f"ssm:GetParameters arn:aws:ssm:{HERE}:parameter/c"]),
    # Names from URLs, buses, aliases, hosted zones, clusters; ids and suffixes from answers.
    ("sqs", "SetQueueAttributes", {"queueUrl": QUEUE}, None, [f"sqs:SetQueueAttributes arn:aws:sqs:{HERE}:q"]),
    ("sqs", "SendMessageBatch", {"queueUrl": QUEUE.replace(ACCOUNT, "444455556666")}, None,
     [f"sqs:SendMessage arn:aws:sqs:{REGION}:444455556666:q"]),
    ("events", "PutRule", {"name": "r"}, None, [f"events:PutRule arn:aws:events:{HERE}:rule/r"]),
    ("events", "PutRule", {"name": "r", "eventBusName": "bus"}, None,
     [f"events:PutRule arn:aws:events:{HERE}:rule/bus/r"]),
    ("kms", "CreateAlias", {"aliasName": "alias/x", "targetKeyId": "1111"}, None,
     [f"kms:CreateAlias arn:aws:kms:{HERE}:alias/x", f"kms:CreateAlias arn:aws:kms:{HERE}:key/1111"]),
    ("route53", "ChangeResourceRecordSets", {"hostedZoneId": "/hostedzone/Z1"}, None,
     ["route53:ChangeResourceRecordSets arn:aws:route53:::hostedzone/Z1"]),
    ("ecs", "CreateService", {"cluster": f"arn:aws:ecs:{HERE}:cluster/c", "serviceName": "s"}, None,
     [f"ecs:CreateService arn:aws:ecs:{HERE}:service/c/s"]),
    ("ecr", "PutImage", {"repositoryName": "team/r", "registryId": "444455556666"}, None,
     [f"ecr:PutImage arn:aws:ecr:{REGION}:444455556666:repository/team/r"]),
    ("secretsmanager", "CreateSecret", {"name": "s"},
     {"aRN": f"arn:aws:secretsmanager:{HERE}:secret:s-AbCdEf"},
     [f"secretsmanager:CreateSecret arn:aws:secretsmanager:{HERE}:secret:s-AbCdEf"]),
    ("secretsmanager", "GetSecretValue", {"secretId": "s"}, None,
     [f"secretsmanager:GetSecretValue arn:aws:secretsmanager:{HERE}:secret:s-??????"]),
    ("states", "StartExecution",
     {"stateMachineArn": f"arn:aws:states:{HERE}:stateMachine:m", "name": "x"}, None,
     [f"states:StartExecution arn:aws:states:{HERE}:stateMachine:m"]),
    ("logs", "PutSubscriptionFilter",
     {"logGroupName": "/aws/x", "destinationArn": f"arn:aws:lambda:{HERE}:function:f"}, None,
     [f"logs:PutSubscriptionFilter arn:aws:logs:{HERE}:log-group:/aws/x"]),
    ("sns", "Subscribe", {"topicArn": f"arn:aws:sns:{HERE}:t", "endpoint": f"arn:aws:sqs:{HERE}:q"}, None,
     [f"sns:Subscribe arn:aws:sns:{HERE}:t"]),
    ("cloudfront", "CreateInvalidation", {"distributionId": "E1"}, None,
     [f"cloudfront:CreateInvalidation arn:aws:cloudfront::{ACCOUNT}:distribution/E1"]),
    ("rds", "DeleteDBInstance", {"dBInstanceIdentifier": "db1"}, None,
     [f"rds:DeleteDBInstance arn:aws:rds:{HERE}:db:db1"]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "name", "request_", "response", "wanted"), CASES)
def test_calls_name_the_resources_that_iam_is_asked_for(
    source: str,
    name: str,
    request_: dict[str, Any] | None,
    response: dict[str, Any] | None,
    wanted: list[str],
) -> None:
    found = translate(record(source, name, request_, response), ROLE).evidence
    assert sorted(f"{one.action} {one.resource}" for one in found) == sorted(wanted)


def test_what_the_record_names_itself_goes_before_what_could_be_built() -> None:
    key = f"arn:aws:kms:{HERE}:key/1111"
    (found,) = translate(
        record(
            "kms",
            "Decrypt",
            {"keyId": "alias/x"},
            resources=[{"ARN": key, "type": "AWS::KMS::Key"}],
        ),
        ROLE,
    ).evidence
    assert found.resource == key


def test_partition_region_and_account_are_those_of_the_call() -> None:
    call = record("sqs", "CreateQueue", {"queueName": "q"}, awsRegion="cn-north-1")
    (found,) = translate(
        {**call, "recipientAccountId": "444455556666"}, ROLE.replace("aws", "aws-cn")
    ).evidence
    assert found.resource == "arn:aws-cn:sqs:cn-north-1:444455556666:q"


def test_a_resource_that_cannot_be_known_is_a_wildcard_and_a_finding() -> None:
    translation = translate(record("lambda", "DeleteFunction20150331", None), ROLE)
    assert [one.resource for one in translation.evidence] == [f"arn:aws:lambda:{HERE}:function:*"]
    assert [one.kind for one in translation.findings] == ["unknown-resource"]


def test_launching_instances_is_asked_on_everything_that_it_touches() -> None:
    launched = record(
        "ec2", "RunInstances",
        {"instancesSet": {"items": [{"imageId": "ami-1", "keyName": "k"}]},
         "subnetId": "subnet-1", "groupSet": {"items": [{"groupId": "sg-1"}]},
         "iamInstanceProfile": {"name": "p"}},
        {"instancesSet": {"items": [{"instanceId": "i-1"}]}},
    )  # fmt: skip
    found = {
        one.resource.removeprefix("arn:aws:ec2:") for one in translate(launched, ROLE).evidence
    }
    assert found == {
        f"{HERE}:instance/i-1", f"{HERE}:key-pair/k", f"{HERE}:network-interface/*",
        f"{HERE}:security-group/sg-1", f"{HERE}:subnet/subnet-1", f"{HERE}:volume/*",
        f"{REGION}::image/ami-1",
    }  # fmt: skip


def test_evidence_says_who_when_and_through_whom() -> None:
    attribution = Attribution(
        principal=ROLE, session="run.deploy", phase="deploy", via=("x.amazonaws.com",)
    )
    (line,) = evidence_of(record(request={"functionName": "f"}), attribution)
    assert (line.principal, line.session, line.phase, line.via) == (
        ROLE, "run.deploy", "deploy", ("x.amazonaws.com",),
    )  # fmt: skip
    assert (line.region, line.time, line.name) == (
        REGION, "2026-11-23T10:00:01Z", "GetFunction20150331v2",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("source", "name", "request_", "type_"),
    [
        ("lambda", "CreateFunction20150331", {}, "AWS::Lambda::Function"),
        ("apigateway", "CreateDeployment", {"restApiId": "a"}, "AWS::ApiGateway::Deployment"),
        ("apigateway", "CreateDeployment", {"apiId": "a"}, "AWS::ApiGatewayV2::Deployment"),
        ("rds", "CreateDBInstance", {"engine": "postgres"}, "AWS::RDS::DBInstance"),
        ("iam", "CreatePolicy", {}, "AWS::IAM::ManagedPolicy"),
    ],
)
def test_evidence_names_the_cloudformation_type_that_a_call_makes(
    source: str, name: str, request_: dict[str, Any], type_: str
) -> None:
    assert translate(record(source, name, request_), ROLE).evidence[0].types == (type_,)
