"""What S3 asks about objects: of missing keys a listing, of versions an action of their own."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.connection import Connection
from tests.embedded_aws.principals import allow, somebody
from tests.emulator import Ask

pytestmark = pytest.mark.local

OBJECTS = ["s3:GetObject", "s3:GetObjectTagging", "s3:PutObject"]


@pytest.fixture
def bucket(embedded: Connection) -> str:
    name = f"objects-{uuid.uuid4().hex[:10]}"
    s3 = embedded.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": embedded.region})
    s3.put_object(Bucket=name, Key="there", Body=b"x")
    return name


def refused(call: Callable[[], Any]) -> tuple[int, str]:
    with pytest.raises(ClientError) as caught:
        call()
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"].get("Message", "")


def last(ask: Ask, name: str, bucket: str) -> dict[str, Any]:
    records = [
        record
        for record in ask("/_fencepost/records")["records"]
        if record["eventName"] == name
        and (record["requestParameters"] or {"bucketName": bucket}).get("bucketName") == bucket
    ]
    found: dict[str, Any] = records[-1]
    return found


CALLS: dict[str, Callable[[Any, str], Any]] = {
    "GetObject": lambda s3, bucket: s3.get_object(Bucket=bucket, Key="gone"),
    "HeadObject": lambda s3, bucket: s3.head_object(Bucket=bucket, Key="gone"),
    "GetObjectTagging": lambda s3, bucket: s3.get_object_tagging(Bucket=bucket, Key="gone"),
    "CopyObject": lambda s3, bucket: s3.copy_object(
        Bucket=bucket, Key="new", CopySource={"Bucket": bucket, "Key": "gone"}
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_who_may_not_list_is_refused_instead_of_being_told_that_a_key_is_not_there(
    embedded: Connection, ask: Ask, bucket: str, name: str
) -> None:
    arn = f"arn:aws:s3:::{bucket}"
    stranger = somebody(embedded, allow(OBJECTS, f"{arn}/*")).client("s3")
    lister = somebody(embedded, allow(OBJECTS, f"{arn}/*"), allow("s3:ListBucket", arn))

    status, message = refused(lambda: CALLS[name](stranger, bucket))

    assert status == 403
    assert name == "HeadObject" or f's3:ListBucket on resource: "{arn}"' in message
    written = last(ask, name, bucket)
    assert written["errorCode"] == "AccessDenied"
    assert f's3:ListBucket on resource: "{arn}"' in written["errorMessage"]

    status, _ = refused(lambda: CALLS[name](lister.client("s3"), bucket))

    assert status == 404
    assert last(ask, name, bucket)["errorCode"] == "NoSuchKey"


def test_what_is_there_is_read_without_a_listing(embedded: Connection, bucket: str) -> None:
    reader = somebody(embedded, allow(OBJECTS, f"arn:aws:s3:::{bucket}/*")).client("s3")

    assert reader.get_object(Bucket=bucket, Key="there")["Body"].read() == b"x"
    assert reader.head_object(Bucket=bucket, Key="there")["ContentLength"] == 1


def test_a_deleted_object_is_not_there(embedded: Connection, bucket: str) -> None:
    s3 = embedded.client("s3")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=bucket, Key="there", Body=b"y")["VersionId"]
    s3.delete_object(Bucket=bucket, Key="there")
    grants = allow([*OBJECTS, "s3:GetObjectVersion"], f"arn:aws:s3:::{bucket}/*")
    reader = somebody(embedded, grants).client("s3")

    assert refused(lambda: reader.get_object(Bucket=bucket, Key="there"))[0] == 403
    assert reader.get_object(Bucket=bucket, Key="there", VersionId=version)["Body"].read() == b"y"


def test_a_batch_delete_of_versions_asks_for_an_action_of_their_own(
    embedded: Connection, ask: Ask, bucket: str
) -> None:
    s3 = embedded.client("s3")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=bucket, Key="kept", Body=b"y")["VersionId"]
    objects = f"arn:aws:s3:::{bucket}/*"
    of_versions = {"Objects": [{"Key": "kept", "VersionId": version}]}
    deleter = somebody(embedded, allow("s3:DeleteObject", objects)).client("s3")

    deleter.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "there"}]})
    status, message = refused(lambda: deleter.delete_objects(Bucket=bucket, Delete=of_versions))

    assert (status, "s3:DeleteObjectVersion" in message) == (403, True)
    both = allow(["s3:DeleteObject", "s3:DeleteObjectVersion"], objects)
    somebody(embedded, both).client("s3").delete_objects(Bucket=bucket, Delete=of_versions)
    written = last(ask, "DeleteObjects", bucket)
    assert "kept" not in str(written)
    assert version not in str(written)
    assert written["requestParameters"]["delete"] == ""


def test_going_around_a_retention_is_asked_for_each_object(
    embedded: Connection, bucket: str
) -> None:
    objects = f"arn:aws:s3:::{bucket}/*"
    deleter = somebody(embedded, allow("s3:DeleteObject", objects)).client("s3")

    _, message = refused(
        lambda: deleter.delete_objects(
            Bucket=bucket, Delete={"Objects": [{"Key": "a"}]}, BypassGovernanceRetention=True
        )
    )

    assert "s3:BypassGovernanceRetention" in message
