"""Access Analyzer's validation and custom checks of policies."""

import json
from typing import Any

import pytest

from embedded_aws.services.access_analyzer.checks.json_positions import span_of
from embedded_aws.services.access_analyzer.checks.patterns import contains, meet
from local.connection import Connection
from tests.embedded_aws.workloads import policy

pytestmark = pytest.mark.local
IDENTITY = {"policyType": "IDENTITY_POLICY"}


def a_statement(**more: Any) -> dict[str, Any]:
    base = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    return {key: value for key, value in (base | more).items() if value is not None}


def a_policy(*statements: dict[str, Any], **more: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **more})


@pytest.mark.parametrize(
    ("document", "code", "kind"),
    [
        ("{", "JSON_SYNTAX_ERROR", "ERROR"),
        (json.dumps({"Statement": [a_statement()]}), "MISSING_VERSION", "WARNING"),
        (a_policy(Version="2020-01-01"), "INVALID_VERSION", "ERROR"),
        (a_policy(), "MISSING_STATEMENT", "ERROR"),
        (a_policy(a_statement(Action="s3:GetThing")), "INVALID_ACTION", "ERROR"),
        (a_policy(a_statement(Action="s4:*")), "INVALID_SERVICE_IN_ACTION", "ERROR"),
        (a_policy(a_statement(Action=None)), "MISSING_ACTION", "ERROR"),
        (a_policy(a_statement(Resource=None)), "MISSING_RESOURCE", "ERROR"),
        (a_policy(a_statement(Effect=None)), "MISSING_EFFECT", "ERROR"),
        (a_policy(a_statement(Effect="allow")), "INVALID_EFFECT", "ERROR"),
        (a_policy(a_statement(Sid="two words")), "UNSUPPORTED_SID", "ERROR"),
        (
            a_policy(a_statement(Sid="A"), a_statement(Sid="A", Action="s3:PutObject")),
            "UNIQUE_SIDS_REQUIRED",
            "ERROR",
        ),
        (a_policy(a_statement(Resource="b/*")), "INVALID_ARN_PREFIX", "ERROR"),
        (a_policy(a_statement(Resource="arn:aws:s3:b")), "MISSING_ARN_FIELD", "ERROR"),
        (
            a_policy(a_statement(Resource="arn:aws:sqs:eu-west-1:12:q")),
            "INVALID_ARN_ACCOUNT",
            "ERROR",
        ),
        (
            a_policy(a_statement(Resource="arn:aws:sqs:${Region}:${Account}:q")),
            "INVALID_ARN_REGION",
            "ERROR",
        ),
        (
            a_policy(a_statement(Action="iam:PassRole", Resource="*")),
            "PASS_ROLE_WITH_STAR_IN_RESOURCE",
            "SECURITY_WARNING",
        ),
        (
            a_policy(a_statement(Action="iam:*", Resource="*")),
            "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
            "SECURITY_WARNING",
        ),
        (
            a_policy(a_statement(Action=["s3:Get*", "s3:GetObject"])),
            "REDUNDANT_ACTION",
            "SUGGESTION",
        ),
        (a_policy(a_statement(Resource=[])), "EMPTY_ARRAY_RESOURCE", "SUGGESTION"),
        (a_policy(a_statement(), a_statement(Sid="B")), "REDUNDANT_STATEMENT", "SUGGESTION"),
        (
            a_policy(*(a_statement(Resource=f"arn:aws:s3:::b{n:0100}/*") for n in range(50))),
            "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
            "WARNING",
        ),
        (
            a_policy(a_statement(Condition={"StringIs": {"aws:RequestedRegion": "x"}})),
            "INVALID_CONDITION_OPERATOR",
            "ERROR",
        ),
        (
            a_policy(a_statement(Condition={"StringEquals": {"aws:RequestedRegion": "eu-*"}})),
            "WILDCARD_WITHOUT_LIKE_OPERATOR",
            "WARNING",
        ),
    ],
)
def test_validation_finds_what_is_wrong(
    embedded: Connection, document: str, code: str, kind: str
) -> None:
    findings = embedded.client("accessanalyzer").validate_policy(
        policyDocument=document, **IDENTITY
    )["findings"]

    found = {finding["issueCode"]: finding for finding in findings}
    assert code in found
    assert found[code]["findingType"] == kind
    assert found[code]["learnMoreLink"].endswith(code.lower().replace("_", "-"))


def test_validation_finds_nothing_in_a_good_policy(embedded: Connection) -> None:
    passing = a_statement(
        Sid="PassRoles",
        Action="iam:PassRole",
        Resource="arn:aws:iam::123456789012:role/orders-*",
        Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
    )
    through = a_statement(
        Sid="Deploy",
        Action=["lambda:CreateFunction", "lambda:DeleteFunction"],
        Resource="arn:aws:lambda:eu-west-1:123456789012:function:orders-*",
        Condition={"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}},
    )

    answer = embedded.client("accessanalyzer").validate_policy(
        policyDocument=a_policy(passing, through), **IDENTITY
    )

    assert answer["findings"] == []


def test_a_finding_says_where_it_is(embedded: Connection) -> None:
    document = json.dumps(json.loads(a_policy(a_statement(), a_statement(Sid="no good"))), indent=2)

    (finding,) = [
        finding
        for finding in embedded.client("accessanalyzer").validate_policy(
            policyDocument=document, **IDENTITY
        )["findings"]
        if finding["issueCode"] == "UNSUPPORTED_SID"
    ]

    (location,) = finding["locations"]
    assert location["path"] == [{"value": "Statement"}, {"index": 1}, {"value": "Sid"}]
    begin, end = location["span"]["start"], location["span"]["end"]
    assert document[begin["offset"] : end["offset"]] == '"no good"'
    assert document.splitlines()[begin["line"] - 1][begin["column"] :].startswith('"no good"')


CALLED = {"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}}


@pytest.mark.parametrize(
    ("new", "existing", "result"),
    [
        ([a_statement()], [a_statement()], "PASS"),
        ([a_statement()], [a_statement(Action="s3:Get*", Resource="*")], "PASS"),
        ([a_statement(Action="s3:Get*")], [a_statement()], "FAIL"),
        ([a_statement(Resource="*")], [a_statement()], "FAIL"),
        ([a_statement(Condition=CALLED)], [a_statement()], "PASS"),
        ([a_statement()], [a_statement(Condition=CALLED)], "FAIL"),
        (
            [a_statement(Action=["s3:GetObject", "s3:PutObject"])],
            [a_statement(), a_statement(Action="s3:PutObject")],
            "PASS",
        ),
        (
            [a_statement(Action="sqs:*Message")],
            [a_statement(Action=["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"])],
            "PASS",
        ),
        ([a_statement(Action=None, NotAction="s3:*")], [a_statement(Action="*")], "FAIL"),
        ([a_statement()], [a_statement(), a_statement(Effect="Deny")], "FAIL"),
        (
            [a_statement(), a_statement(Effect="Deny")],
            [a_statement(), a_statement(Effect="Deny")],
            "PASS",
        ),
        ([], [], "PASS"),
    ],
)
def test_new_access_is_found(
    embedded: Connection,
    new: list[dict[str, Any]],
    existing: list[dict[str, Any]],
    result: str,
) -> None:
    answer = embedded.client("accessanalyzer").check_no_new_access(
        newPolicyDocument=a_policy(*new), existingPolicyDocument=a_policy(*existing), **IDENTITY
    )

    assert answer["result"] == result
    assert bool(answer.get("reasons")) == (result == "FAIL")


ROLE_Y = "arn:aws:iam::123456789012:role/y"


@pytest.mark.parametrize(
    ("statements", "access", "result"),
    [
        ([a_statement()], {"actions": ["s3:GetObject"]}, "FAIL"),
        ([a_statement()], {"actions": ["s3:PutObject"]}, "PASS"),
        ([a_statement(Action="*")], {"actions": ["iam:PassRole"]}, "FAIL"),
        (
            [a_statement(Action="iam:*", Resource="arn:aws:iam::*:role/x*")],
            {"actions": ["iam:PassRole"], "resources": [ROLE_Y]},
            "PASS",
        ),
        (
            [a_statement(Action="iam:*", Resource="arn:aws:iam::*:role/*")],
            {"actions": ["iam:PassRole"], "resources": [ROLE_Y]},
            "FAIL",
        ),
        (
            [
                a_statement(Action="iam:*", Resource="*"),
                a_statement(Effect="Deny", Action="iam:PassRole", Resource="*"),
            ],
            {"actions": ["iam:PassRole"]},
            "PASS",
        ),
        (
            [a_statement(Action=None, NotAction="iam:*", Resource="*")],
            {"actions": ["iam:PassRole"]},
            "PASS",
        ),
        ([a_statement()], {"resources": ["arn:aws:s3:::b/secret"]}, "FAIL"),
    ],
)
def test_granted_access_is_found(
    embedded: Connection, statements: list[dict[str, Any]], access: dict[str, Any], result: str
) -> None:
    answer = embedded.client("accessanalyzer").check_access_not_granted(
        policyDocument=a_policy(*statements), access=[access], **IDENTITY
    )

    assert answer["result"] == result


def test_a_check_wants_exactly_one_access(embedded: Connection) -> None:
    analyzer = embedded.client("accessanalyzer")

    with pytest.raises(analyzer.exceptions.ValidationException):
        analyzer.check_access_not_granted(
            policyDocument=policy(actions=["s3:*"]), access=[{"actions": []}], **IDENTITY
        )
    with pytest.raises(analyzer.exceptions.InvalidParameterException):
        analyzer.check_no_new_access(
            newPolicyDocument="{}", existingPolicyDocument="{}", **IDENTITY
        )


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("s3:*", "s3:get*", True),
        ("a*c", "ab?", True),
        ("a*", "*b", True),
        ("", "*", True),
        ("abc", "abd", False),
        ("a?", "a", False),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b", False),
    ],
)
def test_patterns_meet_when_some_text_matches_both(one: str, other: str, together: object) -> None:
    assert meet(one, other) is together
    assert meet(other, one) is together


@pytest.mark.parametrize(
    ("outer", "inner", "within"),
    [
        ("s3:*", "s3:get*", True),
        ("s3:g?t*", "s3:get*", True),
        ("s3:g?", "s3:g*", False),
        ("s3:get*", "s3:*", False),
        ("*", "*", True),
    ],
)
def test_a_pattern_contains_another_when_it_matches_all_of_it(
    outer: str, inner: str, within: object
) -> None:
    assert contains(outer, inner) is within


def test_a_span_is_found_whatever_stands_before_it() -> None:
    text = '{"a": [1, {"b": "x,}"}], "c" : {"d":2 } }'

    start, end = span_of(text, ("a", 1, "b"))
    assert text[start:end] == '"x,}"'
    start, end = span_of(text, ("c", "d"))
    assert text[start:end] == "2"
    start, end = span_of(text, ("c", "missing"))
    assert text[start:end] == '{"d":2 }'
