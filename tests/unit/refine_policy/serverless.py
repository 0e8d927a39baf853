"""What a cycle of the Serverless Framework leaves in the trail: deploy, a change, remove."""

from lambdas.model.trail.evidence import Evidence, Implied
from tests.unit.refine_policy.builders import (
    ACCOUNT,
    CLOUDFORMATION,
    REGION,
    implied,
    passes,
    seen,
)

NAMES = {
    "stack": "arn:aws:cloudformation:{at}:stack/{name}/*",  # no event tells the id here
    "stack-id": "arn:aws:cloudformation:{at}:stack/{name}/0a1b2c3d-1111-4222-8333-{low}",
    "bucket": "arn:aws:s3:::{name}-serverlessdeploymentbucket-{low}",
    "role": "arn:aws:iam::{account}:role/{name}-{region}-lambdaRole",
    "function": "arn:aws:lambda:{at}:function:{name}-take",
    "version": "arn:aws:lambda:{at}:function:{name}-take:{version}",
    "queue": "arn:aws:sqs:{at}:{name}-ShipmentsQueue-{token}",
    "table": "arn:aws:dynamodb:{at}:table/{name}-orders",
    "group": "arn:aws:logs:{at}:log-group:/aws/lambda/{name}-take",
    "rule": "arn:aws:events:{at}:rule/{name}-TakeEventsRuleSchedule1-{token}",
    "apis": "arn:aws:apigateway:{region}::/restapis",
    "api": "arn:aws:apigateway:{region}::/restapis/{api}",
    "resources": "arn:aws:apigateway:{region}::/restapis/{api}/resources/abcdef",
    "method": "arn:aws:apigateway:{region}::/restapis/{api}/resources/{path}/methods/POST",
    "deployments": "arn:aws:apigateway:{region}::/restapis/{api}/deployments",
    "stage": "arn:aws:apigateway:{region}::/restapis/{api}/stages/{stage}",
    "tags": "arn:aws:apigateway:{region}::/tags/arn%3Aaws%3Aapigateway%3A{region}%3A%3A"
    "%2Frestapis%2F{api}",
    "mapping": "arn:aws:lambda:{at}:event-source-mapping:0a1b2c3d-1111-4222-8333-{low}",
    "code": "{bucket}/serverless/{service}/{stage}/{times}/{service}.zip",
    "template": "{bucket}/serverless/{service}/{stage}/{times}/compiled-template.json",
    "state": "{bucket}/serverless/{service}/{stage}/{times}/serverless-state.json",
    "*": "*",
}
# Phase, actions of one service (direct, or made by CloudFormation), resource, type.
ROWS = """
deploy direct    cloudformation DescribeStacks,CreateChangeSet,ListStackResources stack
deploy direct    cloudformation DescribeChangeSet,ExecuteChangeSet,DescribeStackEvents stack-id
deploy direct    cloudformation ValidateTemplate *
deploy forwarded s3 CreateBucket,PutBucketTagging,PutEncryptionConfiguration bucket S3::Bucket
deploy forwarded s3 PutBucketPolicy bucket S3::BucketPolicy
deploy direct    s3 GetBucketLocation,ListBucket bucket
deploy direct    s3 PutObject,GetObject code
deploy direct    s3 PutObject,GetObject template
deploy direct    s3 PutObject,GetObject state
deploy forwarded iam CreateRole,PutRolePolicy role IAM::Role
deploy forwarded iam GetRole,GetRolePolicy role
deploy forwarded lambda CreateFunction,GetFunction function Lambda::Function
deploy forwarded lambda PublishVersion function Lambda::Version
deploy forwarded lambda GetFunctionConfiguration version
deploy forwarded lambda AddPermission function Lambda::Permission
deploy forwarded lambda CreateEventSourceMapping * Lambda::EventSourceMapping
deploy forwarded lambda GetEventSourceMapping mapping
deploy forwarded sqs CreateQueue queue SQS::Queue
deploy forwarded sqs GetQueueAttributes queue
deploy forwarded dynamodb CreateTable,UpdateTimeToLive table DynamoDB::Table
deploy forwarded dynamodb DescribeTable table
deploy forwarded logs CreateLogGroup,PutRetentionPolicy group Logs::LogGroup
deploy forwarded logs DescribeLogGroups *
deploy forwarded events PutRule,PutTargets rule Events::Rule
deploy forwarded apigateway POST apis ApiGateway::RestApi
deploy forwarded apigateway GET api
deploy forwarded apigateway POST resources ApiGateway::Resource
deploy forwarded apigateway PUT method ApiGateway::Method
deploy forwarded apigateway POST deployments ApiGateway::Deployment
deploy forwarded apigateway GET stage
deploy forwarded apigateway PUT tags
update forwarded lambda UpdateFunctionCode function Lambda::Function
update direct    logs FilterLogEvents group
remove direct    cloudformation DeleteStack stack
remove direct    s3 ListBucketVersions bucket
remove direct    s3 DeleteObject code
remove forwarded s3 DeleteBucket bucket S3::Bucket
remove forwarded s3 DeleteBucketPolicy bucket S3::BucketPolicy
remove forwarded iam DeleteRolePolicy,DeleteRole role IAM::Role
remove forwarded lambda DeleteFunction function Lambda::Function
remove forwarded lambda RemovePermission function Lambda::Permission
remove forwarded lambda DeleteEventSourceMapping mapping Lambda::EventSourceMapping
remove forwarded sqs DeleteQueue queue SQS::Queue
remove forwarded dynamodb DeleteTable table DynamoDB::Table
remove forwarded logs DeleteLogGroup group Logs::LogGroup
remove forwarded events RemoveTargets,DeleteRule rule Events::Rule
remove forwarded apigateway DELETE api ApiGateway::RestApi
"""
TAGGED = {
    "CreateRole": "iam:TagRole",
    "CreateFunction": "lambda:TagResource",
    "CreateQueue": "sqs:TagQueue",
    "CreateTable": "dynamodb:TagResource",
    "CreateLogGroup": "logs:TagResource",
}


def cycle(
    service: str = "orders", stage: str = "dev", made_up: str = "1A2B3C4D5E6F"
) -> list[Evidence]:
    """One cycle; `made_up` is in everything that a machine makes up."""
    names = _names(service, stage, made_up)
    return [line for row in ROWS.split("\n") if row for line in _lines(*row.split(), names=names)]


def _names(service: str, stage: str, made_up: str) -> dict[str, str]:
    low = made_up.lower()
    values = {
        "account": ACCOUNT,
        "region": REGION,
        "at": f"{REGION}:{ACCOUNT}",
        "service": service,
        "stage": stage,
        "name": f"{service}-{stage}",
        "token": made_up,
        "low": low,
        "api": low[:10],
        "path": low[:6],
        "version": str(int(made_up[0], 36)),
        "times": f"{1_790_000_000_000 + int(made_up[:4], 36)}-2026-11-23T17:0{made_up[0]}:20.000Z",
        "bucket": f"arn:aws:s3:::{service}-{stage}-serverlessdeploymentbucket-{low}",
    }
    return {name: text.format(**values) for name, text in NAMES.items()}


def _lines(  # noqa: PLR0913  # the columns of a row
    phase: str,
    way: str,
    service: str,
    actions: str,
    on: str,
    made: str = "",
    *,
    names: dict[str, str],
) -> list[Evidence]:
    return [
        seen(
            f"{service}:{action}",
            names[on],
            phase=phase,
            via=CLOUDFORMATION if way == "forwarded" else (),
            types=(f"AWS::{made}",) if made else (),
            implies=_implied(action, names, names[on]),
        )
        for action in actions.split(",")
    ]


def _implied(action: str, names: dict[str, str], resource: str) -> tuple[Implied, ...]:
    found = [implied("tag-on-create", TAGGED[action], resource)] if action in TAGGED else []
    if action in ("CreateFunction", "UpdateFunctionCode"):
        found.append(implied("code-read", "s3:GetObject", names["code"]))
    if action == "CreateFunction":
        found.append(passes(names["role"]))
    return tuple(found)
