"""Denials, from the trail and from what the tools printed."""

from dataclasses import replace

import pytest

from lambdas.model.trail.evidence import Outcome
from lambdas.prove_policy.denials import Denial, Source, denials
from tests.unit.prove_policy.builders import CANDIDATE, QUEUE, ROUND, a_line

WHO = f"arn:aws:sts::123456789012:assumed-role/candidate-orders/{ROUND}.deploy"


def found(output: str = "", *lines: object) -> tuple[Denial, ...]:
    return denials(
        lines,  # type: ignore[arg-type]
        output,
        candidate=CANDIDATE,
        prefix=f"{ROUND}.",
        region="eu-west-1",
    )


def test_a_denied_call_of_the_candidate_is_found_with_its_action_and_resource() -> None:
    (one,) = found("", a_line(outcome=Outcome.DENIED, via=("cloudformation.amazonaws.com",)))

    assert (str(one.action), one.resource, one.phase) == ("sqs:CreateQueue", QUEUE, "deploy")
    assert one.via == ("cloudformation.amazonaws.com",)
    assert one.source is Source.TRAIL


def test_calls_of_others_allowed_calls_and_markers_are_no_denials() -> None:
    assert not found(
        "",
        a_line(),
        a_line(outcome=Outcome.FAILED),
        a_line(outcome=Outcome.DENIED, principal="arn:aws:iam::123456789012:role/other"),
        a_line(outcome=Outcome.DENIED, phase="closing"),
    )


@pytest.mark.parametrize(
    ("output", "action", "resource", "forwarded"),
    [
        (
            (
                "An error occurred (AccessDenied) when calling the CreateBucket operation: "
                f"User: {WHO} is not authorized to perform: s3:CreateBucket on resource: "
                '"arn:aws:s3:::orders-qa" because no identity-based policy allows the action'
            ),
            "s3:CreateBucket",
            "arn:aws:s3:::orders-qa",
            False,
        ),
        (
            (
                "CREATE_FAILED: Jobs (AWS::SQS::Queue)\nResource handler returned message: "
                f'"User: {WHO} is not authorized to perform: sqs:CreateQueue on resource: {QUEUE} '
                "because no identity-based policy allows the sqs:CreateQueue action (Service: Sqs, "
                'Status Code: 403)" (RequestToken: 1, HandlerErrorCode: AccessDenied)'
            ),
            "sqs:CreateQueue",
            QUEUE,
            True,
        ),
        (
            (
                f"User: {WHO} is not authorized to perform: iam:PassRole on resource: "
                "arn:aws:iam::123456789012:role/orders-qa-lambda because no identity-based policy"
            ),
            "iam:PassRole",
            "arn:aws:iam::123456789012:role/orders-qa-lambda",
            False,
        ),
        (
            f"User: {WHO} is not authorized to perform: ec2:DescribeVpcs because no",
            "ec2:DescribeVpcs",
            "*",
            False,
        ),
        (
            (
                f"User: {WHO} is not authorized to perform: lambda:GetLayerVersion on the "
                "resource: arn:aws:lambda:eu-north-1:123456789012:layer:words:1."
            ),
            "lambda:GetLayerVersion",
            "arn:aws:lambda:eu-north-1:123456789012:layer:words:1",
            False,
        ),
    ],
)
def test_the_tools_own_words_name_what_was_denied(
    output: str, action: str, resource: str, *, forwarded: bool
) -> None:
    (one,) = found(output)

    assert (str(one.action), one.resource) == (action, resource)
    assert bool(one.via) is forwarded
    assert one.source is Source.OUTPUT


@pytest.mark.parametrize(
    ("sentence", "action", "resource"),
    [
        (
            (
                f"User: {WHO} is not authorized to perform: iam:PutRolePolicy on resource: role orders-qa "
                "because no identity-based policy allows the iam:PutRolePolicy action"
            ),
            "iam:PutRolePolicy",
            "arn:aws:iam::123456789012:role/orders-qa",
        ),
        (
            (
                f"User: {WHO} is not authorized to perform: iam:DeletePolicyVersion on resource: policy "
                "arn:aws:iam::123456789012:policy/orders-qa version v2 because no identity-based policy"
            ),
            "iam:DeletePolicyVersion",
            "arn:aws:iam::123456789012:policy/orders-qa",
        ),
        (
            (
                f"User: {WHO} is not authorized to perform: iam:RemoveRoleFromInstanceProfile on "
                "resource: instance profile orders-qa because no"
            ),
            "iam:RemoveRoleFromInstanceProfile",
            "arn:aws:iam::123456789012:instance-profile/orders-qa",
        ),
        (
            (
                f"User: {WHO} is not authorized to perform: secretsmanager:GetSecretValue on resource: "
                "orders-qa because no"
            ),
            "secretsmanager:GetSecretValue",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-qa-??????",
        ),
        (
            (
                f'{{"message": "User: {WHO} is not authorized to perform: s3:PutObject on resource: '
                '\\"arn:aws:s3:::orders-qa/a b\\" because no"}}'
            ),
            "s3:PutObject",
            "arn:aws:s3:::orders-qa/a b",
        ),
        (
            (
                "CREATE_FAILED | AWS::Logs::LogGroup | User with accountId: 123456789012 is not "
                "authorized to perform CreateLogGroup with Tags. An additional permission "
                '"logs:TagResource" is required.'
            ),
            "logs:TagResource",
            "*",
        ),
        (
            (
                "Your access has been denied by S3, please make sure your request credentials have "
                "permission to GetObject for orders-qa/app.zip. S3 Error Code: AccessDenied."
            ),
            "s3:GetObject",
            "arn:aws:s3:::orders-qa/app.zip",
        ),
    ],
)
def test_bare_names_and_a_service_s_own_words_are_read_from_the_output(
    sentence: str, action: str, resource: str
) -> None:
    (one,) = found(sentence)

    assert (str(one.action), one.resource) == (action, resource)


def test_a_refusal_by_an_endpoint_s_policy_in_the_trail_says_so() -> None:
    line = replace(
        a_line(outcome=Outcome.DENIED), obstacle="a missing allow in the VPC endpoint policy"
    )

    (one,) = found("", line)

    assert one.obstacle == "a missing allow in the VPC endpoint policy"


def test_what_both_name_is_one_denial_with_the_event_as_its_proof() -> None:
    output = f"User: {WHO} is not authorized to perform: sqs:CreateQueue on resource: {QUEUE} with "
    (one,) = found(output + "an explicit deny in a policy", a_line(outcome=Outcome.DENIED))

    assert one.source is Source.TRAIL
    assert one.obstacle == "an explicit deny"


def test_an_action_in_small_letters_is_the_same_action() -> None:
    output = f"User: {WHO} is not authorized to perform: sqs:createqueue on resource: {QUEUE}"

    (one,) = found(output, a_line(outcome=Outcome.DENIED))

    assert str(one.action) == "sqs:CreateQueue"


def test_a_denial_by_a_boundary_says_so() -> None:
    (one,) = found(
        f"User: {WHO} is not authorized to perform: iam:CreateUser on resource: "
        "arn:aws:iam::1:user/x because no permissions boundary allows the iam:CreateUser action"
    )

    assert one.obstacle == "a missing allow in the permissions boundary"


def test_denials_of_other_roles_and_other_rounds_are_left_alone() -> None:
    assert not found(
        "User: arn:aws:sts::1:assumed-role/orders-qa-lambda/take is not authorized to perform: "
        f"sqs:SendMessage on resource: {QUEUE}\n"
        f"User: {WHO.replace('-r1', '-r2')} is not authorized to perform: sqs:CreateQueue"
    )


@pytest.mark.parametrize("junk", ["", "\x00" * 100, "User: arn:", "perform: a:b on resource: arn:"])
def test_any_text_can_be_read(junk: str) -> None:
    assert not found(junk * 50)


def test_a_denial_is_kept_and_read_back_as_it_was() -> None:
    (one,) = found("", a_line(outcome=Outcome.DENIED))

    assert Denial.from_json(one.to_json()) == one


KEY = "arn:aws:kms:eu-west-1:123456789012:key/1111"
NO_KEY = f"User: {WHO} is not authorized to perform: kms:Decrypt on resource: {KEY} because no"


@pytest.mark.parametrize(
    ("before", "via"),
    [
        ("An error occurred (AccessDenied) when calling the SendMessage operation: ", ("sqs",)),
        ("An error occurred (AccessDenied) when calling the GetObject operation: ", ("s3",)),
        ("operation error SNS: Publish, https response error StatusCode: 403, ", ("sns",)),
        ("An error occurred (AccessDenied) when calling the Decrypt operation: ", ()),
        ("it failed: ", ()),
    ],
)
def test_a_tool_says_which_service_was_refused_a_key(before: str, via: tuple[str, ...]) -> None:
    (one,) = found(f"{before}{NO_KEY}")

    assert one.via == tuple(f"{service}.amazonaws.com" for service in via)


def test_of_two_records_of_a_refused_key_the_one_that_names_the_service_counts() -> None:
    hidden = a_line("kms:Decrypt", KEY, Outcome.DENIED)
    told = replace(hidden, via=("s3.amazonaws.com",), event_id="z", source="s3.amazonaws.com")

    for lines in ((hidden, told), (told, hidden)):
        (one,) = found(NO_KEY, *lines)
        assert one.via == ("s3.amazonaws.com",)
