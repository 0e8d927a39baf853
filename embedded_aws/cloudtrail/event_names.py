"""CloudTrail's own names: event sources, event names, data events; data with its sources.

Lambda: https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
Data events: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
"""

import re
from collections.abc import Mapping

LAMBDA_SUFFIXES: Mapping[str, str] = {
    "20150331": (
        "CreateAlias CreateEventSourceMapping CreateFunction DeleteAlias DeleteEventSourceMapping "
        "DeleteFunction GetAlias GetEventSourceMapping ListAliases ListEventSourceMappings "
        "ListFunctions ListVersionsByFunction PublishVersion UpdateAlias UpdateEventSourceMapping"
    ),
    "20150331v2": (
        "AddPermission GetFunction GetFunctionConfiguration GetPolicy RemovePermission "
        "UpdateFunctionCode UpdateFunctionConfiguration"
    ),
    "20160819": "GetAccountSettings",
    "20170331": "ListTags",
    "20170331v2": "TagResource UntagResource",
    "20171031": "DeleteFunctionConcurrency PutFunctionConcurrency",
    "20181031": (
        "AddLayerVersionPermission DeleteLayerVersion GetLayerVersion GetLayerVersionPolicy "
        "ListLayerVersions ListLayers PublishLayerVersion RemoveLayerVersionPermission"
    ),
}
S3_NAMES: Mapping[str, str] = {
    "DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock",
    # As in a public real trail: https://github.com/abefarris/cfn-least-privilege
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketLifecycleConfiguration": "GetBucketLifecycle",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    **{
        f"ListBucket{kind}Configurations": f"GetBucket{kind}Configuration"
        for kind in ("Analytics", "IntelligentTiering", "Inventory", "Metrics")
    },
    "ListObjectsV2": "ListObjects",
    "PutBucketLifecycleConfiguration": "PutBucketLifecycle",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}
S3CONTROL_NAMES: Mapping[str, str] = {
    "DeletePublicAccessBlock": "DeleteAccountPublicAccessBlock",
    "GetPublicAccessBlock": "GetAccountPublicAccessBlock",
    "PutPublicAccessBlock": "PutAccountPublicAccessBlock",
}
EVENT_NAMES: Mapping[tuple[str, str], str] = {
    **{
        ("lambda", name): name + suffix
        for suffix, names in LAMBDA_SUFFIXES.items()
        for name in names.split()
    },
    **{("s3", name): event for name, event in S3_NAMES.items()},
    **{("s3control", name): event for name, event in S3CONTROL_NAMES.items()},
}

# Where the event source is not the model's endpoint prefix (without a leading "api.").
EVENT_SOURCES: Mapping[str, str] = {
    "dynamodbstreams": "dynamodb",
    "iot-data": "iotdata",
    "lexv2-models": "lex",
    "pinpoint": "mobiletargeting",
    "rds-data": "rdsdata",
    "s3control": "s3",
    "ses": "ses",
    "sesv2": "ses",
}

# Data events: which operations, on which resource type. Nothing else of these services is data.
DATA_EVENTS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "cloudwatch": (
        re.compile(r"(Get|Put)MetricData|GetMetricStatistics|GetMetricWidgetImage|ListMetrics"),
        "AWS::CloudWatch::Metric",
    ),
    "dynamodb": (
        re.compile(
            r"(Batch)?(Get|Put|Update|Delete|Write)Item|Query|Scan|Transact(Get|Write)Items"
            r"|(Batch)?ExecuteStatement|ExecuteTransaction"
        ),
        "AWS::DynamoDB::Table",
    ),
    "dynamodbstreams": (re.compile(r"GetRecords|GetShardIterator"), "AWS::DynamoDB::Stream"),
    "kinesis": (
        re.compile(r"PutRecords?|GetRecords|GetShardIterator|SubscribeToShard"),
        "AWS::Kinesis::Stream",
    ),
    "lambda": (re.compile(r"Invoke(Async|WithResponseStream)?"), "AWS::Lambda::Function"),
    "s3": (
        re.compile(
            r"\w*Object(s|sV2|Acl|Tagging|Attributes|Versions|Retention|LegalHold|Torrent|Content)?"
            r"|HeadBucket|ListParts|UploadPart(Copy)?|\w*MultipartUploads?"
        ),
        "AWS::S3::Object",
    ),
    "sns": (re.compile(r"Publish(Batch)?"), "AWS::SNS::Topic"),
    "sqs": (
        re.compile(r"(Send|Delete)Message(Batch)?|ReceiveMessage|ChangeMessageVisibility(Batch)?"),
        "AWS::SQS::Queue",
    ),
    "xray": (re.compile(r"PutTraceSegments|GetTraceSummaries|BatchGetTraces"), "AWS::XRay::Trace"),
}
# What CloudTrail does not log at all.
UNLOGGED: Mapping[str, frozenset[str]] = {
    "events": frozenset({"PutEvents"}),
    "firehose": frozenset({"PutRecord", "PutRecordBatch"}),
    "logs": frozenset({"PutLogEvents"}),
    "xray": frozenset({"PutTelemetryRecords"}),
}

READS = re.compile(
    r"(Get|List|Describe|Head|Lookup|Search|Query|Scan|Select|View|Poll|Check|Validate|Estimate"
    r"|Preview|Simulate|Test|Detect|Discover|Filter|Batch(Get|Describe|Check))"
)
# Reads that do not look like one. KMS's use of keys and STS's sessions are "readOnly": true in
# the examples of their CloudTrail pages.
UNLIKELY_READS: Mapping[str, frozenset[str]] = {
    "cognito-idp": frozenset({"InitiateAuth"}),
    "kms": frozenset(
        {
            "Decrypt",
            "Encrypt",
            "GenerateDataKey",
            "GenerateDataKeyPair",
            "GenerateDataKeyPairWithoutPlaintext",
            "GenerateDataKeyWithoutPlaintext",
            "GenerateMac",
            "GenerateRandom",
            "ReEncrypt",
            "Sign",
            "Verify",
            "VerifyMac",
        }
    ),
    "sts": frozenset(
        {
            "AssumeRole",
            "AssumeRoleWithSAML",
            "AssumeRoleWithWebIdentity",
            "DecodeAuthorizationMessage",
        }
    ),
}


def event_source(service: str, endpoint_prefix: str) -> str:
    """The event source of a botocore service, as `monitoring.amazonaws.com`."""
    prefix = EVENT_SOURCES.get(service, endpoint_prefix.removeprefix("api."))
    return f"{prefix}.amazonaws.com"


def event_name(service: str, operation: str) -> str:
    """The event name of an operation, as `CreateFunction20150331`."""
    return EVENT_NAMES.get((service, operation), operation)


def data_resource(service: str, operation: str) -> str | None:
    """The resource type of a data event; nothing for a management event."""
    pattern, resource_type = DATA_EVENTS.get(service, (None, ""))
    return resource_type if pattern and pattern.fullmatch(operation) else None


def is_logged(service: str, operation: str) -> bool:
    """Whether CloudTrail logs an operation at all."""
    return operation not in UNLOGGED.get(service, ())


def is_read(service: str, operation: str) -> bool:
    """Whether an operation is `readOnly`."""
    if operation in UNLIKELY_READS.get(service, ()):
        return True
    return bool(READS.match(operation))
