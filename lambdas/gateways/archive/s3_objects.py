"""S3 objects and their lists: an answer without what every answer has is no answer.

An empty list would otherwise be an empty trail, and empty bytes an empty document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.gateways.aws_errors import wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.response import StreamingBody
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import ListObjectsV2OutputTypeDef

ABSENT = frozenset({"NoSuchKey", "404", "NotFound"})


def stream(s3: S3Client, bucket: str, key: str) -> StreamingBody:
    """An object's bytes, as they come."""
    answer = s3.get_object(Bucket=bucket, Key=key)
    wanted(answer, "ETag", "s3:GetObject")
    return answer["Body"]


def read(s3: S3Client, bucket: str, key: str) -> bytes:
    """An object's bytes."""
    return stream(s3, bucket, key).read()


def exists(s3: S3Client, bucket: str, key: str) -> bool:
    """Whether there is an object."""
    try:
        wanted(s3.head_object(Bucket=bucket, Key=key), "ETag", "s3:HeadObject")
    except ClientError as error:
        if is_absent(error):
            return False
        raise
    return True


def version(s3: S3Client, bucket: str, key: str) -> str:
    """The newest version of an object; empty where versions are not kept."""
    answer = s3.head_object(Bucket=bucket, Key=key)
    wanted(answer, "ETag", "s3:HeadObject")
    return str(answer.get("VersionId", ""))


def is_absent(error: Exception) -> bool:
    """Whether an error says that there is no such object."""
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in ABSENT


def write(s3: S3Client, bucket: str, key: str, body: bytes, content_type: str) -> None:
    """Write an object; S3 keeps its SHA-256 too, Object Lock needs a checksum on every put."""
    answer = s3.put_object(
        Bucket=bucket, Key=key, Body=body, ContentType=content_type, ChecksumAlgorithm="SHA256"
    )
    wanted(answer, "ETag", "s3:PutObject")


def pages(
    s3: S3Client, bucket: str, prefix: str, *, delimiter: str = "", after: str = ""
) -> Iterator[ListObjectsV2OutputTypeDef]:
    """The pages of the keys below a prefix; up to a delimiter, or after a key."""
    more: dict[str, Any] = {"Delimiter": delimiter} if delimiter else {}
    more |= {"StartAfter": after} if after else {}
    lists = s3.get_paginator("list_objects_v2")
    for page in lists.paginate(Bucket=bucket, Prefix=prefix, **more):
        wanted(page, "KeyCount", "s3:ListObjectsV2")
        yield page
