"""Access Analyzer, imitated with its published limits: what it knows, leaves out and refuses."""

import json
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.connection import Connection
from tests.embedded_aws.workloads import a_role

Ask = Callable[..., Any]
Eventually = Callable[[Callable[[], Any]], Any]

pytestmark = pytest.mark.local

PRINCIPAL = "arn:aws:iam::123456789012:role/team/subject"
READS = ["cloudtrail:GetTrail", "s3:GetObject", "s3:ListBucket"]


@pytest.fixture(scope="module")
def trail(embedded: Connection) -> str:
    s3 = embedded.client("s3")
    bucket = "analyzed-trail"
    where = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": ["s3:GetBucketAcl", "s3:PutObject"],
        "Resource": resources,
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Statement": [statement]}))
    cloudtrail = embedded.client("cloudtrail")
    arn: str = cloudtrail.create_trail(
        Name="analyzed", S3BucketName=bucket, S3KeyPrefix="pre", IsMultiRegionTrail=True
    )["TrailARN"]
    cloudtrail.start_logging(Name="analyzed")
    return arn


@pytest.fixture
def turned(ask: Ask) -> Iterator[Callable[..., None]]:
    """Turn the knobs of policy generation, and back again."""
    yield lambda **knobs: ask("/_fencepost/generation", knobs)
    ask("/_fencepost/generation", {"seconds": 0.1})


def subject_of(embedded: Connection) -> tuple[str, boto3.Session]:
    arn = a_role(
        embedded,
        "subject",
        actions=["s3:*", "iam:ListRoles"],
        trust={"AWS": "arn:aws:iam::123456789012:root"},
    )
    keys = embedded.client("sts").assume_role(RoleArn=arn, RoleSessionName="run-1.deploy")
    credentials = keys["Credentials"]
    session = boto3.Session(
        credentials["AccessKeyId"],
        credentials["SecretAccessKey"],
        credentials["SessionToken"],
        region_name="eu-west-1",
    )
    return arn, session


def generation(trail: str, principal: str, access_role: str, **more: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    details = {
        "trails": [{"cloudTrailArn": trail, "allRegions": True}],
        "accessRole": access_role,
        "startTime": now - timedelta(minutes=10),
        "endTime": now + timedelta(seconds=1),
    }
    return {
        "policyGenerationDetails": {"principalArn": principal},
        "cloudTrailDetails": details | more,
    }


def outcome(embedded: Connection, eventually: Eventually, job: str) -> dict[str, Any]:
    analyzer = embedded.client("accessanalyzer")

    def done() -> dict[str, Any] | None:
        found: dict[str, Any] = analyzer.get_generated_policy(
            jobId=job, includeResourcePlaceholders=True, includeServiceLevelTemplate=True
        )
        return None if found["jobDetails"]["status"] == "IN_PROGRESS" else found

    found: dict[str, Any] = eventually(done)
    return found


def test_a_job_reads_the_trail_as_its_access_role_and_finds_what_the_principal_did(
    embedded: Connection, trail: str, ask: Ask, eventually: Eventually
) -> None:
    principal, session = subject_of(embedded)
    s3 = session.client("s3", endpoint_url=embedded.endpoint)
    s3.create_bucket(
        Bucket="made-by-subject", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    s3.put_object(Bucket="made-by-subject", Key="a", Body=b"data")
    session.client("iam", endpoint_url=embedded.endpoint).list_roles()
    with pytest.raises(ClientError):
        session.client("sqs", endpoint_url=embedded.endpoint).list_queues()
    reader = a_role(embedded, "access-analyzer.amazonaws.com", actions=READS)
    analyzer = embedded.client("accessanalyzer")

    def granted() -> set[str] | None:
        job = analyzer.start_policy_generation(**generation(trail, principal, reader))["jobId"]
        found = outcome(embedded, eventually, job)
        assert found["jobDetails"]["status"] == "SUCCEEDED", found
        texts = [item["policy"] for item in found["generatedPolicyResult"]["generatedPolicies"]]
        actions = set(re.findall(r'"([a-z0-9-]+:[A-Za-z]+)"', " ".join(texts)))
        return actions if len(actions) >= 3 else None  # the trail delivers in its own time

    assert eventually(granted) == {"s3:CreateBucket", "iam:ListRoles", "sqs:ListQueues"}
    sessions = {
        record["eventName"]
        for record in ask("/_fencepost/records")["records"]
        if record["userIdentity"].get("sessionContext", {}).get("sessionIssuer", {}).get("arn")
        == reader
    }
    assert {"GetTrail"} <= sessions


@pytest.mark.parametrize("missing", READS)
def test_an_access_role_without_a_permission_fails_the_job(
    embedded: Connection, trail: str, eventually: Eventually, missing: str
) -> None:
    allowed = [action for action in READS if action != missing]
    reader = a_role(embedded, "access-analyzer.amazonaws.com", actions=allowed)
    principal, _ = subject_of(embedded)
    request = generation(trail, principal, reader)

    job = embedded.client("accessanalyzer").start_policy_generation(**request)["jobId"]
    found = outcome(embedded, eventually, job)

    assert found["jobDetails"]["status"] == "FAILED"
    assert found["jobDetails"]["jobError"]["code"] == "AUTHORIZATION_ERROR"


def test_an_access_role_must_be_allowed_to_use_the_trails_key(
    embedded: Connection, trail: str, eventually: Eventually
) -> None:
    kms = embedded.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    statements = [
        {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": "*"}
        for principal, actions in (
            ({"AWS": "arn:aws:iam::123456789012:root"}, "kms:*"),
            ({"Service": "cloudtrail.amazonaws.com"}, ["kms:GenerateDataKey*", "kms:DescribeKey"]),
        )
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=document)
    cloudtrail = embedded.client("cloudtrail")
    encrypted = cloudtrail.create_trail(
        Name="encrypted", S3BucketName="analyzed-trail", S3KeyPrefix="pre", KmsKeyId=key
    )["TrailARN"]
    analyzer = embedded.client("accessanalyzer")

    def status(*more: str) -> tuple[str, str]:
        reader = a_role(embedded, "access-analyzer.amazonaws.com", actions=[*READS, *more])
        request = generation(encrypted, PRINCIPAL, reader)
        job = analyzer.start_policy_generation(**request)["jobId"]
        details = outcome(embedded, eventually, job)["jobDetails"]
        return details["status"], details.get("jobError", {}).get("code", "")

    assert trail
    assert status() == ("FAILED", "AUTHORIZATION_ERROR")
    assert status("kms:Decrypt") == ("SUCCEEDED", "")


def test_an_access_role_that_does_not_trust_the_service_fails_the_job(
    embedded: Connection, trail: str, eventually: Eventually
) -> None:
    stranger = a_role(embedded, "lambda.amazonaws.com", actions=READS)
    request = generation(trail, PRINCIPAL, stranger)

    job = embedded.client("accessanalyzer").start_policy_generation(**request)["jobId"]

    error = outcome(embedded, eventually, job)["jobDetails"]["jobError"]
    assert error["code"] == "AUTHORIZATION_ERROR"


def test_a_trail_that_is_not_there_fails_the_job(
    embedded: Connection, eventually: Eventually
) -> None:
    reader = a_role(embedded, "access-analyzer.amazonaws.com", actions=READS)
    gone = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/gone"
    request = generation(gone, PRINCIPAL, reader)

    job = embedded.client("accessanalyzer").start_policy_generation(**request)["jobId"]

    error = outcome(embedded, eventually, job)["jobDetails"]["jobError"]
    assert error["code"] == "RESOURCE_NOT_FOUND_ERROR"


def test_one_job_at_a_time_and_a_token_names_one_job(
    embedded: Connection, trail: str, turned: Callable[..., None], eventually: Eventually
) -> None:
    turned(seconds=20)
    reader = a_role(embedded, "access-analyzer.amazonaws.com", actions=READS)
    analyzer = embedded.client("accessanalyzer")
    request = generation(trail, PRINCIPAL, reader) | {"clientToken": str(uuid.uuid4())}

    job = analyzer.start_policy_generation(**request)["jobId"]
    again = analyzer.start_policy_generation(**request)["jobId"]
    with pytest.raises(analyzer.exceptions.ServiceQuotaExceededException) as busy:
        analyzer.start_policy_generation(**generation(trail, PRINCIPAL, reader))
    changed = {**request, "policyGenerationDetails": {"principalArn": PRINCIPAL + "2"}}
    with pytest.raises(analyzer.exceptions.ConflictException):
        analyzer.start_policy_generation(**changed)
    analyzer.cancel_policy_generation(jobId=job)

    assert again == job
    assert busy.value.response["ResponseMetadata"]["HTTPStatusCode"] == 402
    assert outcome(embedded, eventually, job)["jobDetails"]["status"] == "CANCELED"
    listed = analyzer.list_policy_generations(principalArn=PRINCIPAL)["policyGenerations"]
    assert job in [item["jobId"] for item in listed]


def test_a_region_has_its_daily_number_of_jobs_the_cancelled_ones_included(
    embedded: Connection, turned: Callable[..., None]
) -> None:
    turned(seconds=20)
    reader = a_role(embedded, "access-analyzer.amazonaws.com", actions=READS)
    milan = embedded.client("accessanalyzer", region="eu-south-1")
    gone = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/gone"

    for _ in range(5):
        job = milan.start_policy_generation(**generation(gone, PRINCIPAL, reader))["jobId"]
        milan.cancel_policy_generation(jobId=job)

    with pytest.raises(milan.exceptions.ServiceQuotaExceededException, match="per day"):
        milan.start_policy_generation(**generation(gone, PRINCIPAL, reader))


@pytest.mark.parametrize("status", ["FAILED", "CANCELED"])
def test_a_test_can_ask_for_another_outcome(
    embedded: Connection,
    trail: str,
    turned: Callable[..., None],
    eventually: Eventually,
    status: str,
) -> None:
    turned(outcomes=[status], busy=1)
    reader = a_role(embedded, "access-analyzer.amazonaws.com", actions=READS)
    analyzer = embedded.client("accessanalyzer")
    request = generation(trail, PRINCIPAL, reader)

    with pytest.raises(analyzer.exceptions.ServiceQuotaExceededException):
        analyzer.start_policy_generation(**request)
    job = analyzer.start_policy_generation(**request)["jobId"]

    assert outcome(embedded, eventually, job)["jobDetails"]["status"] == status


@pytest.mark.parametrize(
    "wrong",
    [
        {"accessRole": "arn:aws:iam::123456789012:user/x"},
        {"trails": [{"cloudTrailArn": "arn:aws:s3:::bucket", "allRegions": True}]},
        {"trails": [{"cloudTrailArn": "arn:aws:cloudtrail:eu-west-1:123456789012:trail/t"}]},
        {"startTime": datetime.now(UTC) - timedelta(days=91)},
        {"startTime": datetime.now(UTC) + timedelta(days=1)},
    ],
)
def test_a_request_that_the_service_does_not_accept_is_refused(
    embedded: Connection, trail: str, wrong: dict[str, Any]
) -> None:
    analyzer = embedded.client("accessanalyzer")
    reader = "arn:aws:iam::123456789012:role/reader"

    with pytest.raises(analyzer.exceptions.ValidationException):
        analyzer.start_policy_generation(**generation(trail, PRINCIPAL, reader, **wrong))


def test_a_caller_needs_to_pass_the_access_role(embedded: Connection, trail: str) -> None:
    arn = a_role(
        embedded,
        "caller",
        actions=["access-analyzer:*"],
        trust={"AWS": "arn:aws:iam::123456789012:root"},
    )
    keys = embedded.client("sts").assume_role(RoleArn=arn, RoleSessionName="calls")["Credentials"]
    client = boto3.client(
        "accessanalyzer",
        endpoint_url=embedded.endpoint,
        region_name="eu-west-1",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    reader = a_role(embedded, "access-analyzer.amazonaws.com", actions=READS)

    with pytest.raises(ClientError, match="iam:PassRole"):
        client.start_policy_generation(**generation(trail, PRINCIPAL, reader))


def test_a_job_that_is_not_there_is_a_validation_error(embedded: Connection) -> None:
    analyzer = embedded.client("accessanalyzer")

    with pytest.raises(analyzer.exceptions.ValidationException):
        analyzer.get_generated_policy(jobId="nothing")


def test_analyzers_are_one_of_a_kind(embedded: Connection) -> None:
    analyzer = embedded.client("accessanalyzer", region="eu-central-1")

    arn = analyzer.create_analyzer(analyzerName="first", type="ACCOUNT", tags={"a": "b"})["arn"]
    with pytest.raises(analyzer.exceptions.ServiceQuotaExceededException):
        analyzer.create_analyzer(analyzerName="second", type="ACCOUNT")
    with pytest.raises(analyzer.exceptions.ConflictException):
        analyzer.create_analyzer(analyzerName="first", type="ACCOUNT_UNUSED_ACCESS")

    listed = analyzer.list_analyzers(type="ACCOUNT")["analyzers"]
    assert [item["arn"] for item in listed] == [arn]
    assert analyzer.get_analyzer(analyzerName="first")["analyzer"]["tags"] == {"a": "b"}
    analyzer.delete_analyzer(analyzerName="first")
    with pytest.raises(analyzer.exceptions.ResourceNotFoundException):
        analyzer.get_analyzer(analyzerName="first")
