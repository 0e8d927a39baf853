"""How records reach the bucket of a trail: where they lie, which they are, and what keeps them away."""

import json

import pytest

from local.connection import Connection
from tests.embedded_aws.trails import (
    ALL_MANAGEMENT,
    KEY,
    Ask,
    Eventually,
    a_role,
    a_trail,
    allow,
    as_role,
    delivered,
    files,
)

pytestmark = pytest.mark.local


def test_files_lie_where_cloudtrail_puts_them_one_region_each(
    embedded: Connection, eventually: Eventually
) -> None:
    bucket = a_trail(embedded, "layout")
    embedded.client("sqs", region="us-west-2").create_queue(QueueName="layout-queue")
    embedded.client("iam").create_user(UserName="layout-user")

    eventually(lambda: delivered(embedded, bucket, "CreateQueue", "layout-queue"))
    eventually(lambda: delivered(embedded, bucket, "CreateUser", "layout-user"))

    matches = {key: KEY.fullmatch(key) for key in files(embedded, bucket)}
    assert all(matches.values())
    for key, records in files(embedded, bucket).items():
        match = matches[key]
        assert match
        assert {record["awsRegion"] for record in records} == {match["region"]}
    (user,) = delivered(embedded, bucket, "CreateUser", "layout-user")
    assert user["awsRegion"] == "us-east-1"
    status = embedded.client("cloudtrail").get_trail_status(Name="layout")
    assert status["LatestDeliveryTime"]


def test_a_bucket_that_refuses_gets_everything_once_it_agrees(
    embedded: Connection, eventually: Eventually
) -> None:
    bucket = a_trail(embedded, "refused", policy=False)
    embedded.client("sqs").create_queue(QueueName="while-refused")
    trail = embedded.client("cloudtrail")

    eventually(lambda: trail.get_trail_status(Name="refused").get("LatestDeliveryError"))
    assert files(embedded, bucket) == {}

    allow(embedded, "refused")
    eventually(lambda: delivered(embedded, bucket, "CreateQueue", "while-refused"))


def test_data_events_come_only_from_the_selected_sessions(
    embedded: Connection, eventually: Eventually
) -> None:
    prefix = "arn:aws:sts::123456789012:assumed-role/chosen-role/"
    data = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {"Field": "userIdentity.arn", "StartsWith": [prefix]},
    ]
    selectors = [ALL_MANAGEMENT, {"Name": "objects", "FieldSelectors": data}]
    bucket = a_trail(embedded, "chosen", selectors=selectors)
    chosen = as_role(embedded, a_role(embedded, "chosen-role"), "run.deploy", "s3")
    other = as_role(embedded, a_role(embedded, "other-role"), "run.deploy", "s3")
    other.put_object(Bucket=bucket, Key="other/object", Body=b"")
    chosen.put_object(Bucket=bucket, Key="chosen/object", Body=b"")
    chosen.list_objects_v2(Bucket=bucket, Prefix="chosen/")
    embedded.client("sqs").create_queue(QueueName="chosen-end")

    records = eventually(lambda: delivered(embedded, bucket, "PutObject", "chosen/object"))
    eventually(lambda: delivered(embedded, bucket, "ListObjects"))
    eventually(lambda: delivered(embedded, bucket, "CreateQueue", "chosen-end"))

    assert not delivered(embedded, bucket, "PutObject", "other/object")
    assert not delivered(embedded, bucket, "GetObject")
    assert records[0]["userIdentity"]["arn"] == prefix + "run.deploy"
    assert records[0]["eventCategory"] == "Data"
    assert records[0]["managementEvent"] is False
    assert records[0]["resources"][0] == {
        "type": "AWS::S3::Object",
        "ARN": f"arn:aws:s3:::{bucket}/chosen/object",
    }


def test_a_duplicated_file_holds_the_same_events_again(
    embedded: Connection, ask: Ask, eventually: Eventually
) -> None:
    bucket = a_trail(embedded, "twice")
    ask("/_fencepost/trail", {"duplicate": True, "shuffle": True})
    try:
        sqs = embedded.client("sqs")
        sqs.create_queue(QueueName="twice-queue")
        found = eventually(
            lambda: (
                len(found := delivered(embedded, bucket, "CreateQueue", "twice-queue")) > 1
                and found
            )
        )
    finally:
        ask("/_fencepost/trail", {"duplicate": False, "shuffle": False})

    assert len({record["eventID"] for record in found}) == 1


def looked_up(embedded: Connection, name: str) -> str:
    """What the event history tells now; nothing while it lets no further request in."""
    lookup = embedded.client("cloudtrail")
    named = {"AttributeKey": "EventName", "AttributeValue": name}
    try:
        return str(lookup.lookup_events(LookupAttributes=[named]))
    except lookup.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "ThrottlingException":
            raise
        return ""


def test_nothing_is_delivered_while_the_trail_never_delivers(
    embedded: Connection, ask: Ask, eventually: Eventually
) -> None:
    bucket = a_trail(embedded, "never")
    ask("/_fencepost/trail", {"never": True})
    try:
        embedded.client("sqs").create_queue(QueueName="never-queue")
        eventually(lambda: "never-queue" in looked_up(embedded, "CreateQueue"))
        assert not delivered(embedded, bucket, "CreateQueue", "never-queue")
    finally:
        ask("/_fencepost/trail", {"never": False})

    eventually(lambda: delivered(embedded, bucket, "CreateQueue", "never-queue"))


def test_an_unknown_knob_is_refused(ask: Ask) -> None:
    with pytest.raises(OSError, match="400"):
        ask("/_fencepost/trail", {"speed": 1})


def test_a_trail_whose_bucket_does_not_let_it_write_is_not_made(embedded: Connection) -> None:
    s3, trail = embedded.client("s3"), embedded.client("cloudtrail")
    where = {"LocationConstraint": embedded.region}
    s3.create_bucket(Bucket="mute-files", CreateBucketConfiguration=where)

    with pytest.raises(trail.exceptions.InsufficientS3BucketPolicyException, match="mute-files"):
        trail.create_trail(Name="mute", S3BucketName="mute-files")
    with pytest.raises(trail.exceptions.S3BucketDoesNotExistException):
        trail.create_trail(Name="mute", S3BucketName="nowhere-files")

    assert trail.describe_trails(trailNameList=["mute"])["trailList"] == []


@pytest.mark.parametrize("bucket_key", [True, False])
def test_a_bucket_key_needs_decrypt_for_cloudtrail_as_well(
    embedded: Connection, *, bucket_key: bool
) -> None:
    name = f"keyed-{str(bucket_key).lower()}"
    kms, trail = embedded.client("kms"), embedded.client("cloudtrail")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    bucket = a_trail(embedded, name)
    encryption = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key},
        "BucketKeyEnabled": bucket_key,
    }
    embedded.client("s3").put_bucket_encryption(
        Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [encryption]}
    )

    def let(*actions: str) -> None:
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": list(actions),
            "Resource": "*",
        }
        owner = {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement, owner]})
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=document)

    let("kms:GenerateDataKey*", "kms:DescribeKey")
    if bucket_key:
        with pytest.raises(trail.exceptions.InsufficientEncryptionPolicyException):
            trail.update_trail(Name=name, KmsKeyId=key)
        assert "KmsKeyId" not in trail.get_trail(Name=name)["Trail"]
        let("kms:GenerateDataKey*", "kms:DescribeKey", "kms:Decrypt")
    trail.update_trail(Name=name, KmsKeyId=key)

    assert trail.get_trail(Name=name)["Trail"]["KmsKeyId"] == key
