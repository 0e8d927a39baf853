"""The `resources` of a record: the few services whose records name them.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from collections.abc import Callable, Mapping

from embedded_aws.cloudtrail.event_names import data_resource
from embedded_aws.ministack import services
from embedded_aws.protocol.operations import Operation
from embedded_aws.sessions.caller import Caller

Resource = dict[str, str]


def resources_of(operation: Operation, caller: Caller) -> tuple[Resource, ...]:
    """The resources that a record of an operation names; a data event has at least their type."""
    name = BY_SERVICE.get(operation.service)
    found = name(operation, caller) if name else ()
    kind = data_resource(operation.service, operation.name)
    if kind and all(resource.get("type") != kind for resource in found):
        return ({"type": kind, **_prefix_of(found)}, *found)
    return found


def _prefix_of(found: tuple[Resource, ...]) -> Resource:
    """An event on a whole bucket names its objects by their common prefix."""
    bucket = next((one["ARN"] for one in found if one.get("type") == "AWS::S3::Bucket"), None)
    return {"ARNPrefix": f"{bucket}/"} if bucket else {}


def partition_of(region: str) -> str:
    """The partition that a region lies in."""
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rsplit("-", 2)[0], "aws")


def _one(arn: str, account: str, kind: str) -> tuple[Resource, ...]:
    return ({"ARN": arn, "accountId": account, "type": kind},)


def _s3(operation: Operation, caller: Caller) -> tuple[Resource, ...]:
    bucket, key = operation.parameters.get("Bucket"), operation.parameters.get("Key")
    if not isinstance(bucket, str):
        return ()
    arn = f"arn:{partition_of(caller.region)}:s3:::{bucket}"
    holder = _one(arn, caller.account, "AWS::S3::Bucket")
    if isinstance(key, str):
        return ({"type": "AWS::S3::Object", "ARN": f"{arn}/{key}"}, *holder)
    return holder


def _sts(operation: Operation, _: Caller) -> tuple[Resource, ...]:
    arn = str(operation.parameters.get("RoleArn", ""))
    return _one(arn, arn.split(":")[4], "AWS::IAM::Role") if arn.startswith("arn:") else ()


def _named(
    kind: str, member: str, pattern: str
) -> Callable[[Operation, Caller], tuple[Resource, ...]]:
    """Resources that a request names by ARN or by name."""

    def resources(operation: Operation, caller: Caller) -> tuple[Resource, ...]:
        value = operation.parameters.get(member)
        if not isinstance(value, str):
            return ()
        place = f"{caller.region}:{caller.account}"
        arn = value
        if not value.startswith("arn:"):
            name = value.rsplit("/", 1)[-1] if "://" in value else value
            arn = f"arn:{partition_of(caller.region)}:{pattern.format(place=place, name=name)}"
        return _one(arn, arn.split(":")[4] or caller.account, kind)

    return resources


_function = _named("AWS::Lambda::Function", "FunctionName", "lambda:{place}:function:{name}")


def _lambda(operation: Operation, caller: Caller) -> tuple[Resource, ...]:
    return _function(operation, caller) if operation.name.startswith("Invoke") else ()


_table = _named("AWS::DynamoDB::Table", "TableName", "dynamodb:{place}:table/{name}")


def _dynamodb(operation: Operation, caller: Caller) -> tuple[Resource, ...]:
    """One table, or the tables of a batch or a transaction."""
    parameters = operation.parameters
    names = set(parameters.get("RequestItems") or ())
    for item in parameters.get("TransactItems") or ():
        names |= {part["TableName"] for part in item.values() if "TableName" in part}
    if not names:
        return _table(operation, caller)
    place = f"arn:{partition_of(caller.region)}:dynamodb:{caller.region}:{caller.account}:table/"
    arns = sorted(name if name.startswith("arn:") else place + name for name in names)
    return tuple(
        {"ARN": arn, "accountId": caller.account, "type": "AWS::DynamoDB::Table"} for arn in arns
    )


_plain_key = _named("AWS::KMS::Key", "KeyId", "kms:{place}:key/{name}")


def _kms(operation: Operation, caller: Caller) -> tuple[Resource, ...]:
    """The key that an alias stands for, as in AWS's own examples.

    https://docs.aws.amazon.com/kms/latest/developerguide/ct-encrypt.html
    """
    reference = str(operation.parameters.get("KeyId") or "")
    key = services.service("kms")._resolve_key(reference) if reference else None
    if key:
        return _one(str(key["Arn"]), caller.account, "AWS::KMS::Key")
    return () if "alias/" in reference else _plain_key(operation, caller)


BY_SERVICE: Mapping[str, Callable[[Operation, Caller], tuple[Resource, ...]]] = {
    "dynamodb": _dynamodb,
    "kinesis": _named("AWS::Kinesis::Stream", "StreamName", "kinesis:{place}:stream/{name}"),
    "kms": _kms,
    "lambda": _lambda,
    "s3": _s3,
    "sns": _named("AWS::SNS::Topic", "TopicArn", "sns:{place}:{name}"),
    "sqs": _named("AWS::SQS::Queue", "QueueUrl", "sqs:{place}:{name}"),
    "sts": _sts,
}
