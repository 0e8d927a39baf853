"""What a cycle of the Serverless Framework leaves in the trail: deploy, a change, remove."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.refine_policy.builders import (
    ACCOUNT,
    REGION,
    forwarded,
    implied,
    passes,
    seen,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.model.evidence import Evidence


def cycle(
    service: str = "orders", stage: str = "dev", token: str = "1A2B3C4D5E6F"
) -> list[Evidence]:
    """One cycle; `token` makes everything random differ."""
    return list(_cycle(service, stage, token))


def _cycle(service: str, stage: str, token: str) -> Iterator[Evidence]:
    stack = f"{service}-{stage}"
    at = f"{REGION}:{ACCOUNT}"
    stack_arn = f"arn:aws:cloudformation:{at}:stack/{stack}/*"  # no event tells the id here
    stack_id = f"arn:aws:cloudformation:{at}:stack/{stack}/{token[:8].lower()}-1111-4222-8333-{token.lower()}"
    bucket = f"arn:aws:s3:::{stack}-serverlessdeploymentbucket-{token.lower()}"
    role = f"arn:aws:iam::{ACCOUNT}:role/{stack}-{REGION}-lambdaRole"
    function = f"arn:aws:lambda:{at}:function:{stack}-take"
    queue = f"arn:aws:sqs:{at}:{stack}-ShipmentsQueue-{token}"
    table = f"arn:aws:dynamodb:{at}:table/{stack}-orders"
    group = f"arn:aws:logs:{at}:log-group:/aws/lambda/{stack}-take"
    rule = f"arn:aws:events:{at}:rule/{stack}-TakeEventsRuleSchedule1-{token}"
    api = f"arn:aws:apigateway:{REGION}::/restapis"
    api_id = token[:10].lower()
    mapping = f"arn:aws:lambda:{at}:event-source-mapping:0a1b2c3d-{token[:4].lower()}-4222-8333-{token.lower()}"
    epoch = 1_790_000_000_000 + int(token[:4], 36)
    key = f"{bucket}/serverless/{service}/{stage}/{epoch}-2026-11-23T17:0{token[0]}:20.000Z/{service}.zip"
    template = key.replace(f"{service}.zip", "compiled-cloudformation-template.json")
    state = key.replace(f"{service}.zip", "serverless-state.json")
    tags = f"arn:aws:apigateway:{REGION}::/tags/arn%3Aaws%3Aapigateway%3A{REGION}%3A%3A%2Frestapis%2F{api_id}"

    yield seen("cloudformation:DescribeStacks", stack_arn, error="ValidationError")
    yield seen("cloudformation:CreateChangeSet", stack_arn)
    yield seen("cloudformation:DescribeChangeSet", stack_id)
    yield seen("cloudformation:ExecuteChangeSet", stack_id)
    yield seen("cloudformation:DescribeStackEvents", stack_id)
    yield seen("cloudformation:DescribeStackResource", stack_arn)
    yield seen("cloudformation:ListStackResources", stack_arn)
    yield seen("cloudformation:ValidateTemplate")
    for action in ("CreateBucket", "PutBucketTagging", "PutEncryptionConfiguration"):
        yield forwarded(f"s3:{action}", bucket, types=("AWS::S3::Bucket",))
    yield forwarded("s3:PutBucketPolicy", bucket, types=("AWS::S3::BucketPolicy",))
    yield seen("s3:GetBucketLocation", bucket)
    yield seen("s3:ListBucket", bucket)
    for one in (key, template, state):
        yield seen("s3:PutObject", one)
        yield seen("s3:GetObject", one, phase="update")
    yield forwarded(
        "iam:CreateRole",
        role,
        types=("AWS::IAM::Role",),
        implies=(implied("tag-on-create", "iam:TagRole", role),),
    )
    yield forwarded("iam:PutRolePolicy", role, types=("AWS::IAM::Role",))
    yield forwarded("iam:GetRole", role)
    yield forwarded("iam:GetRolePolicy", role)
    yield forwarded(
        "lambda:CreateFunction",
        function,
        types=("AWS::Lambda::Function",),
        implies=(
            passes(role),
            implied("tag-on-create", "lambda:TagResource", function),
            implied("code-read", "s3:GetObject", key),
        ),
    )
    yield forwarded("lambda:GetFunction", function)
    yield forwarded("lambda:PublishVersion", function, types=("AWS::Lambda::Version",))
    yield forwarded("lambda:GetFunctionConfiguration", f"{function}:1")
    yield forwarded(
        "lambda:UpdateFunctionCode",
        function,
        phase="update",
        types=("AWS::Lambda::Function",),
        implies=(implied("code-read", "s3:GetObject", key),),
    )
    yield forwarded("lambda:AddPermission", function, types=("AWS::Lambda::Permission",))
    yield forwarded("lambda:CreateEventSourceMapping", types=("AWS::Lambda::EventSourceMapping",))
    yield forwarded("lambda:GetEventSourceMapping", mapping)
    yield forwarded(
        "sqs:CreateQueue",
        queue,
        types=("AWS::SQS::Queue",),
        implies=(implied("tag-on-create", "sqs:TagQueue", queue),),
    )
    yield forwarded("sqs:GetQueueAttributes", queue)
    yield forwarded(
        "dynamodb:CreateTable",
        table,
        types=("AWS::DynamoDB::Table",),
        implies=(implied("tag-on-create", "dynamodb:TagResource", table),),
    )
    yield forwarded("dynamodb:DescribeTable", table)
    yield forwarded("dynamodb:UpdateTimeToLive", table, types=("AWS::DynamoDB::Table",))
    yield forwarded(
        "logs:CreateLogGroup",
        group,
        types=("AWS::Logs::LogGroup",),
        implies=(implied("tag-on-create", "logs:TagResource", group),),
    )
    yield forwarded("logs:PutRetentionPolicy", group, types=("AWS::Logs::LogGroup",))
    yield forwarded("logs:DescribeLogGroups")
    yield forwarded("events:PutRule", rule, types=("AWS::Events::Rule",))
    yield forwarded("events:PutTargets", rule, types=("AWS::Events::Rule",))
    yield forwarded("apigateway:POST", api, types=("AWS::ApiGateway::RestApi",))
    yield forwarded("apigateway:GET", f"{api}/{api_id}")
    yield forwarded(
        "apigateway:POST", f"{api}/{api_id}/resources/abcdef", types=("AWS::ApiGateway::Resource",)
    )
    yield forwarded(
        "apigateway:PUT",
        f"{api}/{api_id}/resources/{token[:6].lower()}/methods/POST",
        types=("AWS::ApiGateway::Method",),
    )
    yield forwarded(
        "apigateway:POST", f"{api}/{api_id}/deployments", types=("AWS::ApiGateway::Deployment",)
    )
    yield forwarded("apigateway:GET", f"{api}/{api_id}/stages/{stage}")
    yield forwarded("apigateway:PUT", tags)
    yield seen("logs:FilterLogEvents", group, phase="update")

    yield seen("cloudformation:DeleteStack", stack_arn, phase="remove")
    yield seen("s3:ListBucketVersions", bucket, phase="remove")
    yield seen("s3:DeleteObject", key, phase="remove")
    yield forwarded("s3:DeleteBucket", bucket, phase="remove", types=("AWS::S3::Bucket",))
    yield forwarded(
        "s3:DeleteBucketPolicy", bucket, phase="remove", types=("AWS::S3::BucketPolicy",)
    )
    yield forwarded("iam:DeleteRolePolicy", role, phase="remove", types=("AWS::IAM::Role",))
    yield forwarded("iam:DeleteRole", role, phase="remove", types=("AWS::IAM::Role",))
    yield forwarded(
        "lambda:DeleteFunction", function, phase="remove", types=("AWS::Lambda::Function",)
    )
    yield forwarded(
        "lambda:RemovePermission", function, phase="remove", types=("AWS::Lambda::Permission",)
    )
    yield forwarded(
        "lambda:DeleteEventSourceMapping",
        mapping,
        phase="remove",
        types=("AWS::Lambda::EventSourceMapping",),
    )
    yield forwarded("sqs:DeleteQueue", queue, phase="remove", types=("AWS::SQS::Queue",))
    yield forwarded("dynamodb:DeleteTable", table, phase="remove", types=("AWS::DynamoDB::Table",))
    yield forwarded("logs:DeleteLogGroup", group, phase="remove", types=("AWS::Logs::LogGroup",))
    yield forwarded("events:RemoveTargets", rule, phase="remove", types=("AWS::Events::Rule",))
    yield forwarded("events:DeleteRule", rule, phase="remove", types=("AWS::Events::Rule",))
    yield forwarded(
        "apigateway:DELETE", f"{api}/{api_id}", phase="remove", types=("AWS::ApiGateway::RestApi",)
    )
