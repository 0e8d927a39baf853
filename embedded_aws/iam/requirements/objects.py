"""What S3 asks about objects beyond the action of the operation's own name.

That a key is not there S3 says only to who may list the bucket, in the words in which it refuses a
listing: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html ("Permissions") and
https://github.com/aws/aws-sdk-js-v3/issues/6523 (of a copy's source). A batch delete asks for each
object, and for versions another action:
https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
"""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, unquote

from embedded_aws.iam.calls import Call, Check
from embedded_aws.ministack import services
from embedded_aws.protocol.service_models import at_path

_READS = re.compile(
    r"(?:(?:Get|Put|Delete)Object(?:Acl|LegalHold|Retention|Tagging)|GetObject(?:Attributes|Torrent)?"
    r"|HeadObject|RestoreObject|SelectObjectContent)"
)
_COPIES = frozenset({"CopyObject", "UploadPartCopy"})
_CURRENT = "null"  # the version of what was written without versions


def fail_before_iam(call: Call) -> bool:
    """S3 looks for the bucket before it asks: lambdas/reference/curated/error_codes.yaml."""
    bucket = call.params.get("Bucket")
    if call.service != "s3" or call.operation == "CreateBucket" or not isinstance(bucket, str):
        return False
    return ":" not in bucket and services.service("s3")._bucket_owner_account(bucket) is None


def batch_delete(call: Call) -> list[Check]:
    """The questions of a batch delete, one for each object."""
    if call.key != "s3:DeleteObjects":
        return []
    bypass = bool(call.params.get("BypassGovernanceRetention"))
    found: list[Check] = []
    for one in at_path(call.params, "Delete.Objects"):
        version = one.get("VersionId")
        action = "s3:DeleteObjectVersion" if version else "s3:DeleteObject"
        resource = f"{_bucket_arn(str(call.params.get('Bucket')), call)}/{one.get('Key')}"
        context = {"s3:VersionId": version} if version else {}
        found.append(Check(action=action, resource=resource, context=context))
        if bypass:
            found.append(Check(action="s3:BypassGovernanceRetention", resource=resource))
    return found


def listing(call: Call) -> Iterator[Check]:
    """The right to list, of who asks for something that is not there."""
    asked = _asked(call)
    if asked is None:
        return
    bucket, key, version = asked
    if ":" not in bucket and _is_missing(bucket, key, version):
        yield Check(action="s3:ListBucket", resource=_bucket_arn(bucket, call))


def _asked(call: Call) -> tuple[str, str, str] | None:
    """Bucket, key and version of the object that a call must find."""
    params = call.params
    if call.service != "s3":
        return None
    if call.operation in _COPIES:
        return copied(call)
    if _READS.fullmatch(call.operation) and params.get("Bucket") and params.get("Key"):
        return str(params["Bucket"]), str(params["Key"]), str(params.get("VersionId") or "")
    return None


def copied(call: Call) -> tuple[str, str, str] | None:
    """Bucket, key and version of what a call copies from; none when it copies nothing."""
    if call.service != "s3" or call.operation not in _COPIES:
        return None
    path, _, query = str(call.params.get("CopySource") or "").partition("?")
    bucket, _, key = unquote(path).removeprefix("/").partition("/")
    version = parse_qs(query).get("versionId", [""])[0]
    return (bucket, key, version) if bucket and key else None


def _is_missing(bucket: str, key: str, version: str) -> bool:
    """Whether an existing bucket holds no such object, or only a marker that it was deleted."""
    s3 = services.service("s3")
    owner = s3._bucket_owner_account(bucket)
    held = s3._buckets.get_scoped(owner, None, bucket) if owner else None
    if held is None:
        return False  # which is said before anybody is asked
    versions = s3._object_versions.get_scoped(owner, None, (bucket, key)) or ()
    if version and (versions or version != _CURRENT):
        return all(one["version_id"] != version for one in versions)
    return key not in held["objects"]


def _bucket_arn(bucket: str, call: Call) -> str:
    return bucket if bucket.startswith("arn:") else f"arn:{call.partition}:s3:::{bucket}"
