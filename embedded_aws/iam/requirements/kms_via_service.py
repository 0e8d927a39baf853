"""Keys that a service uses in the caller's name: who lacks the key lacks the data.

Only customer-managed keys ask: the services' own (`alias/aws/…`) let everybody of the account in.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
https://docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html
"""

from collections.abc import Iterator
from typing import Any

from embedded_aws.iam.calls import Call, Check
from embedded_aws.iam.requirements import encrypted
from embedded_aws.iam.requirements.encrypted import Encrypted
from embedded_aws.ministack import services

_WRITE, _READ = ("kms:GenerateDataKey",), ("kms:Decrypt",)
_ITEMS = (
    "BatchGetItem BatchWriteItem DeleteItem GetItem PutItem Query Scan TransactGetItems "
    "TransactWriteItems UpdateItem"
)
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
    **{f"dynamodb:{name}": _READ for name in _ITEMS.split()},
}
ARN_PARTS = 6


def keys_used(call: Call) -> Iterator[Check]:
    """The questions about keys that a call raises."""
    actions = _USES.get(call.key)
    for one in encrypted.by(call) if actions else ():
        yield from _questions(actions or (), one, call)
    source = encrypted.copied(call)
    if source is not None:
        yield from _questions(_READ, source, call)


def _questions(actions: tuple[str, ...], one: Encrypted, call: Call) -> Iterator[Check]:
    if not one.key or "alias/aws/" in one.key:
        return
    key = _key(one.key)
    if key is None or key.get("KeyManager", "CUSTOMER") == "AWS":
        return
    via = {"kms:ViaService": f"{call.service}.{call.region}.amazonaws.com"}
    context = {**via, **encrypted.context_keys(one.context), **aliases_of(str(key["Arn"]))}
    for action in actions:
        yield Check(action=action, resource=str(key["Arn"]), context=context)


def aliases_of(arn: str) -> dict[str, list[str]]:
    """The condition key that tells the aliases of a key of the caller's account.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-resource-aliases
    """
    if ":kms:" not in arn or ":key/" not in arn:
        return {}
    key = arn.rpartition("/")[2]
    aliases = services.service("kms")._aliases
    named = sorted(alias.partition(":alias/")[2] for alias in aliases if aliases[alias] == key)
    return {"kms:ResourceAliases": [f"alias/{name}" for name in named]} if named else {}


def _key(reference: str) -> dict[str, Any] | None:
    """By its ARN whosesoever it is; by anything else the caller's own."""
    parts = reference.split(":")
    kms = services.service("kms")
    if len(parts) == ARN_PARTS and parts[5].startswith("key/"):
        found = kms._keys.get_scoped(parts[4], parts[3], parts[5].removeprefix("key/"))
    else:
        found = kms._resolve_key(reference)
    key: dict[str, Any] | None = found
    return key
