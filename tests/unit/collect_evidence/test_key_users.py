"""Keys that services use in the caller's name: who used them, however the record says it."""

from typing import Any

import pytest

from tests.unit.collect_evidence.trails import (
    ACCOUNT,
    REGION,
    collected,
    identity,
    lines_of,
    record,
    trail_of,
)

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-4333-8444-555555555555"
INTERNAL = "AWS Internal"


def key_use(name: str, context: dict[str, str], by: str | None, number: int = 1) -> dict[str, Any]:
    who = identity(**({"invokedBy": by} if by else {}))
    more: dict[str, Any] = {"sourceIPAddress": by, "userAgent": by} if by else {}
    request = {"encryptionContext": context, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}
    resources = [{"ARN": KEY, "accountId": ACCOUNT, "type": "AWS::KMS::Key"}]
    return record("kms", name, request, who=who, number=number, resources=resources, **more)


def vias(*records: dict[str, Any]) -> list[list[str]]:
    return [line["via"] for line in lines_of(collected(trail_of(records)))]


@pytest.mark.parametrize(
    ("context", "service"),
    [
        ({"aws:s3:arn": "arn:aws:s3:::artifacts/app.zip"}, "s3"),
        ({"aws:sqs:arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"}, "sqs"),
        ({"aws:sns:topicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:t"}, "sns"),
        ({"SecretARN": "arn:…", "SecretVersionId": "v"}, "secretsmanager"),
        ({"PARAMETER_ARN": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/p"}, "ssm"),
        ({"aws:lambda:FunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"}, "lambda"),
        ({"aws:dynamodb:subscriberId": ACCOUNT, "aws:dynamodb:tableName": "t"}, "dynamodb"),
        ({"aws:ebs:id": "vol-1"}, "ec2"),
    ],
)
def test_a_service_that_the_record_hides_is_told_by_what_it_encrypts(
    context: dict[str, str], service: str
) -> None:
    assert vias(key_use("Decrypt", context, INTERNAL)) == [[f"{service}.amazonaws.com"]]


def test_a_service_that_the_record_names_is_believed() -> None:
    context = {"aws:s3:arn": "arn:aws:s3:::artifacts"}

    assert vias(key_use("GenerateDataKey", context, "sqs.amazonaws.com")) == [["sqs.amazonaws.com"]]


def test_who_uses_a_key_directly_may_write_any_context() -> None:
    context = {"aws:s3:arn": "arn:aws:s3:::artifacts"}

    direct, hidden = key_use("Decrypt", context, None), key_use("Decrypt", context, INTERNAL, 2)

    assert vias(direct, hidden) == [[], ["s3.amazonaws.com"]]
    assert vias(key_use("Decrypt", {"Department": "x"}, INTERNAL)) == [[]]


def test_records_that_repeat_but_for_the_context_are_told_apart() -> None:
    of = [{"aws:s3:arn": "arn:aws:s3:::a"}, {"aws:sqs:arn": "arn:aws:sqs:::q"}]
    records = [key_use("Decrypt", of[number % 2], INTERNAL, number) for number in range(1, 7)]

    assert vias(*records) == [["sqs.amazonaws.com"], ["s3.amazonaws.com"]] * 3


def refusal(source: str, name: str, action: str) -> dict[str, Any]:
    who = identity()
    words = (
        f"User: {who['arn']} is not authorized to perform: {action} on resource: {KEY} "
        f"because no identity-based policy allows the {action} action"
    )
    return record(source, name, who=who, errorCode="AccessDenied", errorMessage=words)


@pytest.mark.parametrize(
    ("source", "name"),
    [("sqs", "SendMessage"), ("s3", "PutObject"), ("sns", "Publish"), ("dynamodb", "PutItem"),
     ("secretsmanager", "GetSecretValue")],
)  # fmt: skip
def test_a_service_that_is_refused_a_key_asked_for_it(source: str, name: str) -> None:
    (line,) = lines_of(collected(trail_of([refusal(source, name, "kms:GenerateDataKey")])))

    assert (line["action"], line["resource"]) == ("kms:GenerateDataKey", KEY)
    assert line["via"] == [f"{source}.amazonaws.com"]


@pytest.mark.parametrize(
    ("source", "name", "action"),
    [("kms", "Decrypt", "kms:Decrypt"), ("lambda", "CreateFunction20150331", "iam:PassRole")],
)
def test_what_is_refused_to_the_caller_itself_is_asked_by_nobody_else(
    source: str, name: str, action: str
) -> None:
    assert vias(refusal(source, name, action)) == [[]]
