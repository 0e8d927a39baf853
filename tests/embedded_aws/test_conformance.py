"""Each thing that IAM enforces, with both answers: served with the grant, denied without it.

A proof rests on these. What `conformance.yaml` lists fails on AWS for want of the same permission.
"""

import io
import re
import uuid
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from local.connection import Connection
from tests.embedded_aws import principals
from tests.embedded_aws.principals import Statement, allow, somebody

pytestmark = pytest.mark.local
NAME = re.compile(r"(?<!\$)\{(\w+)\}")
Names = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A row of the table; what it calls and grants has names in it."""

    title: str
    call: tuple[str, str, Mapping[str, Any]]
    served: list[Any]
    denied: list[Any]
    wants: str


ROWS = yaml.safe_load(Path(__file__).with_name("conformance.yaml").read_text(encoding="utf-8"))


def filled(value: Any, names: Names) -> Any:
    """A value with each `{name}` in it replaced; what is nothing but a name may be no text."""
    if isinstance(value, Mapping):
        return {key: filled(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, names) for inner in value]
    if isinstance(value, str) and (whole := NAME.fullmatch(value)):
        return names[whole[1]]
    return NAME.sub(lambda one: names[one[1]], value) if isinstance(value, str) else value


def statement(grant: Any) -> Statement:
    if isinstance(grant, dict):
        return grant
    return allow(*grant[:2], **(grant[2] if len(grant) > 2 else {}))


def call(caller: Connection, case: Case, names: Names) -> None:
    service, operation, parameters = case.call
    getattr(caller.client(service), operation)(**filled(parameters, names))


def code() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return 1\n")
    return packed.getvalue()


@pytest.fixture(scope="module")
def shared(embedded: Connection) -> Names:
    """What all cases may use, made once by root."""
    name = f"c-{uuid.uuid4().hex[:8]}"
    s3 = embedded.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": embedded.region})
    s3.put_object(Bucket=name, Key="seed", Body=b"1")
    template = b'{"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}'
    s3.put_object(Bucket=name, Key="template.json", Body=template)
    embedded.client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    services = ["lambda", "states", "scheduler", "codebuild", "events"]
    trusted = {"Service": [f"{service}.amazonaws.com" for service in services]}
    role = principals.a_role(embedded, allow("*"), trust=principals.trusting(trusted))
    function = embedded.client("lambda").create_function(
        FunctionName=name,
        Role=role,
        Runtime="python3.12",
        Handler="index.handler",
        Code={"ZipFile": code()},
    )
    return {
        **dict.fromkeys(("bucket", "table", "function", "queue_name"), name),
        "bucket_arn": f"arn:aws:s3:::{name}",
        "function_arn": function["FunctionArn"],
        "topic": embedded.client("sns").create_topic(Name=name)["TopicArn"],
        "queue": embedded.client("sqs").create_queue(QueueName=name)["QueueUrl"],
        "apis": f"arn:aws:apigateway:{embedded.region}::",
        "role": role,  # an execution role that any service may take on
        "role_name": role.rsplit("/", 1)[-1],
        "trust": principals.trusting({"Service": "lambda.amazonaws.com"}),
        "code": code(),
        "account": embedded.account,
        "region": embedded.region,
    }


@pytest.mark.parametrize("case", [Case(**row) for row in ROWS], ids=lambda case: case.title)
def test_it_is_served_with_the_grant_and_denied_without(
    embedded: Connection, shared: Names, case: Case
) -> None:
    names = {**shared, "name": f"c-{uuid.uuid4().hex[:8]}"}
    without = somebody(embedded, *map(statement, filled(case.denied, names)))
    with_it = somebody(embedded, *map(statement, filled(case.served, names)))

    with pytest.raises(ClientError) as refusal:
        call(without, case, names)
    message = refusal.value.response["Error"]["Message"]
    assert f"is not authorized to perform: {case.wants} " in message
    call(with_it, case, names)
