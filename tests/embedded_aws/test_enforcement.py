"""What IAM is asked for a call: every action, on the right resources, and all that comes along."""

from typing import Any

import pytest

from embedded_aws.iam import service_reference
from embedded_aws.iam.calls import Call, UnidentifiedCallError
from embedded_aws.iam.requirements import checks
from embedded_aws.protocol.service_models import service_model

ACCOUNT, REGION = "123456789012", "eu-west-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/made/execution"


def questions(operation: str, **params: Any) -> list[tuple[str, str]]:
    service, _, name = operation.partition(":")
    call = Call(service=service, operation=name, params=params, account=ACCOUNT, region=REGION)
    return [(check.action, check.resource) for check in checks.checks_of(call)]


def place(service: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}"


@pytest.mark.parametrize(
    ("operation", "params", "expected"),
    [
        ("s3:HeadBucket", {"Bucket": "b"}, [("s3:ListBucket", "arn:aws:s3:::b")]),
        (
            "s3:GetObject",
            {"Bucket": "b", "Key": "a/k", "VersionId": "v"},
            [("s3:GetObjectVersion", "arn:aws:s3:::b/a/k")],
        ),
        ("s3:ListBuckets", {}, [("s3:ListAllMyBuckets", "*")]),
        (
            "codedeploy:DeleteDeploymentGroup",
            {"applicationName": "same", "deploymentGroupName": "same"},
            [
                (
                    "codedeploy:DeleteDeploymentGroup",
                    f"{place('codedeploy')}:deploymentgroup:same/same",
                )
            ],
        ),
        (
            "imagebuilder:CreateComponent",
            {"name": "c", "semanticVersion": "1.0.0", "platform": "Linux"},
            [("imagebuilder:CreateComponent", f"{place('imagebuilder')}:component/c/1.0.0/*")],
        ),
        (
            "ec2:DisassociateAddress",
            {"AssociationId": "eipassoc-1"},
            [
                ("ec2:DisassociateAddress", f"{place('ec2')}:elastic-ip/*"),
                ("ec2:DisassociateAddress", f"{place('ec2')}:network-interface/*"),
            ],
        ),
        # https://docs.aws.amazon.com/step-functions/latest/dg/auth-version-alias.html
        (
            "stepfunctions:DeleteStateMachineVersion",
            {"stateMachineVersionArn": f"{place('states')}:stateMachine:m:3"},
            [("states:DeleteStateMachineVersion", f"{place('states')}:stateMachine:m")],
        ),
        (
            "stepfunctions:CreateStateMachineAlias",
            {
                "name": "live",
                "routingConfiguration": [
                    {"stateMachineVersionArn": f"{place('states')}:stateMachine:m:3", "weight": 100}
                ],
            },
            [("states:CreateStateMachineAlias", f"{place('states')}:stateMachine:m")],
        ),
        (
            "ec2:CreateSnapshot",
            {
                "VolumeId": "vol-1",
                "TagSpecifications": [
                    {"ResourceType": "snapshot", "Tags": [{"Key": "a", "Value": "b"}]}
                ],
            },
            [
                ("ec2:CreateSnapshot", f"arn:aws:ec2:{REGION}::snapshot/*"),
                ("ec2:CreateSnapshot", f"{place('ec2')}:volume/vol-1"),
                ("ec2:CreateTags", f"arn:aws:ec2:{REGION}::snapshot/*"),
            ],
        ),
        (
            "ssm:GetParameter",
            {"Name": "/aws/service/ami/al2023"},
            [("ssm:GetParameter", f"arn:aws:ssm:{REGION}::parameter/aws/service/ami/al2023")],
        ),
        (
            "network-firewall:DescribeRuleGroup",
            {"RuleGroupName": "g", "Type": "STATELESS"},
            [
                (
                    "network-firewall:DescribeRuleGroup",
                    f"{place('network-firewall')}:stateless-rulegroup/g",
                )
            ],
        ),
        (
            "sagemaker:CreateModel",
            {"ModelName": "m", "Tags": [{"Key": "a", "Value": "b"}]},
            [
                ("sagemaker:CreateModel", f"{place('sagemaker')}:model/m"),
                ("sagemaker:AddTags", f"{place('sagemaker')}:model/m"),
            ],
        ),
        (
            "lambda:Invoke",
            {"FunctionName": f"{place('lambda')}:function:f", "Qualifier": "live"},
            [("lambda:InvokeFunction", f"{place('lambda')}:function:f:live")],
        ),
        (
            "dynamodb:Query",
            {"TableName": "t", "IndexName": "by-day"},
            [("dynamodb:Query", f"{place('dynamodb')}:table/t/index/by-day")],
        ),
        (
            "dynamodb:BatchGetItem",
            {"RequestItems": {"a": {}, "b": {}}},
            [
                ("dynamodb:BatchGetItem", f"{place('dynamodb')}:table/a"),
                ("dynamodb:BatchGetItem", f"{place('dynamodb')}:table/b"),
            ],
        ),
        (
            "sqs:DeleteMessageBatch",
            {"QueueUrl": f"http://127.0.0.1:4566/{ACCOUNT}/q"},
            [("sqs:DeleteMessage", f"{place('sqs')}:q")],
        ),
        (
            "events:PutRule",
            {"Name": "r", "EventBusName": "orders"},
            [("events:PutRule", f"{place('events')}:rule/orders/r")],
        ),
        (
            "scheduler:DeleteSchedule",
            {"Name": "s"},
            [("scheduler:DeleteSchedule", f"{place('scheduler')}:schedule/default/s")],
        ),
        (
            "codebuild:BatchGetBuilds",
            {"ids": ["one:1", "two:2"]},
            [
                ("codebuild:BatchGetBuilds", f"{place('codebuild')}:project/one"),
                ("codebuild:BatchGetBuilds", f"{place('codebuild')}:project/two"),
            ],
        ),
        (
            "apigateway:PutMethod",
            {"restApiId": "a", "resourceId": "r", "httpMethod": "GET"},
            [
                (
                    "apigateway:PUT",
                    f"arn:aws:apigateway:{REGION}::/restapis/a/resources/r/methods/GET",
                )
            ],
        ),
        (
            "apigatewayv2:DeleteRoute",
            {"ApiId": "a", "RouteId": "r"},
            [("apigateway:DELETE", f"arn:aws:apigateway:{REGION}::/apis/a/routes/r")],
        ),
        (
            "apigatewayv2:TagResource",
            {"ResourceArn": f"arn:aws:apigateway:{REGION}::/apis/a", "Tags": {"cost": "1"}},
            [
                (
                    "apigateway:POST",
                    f"arn:aws:apigateway:{REGION}::/tags/arn%3Aaws%3Aapigateway%3A{REGION}%3A%3A%2Fapis%2Fa",
                )
            ],
        ),
        (
            "logs:PutLogEvents",
            {"logGroupName": "/g", "logStreamName": "s"},
            [("logs:PutLogEvents", f"{place('logs')}:log-group:/g:log-stream:s")],
        ),
        (
            "kms:ReEncrypt",
            {},
            [
                ("kms:ReEncryptFrom", f"{place('kms')}:key/*"),
                ("kms:ReEncryptTo", f"{place('kms')}:key/*"),
            ],
        ),
        ("ec2:CreateVpc", {}, [("ec2:CreateVpc", f"{place('ec2')}:vpc/*")]),
        (
            "ec2:AuthorizeSecurityGroupIngress",
            {"GroupId": "sg-1"},
            [("ec2:AuthorizeSecurityGroupIngress", f"{place('ec2')}:security-group/sg-1")],
        ),
        (
            "ssm:GetParameters",
            {"Names": ["/a/b", "c"]},
            [
                ("ssm:GetParameters", f"{place('ssm')}:parameter/a/b"),
                ("ssm:GetParameters", f"{place('ssm')}:parameter/c"),
            ],
        ),
        ("sts:GetCallerIdentity", {}, []),
        ("cognito-idp:SignUp", {"ClientId": "c", "Username": "u", "Password": "p"}, []),
    ],
)
def test_a_call_is_asked_about_with_its_actions_and_resources(
    operation: str, params: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert questions(operation, **params) == expected


@pytest.mark.parametrize(
    ("operation", "params", "receiver"),
    [
        ("lambda:CreateFunction", {"FunctionName": "f", "Role": ROLE}, "lambda"),
        ("lambda:UpdateFunctionConfiguration", {"FunctionName": "f", "Role": ROLE}, "lambda"),
        ("stepfunctions:UpdateStateMachine", {"roleArn": ROLE}, "states"),
        ("scheduler:CreateSchedule", {"Name": "s", "Target": {"RoleArn": ROLE}}, "scheduler"),
        ("events:PutTargets", {"Rule": "r", "Targets": [{"RoleArn": ROLE}]}, "events"),
        ("codebuild:StartBuild", {"projectName": "p", "serviceRoleOverride": ROLE}, "codebuild"),
        ("cloudformation:DeleteStack", {"StackName": "s", "RoleARN": ROLE}, "cloudformation"),
        (
            "apigateway:UpdateAccount",
            {"patchOperations": [{"op": "replace", "path": "/cloudwatchRoleArn", "value": ROLE}]},
            "apigateway",
        ),
        ("apigateway:PutIntegration", {"credentials": ROLE}, "apigateway"),
        ("apigatewayv2:CreateIntegration", {"ApiId": "a", "CredentialsArn": ROLE}, "apigateway"),
        (
            "iot:CreateTopicRule",
            {
                "ruleName": "r",
                "topicRulePayload": {"actions": [{"sqs": {"roleArn": ROLE, "queueUrl": "q"}}]},
            },
            "iot",
        ),
        ("iot:CreateRoleAlias", {"roleAlias": "a", "roleArn": ROLE}, "credentials.iot"),
        ("logs:PutSubscriptionFilter", {"logGroupName": "g", "roleArn": ROLE}, "logs"),
        (
            "firehose:CreateDeliveryStream",
            {"DeliveryStreamName": "d", "S3DestinationConfiguration": {"RoleARN": ROLE}},
            "firehose",
        ),
        (
            "ecs:RegisterTaskDefinition",
            {"family": "f", "taskRoleArn": ROLE, "executionRoleArn": ROLE},
            "ecs-tasks",
        ),
        (
            "cognito-idp:CreateUserPool",
            {"PoolName": "p", "SmsConfiguration": {"SnsCallerArn": ROLE}},
            "cognito-idp",
        ),
        (
            "accessanalyzer:StartPolicyGeneration",
            {
                "policyGenerationDetails": {"principalArn": f"{ROLE}-studied"},
                "cloudTrailDetails": {"accessRole": ROLE},
            },
            "access-analyzer",
        ),
        ("cloudtrail:CreateTrail", {"Name": "t", "CloudWatchLogsRoleArn": ROLE}, "cloudtrail"),
        ("pipes:CreatePipe", {"Name": "p", "RoleArn": ROLE}, "pipes"),
        ("glue:CreateJob", {"Name": "j", "Role": ROLE}, "glue"),
    ],
)
def test_a_role_in_a_request_is_passed_to_the_service_that_takes_it(
    operation: str, params: dict[str, Any], receiver: str
) -> None:
    service, _, name = operation.partition(":")
    call = Call(service=service, operation=name, params=params, account=ACCOUNT, region=REGION)

    passed = [check for check in checks.checks_of(call) if check.action == "iam:PassRole"]

    assert [(check.resource, check.context["iam:PassedToService"]) for check in passed] == [
        (ROLE, f"{receiver}.amazonaws.com")
    ]


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        (
            "lambda:CreateFunction",
            {"FunctionName": "f", "Environment": {"Variables": {"ROLE": ROLE}}},
        ),
        ("sts:AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "s"}),
        ("iam:GetRole", {"RoleName": "execution"}),
        (
            "cloudformation:CreateStack",
            {"StackName": "s", "Parameters": [{"ParameterValue": ROLE}]},
        ),
        ("lambda:AddPermission", {"FunctionName": "f", "Principal": ROLE}),
    ],
)
def test_a_role_that_is_only_named_is_not_passed(operation: str, params: dict[str, Any]) -> None:
    assert "iam:PassRole" not in [action for action, _ in questions(operation, **params)]


@pytest.mark.parametrize(
    ("operation", "params", "expected"),
    [
        ("sns:CreateTopic", {"Name": "t", "Tags": [{"Key": "a", "Value": "b"}]}, "sns:TagResource"),
        ("sqs:CreateQueue", {"QueueName": "q", "tags": {"a": "b"}}, "sqs:TagQueue"),
        ("kms:CreateKey", {"Tags": [{"TagKey": "a", "TagValue": "b"}]}, "kms:TagResource"),
        ("ssm:PutParameter", {"Name": "/p", "Tags": [{"Key": "a"}]}, "ssm:AddTagsToResource"),
        (
            "kinesis:CreateStream",
            {"StreamName": "s", "Tags": {"a": "b"}},
            "kinesis:AddTagsToStream",
        ),
        ("iam:CreatePolicy", {"PolicyName": "p", "Tags": [{"Key": "a"}]}, "iam:TagPolicy"),
        (
            "ec2:CreateVpc",
            {"TagSpecifications": [{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": "b"}]}]},
            "ec2:CreateTags",
        ),
        ("cloudtrail:CreateTrail", {"Name": "t", "TagsList": [{"Key": "a"}]}, "cloudtrail:AddTags"),
        (
            "cognito-idp:CreateUserPool",
            {"PoolName": "p", "UserPoolTags": {"a": "b"}},
            "cognito-idp:TagResource",
        ),
    ],
)
def test_tags_on_a_create_need_the_action_that_sets_them(
    operation: str, params: dict[str, Any], expected: str
) -> None:
    untagged = {k: v for k, v in params.items() if "tag" not in k.lower()}

    assert expected in [action for action, _ in questions(operation, **params)]
    assert expected not in [action for action, _ in questions(operation, **untagged)]


def test_a_stream_s_consumer_is_tagged_under_its_own_name_whenever_it_was_made() -> None:
    stream = f"arn:aws:kinesis:eu-west-1:{ACCOUNT}:stream/clicks"
    asked = dict(
        questions(
            "kinesis:RegisterStreamConsumer", StreamARN=stream, ConsumerName="c", Tags={"a": "b"}
        )
    )

    assert asked["kinesis:TagResource"] == f"{stream}/consumer/c:*"


def test_a_name_is_not_the_id_of_the_same_thing() -> None:
    acl = f"arn:aws:wafv2:eu-west-1:{ACCOUNT}:regional/webacl"
    made = dict(questions("wafv2:CreateWebACL", Name="edge", Scope="REGIONAL"))
    known = dict(questions("wafv2:GetWebACL", Name="edge", Scope="REGIONAL", Id="0a1b"))

    assert made["wafv2:CreateWebACL"] == f"{acl}/edge/*"
    assert known["wafv2:GetWebACL"] == f"{acl}/edge/0a1b"


def test_every_classic_balancer_that_is_tagged_is_asked_about() -> None:
    asked = questions("elb:AddTags", LoadBalancerNames=["one", "two"], Tags=[{"Key": "a"}])
    balancers = f"arn:aws:elasticloadbalancing:eu-west-1:{ACCOUNT}:loadbalancer"

    assert {arn for _, arn in asked} == {f"{balancers}/one", f"{balancers}/two"}


def test_an_operation_without_a_known_action_raises() -> None:
    with pytest.raises(UnidentifiedCallError):
        questions("s3:RenameObject", Bucket="b", Key="k", RenameSource="x")


# Operations of the services that applications use whose action neither copy of the reference
# names; requests for them are denied. The list only shrinks.
UNKNOWN = 100
SERVICES = [
    "accessanalyzer",
    "apigateway",
    "apigatewayv2",
    "application-autoscaling",
    "appsync",
    "cloudformation",
    "cloudfront",
    "cloudtrail",
    "cloudwatch",
    "codebuild",
    "cognito-identity",
    "cognito-idp",
    "dynamodb",
    "dynamodbstreams",
    "ecr",
    "events",
    "firehose",
    "iam",
    "iot",
    "kinesis",
    "kms",
    "lambda",
    "logs",
    "pipes",
    "resourcegroupstaggingapi",
    "s3",
    "scheduler",
    "secretsmanager",
    "ses",
    "sesv2",
    "sns",
    "sqs",
    "ssm",
    "stepfunctions",
    "sts",
]


def test_nearly_every_operation_is_identified() -> None:
    unknown = []
    for service in SERVICES:
        for operation in service_model(service).operation_names:
            call = Call(
                service=service, operation=operation, params={}, account=ACCOUNT, region=REGION
            )
            for name in checks.actions_of(call):
                prefix, _, action = name.partition(":")
                if service_reference.action(prefix, action) is None:
                    unknown.append(call.key)

    assert len(unknown) <= UNKNOWN, unknown
