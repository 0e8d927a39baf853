"""What a call writes or reads that is encrypted, with which key, and the context of it.

The contexts, by which records tell what a key was used for:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#encryption-context
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
https://docs.aws.amazon.com/lambda/latest/dg/security-encryption-at-rest.html
https://docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html
https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from embedded_aws.iam.calls import Call
from embedded_aws.iam.requirements import objects
from embedded_aws.ministack import services
from embedded_aws.protocol.service_models import at_path

CONTEXT_KEY = "kms:EncryptionContext:"
_NAMED_KEY = re.compile(r"<(?:\w+:)?KMSMasterKeyID>([^<]+)<")
_BUCKET_KEY = re.compile(r"<(?:\w+:)?BucketKeyEnabled>true<")
_STORED_KEY = "x-amz-server-side-encryption-aws-kms-key-id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Encrypted:
    """A thing with the reference of its key, empty when it has none, and its context."""

    key: str
    context: Mapping[str, str]


def context_keys(context: Mapping[str, str]) -> dict[str, str]:
    """The condition keys that a use of a key in a context sets."""
    return {f"{CONTEXT_KEY}{name}": value for name, value in context.items()}


def by(call: Call) -> Iterator[Encrypted]:
    """What a call writes or reads."""
    find = {
        "s3": _object,
        "sns": _topic,
        "sqs": _queue,
        "secretsmanager": _secret,
        "dynamodb": _tables,
    }
    yield from find[call.service](call)


def copied(call: Call) -> Encrypted | None:
    """The object that a call copies from."""
    source = objects.copied(call)
    if source is None:
        return None
    bucket, key, _ = source
    return Encrypted(key=_stored_key(bucket, key), context=_object_context(bucket, key, call))


def context_of(call: Call) -> dict[str, str]:
    """The context of what a call makes with a key that its request names."""
    place = f"{call.partition}:{{service}}:{call.region}:{call.account}"
    name = str(call.params.get("FunctionName") or call.params.get("Name") or "")
    if call.service == "lambda":
        arn = f"arn:{place.format(service='lambda')}:function:{name.rpartition(':')[2]}"
        return {"aws:lambda:FunctionArn": arn}
    if call.service == "secretsmanager":
        return {"SecretARN": f"arn:{place.format(service='secretsmanager')}:secret:{name}"}
    if call.service == "ssm":
        parameter = name.removeprefix("/")
        return {"PARAMETER_ARN": f"arn:{place.format(service='ssm')}:parameter/{parameter}"}
    if call.service == "dynamodb":
        return _table_context(str(call.params.get("TableName") or ""), call)
    return {}


def _object(call: Call) -> Iterator[Encrypted]:
    bucket, key = str(call.params.get("Bucket")), str(call.params.get("Key") or "")
    reads = call.operation == "GetObject"
    reference = _stored_key(bucket, key) if reads else _key_for(call, bucket)
    yield Encrypted(key=reference, context=_object_context(bucket, key, call))


def _key_for(call: Call, bucket: str) -> str:
    asked = str(call.params.get("SSEKMSKeyId") or "")
    if asked or call.params.get("ServerSideEncryption") == "AES256":
        return asked
    found = _NAMED_KEY.search(_configuration(bucket))
    return found[1] if found else ""


def _stored_key(bucket: str, key: str) -> str:
    """The key that an object was written with; a version is taken to have the current one's."""
    s3 = services.service("s3")
    owner = s3._bucket_owner_account(bucket)
    held = s3._buckets.get_scoped(owner, None, bucket) if owner else None
    stored = (held or {"objects": {}})["objects"].get(key)
    return str(s3._stored_sse_headers(stored).get(_STORED_KEY) or "") if stored else ""


def _object_context(bucket: str, key: str, call: Call) -> dict[str, str]:
    """The object, or with a bucket key the bucket."""
    arn = f"arn:{call.partition}:s3:::{bucket}"
    return {"aws:s3:arn": arn if _BUCKET_KEY.search(_configuration(bucket)) else f"{arn}/{key}"}


def _configuration(bucket: str) -> str:
    """The default encryption of a bucket, also another account's: its key is for all who read."""
    s3 = services.service("s3")
    owner = s3._bucket_owner_account(bucket)
    found = s3._bucket_encryption.get_scoped(owner, None, bucket) if owner else None
    return str(found or "")


def _topic(call: Call) -> Iterator[Encrypted]:
    arn = str(call.params.get("TopicArn") or call.params.get("TargetArn") or "")
    topic = services.service("sns")._topics.get(arn) or {}
    yield Encrypted(key=_attribute(topic), context={"aws:sns:topicArn": arn})


def _queue(call: Call) -> Iterator[Encrypted]:
    queues = services.service("sqs")
    name = str(call.params.get("QueueUrl", "")).rstrip("/").rsplit("/", 1)[-1]
    queue = queues._queues.get(queues._queue_name_to_url.get(name)) or {}
    arn = f"arn:{call.partition}:sqs:{call.region}:{call.account}:{name}"
    yield Encrypted(key=_attribute(queue), context={"aws:sqs:arn": arn})


def _attribute(thing: Mapping[str, Any]) -> str:
    return str((thing.get("attributes") or {}).get("KmsMasterKeyId") or "")


def _secret(call: Call) -> Iterator[Encrypted]:
    _, secret = services.service("secretsmanager")._resolve(str(call.params.get("SecretId", "")))
    found = secret or {}
    context = {"SecretARN": str(found.get("ARN") or ""), "SecretVersionId": "AWSCURRENT"}
    yield Encrypted(key=str(found.get("KmsKeyId") or ""), context=context)


def _tables(call: Call) -> Iterator[Encrypted]:
    batches = call.params.get("RequestItems")
    names = [str(call.params.get("TableName") or "")]
    names += list(batches) if isinstance(batches, Mapping) else []
    for item in at_path(call.params, "TransactItems"):
        names += [
            str(part.get("TableName", "")) for part in item.values() if isinstance(part, Mapping)
        ]
    for name in dict.fromkeys(one.rpartition("/")[2] for one in names if one):
        table = services.service("dynamodb")._tables.get(name) or {}
        key = str((table.get("SSEDescription") or {}).get("KMSMasterKeyArn") or "")
        yield Encrypted(key=key, context=_table_context(name, call))


def _table_context(name: str, call: Call) -> dict[str, str]:
    return {"aws:dynamodb:tableName": name, "aws:dynamodb:subscriberId": call.account}
