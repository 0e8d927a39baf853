"""S3's own key: encryption with KMS that names no key uses the account's `aws/s3`.

MiniStack refuses such a write; S3 does not, and the CDK's bootstrap bucket relies on it.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
"""

from collections.abc import Mapping
from typing import Any

from ministack.core.responses import get_account_id, get_region

from embedded_aws.ministack import services

ALGORITHM = "x-amz-server-side-encryption"
KEY = "x-amz-server-side-encryption-aws-kms-key-id"


def install() -> None:
    """Name the key before MiniStack looks for one."""
    s3 = services.service("s3")
    resolve = s3._resolve_sse_write_headers

    def resolving(headers: Mapping[str, str], bucket: str) -> Any:
        return resolve(with_key(headers), bucket)

    s3._resolve_sse_write_headers = resolving


def with_key(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers, with the account's own key where KMS is asked for and no key is named."""
    found = dict(headers)
    if found.get(ALGORITHM) == "aws:kms" and not found.get(KEY):
        found[KEY] = f"arn:aws:kms:{get_region()}:{get_account_id()}:alias/aws/s3"
    return found
