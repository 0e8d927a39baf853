"""Keys that services use in the caller's name: asked for, and recorded as KMS does."""

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.connection import Connection
from tests.embedded_aws.principals import allow, deploy, somebody
from tests.emulator import Ask

pytestmark = pytest.mark.local
USES = ["kms:GenerateDataKey", "kms:Decrypt", "kms:Encrypt", "kms:CreateGrant", "kms:DescribeKey"]


@pytest.fixture
def key(embedded: Connection) -> str:
    return str(embedded.client("kms").create_key()["KeyMetadata"]["Arn"])


def name() -> str:
    return f"k-{uuid.uuid4().hex[:10]}"


def bucket_under(embedded: Connection, key: str) -> str:
    """A bucket that encrypts with the key."""
    s3, bucket = embedded.client("s3"), name()
    s3.create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": embedded.region}
    )
    rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]},
    )
    return bucket


def uses(ask: Ask, key: str) -> list[dict[str, Any]]:
    """The records of the key's use, oldest first, without its making."""
    return [
        one
        for one in ask("/_fencepost/records")["records"]
        if one["eventSource"] == "kms.amazonaws.com"
        and [it["ARN"] for it in one.get("resources", ())] == [key]
        and "invokedBy" in one["userIdentity"]
    ]


def shown(records: list[dict[str, Any]]) -> list[tuple[str, str, dict[str, str]]]:
    return [
        (
            one["eventName"],
            one["userIdentity"]["invokedBy"],
            one["requestParameters"].get("encryptionContext"),
        )
        for one in records
    ]


def test_s3_hides_behind_aws_internal_and_names_the_object(
    embedded: Connection, ask: Ask, key: str
) -> None:
    bucket = bucket_under(embedded, key)

    caller = somebody(embedded, allow("s3:*"), allow(USES, key)).client("s3")
    caller.put_object(Bucket=bucket, Key="a", Body=b"x")
    caller.get_object(Bucket=bucket, Key="a")
    caller.copy_object(Bucket=bucket, Key="b", CopySource={"Bucket": bucket, "Key": "a"})

    first, second = ({"aws:s3:arn": f"arn:aws:s3:::{bucket}/{one}"} for one in "ab")
    assert shown(uses(ask, key)) == [
        ("GenerateDataKey", "AWS Internal", first),
        ("Decrypt", "AWS Internal", first),
        ("GenerateDataKey", "AWS Internal", second),
        ("Decrypt", "AWS Internal", first),
    ]
    assert all(one["sourceIPAddress"] == "AWS Internal" for one in uses(ask, key))
    (written,) = (
        one
        for one in ask("/_fencepost/records")["records"]
        if one["eventName"] == "PutObject" and one["requestParameters"]["bucketName"] == bucket
    )
    assert written["responseElements"]["x-amz-server-side-encryption-aws-kms-key-id"] == key


def test_what_was_written_with_another_key_is_read_with_it(embedded: Connection, key: str) -> None:
    s3, bucket = embedded.client("s3"), name()
    s3.create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": embedded.region}
    )
    named = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    s3.put_object(Bucket=bucket, Key="own", Body=b"x", **named)
    s3.put_object(Bucket=bucket, Key="plain", Body=b"x")
    stranger = somebody(embedded, allow("s3:*")).client("s3")

    stranger.get_object(Bucket=bucket, Key="plain")
    with pytest.raises(ClientError, match="kms:Decrypt"):
        stranger.get_object(Bucket=bucket, Key="own")
    with pytest.raises(ClientError, match="kms:Decrypt"):
        stranger.copy_object(Bucket=bucket, Key="x", CopySource={"Bucket": bucket, "Key": "own"})


def test_queues_topics_and_secrets_are_named_by_their_contexts(
    embedded: Connection, ask: Ask, key: str
) -> None:
    sqs, sns = embedded.client("sqs"), embedded.client("sns")
    queue = sqs.create_queue(QueueName=name(), Attributes={"KmsMasterKeyId": key})["QueueUrl"]
    topic = sns.create_topic(Name=name(), Attributes={"KmsMasterKeyId": key})["TopicArn"]
    caller = somebody(embedded, allow(["sqs:*", "sns:*", "secretsmanager:*"]), allow(USES, key))

    caller.client("sqs").send_message(QueueUrl=queue, MessageBody="x")
    caller.client("sns").publish(TopicArn=topic, Message="x")
    secrets = caller.client("secretsmanager")
    secret = secrets.create_secret(Name=name(), SecretString="x", KmsKeyId=key)["ARN"]
    secrets.get_secret_value(SecretId=secret)

    found = shown(uses(ask, key))
    arn = f"arn:aws:sqs:{embedded.region}:{embedded.account}:{queue.rpartition('/')[2]}"
    for use in ("GenerateDataKey", "Decrypt"):
        assert (use, "sqs.amazonaws.com", {"aws:sqs:arn": arn}) in found
        assert (use, "sns.amazonaws.com", {"aws:sns:topicArn": topic}) in found
    assert found[-1][:2] == ("Decrypt", "secretsmanager.amazonaws.com")
    assert found[-1][2]["SecretARN"] == secret


def test_items_of_a_table_are_read_and_written_with_its_key(
    embedded: Connection, ask: Ask, key: str
) -> None:
    table = name()
    embedded.client("dynamodb").create_table(
        TableName=table,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )
    item = {"id": {"S": "1"}}
    stranger = somebody(embedded, allow("dynamodb:*")).client("dynamodb")
    caller = somebody(embedded, allow("dynamodb:*"), allow(USES, key)).client("dynamodb")

    with pytest.raises(ClientError, match="kms:Decrypt"):
        stranger.put_item(TableName=table, Item=item)
    caller.put_item(TableName=table, Item=item)
    caller.batch_get_item(RequestItems={table: {"Keys": [item]}})

    context = {"aws:dynamodb:tableName": table, "aws:dynamodb:subscriberId": embedded.account}
    reads = [one for one in uses(ask, key) if one["eventName"] == "Decrypt"]
    assert "errorCode" in reads[0]
    assert shown(reads[1:]) == [("Decrypt", "dynamodb.amazonaws.com", context)] * 2


def test_a_refused_use_is_recorded_by_kms_as_well(embedded: Connection, ask: Ask, key: str) -> None:
    queue = embedded.client("sqs").create_queue(
        QueueName=name(), Attributes={"KmsMasterKeyId": key}
    )["QueueUrl"]
    half = somebody(embedded, allow("sqs:*"), allow("kms:GenerateDataKey", key)).client("sqs")

    with pytest.raises(ClientError, match="kms:Decrypt"):
        half.send_message(QueueUrl=queue, MessageBody="x")

    made, refused = uses(ask, key)
    assert (made["eventName"], made.get("errorCode")) == ("GenerateDataKey", None)
    assert (refused["eventName"], refused["errorCode"]) == ("Decrypt", "AccessDenied")
    assert "kms:Decrypt" in refused["errorMessage"]
    assert refused["userIdentity"]["invokedBy"] == "sqs.amazonaws.com"


def test_a_call_that_is_refused_itself_uses_no_key(
    embedded: Connection, ask: Ask, key: str
) -> None:
    queue = embedded.client("sqs").create_queue(
        QueueName=name(), Attributes={"KmsMasterKeyId": key}
    )["QueueUrl"]
    stranger = somebody(embedded, allow(USES, key)).client("sqs")

    with pytest.raises(ClientError, match=r"(?i)sqs:SendMessage"):
        stranger.send_message(QueueUrl=queue, MessageBody="x")

    assert uses(ask, key) == []


def test_what_a_stack_encrypts_is_recorded_too(embedded: Connection, ask: Ask, key: str) -> None:
    secret = {
        "Type": "AWS::SecretsManager::Secret",
        "Properties": {"Name": name(), "SecretString": "x", "KmsKeyId": key},
    }
    rights = allow(["cloudformation:*", "secretsmanager:*"]), allow(USES, key)

    _, status = deploy(somebody(embedded, *rights), {"Secret": secret})

    assert status == "CREATE_COMPLETE"
    assert [one[:2] for one in shown(uses(ask, key))] == [
        ("GenerateDataKey", "secretsmanager.amazonaws.com"),
        ("Decrypt", "secretsmanager.amazonaws.com"),
    ]


def test_data_under_a_key_needs_the_key(embedded: Connection, key: str) -> None:
    bucket = bucket_under(embedded, key)
    via: dict[str, Any] = {
        "StringEquals": {"kms:ViaService": f"s3.{embedded.region}.amazonaws.com"}
    }
    without = somebody(embedded, allow("s3:*"))
    having = somebody(
        embedded, allow("s3:*"), allow(["kms:GenerateDataKey", "kms:Decrypt"], key, **via)
    )

    having.client("s3").put_object(Bucket=bucket, Key="k", Body=b"1")
    having.client("s3").get_object(Bucket=bucket, Key="k")
    with pytest.raises(ClientError, match="kms:GenerateDataKey"):
        without.client("s3").put_object(Bucket=bucket, Key="k", Body=b"1")
    with pytest.raises(ClientError, match="kms:Decrypt"):
        without.client("s3").get_object(Bucket=bucket, Key="k")
    with pytest.raises(ClientError, match="kms:Decrypt"):
        having.client("kms").decrypt(KeyId=key, CiphertextBlob=b"x" * 64)


def test_a_notice_under_a_key_needs_the_key(embedded: Connection, key: str) -> None:
    topic = embedded.client("sns").create_topic(Name=name(), Attributes={"KmsMasterKeyId": key})[
        "TopicArn"
    ]
    without = somebody(embedded, allow("sns:*"))
    having = somebody(embedded, allow("sns:*"), allow(["kms:GenerateDataKey", "kms:Decrypt"], key))

    having.client("sns").publish(TopicArn=topic, Message="m")
    with pytest.raises(ClientError, match="kms:GenerateDataKey"):
        without.client("sns").publish(TopicArn=topic, Message="m")
