"""May CloudTrail write to a trail's bucket? The bucket's policy and the key's policy decide.

They are asked when a trail is made or changed, and again for every file.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
"""

import copy
import json
import re
from collections.abc import Callable
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id
from ministack.services import cloudtrail, kms, s3

SERVICE = "cloudtrail.amazonaws.com"


# What the service answers when a trail cannot be made,
# https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
NO_BUCKET = "S3BucketDoesNotExistException"
BUCKET_POLICY = "InsufficientS3BucketPolicyException"
KEY_POLICY = "InsufficientEncryptionPolicyException"


def install() -> None:
    """Ask both policies when a trail is made or changed."""
    for name in ("CreateTrail", "UpdateTrail"):
        cloudtrail._DISPATCH[name] = _permitted(cloudtrail._DISPATCH[name])
    cloudtrail._create_trail = cloudtrail._DISPATCH["CreateTrail"]
    cloudtrail._update_trail = cloudtrail._DISPATCH["UpdateTrail"]


def refusal_to_make(trail: dict[str, Any], account: str, home: str) -> tuple[str, str] | None:
    """The error's code and message when a trail may not be made or changed so."""
    bucket, key = trail["S3BucketName"], trail.get("KmsKeyId", "")
    prefix = f"{trail['S3KeyPrefix']}/" if trail.get("S3KeyPrefix") else ""
    refusal = refusal_of(trail, account, home, f"{prefix}AWSLogs/{account}/CloudTrail/file")
    if refusal is None and (key and _has_bucket_key(bucket)):
        # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
        refusal = _key_refusal(trail, home, "kms:Decrypt")
    if refusal is None:
        return None
    if refusal.startswith("NoSuchBucket"):
        return NO_BUCKET, f"S3 bucket {bucket} does not exist!"
    if refusal.startswith("AccessDenied"):
        return BUCKET_POLICY, f"Incorrect S3 bucket policy is detected for bucket: {bucket}"
    return KEY_POLICY, f"Insufficient permissions to access S3 bucket {bucket} or KMS key {key}."


def _has_bucket_key(bucket: str) -> bool:
    owner = owner_of(bucket)
    document = s3._bucket_encryption.get_scoped(owner, None, bucket) if owner else ""
    return bool(re.search(r"<BucketKeyEnabled>\s*true", str(document), re.IGNORECASE))


def refusal_of(trail: dict[str, Any], account: str, home: str, key: str) -> str | None:
    """Why a file may not be written, if so."""
    bucket = trail["S3BucketName"]
    owner = owner_of(bucket)
    if owner is None:
        return f"NoSuchBucket: {bucket}"
    policy = s3._bucket_policies.get_scoped(owner, None, bucket) or ""
    context = {
        "aws:sourcearn": trail["TrailARN"],
        "aws:sourceaccount": account,
        "s3:x-amz-acl": "bucket-owner-full-control",
        # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html
        "s3:x-amz-server-side-encryption": "aws:kms" if trail.get("KmsKeyId") else "AES256",
    }
    resource = f"arn:aws:s3:::{bucket}/{key}"
    if not _allows(policy, "s3:PutObject", resource, home, context):
        return "AccessDenied: the bucket policy does not let CloudTrail write"
    return _key_refusal(trail, home)


def owner_of(bucket: str) -> str | None:
    """The account that a bucket belongs to; bucket names are unique over all of them."""
    owner: str | None = s3._bucket_owner_account(bucket)
    return owner


def _allows(
    policy: object, action: str, resource: str, region: str, context: dict[str, str]
) -> bool:
    request = iam_evaluator.EvalContext(
        principal_arn=SERVICE,
        principal_type="AWSService",
        principal_account="",
        action=action,
        resource_arn=resource,
        region=region,
        source_ip="",
        secure_transport=True,
        service_context=context,
    )
    result = iam_evaluator.evaluate_resource_policy(policy, request, service=SERVICE)
    return bool(result.decision == "Allow")


def _key_refusal(
    trail: dict[str, Any], home: str, action: str = "kms:GenerateDataKey"
) -> str | None:
    arn = str(trail.get("KmsKeyId", ""))
    if not arn.startswith("arn:") or ":key/" not in arn:
        return None
    account, key_id = arn.split(":")[4], arn.rsplit("/", 1)[-1]
    key = kms._keys.get_scoped(account, arn.split(":")[3], key_id)
    if key is None or key.get("KeyState") != "Enabled":
        return "KmsKeyDisabledException: the trail's key is missing or disabled"
    context = {
        "aws:sourcearn": trail["TrailARN"],
        "kms:encryptioncontext:aws:cloudtrail:arn": trail["TrailARN"],
    }
    policy = key.get("Policy")
    if policy and not _allows(policy, action, arn, home, context):
        return (
            "InsufficientEncryptionPolicyException: the key policy does not let CloudTrail encrypt"
        )
    return None


def _permitted(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Refuse a trail whose files CloudTrail could not write, and leave all as it was."""

    def made(body: dict[str, Any]) -> Any:
        before = copy.deepcopy(cloudtrail._find_visible_trail(str(body.get("Name", "")).strip())[2])
        answer = make(body)
        if answer[0] >= 400:  # noqa: PLR2004 - HTTP
            return answer
        name = str(json.loads(answer[2])["Name"])
        trail = cloudtrail._trails[name]
        refusal = refusal_to_make(trail, get_account_id(), trail["HomeRegion"])
        if refusal is None:
            return answer
        if before is None:
            del cloudtrail._trails[name]
        else:
            trail.clear()
            trail.update(before)
        return cloudtrail._err(*refusal)

    return made
