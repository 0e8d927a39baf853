"""Each thing that IAM enforces, with both answers: served with the grant, denied without it.

A proof rests on these. What is listed here fails on AWS for want of the same permission.
"""

import io
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.connection import Connection
from tests.embedded_aws import principals
from tests.embedded_aws.principals import Statement, allow, as_role, document, somebody

Call = Callable[[Connection, "Stage"], object]

pytestmark = pytest.mark.local


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Names that one case works with, made by root."""

    name: str
    role: str  # an execution role that any service may take on
    bucket: str
    table: str
    topic: str
    queue: str
    function: str
    account: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A call; with the first grants it is served, with the second it is denied."""

    title: str
    call: Call
    served: Callable[[Stage], list[Statement]]
    denied: Callable[[Stage], list[Statement]]
    wants: str  # the action that the denial names


CODE = io.BytesIO()
with zipfile.ZipFile(CODE, "w") as archive:
    archive.writestr("index.py", "def handler(event, context):\n    return 1\n")


def create_function(caller: Connection, stage: Stage, **more: Any) -> None:
    caller.client("lambda").create_function(
        FunctionName=stage.name,
        Role=stage.role,
        Runtime="python3.12",
        Handler="index.handler",
        Code={"ZipFile": CODE.getvalue()},
        **more,
    )


def create_machine(caller: Connection, stage: Stage) -> None:
    definition = '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}'
    caller.client("stepfunctions").create_state_machine(
        name=stage.name, definition=definition, roleArn=stage.role
    )


def create_schedule(caller: Connection, stage: Stage) -> None:
    caller.client("scheduler").create_schedule(
        Name=stage.name,
        ScheduleExpression="rate(1 day)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": stage.topic, "RoleArn": stage.role},
    )


def create_project(caller: Connection, stage: Stage) -> None:
    caller.client("codebuild").create_project(
        name=stage.name,
        source={"type": "NO_SOURCE", "buildspec": "version: 0.2"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        serviceRole=stage.role,
    )


def passing(stage: Stage, action: str, service: str) -> list[Statement]:
    condition = {"StringEquals": {"iam:PassedToService": service}}
    return [allow(action), allow("iam:PassRole", stage.role, **condition)]


def by_region(region: str) -> dict[str, Any]:
    return {"StringEquals": {"aws:RequestedRegion": region}}


def by_tag(value: str) -> dict[str, Any]:
    return {"StringEquals": {"aws:RequestTag/team": value}}


TAGS = [{"Key": "team", "Value": "orders"}]

CASES = [
    Case(
        title="a role handed to Lambda",
        call=create_function,
        served=lambda s: passing(s, "lambda:*", "lambda.amazonaws.com"),
        denied=lambda _: [allow("lambda:*")],
        wants="iam:PassRole",
    ),
    Case(
        title="a role handed to Lambda, allowed for another service",
        call=create_function,
        served=lambda s: passing(s, "lambda:*", "lambda.amazonaws.com"),
        denied=lambda s: passing(s, "lambda:*", "states.amazonaws.com"),
        wants="iam:PassRole",
    ),
    Case(
        title="a role handed to Step Functions",
        call=create_machine,
        served=lambda s: passing(s, "states:*", "states.amazonaws.com"),
        denied=lambda _: [allow("states:*")],
        wants="iam:PassRole",
    ),
    Case(
        title="a role handed to EventBridge Scheduler",
        call=create_schedule,
        served=lambda s: passing(s, "scheduler:*", "scheduler.amazonaws.com"),
        denied=lambda s: passing(s, "scheduler:*", "events.amazonaws.com"),
        wants="iam:PassRole",
    ),
    Case(
        title="a role handed to CodeBuild",
        call=create_project,
        served=lambda s: passing(s, "codebuild:*", "codebuild.amazonaws.com"),
        denied=lambda _: [allow("codebuild:*")],
        wants="iam:PassRole",
    ),
    Case(
        title="tags on a new function",
        call=lambda c, s: create_function(c, s, Tags={"team": "orders"}),
        served=lambda s: [allow(["lambda:CreateFunction", "lambda:TagResource"]), *pass_any(s)],
        denied=lambda s: [allow("lambda:CreateFunction"), *pass_any(s)],
        wants="lambda:TagResource",
    ),
    Case(
        title="tags on a new role",
        call=lambda c, s: c.client("iam").create_role(
            RoleName=s.name,
            AssumeRolePolicyDocument=principals.trusting({"Service": "lambda.amazonaws.com"}),
            Tags=TAGS,
        ),
        served=lambda _: [allow(["iam:CreateRole", "iam:TagRole"])],
        denied=lambda _: [allow("iam:CreateRole")],
        wants="iam:TagRole",
    ),
    Case(
        title="tags on a new queue",
        call=lambda c, s: c.client("sqs").create_queue(QueueName=s.name, tags={"team": "orders"}),
        served=lambda _: [allow(["sqs:CreateQueue", "sqs:TagQueue"])],
        denied=lambda _: [allow("sqs:CreateQueue")],
        wants="sqs:tagqueue",
    ),
    Case(
        title="tags on a new table",
        call=lambda c, s: c.client("dynamodb").create_table(
            TableName=s.name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            Tags=TAGS,
        ),
        served=lambda _: [allow(["dynamodb:CreateTable", "dynamodb:TagResource"])],
        denied=lambda _: [allow("dynamodb:CreateTable")],
        wants="dynamodb:TagResource",
    ),
    Case(
        title="tags on a new REST API",
        call=lambda c, s: c.client("apigateway").create_rest_api(
            name=s.name, tags={"team": "orders"}
        ),
        served=lambda s: [
            allow("apigateway:POST", f"arn:aws:apigateway:{s.region}::/restapis"),
            allow("apigateway:PUT", f"arn:aws:apigateway:{s.region}::/tags/*"),
        ],
        denied=lambda s: [allow("apigateway:POST", f"arn:aws:apigateway:{s.region}::/restapis")],
        wants="apigateway:PUT",
    ),
    Case(
        title="a tag with the wrong value",
        call=lambda c, s: c.client("sns").create_topic(Name=s.name, Tags=TAGS),
        served=lambda _: [allow("sns:*", "*", **by_tag("orders"))],
        denied=lambda _: [allow("sns:*", "*", **by_tag("invoices"))],
        wants="SNS:CreateTopic",
    ),
    Case(
        title="a tag key that is not listed",
        call=lambda c, s: c.client("sns").create_topic(Name=s.name, Tags=TAGS),
        served=lambda _: [
            allow("sns:*", "*", ForAllValues__StringEquals={"aws:TagKeys": ["team"]})
        ],
        denied=lambda _: [
            allow("sns:*", "*", ForAllValues__StringEquals={"aws:TagKeys": ["stage"]})
        ],
        wants="SNS:CreateTopic",
    ),
    Case(
        title="another region",
        call=lambda c, s: c.client("sqs").create_queue(QueueName=s.name),
        served=lambda s: [allow("sqs:*", "*", **by_region(s.region))],
        denied=lambda _: [allow("sqs:*", "*", **by_region("us-west-2"))],
        wants="sqs:createqueue",
    ),
    Case(
        title="IAM is asked in us-east-1",
        call=lambda c, _: c.client("iam").list_roles(),
        served=lambda _: [allow("iam:*", "*", **by_region("us-east-1"))],
        denied=lambda s: [allow("iam:*", "*", **by_region(s.region))],
        wants="iam:ListRoles",
    ),
    Case(
        title="the resource's account",
        call=lambda c, s: c.client("sqs").create_queue(QueueName=s.name),
        served=lambda s: [allow("sqs:*", "*", StringEquals={"aws:ResourceAccount": s.account})],
        denied=lambda _: [
            allow("sqs:*", "*", StringEquals={"aws:ResourceAccount": "999999999999"})
        ],
        wants="sqs:createqueue",
    ),
    Case(
        title="a direct call where only calls through CloudFormation are allowed",
        call=lambda c, s: c.client("sqs").create_queue(QueueName=s.name),
        served=lambda _: [allow("sqs:*", "*", Bool={"aws:ViaAWSService": "false"})],
        denied=lambda _: [
            allow(
                "sqs:*",
                "*",
                ForAnyValue__StringEquals={"aws:CalledVia": "cloudformation.amazonaws.com"},
            )
        ],
        wants="sqs:createqueue",
    ),
    Case(
        title="a new role without the boundary that is asked for",
        call=lambda c, s: c.client("iam").create_role(
            RoleName=s.name,
            AssumeRolePolicyDocument=principals.trusting({"Service": "lambda.amazonaws.com"}),
            PermissionsBoundary="arn:aws:iam::aws:policy/PowerUserAccess",
        ),
        served=lambda _: [
            allow(
                "iam:CreateRole",
                "*",
                StringEquals={"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess"},
            )
        ],
        denied=lambda _: [
            allow(
                "iam:CreateRole",
                "*",
                StringEquals={"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
            )
        ],
        wants="iam:CreateRole",
    ),
    Case(
        title="an attached policy that is not listed",
        call=lambda c, s: c.client("iam").attach_role_policy(
            RoleName=s.role.rsplit("/", 1)[-1],
            PolicyArn="arn:aws:iam::aws:policy/AWSLambdaExecute",
        ),
        served=lambda s: [
            allow(
                "iam:AttachRolePolicy",
                s.role,
                ArnEquals={"iam:PolicyARN": "arn:aws:iam::aws:policy/AWSLambdaExecute"},
            )
        ],
        denied=lambda s: [
            allow(
                "iam:AttachRolePolicy",
                s.role,
                ArnEquals={"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"},
            )
        ],
        wants="iam:AttachRolePolicy",
    ),
    Case(
        title="a service-linked role of another service",
        call=lambda c, _: c.client("iam").create_service_linked_role(
            AWSServiceName="ecs.amazonaws.com"
        ),
        served=lambda _: [
            allow(
                "iam:CreateServiceLinkedRole",
                "*",
                StringEquals={"iam:AWSServiceName": "ecs.amazonaws.com"},
            )
        ],
        denied=lambda _: [
            allow(
                "iam:CreateServiceLinkedRole",
                "*",
                StringEquals={"iam:AWSServiceName": "rds.amazonaws.com"},
            )
        ],
        wants="iam:CreateServiceLinkedRole",
    ),
    Case(
        title="an event source for another function",
        call=lambda c, s: c.client("lambda").create_event_source_mapping(
            FunctionName=s.function,
            EventSourceArn=f"arn:aws:sqs:{s.region}:{s.account}:{s.queue.rsplit('/', 1)[-1]}",
        ),
        served=lambda s: [
            allow(
                "lambda:CreateEventSourceMapping",
                "*",
                ArnEquals={"lambda:FunctionArn": function_arn(s)},
            )
        ],
        denied=lambda s: [
            allow(
                "lambda:CreateEventSourceMapping",
                "*",
                ArnEquals={"lambda:FunctionArn": f"{function_arn(s)}-other"},
            )
        ],
        wants="lambda:CreateEventSourceMapping",
    ),
    Case(
        title="an object with an ACL that is not allowed",
        call=lambda c, s: c.client("s3").put_object(
            Bucket=s.bucket, Key="k", Body=b"1", ACL="private"
        ),
        served=lambda s: [
            allow("s3:PutObject", f"{bucket_arn(s)}/*", StringEquals={"s3:x-amz-acl": "private"}),
            allow("s3:PutObjectAcl", f"{bucket_arn(s)}/*"),
        ],
        denied=lambda s: [
            allow(
                "s3:PutObject", f"{bucket_arn(s)}/*", StringEquals={"s3:x-amz-acl": "public-read"}
            )
        ],
        wants="s3:PutObject",
    ),
    Case(
        title="an object outside the prefix",
        call=lambda c, s: c.client("s3").put_object(Bucket=s.bucket, Key="in/k", Body=b"1"),
        served=lambda s: [allow("s3:PutObject", f"{bucket_arn(s)}/in/*")],
        denied=lambda s: [allow("s3:PutObject", [bucket_arn(s), f"{bucket_arn(s)}/out/*"])],
        wants="s3:PutObject",
    ),
    Case(
        title="a listing of another prefix",
        call=lambda c, s: c.client("s3").list_objects_v2(Bucket=s.bucket, Prefix="in/"),
        served=lambda s: [allow("s3:ListBucket", bucket_arn(s), StringLike={"s3:prefix": "in/*"})],
        denied=lambda s: [allow("s3:ListBucket", bucket_arn(s), StringLike={"s3:prefix": "out/*"})],
        wants="s3:ListBucket",
    ),
    Case(
        title="every object of a batch delete",
        call=lambda c, s: delete_all(c, s, ["a", "b"]),
        served=lambda s: [allow("s3:DeleteObject", f"{bucket_arn(s)}/*")],
        denied=lambda s: [allow("s3:DeleteObject", f"{bucket_arn(s)}/a")],
        wants="s3:DeleteObject",
    ),
    Case(
        title="the source of a copy",
        call=lambda c, s: c.client("s3").copy_object(
            Bucket=s.bucket, Key="to", CopySource=f"{s.bucket}/seed"
        ),
        served=lambda s: [allow(["s3:PutObject", "s3:GetObject"], f"{bucket_arn(s)}/*")],
        denied=lambda s: [allow("s3:PutObject", f"{bucket_arn(s)}/*")],
        wants="s3:GetObject",
    ),
    Case(
        title="an item of another table",
        call=lambda c, s: c.client("dynamodb").put_item(TableName=s.table, Item={"id": {"S": "1"}}),
        served=lambda s: [allow("dynamodb:PutItem", f"arn:aws:dynamodb:*:*:table/{s.table}")],
        denied=lambda _: [allow("dynamodb:PutItem", "arn:aws:dynamodb:*:*:table/other")],
        wants="dynamodb:PutItem",
    ),
    Case(
        title="each item of a transaction",
        call=lambda c, s: c.client("dynamodb").transact_write_items(
            TransactItems=[
                {"Put": {"TableName": s.table, "Item": {"id": {"S": "1"}}}},
                {"Delete": {"TableName": s.table, "Key": {"id": {"S": "2"}}}},
            ]
        ),
        served=lambda _: [allow(["dynamodb:PutItem", "dynamodb:DeleteItem"])],
        denied=lambda _: [allow(["dynamodb:PutItem", "dynamodb:TransactWriteItems"])],
        wants="dynamodb:DeleteItem",
    ),
    Case(
        title="a message to another queue",
        call=lambda c, s: c.client("sqs").send_message(QueueUrl=s.queue, MessageBody="m"),
        served=lambda s: [allow("sqs:SendMessage", f"arn:aws:sqs:*:*:{s.table}")],
        denied=lambda _: [allow("sqs:SendMessage", "arn:aws:sqs:*:*:other")],
        wants="sqs:sendmessage",
    ),
    Case(
        title="a batch of messages needs the plain action",
        call=lambda c, s: c.client("sqs").send_message_batch(
            QueueUrl=s.queue, Entries=[{"Id": "1", "MessageBody": "m"}]
        ),
        served=lambda _: [allow("sqs:SendMessage")],
        denied=lambda _: [allow("sqs:SendMessageBatch")],
        wants="sqs:sendmessage",
    ),
    Case(
        title="a notice to another topic",
        call=lambda c, s: c.client("sns").publish(TopicArn=s.topic, Message="m"),
        served=lambda s: [allow("sns:Publish", s.topic)],
        denied=lambda s: [allow("sns:Publish", f"{s.topic}-other")],
        wants="SNS:Publish",
    ),
    Case(
        title="another function invoked",
        call=lambda c, s: c.client("lambda").invoke(
            FunctionName=s.function, InvocationType="Event"
        ),
        served=lambda s: [allow("lambda:InvokeFunction", function_arn(s))],
        denied=lambda s: [allow("lambda:InvokeFunction", f"{function_arn(s)}-other")],
        wants="lambda:InvokeFunction",
    ),
    Case(
        title="API Gateway is asked by verb and path",
        call=lambda c, s: c.client("apigateway").create_rest_api(name=s.name),
        served=lambda s: [allow("apigateway:POST", f"arn:aws:apigateway:{s.region}::/restapis")],
        denied=lambda s: [
            allow("apigateway:GET", f"arn:aws:apigateway:{s.region}::/restapis"),
            allow("apigateway:POST", f"arn:aws:apigateway:{s.region}::/apis"),
        ],
        wants="apigateway:POST",
    ),
    Case(
        title="an HTTP API has a path without its version",
        call=lambda c, s: c.client("apigatewayv2").create_api(Name=s.name, ProtocolType="HTTP"),
        served=lambda s: [allow("apigateway:POST", f"arn:aws:apigateway:{s.region}::/apis")],
        denied=lambda s: [allow("apigateway:POST", f"arn:aws:apigateway:{s.region}::/v2/apis")],
        wants="apigateway:POST",
    ),
    Case(
        title="a log group is asked about with its streams",
        call=lambda c, s: c.client("logs").create_log_group(logGroupName=f"/t/{s.name}"),
        served=lambda s: [
            allow("logs:CreateLogGroup", f"arn:aws:logs:*:*:log-group:/t/{s.name}:*")
        ],
        denied=lambda s: [allow("logs:CreateLogGroup", f"arn:aws:logs:*:*:log-group:/t/{s.name}")],
        wants="logs:CreateLogGroup",
    ),
    Case(
        title="a build is its project's",
        call=lambda c, s: c.client("codebuild").batch_get_builds(ids=[f"{s.name}:1"]),
        served=lambda s: [
            allow("codebuild:BatchGetBuilds", f"arn:aws:codebuild:*:*:project/{s.name}")
        ],
        denied=lambda _: [allow("codebuild:BatchGetBuilds", "arn:aws:codebuild:*:*:project/other")],
        wants="codebuild:BatchGetBuilds",
    ),
    Case(
        title="a rule of the default bus",
        call=lambda c, s: c.client("events").put_rule(
            Name=s.name, ScheduleExpression="rate(1 day)"
        ),
        served=lambda s: [allow("events:PutRule", f"arn:aws:events:*:*:rule/{s.name}")],
        denied=lambda s: [allow("events:PutRule", f"arn:aws:events:*:*:rule/default/{s.name}")],
        wants="events:PutRule",
    ),
    Case(
        title="a role that is found under its path",
        call=lambda c, s: c.client("iam").create_role(
            RoleName=s.name,
            Path="/made/",
            AssumeRolePolicyDocument=principals.trusting({"Service": "lambda.amazonaws.com"}),
        ),
        served=lambda s: [allow("iam:CreateRole", f"arn:aws:iam::{s.account}:role/made/*")],
        denied=lambda s: [allow("iam:CreateRole", f"arn:aws:iam::{s.account}:role/{s.name}")],
        wants="iam:CreateRole",
    ),
    Case(
        title="a template is read with the caller's permissions",
        call=lambda c, s: c.client("cloudformation").validate_template(
            TemplateURL=f"https://s3.amazonaws.com/{s.bucket}/template.json"
        ),
        served=lambda s: [
            allow("cloudformation:ValidateTemplate"),
            allow("s3:GetObject", f"{bucket_arn(s)}/*"),
        ],
        denied=lambda _: [allow("cloudformation:ValidateTemplate")],
        wants="s3:GetObject",
    ),
    Case(
        title="an explicit denial",
        call=lambda c, s: c.client("sqs").create_queue(QueueName=s.name),
        served=lambda _: [allow("sqs:*"), principals.deny("sqs:DeleteQueue")],
        denied=lambda _: [allow("sqs:*"), principals.deny("sqs:CreateQueue")],
        wants="sqs:createqueue",
    ),
    Case(
        title="a policy variable",
        call=lambda c, s: c.client("s3").list_objects_v2(Bucket=s.bucket),
        served=lambda s: [
            allow(
                "s3:ListBucket",
                bucket_arn(s),
                StringEquals={"aws:ResourceAccount": "${aws:PrincipalAccount}"},
            )
        ],
        denied=lambda s: [
            allow(
                "s3:ListBucket",
                bucket_arn(s),
                StringEquals={"aws:ResourceAccount": "${aws:PrincipalType}"},
            )
        ],
        wants="s3:ListBucket",
    ),
]


def pass_any(stage: Stage) -> list[Statement]:
    return [allow("iam:PassRole", stage.role)]


def bucket_arn(stage: Stage) -> str:
    return f"arn:aws:s3:::{stage.bucket}"


def function_arn(stage: Stage) -> str:
    return f"arn:aws:lambda:{stage.region}:{stage.account}:function:{stage.function}"


def delete_all(caller: Connection, stage: Stage, keys: list[str]) -> None:
    objects = [{"Key": key} for key in keys]
    caller.client("s3").delete_objects(Bucket=stage.bucket, Delete={"Objects": objects})


@pytest.fixture(scope="module")
def shared(embedded: Connection) -> Stage:
    """What all cases may use, made once by root."""
    name = f"c-{uuid.uuid4().hex[:8]}"
    s3 = embedded.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": embedded.region})
    s3.put_object(Bucket=name, Key="seed", Body=b"1")
    template = b'{"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}'
    s3.put_object(Bucket=name, Key="template.json", Body=template)
    embedded.client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    services = ["lambda", "states", "scheduler", "codebuild", "events"]
    trusted = {"Service": [f"{service}.amazonaws.com" for service in services]}
    stage = Stage(
        name=name,
        role=principals.a_role(embedded, allow("*"), trust=principals.trusting(trusted)),
        bucket=name,
        table=name,
        topic=embedded.client("sns").create_topic(Name=name)["TopicArn"],
        queue=embedded.client("sqs").create_queue(QueueName=name)["QueueUrl"],
        function=name,
        account=embedded.account,
        region=embedded.region,
    )
    create_function(embedded, stage)
    return stage


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_it_is_served_with_the_grant_and_denied_without(
    embedded: Connection, shared: Stage, case: Case
) -> None:
    stage = fresh(shared)
    without = somebody(embedded, *case.denied(stage))
    with_it = somebody(embedded, *case.served(stage))

    with pytest.raises(ClientError) as refusal:
        case.call(without, stage)
    message = refusal.value.response["Error"]["Message"]
    assert f"is not authorized to perform: {case.wants} " in message
    case.call(with_it, stage)


def fresh(stage: Stage) -> Stage:
    """The shared stage, with a new name for what a case makes itself."""
    return replace(stage, name=f"c-{uuid.uuid4().hex[:8]}")


def test_a_boundary_limits_what_a_policy_grants(embedded: Connection) -> None:
    boundary = embedded.client("iam").create_policy(
        PolicyName=f"b-{uuid.uuid4().hex[:8]}", PolicyDocument=document(allow("sqs:*"))
    )["Policy"]["Arn"]
    caller = somebody(embedded, allow("*"), PermissionsBoundary=boundary)

    caller.client("sqs").list_queues()
    with pytest.raises(ClientError, match="because no permissions boundary allows"):
        caller.client("sns").list_topics()


def test_a_session_policy_limits_what_a_role_may(embedded: Connection) -> None:
    role = principals.a_role(embedded, allow("*"))
    caller = as_role(embedded, role, Policy=document(allow("sqs:*")))

    caller.client("sqs").list_queues()
    with pytest.raises(ClientError, match="because no session policy allows"):
        caller.client("sns").list_topics()


def test_a_role_is_assumed_by_whom_it_trusts_and_by_nobody_else(embedded: Connection) -> None:
    mine = principals.a_role(embedded, allow("sts:AssumeRole"))
    other = principals.a_role(embedded, allow("sts:AssumeRole"))
    target = principals.a_role(embedded, trust=principals.trusting({"AWS": mine}))

    as_role(as_role(embedded, mine), target)
    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
        as_role(as_role(embedded, other), target)


def test_a_role_for_a_service_is_assumed_by_no_person(embedded: Connection) -> None:
    target = principals.a_role(
        embedded, trust=principals.trusting({"Service": "codebuild.amazonaws.com"})
    )

    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
        as_role(embedded, target)


def test_who_is_named_in_the_trust_needs_no_further_grant(embedded: Connection) -> None:
    mine = principals.a_role(embedded, allow("sqs:*"))
    target = principals.a_role(embedded, trust=principals.trusting({"AWS": mine}))
    account = principals.a_role(embedded)

    as_role(as_role(embedded, mine), target)
    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
        as_role(as_role(embedded, mine), account)


def test_a_trust_asks_for_the_external_id(embedded: Connection) -> None:
    mine = principals.a_role(embedded, allow("sts:AssumeRole"))
    caller = as_role(embedded, mine)
    trust = principals.trusting({"AWS": mine}, StringEquals={"sts:ExternalId": "secret"})
    target = principals.a_role(embedded, trust=trust)

    as_role(caller, target, ExternalId="secret")
    with pytest.raises(ClientError, match="sts:AssumeRole"):
        as_role(caller, target, ExternalId="guess")


def test_a_trust_asks_for_the_session_name(embedded: Connection) -> None:
    mine = principals.a_role(embedded, allow("sts:AssumeRole"))
    trust = principals.trusting({"AWS": mine}, StringLike={"sts:RoleSessionName": "other.*"})
    target = principals.a_role(embedded, trust=trust)

    with pytest.raises(ClientError, match="sts:AssumeRole"):
        as_role(as_role(embedded, mine), target)


def test_the_principals_arn_is_the_roles_not_the_sessions(embedded: Connection) -> None:
    account = embedded.account
    name = f"r-{uuid.uuid4().hex[:8]}"
    condition = {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{account}:role/p/{name}"}}
    iam = embedded.client("iam")
    root = {"AWS": f"arn:aws:iam::{account}:root"}
    iam.create_role(RoleName=name, Path="/p/", AssumeRolePolicyDocument=principals.trusting(root))
    iam.put_role_policy(
        RoleName=name, PolicyName="p", PolicyDocument=document(allow("sqs:*", "*", **condition))
    )

    as_role(embedded, f"arn:aws:iam::{account}:role/p/{name}").client("sqs").list_queues()


def test_data_under_a_key_needs_the_key(embedded: Connection) -> None:
    key = embedded.client("kms").create_key()["KeyMetadata"]["Arn"]
    name = f"k-{uuid.uuid4().hex[:8]}"
    s3 = embedded.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": embedded.region})
    rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    s3.put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]},
    )
    via = {"StringEquals": {"kms:ViaService": f"s3.{embedded.region}.amazonaws.com"}}
    grants: dict[str, Any] = via
    without = somebody(embedded, allow("s3:*"))
    having = somebody(
        embedded, allow("s3:*"), allow(["kms:GenerateDataKey", "kms:Decrypt"], key, **grants)
    )

    having.client("s3").put_object(Bucket=name, Key="k", Body=b"1")
    having.client("s3").get_object(Bucket=name, Key="k")
    with pytest.raises(ClientError, match="kms:GenerateDataKey"):
        without.client("s3").put_object(Bucket=name, Key="k", Body=b"1")
    with pytest.raises(ClientError, match="kms:Decrypt"):
        without.client("s3").get_object(Bucket=name, Key="k")
    with pytest.raises(ClientError, match="kms:Decrypt"):
        having.client("kms").decrypt(KeyId=key, CiphertextBlob=b"x" * 64)


def test_a_notice_under_a_key_needs_the_key(embedded: Connection) -> None:
    key = embedded.client("kms").create_key()["KeyMetadata"]["Arn"]
    topic = embedded.client("sns").create_topic(
        Name=f"k-{uuid.uuid4().hex[:8]}", Attributes={"KmsMasterKeyId": key}
    )["TopicArn"]
    without = somebody(embedded, allow("sns:*"))
    having = somebody(embedded, allow("sns:*"), allow(["kms:GenerateDataKey", "kms:Decrypt"], key))

    having.client("sns").publish(TopicArn=topic, Message="m")
    with pytest.raises(ClientError, match="kms:GenerateDataKey"):
        without.client("sns").publish(TopicArn=topic, Message="m")
