"""The statements of an orders service as refinement explains them."""

from collections.abc import Iterable

from lambdas.model.dossier.refinement import (
    ExplainedStatement,
    Grant,
    Ground,
    WildcardReason,
)
from lambdas.model.iam.action import Action
from lambdas.model.iam.policy import Condition, Statement
from lambdas.model.iam.template import Template
from lambdas.model.trail.ground_kind import GroundKind

CFN = "cloudformation.amazonaws.com"
VARIABLES = (
    ("account", "111122223333"),
    ("partition", "aws"),
    ("region", "eu-west-1"),
    ("stage", "dev"),
)
ROLE = "arn:aws:iam::111122223333:role/fencepost-sandbox-orders"


def seen(
    events: int = 3,
    phases: tuple[str, ...] = ("deploy", "remove"),
    via: tuple[str, ...] = (CFN,),
    text: str = "",
) -> Ground:
    return Ground(
        kind=GroundKind.OBSERVED,
        text=text or f"The cycle made this call {events} times.",
        events=events,
        first="2026-11-23T12:00:14Z",
        last="2026-11-23T12:08:52Z",
        phases=phases,
        via=via,
        event_ids=tuple(f"5f0c1d2e-{events:04x}-4a6b-8c7d-{n:012x}" for n in range(min(events, 5))),
    )


def derived(kind: str, text: str) -> Ground:
    return Ground(kind=GroundKind(kind), text=text)


def statement(  # noqa: PLR0913  # a statement's parts, each with a default
    sid: str,
    purpose: str,
    actions: Iterable[str],
    resources: Iterable[str],
    *,
    conditions: Iterable[tuple[str, str, str]] = (),
    grounds: tuple[Ground, ...] | None = None,
    wildcards: Iterable[tuple[str, str]] = (),
) -> ExplainedStatement:
    templates = tuple(sorted(map(Template.from_text, resources), key=str))
    acts = tuple(sorted(map(Action.from_text, actions)))
    return ExplainedStatement(
        statement=Statement(
            sid=sid,
            actions=acts,
            resources=templates,
            conditions=tuple(
                Condition(operator=operator, key=key, values=(Template.from_text(value),))
                for operator, key, value in conditions
            ),
        ),
        purpose=purpose,
        grants=tuple(
            Grant(action=action, resource=template, grounds=grounds or (seen(2 + index),))
            for index, action in enumerate(acts)
            for template in templates
        ),
        wildcards=tuple(WildcardReason(resource=r, reason=why) for r, why in wildcards),
    )


def _arn(service: str, rest: str, *, regional: bool = True) -> str:
    place = "${region}:${account}" if regional else ":${account}"
    return f"arn:${{partition}}:{service}:{place}:{rest}"


THROUGH = (("ForAnyValue:StringEquals", "aws:CalledVia", CFN),)
STACK = _arn("cloudformation", "stack/orders-${stage}/*")
FUNCTION = _arn("lambda", "function:orders-${stage}-*")
BUCKET = "arn:${partition}:s3:::orders-${stage}-serverlessdeploymentbucket-*"
LAMBDA_ROLE = _arn("iam", "role/orders-${stage}-${region}-lambdaRole", regional=False)
SUFFIX = "CloudFormation ends the bucket's name with 12 random letters and digits."


def statements() -> tuple[ExplainedStatement, ...]:
    rollback = derived(
        "rollback",
        "AWS::DynamoDB::Table's handler calls it on rollback, which a clean cycle never shows.",
    )
    stream = _arn("dynamodb", "table/orders-${stage}/stream/*")
    return (
        statement(
            "ApiGatewayManage",
            "Create, change and remove the HTTP API, its routes and its stage.",
            ["apigateway:DELETE", "apigateway:GET", "apigateway:PATCH", "apigateway:POST"],
            [
                "arn:${partition}:apigateway:${region}::/apis",
                "arn:${partition}:apigateway:${region}::/apis/*",
            ],
            conditions=THROUGH,
            wildcards=[
                (
                    "arn:${partition}:apigateway:${region}::/apis/*",
                    "API Gateway gives each API an id; no name is part of the ARN.",
                )
            ],
        ),
        statement(
            "ApiGatewayTags",
            "Tag the HTTP API when it is made.",
            ["apigateway:PUT"],
            ["arn:${partition}:apigateway:${region}::/tags/*"],
            conditions=THROUGH,
            grounds=(
                derived(
                    "tag-on-create", "CreateApi sent 2 tags, and IAM asks for this action too."
                ),
            ),
            wildcards=[
                (
                    "arn:${partition}:apigateway:${region}::/tags/*",
                    "The tags' path holds the API's ARN, whose id is random.",
                )
            ],
        ),
        statement(
            "CloudFormationStack",
            "Deploy, watch and delete the service's own stack.",
            [
                "cloudformation:CreateChangeSet",
                "cloudformation:CreateStack",
                "cloudformation:DeleteChangeSet",
                "cloudformation:DeleteStack",
                "cloudformation:DescribeChangeSet",
                "cloudformation:DescribeStackEvents",
                "cloudformation:DescribeStackResource",
                "cloudformation:DescribeStacks",
                "cloudformation:ExecuteChangeSet",
                "cloudformation:ListStackResources",
            ],
            [STACK],
            grounds=(seen(14, ("deploy", "update", "remove"), ()),),
            wildcards=[(STACK, "CloudFormation ends a stack's ARN with a random UUID.")],
        ),
        statement(
            "CloudFormationValidate",
            "Validate the template before it is deployed.",
            ["cloudformation:ValidateTemplate"],
            ["*"],
            grounds=(seen(2, ("deploy", "update"), ()),),
            wildcards=[("*", "The action has no resource type: IAM accepts nothing narrower.")],
        ),
        statement(
            "DynamoDbTable",
            "Create and delete the orders table, and wait until it is active.",
            [
                "dynamodb:CreateTable",
                "dynamodb:DeleteTable",
                "dynamodb:DescribeTable",
                "dynamodb:DescribeTimeToLive",
                "dynamodb:UpdateTimeToLive",
            ],
            [_arn("dynamodb", "table/orders-${stage}")],
            conditions=THROUGH,
        ),
        statement(
            "DynamoDbTableRollback",
            "Undo a failed change of the orders table.",
            ["dynamodb:DescribeContinuousBackups", "dynamodb:UpdateTable"],
            [_arn("dynamodb", "table/orders-${stage}")],
            conditions=THROUGH,
            grounds=(rollback,),
        ),
        statement(
            "DynamoDbStream",
            "Connect the table's stream to its function.",
            ["dynamodb:DescribeStream", "dynamodb:ListStreams"],
            [stream],
            conditions=THROUGH,
            wildcards=[(stream, "DynamoDB names a stream after the time of its creation.")],
        ),
        statement(
            "EventsRule",
            "Create and remove the nightly rule and its target.",
            [
                "events:DeleteRule",
                "events:DescribeRule",
                "events:PutRule",
                "events:PutTargets",
                "events:RemoveTargets",
            ],
            [_arn("events", "rule/orders-${stage}-*")],
            conditions=THROUGH,
            wildcards=[(_arn("events", "rule/orders-${stage}-*"), SUFFIX)],
        ),
        statement(
            "IamPassRoleToLambda",
            "Hand the execution role to Lambda, and to nothing else.",
            ["iam:PassRole"],
            [LAMBDA_ROLE],
            conditions=[("StringEquals", "iam:PassedToService", "lambda.amazonaws.com")],
            grounds=(
                derived(
                    "pass-role",
                    "CreateFunction20150331 sent this role in 2 events of deploy.",
                ),
            ),
        ),
        statement(
            "IamRole",
            "Create, read and delete the functions' execution role.",
            [
                "iam:CreateRole",
                "iam:DeleteRole",
                "iam:DeleteRolePolicy",
                "iam:GetRole",
                "iam:GetRolePolicy",
                "iam:PutRolePolicy",
            ],
            [LAMBDA_ROLE],
            conditions=THROUGH,
        ),
        statement(
            "IamRoleTags",
            "Tag the execution role when it is made.",
            ["iam:TagRole"],
            [LAMBDA_ROLE],
            conditions=THROUGH,
            grounds=(derived("tag-on-create", "CreateRole sent 1 tag."),),
        ),
        statement(
            "LambdaFunctions",
            "Create, update and remove the service's functions and versions.",
            [
                "lambda:AddPermission",
                "lambda:CreateFunction",
                "lambda:DeleteFunction",
                "lambda:GetFunction",
                "lambda:GetFunctionConfiguration",
                "lambda:ListVersionsByFunction",
                "lambda:PublishVersion",
                "lambda:RemovePermission",
                "lambda:UpdateFunctionCode",
                "lambda:UpdateFunctionConfiguration",
            ],
            [FUNCTION],
            conditions=THROUGH,
            wildcards=[
                (FUNCTION, "The service has several functions, and Lambda appends versions.")
            ],
        ),
        statement(
            "LambdaFunctionsDirect",
            "Read the functions' state, called by the Serverless Framework itself.",
            ["lambda:GetFunction"],
            [FUNCTION],
            grounds=(seen(4, ("deploy", "update"), ()),),
            wildcards=[
                (FUNCTION, "The service has several functions, and Lambda appends versions.")
            ],
        ),
        statement(
            "LambdaEventSources",
            "Connect the queue to its function.",
            [
                "lambda:CreateEventSourceMapping",
                "lambda:DeleteEventSourceMapping",
                "lambda:GetEventSourceMapping",
            ],
            ["*"],
            conditions=(*THROUGH, ("ArnLike", "lambda:FunctionArn", FUNCTION)),
            wildcards=[
                (
                    "*",
                    "Each mapping has a UUID; the condition on lambda:FunctionArn keeps it here.",
                )
            ],
        ),
        statement(
            "LambdaTags",
            "Tag the functions when they are made.",
            ["lambda:TagResource"],
            [FUNCTION],
            conditions=THROUGH,
            grounds=(derived("tag-on-create", "CreateFunction20150331 sent 1 tag."),),
            wildcards=[(FUNCTION, "The service has several functions.")],
        ),
        statement(
            "LogsGroups",
            "Create and delete the functions' log groups.",
            ["logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy"],
            [_arn("logs", "log-group:/aws/lambda/orders-${stage}-*")],
            conditions=THROUGH,
            wildcards=[
                (
                    _arn("logs", "log-group:/aws/lambda/orders-${stage}-*"),
                    "One log group per function.",
                )
            ],
        ),
        statement(
            "LogsDescribe",
            "Look whether the log groups exist.",
            ["logs:DescribeLogGroups"],
            ["*"],
            conditions=THROUGH,
            wildcards=[("*", "The action lists; it accepts no narrower resource.")],
        ),
        statement(
            "S3DeploymentBucket",
            "Create, protect and delete the deployment bucket.",
            [
                "s3:CreateBucket",
                "s3:DeleteBucket",
                "s3:DeleteBucketPolicy",
                "s3:GetBucketPolicy",
                "s3:PutBucketPolicy",
                "s3:PutEncryptionConfiguration",
            ],
            [BUCKET],
            conditions=THROUGH,
            wildcards=[(BUCKET, SUFFIX)],
        ),
        statement(
            "S3DeploymentBucketDirect",
            "Look at the deployment bucket before uploading.",
            ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketVersions"],
            [BUCKET],
            grounds=(seen(9, ("deploy", "update", "remove"), ()),),
            wildcards=[(BUCKET, SUFFIX)],
        ),
        statement(
            "S3DeploymentObjects",
            "Upload, read and remove the deployment's packages.",
            ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject", "s3:PutObject"],
            [f"{BUCKET}/serverless/orders/${{stage}}/*"],
            grounds=(seen(21, ("deploy", "update", "remove"), ()),),
            wildcards=[
                (
                    f"{BUCKET}/serverless/orders/${{stage}}/*",
                    SUFFIX + " Object names hold the time of the upload.",
                )
            ],
        ),
        statement(
            "S3CodeRead",
            "Let Lambda read the code that CloudFormation names.",
            ["s3:GetObject"],
            [f"{BUCKET}/serverless/orders/${{stage}}/*"],
            conditions=THROUGH,
            grounds=(
                derived(
                    "code-read",
                    "CreateFunction20150331 named an object of this bucket as its code.",
                ),
            ),
            wildcards=[(f"{BUCKET}/serverless/orders/${{stage}}/*", SUFFIX)],
        ),
        statement(
            "SqsQueue",
            "Create, read and delete the orders queue.",
            [
                "sqs:CreateQueue",
                "sqs:DeleteQueue",
                "sqs:GetQueueAttributes",
                "sqs:SetQueueAttributes",
            ],
            [_arn("sqs", "orders-${stage}")],
            conditions=THROUGH,
        ),
        statement(
            "SqsQueueTags",
            "Tag the orders queue when it is made.",
            ["sqs:TagQueue"],
            [_arn("sqs", "orders-${stage}")],
            conditions=THROUGH,
            grounds=(derived("tag-on-create", "CreateQueue sent 1 tag."),),
        ),
    )
