"""CloudTrail imitated: what is recorded, how it is spelled, and how it reaches the bucket."""

import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.connection import Connection

Eventually = Callable[[Callable[[], Any]], Any]
Ask = Callable[..., Any]

pytestmark = pytest.mark.local

KEY = re.compile(
    r"AWSLogs/123456789012/CloudTrail/(?P<region>[a-z0-9-]+)/\d{4}/\d{2}/\d{2}/"
    r"123456789012_CloudTrail_(?P=region)_\d{8}T\d{4}Z_[A-Za-z0-9]{16}\.json\.gz"
)
ALL_MANAGEMENT = {
    "Name": "management",
    "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
}


def a_trail(
    embedded: Connection, name: str, *, policy: bool = True, selectors: object = None
) -> str:
    bucket = f"{name}-files"
    s3, trail = embedded.client("s3"), embedded.client("cloudtrail")
    s3.create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": embedded.region}
    )
    allow(embedded, name)
    trail.create_trail(Name=name, S3BucketName=bucket, IsMultiRegionTrail=True)
    if not policy:
        s3.delete_bucket_policy(Bucket=bucket)
    if selectors:
        trail.put_event_selectors(TrailName=name, AdvancedEventSelectors=selectors)
    trail.start_logging(Name=name)
    return bucket


def allow(embedded: Connection, name: str) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{name}-files/AWSLogs/*",
        "Condition": {
            "StringEquals": {
                "s3:x-amz-acl": "bucket-owner-full-control",
                "aws:SourceArn": f"arn:aws:cloudtrail:eu-west-1:123456789012:trail/{name}",
            }
        },
    }
    plain_http = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{name}-files", f"arn:aws:s3:::{name}-files/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement, plain_http]}
    embedded.client("s3").put_bucket_policy(Bucket=f"{name}-files", Policy=json.dumps(policy))


def files(embedded: Connection, bucket: str) -> dict[str, list[dict[str, Any]]]:
    s3 = embedded.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    keys = [one["Key"] for page in pages for one in page.get("Contents", [])]
    keys = [key for key in keys if key.startswith("AWSLogs/")]
    bodies = {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}
    return {key: json.loads(gzip.decompress(body))["Records"] for key, body in bodies.items()}


def delivered(embedded: Connection, bucket: str, name: str, text: str = "") -> list[dict[str, Any]]:
    return [
        record
        for records in files(embedded, bucket).values()
        for record in records
        if record["eventName"] == name and text in json.dumps(record["requestParameters"])
    ]


def recorded(ask: Ask, name: str, text: str = "") -> list[dict[str, Any]]:
    return [
        record
        for record in ask("/_fencepost/records")["records"]
        if record["eventName"] == name and text in json.dumps(record)
    ]


def a_role(embedded: Connection, name: str, *, path: str = "/") -> str:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "123456789012"}}
    grant = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam = embedded.client("iam")
    role = iam.create_role(
        RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps({"Statement": [trust]})
    )
    document = json.dumps({"Version": "2012-10-17", "Statement": [grant]})
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=document)
    arn: str = role["Role"]["Arn"]
    return arn


def as_role(embedded: Connection, arn: str, session: str, service: Any) -> Any:
    answer = embedded.client("sts").assume_role(RoleArn=arn, RoleSessionName=session)
    keys = answer["Credentials"]
    return boto3.client(
        service,
        endpoint_url=embedded.endpoint,
        region_name=embedded.region,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


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


def test_a_session_carries_its_issuer_with_the_roles_path(embedded: Connection, ask: Ask) -> None:
    arn = a_role(embedded, "pathed-role", path="/team/")
    as_role(embedded, arn, "pathed.deploy", "sts").get_caller_identity()

    record = recorded(ask, "GetCallerIdentity", "pathed-role")[-1]
    identity = record["userIdentity"]
    assert identity["type"] == "AssumedRole"
    assert identity["arn"] == "arn:aws:sts::123456789012:assumed-role/pathed-role/pathed.deploy"
    assert identity["sessionContext"]["sessionIssuer"]["arn"] == arn
    assert identity["sessionContext"]["sessionIssuer"]["userName"] == "pathed-role"
    (assumed,) = recorded(ask, "AssumeRole", "pathed.deploy")
    assert assumed["readOnly"] is True
    handed = assumed["responseElements"]["credentials"]
    assert handed["accessKeyId"] == identity["accessKeyId"]
    assert "secretAccessKey" not in handed
    assert assumed["resources"] == [
        {"ARN": arn, "accountId": "123456789012", "type": "AWS::IAM::Role"}
    ]


def test_both_accounts_are_told_of_a_session_across_them(
    embedded: Connection, other_account: Connection, ask: Ask
) -> None:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "123456789012"}}
    other_account.client("iam").create_role(
        RoleName="guest", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]})
    )
    arn = "arn:aws:iam::210987654321:role/guest"

    guest = as_role(embedded, arn, "visit", "sts")

    assert guest.get_caller_identity()["Account"] == "210987654321"
    here, there = recorded(ask, "AssumeRole", "role/guest")
    assert here["recipientAccountId"] == "123456789012"
    assert there["recipientAccountId"] == "210987654321"
    assert here["sharedEventID"] == there["sharedEventID"]
    assert there["userIdentity"]["type"] == "AWSAccount"


def test_lambdas_events_have_their_own_names_and_no_environment(
    embedded: Connection, ask: Ask
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): return event")
    lambda_ = embedded.client("lambda")
    lambda_.create_function(
        FunctionName="recorded-function",
        Runtime="python3.12",
        Role=a_role(embedded, "function-role"),
        Handler="index.handler",
        Code={"ZipFile": buffer.getvalue()},
        Environment={"Variables": {"TOKEN": "not-for-the-log"}},
    )
    lambda_.get_function(FunctionName="recorded-function")

    (created,) = recorded(ask, "CreateFunction20150331", "recorded-function")
    assert created["eventSource"] == "lambda.amazonaws.com"
    assert created["requestParameters"]["functionName"] == "recorded-function"
    assert created["responseElements"]["functionArn"].endswith(":function:recorded-function")
    assert "not-for-the-log" not in json.dumps(created)
    assert "zipFile" not in json.dumps(created)
    (read,) = recorded(ask, "GetFunction20150331v2", "recorded-function")
    assert read["responseElements"] is None
    assert read["readOnly"] is True


def test_a_failure_is_recorded_with_the_services_own_code(embedded: Connection, ask: Ask) -> None:
    with pytest.raises(ClientError):
        embedded.client("dynamodb").describe_table(TableName="no-such-table")
    with pytest.raises(ClientError):
        embedded.client("iam").get_role(RoleName="no-such-role")
    with pytest.raises(ClientError):
        embedded.client("s3").get_bucket_location(Bucket="no-such-bucket-here")

    assert recorded(ask, "DescribeTable", "no-such-table")[0]["errorCode"] == (
        "ResourceNotFoundException"
    )
    assert recorded(ask, "GetRole", "no-such-role")[0]["errorCode"] == "NoSuchEntityException"
    assert recorded(ask, "GetBucketLocation", "no-such-bucket-here")[0]["errorCode"] == (
        "NoSuchBucket"
    )


def test_event_sources_are_cloudtrails(embedded: Connection, ask: Ask) -> None:
    embedded.client("cloudwatch").put_metric_alarm(
        AlarmName="sourced-alarm",
        MetricName="m",
        Namespace="n",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    embedded.client("ecr").create_repository(repositoryName="sourced-repository")

    (alarm,) = recorded(ask, "PutMetricAlarm", "sourced-alarm")
    assert alarm["eventSource"] == "monitoring.amazonaws.com"
    (repository,) = recorded(ask, "CreateRepository", "sourced-repository")
    assert repository["eventSource"] == "ecr.amazonaws.com"


def test_queues_are_recorded_at_the_address_that_aws_gives_them(
    embedded: Connection, ask: Ask
) -> None:
    url = embedded.client("sqs").create_queue(QueueName="addressed")["QueueUrl"]
    embedded.client("sqs").get_queue_attributes(QueueUrl=url)

    address = "https://sqs.eu-west-1.amazonaws.com/123456789012/addressed"
    (created,) = recorded(ask, "CreateQueue", "addressed")
    assert created["responseElements"]["queueUrl"] == address
    (read,) = recorded(ask, "GetQueueAttributes", "addressed")
    assert read["requestParameters"]["queueUrl"] == address
    assert read["resources"][0]["ARN"] == "arn:aws:sqs:eu-west-1:123456789012:addressed"


def test_secrets_do_not_reach_the_log(embedded: Connection, ask: Ask) -> None:
    embedded.client("secretsmanager").create_secret(Name="logged", SecretString="hush-hush")
    embedded.client("ssm").put_parameter(Name="/logged", Value="hush-hush", Type="SecureString")
    embedded.client("iam").create_user(UserName="logged")
    key = embedded.client("iam").create_access_key(UserName="logged")["AccessKey"]

    text = json.dumps(ask("/_fencepost/records")["records"])
    assert "hush-hush" not in text
    assert key["SecretAccessKey"] not in text
    assert key["AccessKeyId"] in text


def test_every_request_was_understood(ask: Ask) -> None:
    unknown = ask("/_fencepost/records")["unidentified"]
    # Another test invents an operation, to see that it is refused.
    assert [one for one in unknown if "Invent" not in str(one)] == []


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
