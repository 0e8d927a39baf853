"""A trail's files in S3, read as the role that may read them."""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from botocore.exceptions import ClientError

from embedded_aws.iam.calls import Check
from embedded_aws.iam.evaluation.decision import ask
from embedded_aws.sessions.role_session import RoleSession

DENIALS = frozenset({"AccessDenied", "AccessDeniedException", "403", "KMS.AccessDeniedException"})
MISSING = frozenset({"TrailNotFoundException", "NoSuchBucket"})


class TrailError(Exception):
    """The trail cannot be read; the code is one of policy generation's job errors."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Which files of a trail are read, and how many at most."""

    trail_arn: str
    account: str
    regions: tuple[str, ...]  # none means all
    first: date
    last: date
    since: str  # `YYYYMMDDTHHMMZ`: what was delivered before cannot hold what happened later
    most_files: int
    most_bytes: int


def records(acting: RoleSession, reading: Reading) -> Iterator[Mapping[str, Any]]:
    """Every record in the files of a period."""
    try:
        files = list(_files(acting, reading))
        for bucket, key in _within_quota(files, reading):
            if _delivered(key) < reading.since:
                continue
            body = acting.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
            yield from _parsed(body)
    except ClientError as error:
        raise _translated(error) from error


def _delivered(key: str) -> str:
    """The time in `account_CloudTrail_region_YYYYMMDDTHHMMZ_unique.json.gz`; late when unknown."""
    parts = key.rsplit("/", 1)[-1].split("_")
    return parts[3] if len(parts) > 4 else "9"  # noqa: PLR2004 (parts of a file's name)


def _files(acting: RoleSession, reading: Reading) -> Iterator[tuple[str, str, int]]:
    region = reading.trail_arn.split(":")[3]
    home = RoleSession(
        credentials=acting.credentials, region=region, session_name=acting.session_name
    )
    trail = home.client("cloudtrail").get_trail(Name=reading.trail_arn)["Trail"]
    if trail.get("KmsKeyId"):
        _may_decrypt(home, trail["KmsKeyId"], reading)
    bucket = trail["S3BucketName"]
    prefix = trail.get("S3KeyPrefix", "").strip("/")
    base = f"{prefix}/" if prefix else ""
    base += f"AWSLogs/{reading.account}/CloudTrail/"
    for place in reading.regions or tuple(_regions(acting, bucket, base)):
        day = reading.first
        while day <= reading.last:
            for found in _listed(acting, bucket, f"{base}{place}/{day:%Y/%m/%d}/"):
                yield bucket, found["Key"], found["Size"]
            day += timedelta(days=1)


def _may_decrypt(acting: RoleSession, key: str, reading: Reading) -> None:
    """S3 decrypts for whoever may use the trail's key, which MiniStack does not ask.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-generation.html
    """
    context = {
        "kms:ViaService": f"s3.{acting.region}.amazonaws.com",
        "kms:CallerAccount": reading.account,
        "kms:EncryptionContext:aws:cloudtrail:arn": reading.trail_arn,
        "kms:EncryptionContextKeys": ["aws:cloudtrail:arn"],
    }
    check = Check(action="kms:Decrypt", resource=key, context=context)
    denial = ask(check, acting.credentials.access_key, region=acting.region, service="kms")
    if denial is not None:
        raise TrailError("AUTHORIZATION_ERROR", f"The trail's key: {denial.message}")


def _regions(acting: RoleSession, bucket: str, base: str) -> Iterator[str]:
    pages = acting.client("s3").get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=bucket, Prefix=base, Delimiter="/"):
        for folder in page.get("CommonPrefixes", []):
            yield folder["Prefix"].removeprefix(base).rstrip("/")


def _listed(acting: RoleSession, bucket: str, prefix: str) -> Iterator[Mapping[str, Any]]:
    pages = acting.client("s3").get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=bucket, Prefix=prefix):
        yield from page.get("Contents", [])


def _within_quota(
    files: Sequence[tuple[str, str, int]], reading: Reading
) -> Iterator[tuple[str, str]]:
    if len(files) > reading.most_files:
        raise TrailError(
            "SERVICE_QUOTA_EXCEEDED_ERROR",
            "CloudTrail log files processed per policy generation limit exceeded. "
            "Please fix before trying again.",
        )
    if sum(size for _, _, size in files) > reading.most_bytes:
        raise TrailError(
            "SERVICE_QUOTA_EXCEEDED_ERROR",
            "Policy generation CloudTrail data size limit exceeded. "
            "Please fix before trying again.",
        )
    return ((bucket, key) for bucket, key, _ in files)


def _parsed(body: bytes) -> list[Mapping[str, Any]]:
    try:
        found: list[Mapping[str, Any]] = json.loads(gzip.decompress(body))["Records"]
    except (OSError, EOFError, zlib.error, ValueError, KeyError) as error:
        raise TrailError("SERVICE_ERROR", f"A log file cannot be read: {error}") from error
    return found


def _translated(error: ClientError) -> TrailError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    if code in DENIALS:
        return TrailError(
            "AUTHORIZATION_ERROR",
            f"Incorrect permissions assigned to access CloudTrail S3 bucket or trail: {error}",
        )
    if code in MISSING:
        return TrailError("RESOURCE_NOT_FOUND_ERROR", str(error))
    return TrailError("SERVICE_ERROR", str(error))
