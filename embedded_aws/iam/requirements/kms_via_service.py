"""Keys that a service uses in the caller's name: who lacks the key lacks the data.

Only customer-managed keys ask: the services' own (`alias/aws/…`) let everybody of the account in.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
"""

import re
from collections.abc import Iterator
from typing import Any

from embedded_aws.iam.calls import Call, Check
from embedded_aws.ministack import services

_WRITE, _READ = ("kms:GenerateDataKey",), ("kms:Decrypt",)
_USES: dict[str, tuple[str, ...]] = {
    "s3:PutObject": _WRITE,
    "s3:CopyObject": _WRITE,
    # The parts of an upload are read again when it is completed.
    "s3:CreateMultipartUpload": (*_WRITE, *_READ),
    "s3:GetObject": _READ,
    "sns:Publish": (*_WRITE, *_READ),
    "sns:PublishBatch": (*_WRITE, *_READ),
    "sqs:SendMessage": (*_WRITE, *_READ),
    "sqs:SendMessageBatch": (*_WRITE, *_READ),
    "sqs:ReceiveMessage": _READ,
    "secretsmanager:GetSecretValue": _READ,
    "secretsmanager:PutSecretValue": (*_WRITE, *_READ),
    "secretsmanager:UpdateSecret": (*_WRITE, *_READ),
}
ARN_PARTS = 6
_NAMED_KEY = re.compile(r"<(?:\w+:)?KMSMasterKeyID>([^<]+)<")


def keys_used(call: Call) -> Iterator[Check]:
    """The questions about a key that a call raises."""
    actions = _USES.get(call.key)
    reference = _key_of(call) if actions else ""
    if not actions or not reference or "alias/aws/" in reference:
        return
    key = _key(reference)
    if key is None or key.get("KeyManager", "CUSTOMER") == "AWS":
        return
    via = {"kms:ViaService": f"{call.service}.{call.region}.amazonaws.com"}
    context = {**via, **aliases_of(str(key["Arn"]))}
    for action in actions:
        yield Check(action=action, resource=str(key["Arn"]), context=context)


def aliases_of(arn: str) -> dict[str, list[str]]:
    """The condition key that tells the aliases of a key of the caller's account.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-resource-aliases
    """
    if ":kms:" not in arn or ":key/" not in arn:
        return {}
    key = arn.rpartition("/")[2]
    aliases = services.kms()._aliases
    named = sorted(alias.partition(":alias/")[2] for alias in aliases if aliases[alias] == key)
    return {"kms:ResourceAliases": [f"alias/{name}" for name in named]} if named else {}


def _key(reference: str) -> dict[str, Any] | None:
    """By its ARN whosesoever it is; by anything else the caller's own."""
    parts = reference.split(":")
    kms = services.kms()
    if len(parts) == ARN_PARTS and parts[5].startswith("key/"):
        found = kms._keys.get_scoped(parts[4], parts[3], parts[5].removeprefix("key/"))
    else:
        found = kms._resolve_key(reference)
    key: dict[str, Any] | None = found
    return key


def _key_of(call: Call) -> str:
    find = {"s3": _of_bucket, "sns": _of_topic, "sqs": _of_queue, "secretsmanager": _of_secret}
    return find[call.service](call)


def _of_bucket(call: Call) -> str:
    asked = str(call.params.get("SSEKMSKeyId") or "")
    if asked or call.params.get("ServerSideEncryption") == "AES256":
        return asked
    s3, bucket = services.service("s3"), str(call.params.get("Bucket"))
    # Another account's, when the bucket is: its key is asked for whoever reads it.
    owner = s3._bucket_owner_account(bucket)
    configuration = s3._bucket_encryption.get_scoped(owner, None, bucket) if owner else None
    found = _NAMED_KEY.search(configuration or "")
    return found[1] if found else ""


def _of_topic(call: Call) -> str:
    arn = str(call.params.get("TopicArn") or call.params.get("TargetArn") or "")
    topic = services.service("sns")._topics.get(arn) or {}
    return str((topic.get("attributes") or {}).get("KmsMasterKeyId") or "")


def _of_queue(call: Call) -> str:
    queues = services.service("sqs")
    name = str(call.params.get("QueueUrl", "")).rstrip("/").rsplit("/", 1)[-1]
    queue = queues._queues.get(queues._queue_name_to_url.get(name)) or {}
    return str((queue.get("attributes") or {}).get("KmsMasterKeyId") or "")


def _of_secret(call: Call) -> str:
    _, secret = services.secretsmanager()._resolve(str(call.params.get("SecretId", "")))
    return str((secret or {}).get("KmsKeyId") or "")
