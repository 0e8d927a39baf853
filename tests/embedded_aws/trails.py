"""Trails and their buckets, and the records that calls left."""

import gzip
import json
import re
from collections.abc import Callable
from typing import Any

import boto3

from local.connection import Connection

Eventually = Callable[[Callable[[], Any]], Any]
Ask = Callable[..., Any]
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
