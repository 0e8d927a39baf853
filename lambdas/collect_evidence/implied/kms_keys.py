"""Keys that a service uses as the caller when a request names one."""

from collections.abc import Iterator

from lambdas.collect_evidence.call.call import Call
from lambdas.model.iam.action import Action
from lambdas.model.trail.evidence import Implied
from lambdas.model.trail.ground_kind import GroundKind

# Who calls KMS as the caller, and for what, when a request names a key,
# https://docs.aws.amazon.com/kms/latest/developerguide/service-integration.html and the services'
_KEY_USES = {
    "dynamodb": ("CreateGrant", "Decrypt", "DescribeKey"),
    "ec2": ("CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext"),
    "elasticfilesystem": ("CreateGrant", "DescribeKey"),
    # https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
    "lambda": ("CreateGrant", "Decrypt", "DescribeKey", "Encrypt"),
    "rds": ("CreateGrant", "DescribeKey"),
    "s3": ("Decrypt", "GenerateDataKey"),
    "secretsmanager": ("Decrypt", "GenerateDataKey"),
    "ssm": ("Decrypt", "Encrypt"),
}
# Of S3's calls on an object one reads or writes; the parts of an upload are read again.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
_OBJECT_USES = {
    "CopyObject": ("GenerateDataKey",),
    "GetObject": ("Decrypt",),
    "PutObject": ("GenerateDataKey",),
}
S3_KEY = "x-amz-server-side-encryption-aws-kms-key-id"
KEY_NAMES = (
    "kmskeyid", "kmskeyarn", "kmskey", "keyid", "ssekmskeyid", "kmsmasterkeyid", "kmsmasterkeyarn",
    S3_KEY,
)  # fmt: skip


def key_uses(call: Call) -> Iterator[Implied]:
    """What the service does with each key that the request names, as the caller.

    S3 answers a write with the key that its bucket encrypts with by default,
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    """
    uses = _KEY_USES.get(call.service, ())
    if call.service == "s3":
        uses = _OBJECT_USES.get(call.operation, uses)
    named = {text for name in KEY_NAMES for text in call.request.texts.get(name, ())}
    if call.service == "s3" and not named:
        named.update(call.answer.elements.texts.get(S3_KEY, ()))
    for text in sorted(named) if uses else ():
        key = _key(text, call)
        via = f"{call.service}.{call.place.region}.amazonaws.com"
        for use in uses if key else ():
            yield Implied(
                kind=GroundKind.KMS_VIA_SERVICE,
                action=Action("kms", use),
                resource=key,
                context=(("kms:ViaService", via),),
            )


def _key(text: str, call: Call) -> str:
    if ":alias/aws/" in text or text.startswith("alias/aws/"):
        return ""  # AWS's own keys let the account's callers in by their key policy
    # IAM asks for the key that an alias stands for, which the request does not tell.
    if text.startswith("arn:"):
        place, alias, _ = text.partition(":alias/")
        return f"{place}:key/*" if alias else text if ":key/" in text else "*"
    return call.place.arn("kms", f"key/{'*' if text.startswith('alias/') else text}")
