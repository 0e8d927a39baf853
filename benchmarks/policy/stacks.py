"""CloudTrail files of a team that deploys and removes forty stacks a day, random names and all."""

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ACCOUNT = "123456789012"
REGION = "eu-west-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deployer"
START = datetime(2026, 11, 1, 6, tzinfo=UTC)
UPPER = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LOWER = UPPER.lower()
CLOUDFORMATION = "cloudformation.amazonaws.com"
# Event source, event name, request, answer; whether CloudFormation made it, whether it is a data
# event. The names in braces are a stack's.
ROWS: tuple[tuple[str, str, dict[str, Any], dict[str, Any] | None, bool], ...] = (
    ("cloudformation", "DescribeStacks", {"stackName": "{stack}"}, None, False),
    (
        "cloudformation",
        "CreateStack",
        {"stackName": "{stack}", "capabilities": ["CAPABILITY_IAM"], "tags": []},
        {"stackId": "{stack_id}"},
        False,
    ),
    ("cloudformation", "DescribeStackEvents", {"stackName": "{stack_id}"}, None, False),
    ("s3", "CreateBucket", {"bucketName": "{bucket}"}, None, True),
    ("s3", "PutBucketEncryption", {"bucketName": "{bucket}"}, None, True),
    ("s3", "PutBucketPublicAccessBlock", {"bucketName": "{bucket}"}, None, True),
    ("s3", "PutObject", {"bucketName": "{bucket}", "key": "deploy/{time}/code.zip"}, None, False),
    ("s3", "ListObjectsV2", {"bucketName": "{bucket}", "list-type": "2"}, None, False),
    ("iam", "CreateRole", {"roleName": "{role}"}, {"role": {"arn": "{role_arn}"}}, True),
    ("iam", "PutRolePolicy", {"roleName": "{role}", "policyName": "p"}, None, True),
    ("iam", "GetRole", {"roleName": "{role}"}, None, True),
    (
        "lambda",
        "CreateFunction20150331",
        {"functionName": "{function}", "role": "{role_arn}", "runtime": "nodejs22.x"},
        {"functionArn": "{function_arn}"},
        True,
    ),
    ("lambda", "GetFunction20150331v2", {"functionName": "{function}"}, None, True),
    (
        "lambda",
        "UpdateFunctionCode20150331v2",
        {"functionName": "{function}"},
        {"functionArn": "{function_arn}"},
        True,
    ),
    ("sqs", "CreateQueue", {"queueName": "{queue}"}, {"queueUrl": "{queue_url}"}, True),
    ("sqs", "GetQueueAttributes", {"queueUrl": "{queue_url}"}, None, True),
    ("logs", "CreateLogGroup", {"logGroupName": "/aws/lambda/{function}"}, None, True),
    (
        "logs",
        "PutRetentionPolicy",
        {"logGroupName": "/aws/lambda/{function}", "retentionInDays": 14},
        None,
        True,
    ),
    ("ec2", "DescribeVpcs", {}, None, True),
    ("cloudformation", "DeleteStack", {"stackName": "{stack}"}, None, False),
    ("lambda", "DeleteFunction20150331", {"functionName": "{function}"}, None, True),
    ("logs", "DeleteLogGroup", {"logGroupName": "/aws/lambda/{function}"}, None, True),
    ("sqs", "DeleteQueue", {"queueUrl": "{queue_url}"}, None, True),
    ("iam", "DeleteRolePolicy", {"roleName": "{role}", "policyName": "p"}, None, True),
    ("iam", "DeleteRole", {"roleName": "{role}"}, None, True),
    (
        "s3",
        "DeleteObject",
        {"bucketName": "{bucket}", "key": "deploy/{time}/code.zip"},
        None,
        False,
    ),
    ("s3", "DeleteBucket", {"bucketName": "{bucket}"}, None, True),
)
DATA_EVENTS = frozenset({"PutObject", "DeleteObject", "ListObjectsV2"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """What the files are of."""

    stacks: int = 40
    days: int = 28
    seed: int = 7
    noise: int = 20  # records of others for each day


def write(folder: Path, team: Team, days: range) -> int:
    """Write the files of some of the days; the same seed gives the same days, alone or together."""
    written = 0
    for day in days:
        records = list(_day(team, day))
        place = folder / f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}" / f"{_time(day, 0):%Y/%m/%d}"
        place.mkdir(parents=True, exist_ok=True)
        name = f"{ACCOUNT}_CloudTrail_{REGION}_{_time(day, 0):%Y%m%dT%H%MZ}_{day:016d}.json.gz"
        text = json.dumps({"Records": records}, separators=(",", ":")).encode()
        (place / name).write_bytes(gzip.compress(text, mtime=0))
        written += len(records)
    return written


def _day(team: Team, day: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(f"{team.seed}/{day}")
    number = 0
    for stack in range(team.stacks):
        names = _names(chance, stack, _time(day, number))
        for source, name, request, answer, forwarded in ROWS:
            number += 1
            yield _record(
                chance,
                _time(day, number),
                (source, name, _filled(request, names), _filled(answer, names)),
                forwarded=forwarded,
            )
    for _ in range(team.noise):
        number += 1
        call: tuple[str, str, dict[str, Any], None] = ("ec2", "DescribeInstances", {}, None)
        other = f"arn:aws:iam::{ACCOUNT}:role/monitoring"
        yield _record(chance, _time(day, number), call, forwarded=False, role=other)


def _names(chance: random.Random, number: int, time: datetime) -> dict[str, str]:
    stack = f"svc-{number:02d}-dev"
    made_up = {kind: "".join(chance.choices(UPPER, k=12)) for kind in ("queue", "role", "function")}
    function = f"{stack}-Fn-{made_up['function']}"
    role = f"{stack}-Role-{made_up['role']}"
    queue = f"{stack}-Jobs-{made_up['queue']}"
    stack_id = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{stack}/{_uuid(chance)}"
    return {
        "stack": stack,
        "stack_id": stack_id,
        "bucket": f"{stack}-files-{''.join(chance.choices(LOWER, k=12))}",
        "role": role,
        "role_arn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
        "function": function,
        "function_arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}",
        "queue": queue,
        "queue_url": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{queue}",
        "time": f"{int(time.timestamp() * 1000)}",
    }


def _filled(value: Any, names: dict[str, str]) -> Any:  # noqa: ANN401  # JSON
    if isinstance(value, str):
        return value.format(**names)
    if isinstance(value, dict):
        return {key: _filled(inner, names) for key, inner in value.items()}
    return value


def _time(day: int, number: int) -> datetime:
    return START + timedelta(days=day, seconds=number * 3)


def _record(
    chance: random.Random,
    time: datetime,
    call: tuple[str, str, dict[str, Any], dict[str, Any] | None],
    *,
    forwarded: bool,
    role: str = ROLE,
) -> dict[str, Any]:
    source, name, request, answer = call
    issuer = {
        "type": "Role",
        "arn": role,
        "accountId": ACCOUNT,
        "userName": role.rsplit("/", maxsplit=1)[-1],
    }
    identity: dict[str, Any] = {
        "type": "AssumedRole",
        "principalId": "AROAEXAMPLEEXAMPLE123:ci",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role.rsplit('/', maxsplit=1)[-1]}/ci",
        "accountId": ACCOUNT,
        "accessKeyId": "ASIAEXAMPLEEXAMPLE12",
        "sessionContext": {"sessionIssuer": issuer, "attributes": {}},
    }
    if forwarded:
        identity["invokedBy"] = CLOUDFORMATION
    data = name in DATA_EVENTS
    return {
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": f"{time:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1" if source == "iam" else REGION,
        "sourceIPAddress": CLOUDFORMATION if forwarded else "198.51.100.7",
        "userAgent": CLOUDFORMATION if forwarded else "aws-cli/2",
        "requestParameters": request or None,
        "responseElements": answer,
        "eventID": _uuid(chance),
        "eventType": "AwsApiCall",
        "managementEvent": not data,
        "eventCategory": "Data" if data else "Management",
        "recipientAccountId": ACCOUNT,
        **({"resources": _resources(request)} if source == "s3" else {}),
    }


def _resources(request: dict[str, Any]) -> list[dict[str, str]]:
    bucket = f"arn:aws:s3:::{request['bucketName']}"
    found = [{"type": "AWS::S3::Bucket", "ARN": bucket, "accountId": ACCOUNT}]
    if "key" in request:
        found.append({"type": "AWS::S3::Object", "ARN": f"{bucket}/{request['key']}"})
    return found


def _uuid(chance: random.Random) -> str:
    text = f"{chance.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
