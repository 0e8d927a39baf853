"""How a call is recorded: under whose session, by which names, without secrets."""

import io
import json
import zipfile

import pytest
from botocore.exceptions import ClientError

from local.connection import Connection
from tests.embedded_aws.trails import Ask, a_role, as_role, recorded

pytestmark = pytest.mark.local


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
