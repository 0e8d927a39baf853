"""What a request named beside its resource, where IAM has a condition key for it."""

import json
from typing import Any

import pytest

from lambdas.collect_evidence.translation.translate import translate
from lambdas.model.trail.evidence import Evidence
from tests.unit.collect_evidence.trails import ROLE, collected, identity, lines_of, record, trail_of

LOGS = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


@pytest.mark.parametrize(
    ("name", "request_", "expected"),
    [
        (
            "AttachRolePolicy",
            {"roleName": "r", "policyArn": LOGS},
            (("iam:PolicyARN", LOGS),),
        ),
        (
            "CreateRole",
            {"roleName": "r", "permissionsBoundary": LOGS},
            (("iam:PermissionsBoundary", LOGS),),
        ),
        (
            "CreateServiceLinkedRole",
            {"aWSServiceName": "ecs.amazonaws.com"},
            (("iam:AWSServiceName", "ecs.amazonaws.com"),),
        ),
        ("CreateServiceLinkedRole", {"aWSServiceName": "* or so"}, ()),
        ("CreateRole", {"roleName": "r"}, ()),
        ("AttachRolePolicy", {"roleName": "r", "policyArn": "no ARN"}, ()),
        ("GetPolicy", {"policyArn": LOGS}, ()),  # the key says nothing about reading it
    ],
)
def test_the_key_is_kept_where_the_action_honours_it(
    name: str, request_: dict[str, Any], expected: tuple[tuple[str, str], ...]
) -> None:
    (line,) = translate(record("iam", name, request_), ROLE).evidence

    assert line.context == expected


AT = "arn:aws:lambda:eu-west-1:111122223333:function"


@pytest.mark.parametrize(
    ("name", "request_", "answer", "expected"),
    [
        ("CreateEventSourceMapping", {"functionName": "ship"}, None, f"{AT}:ship"),
        ("CreateEventSourceMapping", {"functionName": f"{AT}:ship:live"}, None, f"{AT}:ship:live"),
        (
            "CreateEventSourceMapping",
            {"functionName": "111122223333:function:ship"},
            None,
            f"{AT}:ship",
        ),
        (
            "CreateEventSourceMapping",
            {"functionName": "ship"},
            {"functionArn": f"{AT}:ship:live", "uUID": "0a1b"},
            f"{AT}:ship:live",
        ),
        ("DeleteEventSourceMapping", {"uUID": "0a1b"}, {"functionArn": f"{AT}:ship"}, f"{AT}:ship"),
        ("UpdateEventSourceMapping", {"uUID": "0a1b"}, {"functionArn": f"{AT}:ship"}, f"{AT}:ship"),
        ("DeleteEventSourceMapping", {"uUID": "0a1b"}, None, ""),
        ("CreateEventSourceMapping", {"functionName": "no name!"}, None, ""),
        ("DeleteFunction", {"functionName": "ship"}, None, ""),
    ],
)
def test_the_function_of_a_mapping_is_kept_as_the_answer_tells_it(
    name: str, request_: dict[str, Any], answer: dict[str, Any] | None, expected: str
) -> None:
    event = record("lambda", f"{name}20150331", request_)
    event["responseElements"] = answer
    (line,) = translate(event, ROLE).evidence

    assert line.context == ((("lambda:FunctionArn", expected),) if expected else ())


@pytest.mark.parametrize(
    ("request_", "imports"),
    [
        ({"changeSetType": "UPDATE"}, False),
        (
            {
                "changeSetType": "IMPORT",
                "resourcesToImport": [{"resourceType": "AWS::S3::Bucket"}],
            },
            True,
        ),
    ],
)
def test_a_change_set_that_imports_says_so(request_: dict[str, Any], imports: bool) -> None:  # noqa: FBT001
    sent = {"stackName": "orders-dev", "changeSetName": "c", **request_}
    lines = translate(record("cloudformation", "CreateChangeSet", sent), ROLE).evidence
    keys = {key for line in lines for key, _ in line.context}

    assert ("cloudformation:ImportResourceTypes" in keys) == imports


def test_a_refused_request_keeps_it_too() -> None:
    denied = record("iam", "AttachRolePolicy", {"roleName": "r", "policyArn": LOGS})
    denied |= {"errorCode": "AccessDenied", "errorMessage": "no"}

    (line,) = translate(denied, ROLE).evidence

    assert line.context == (("iam:PolicyARN", LOGS),)


def test_a_line_holds_it_and_reads_back_the_same() -> None:
    event = record("iam", "AttachRolePolicy", {"roleName": "r", "policyArn": LOGS})

    (line,) = lines_of(collected(trail_of([event])))

    assert line["context"] == {"iam:PolicyARN": LOGS}
    assert json.loads(Evidence.from_json(line).to_line()) == line


@pytest.mark.parametrize(
    ("context", "invoked", "expected"),
    [
        ({"aws:s3:arn": "arn:aws:s3:::b/k"}, "AWS Internal", (("kms:ViaService", "s3.eu-west-1.amazonaws.com"),)),
        ({"aws:dynamodb:tableName": "t"}, "AWS Internal", (("kms:ViaService", "dynamodb.eu-west-1.amazonaws.com"),)),
        ({"aws:s3:arn": "arn:aws:s3:::b/k"}, None, ()),  # anybody may send such a context
        ({"purpose": "own"}, "AWS Internal", ()),
        (None, "AWS Internal", ()),
    ],
)  # fmt: skip
def test_a_key_that_a_service_used_for_the_caller_was_used_through_it(
    context: dict[str, str] | None, invoked: str | None, expected: tuple[tuple[str, str], ...]
) -> None:
    who = identity(invokedBy=invoked) if invoked else identity()
    key = [{"ARN": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd"}]
    made = record("kms", "Decrypt", {"encryptionContext": context}, who=who, resources=key)
    (line,) = translate(made, ROLE).evidence
    assert line.context == expected


def test_the_same_request_of_one_s_own_is_told_apart_when_records_repeat() -> None:
    request = {"encryptionContext": {"aws:s3:arn": "arn:aws:s3:::b/k"}}
    key = [{"ARN": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd"}]
    callers = [identity(), identity(invokedBy="AWS Internal")] * 3
    records = [
        record("kms", "Decrypt", request, number=n, who=who, resources=key)
        for n, who in enumerate(callers)
    ]
    lines = lines_of(collected(trail_of(records)))
    assert [bool(line.get("context")) for line in lines] == [False, True] * 3


def test_a_function_s_address_is_granted_on_the_function_without_naming_it_twice() -> None:
    made = translate(
        record("lambda", "CreateFunctionUrlConfig", {"functionName": "f", "authType": "AWS_IAM"}),
        ROLE,
    )
    (line,) = [one for one in made.evidence if str(one.action) == "lambda:CreateFunctionUrlConfig"]
    assert line.resource.endswith(":function:f")
    assert line.context == ()
