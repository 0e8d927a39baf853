"""May CloudTrail write to a trail's bucket? The bucket's policy and the key's policy decide.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
"""

from typing import Any

from ministack.core import iam_evaluator
from ministack.services import kms, s3

SERVICE = "cloudtrail.amazonaws.com"


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


def _key_refusal(trail: dict[str, Any], home: str) -> str | None:
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
    if policy and not _allows(policy, "kms:GenerateDataKey", arn, home, context):
        return (
            "InsufficientEncryptionPolicyException: the key policy does not let CloudTrail encrypt"
        )
    return None
