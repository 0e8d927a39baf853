"""What services answered, in all their spellings, and what refusals name."""

from __future__ import annotations

import pytest

from lambdas.collect_evidence.translation.outcome import answer_of
from lambdas.collect_evidence.translation.translate import translate
from lambdas.model.evidence import Outcome
from tests.unit.collect_evidence.trails import ROLE, record

WHO = "User: arn:aws:sts::111122223333:assumed-role/sandbox/s"
BECAUSE = "because no identity-based policy allows the action"


@pytest.mark.parametrize(
    "code",
    [
        "AccessDenied", "AccessDeniedException", "Client.UnauthorizedOperation", "UnauthorizedOperation",
        "AuthorizationError", "AuthorizationErrorException", "UnauthorizedException", "Forbidden",
        "ForbiddenException", "NotAuthorizedException", "NotAuthorized", "AuthFailure", "Client.AuthFailure",
        "VpceAccessDenied", "AccessDeniedFault", "ExpiredTokenException", "InvalidClientTokenId",
        "SignatureDoesNotMatch", "UnrecognizedClientException", "OptInRequired",
        "AWSOrganizationsNotInUseAccessDeniedException", "InsufficientPrivilegesException",
    ],
)  # fmt: skip
def test_refusals_are_known_by_their_codes(code: str) -> None:
    assert answer_of(record(errorCode=code, errorMessage="no")).outcome is Outcome.DENIED


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ResourceNotFoundException", "Function not found"),
        ("NoSuchEntityException", "The role with name x cannot be found."),
        ("NoSuchBucket", "The specified bucket does not exist"),
        ("EntityAlreadyExistsException", "exists"),
        ("BucketAlreadyOwnedByYou", "exists"),
        ("ThrottlingException", "Rate exceeded"),
        ("Client.RequestLimitExceeded", "Request limit exceeded."),
        ("ValidationException", "Stack with id orders does not exist"),
        ("Client.DryRunOperation", "Request would have succeeded, but DryRun flag is set."),
        ("KMSAccessDeniedException", "Lambda was unable to decrypt"),
        ("NotAuthorizedException", "Incorrect username or password."),
        (
            "AccessDeniedForDependencyException",
            "The request failed because a dependency lacks access",
        ),
    ],
)
def test_calls_that_failed_otherwise_had_been_authorised(code: str, message: str) -> None:
    assert answer_of(record(errorCode=code, errorMessage=message)).outcome is Outcome.FAILED


def test_no_error_is_success() -> None:
    assert answer_of(record()).outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize(
    ("message", "action", "resource"),
    [
        ((f"{WHO} is not authorized to perform: lambda:GetFunction on resource: "
         f"arn:aws:lambda:eu-west-1:1:function:f {BECAUSE}"), "lambda:GetFunction",
         "arn:aws:lambda:eu-west-1:1:function:f"),
        (f"{WHO} is not authorized to perform: SNS:Publish on resource: arn:aws:sns:eu-west-1:1:t.",
         "sns:Publish", "arn:aws:sns:eu-west-1:1:t"),
        ((f"You are not authorized to perform this operation. {WHO} is not authorized to perform: "
         f"ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:1:volume/* {BECAUSE}. "
         "Encoded authorization failure message: abc"), "ec2:RunInstances",
         "arn:aws:ec2:eu-west-1:1:volume/*"),
        (f"{WHO} is not authorized to perform: organizations:LeaveOrganization on resource: * {BECAUSE}",
         "organizations:LeaveOrganization", "*"),
        (f"{WHO} is not authorized to perform: kms:decrypt", "kms:Decrypt", ""),
        (f'{WHO} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k" {BECAUSE}',
         "s3:GetObject", "arn:aws:s3:::b/k"),
        (f'{WHO} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/a name, of words" {BECAUSE}',
         "s3:GetObject", "arn:aws:s3:::b/a name, of words"),
        ((f"{WHO} is not authorized to perform: iam:PassRole on resource: "
         "arn:aws:iam::1:role/r with an explicit deny in a service control policy"), "iam:PassRole",
         "arn:aws:iam::1:role/r"),
    ],
)  # fmt: skip
def test_a_refusal_s_message_names_action_and_resource(
    message: str, action: str, resource: str
) -> None:
    answer = answer_of(record(errorCode="AccessDenied", errorMessage=message))
    assert answer.outcome is Outcome.DENIED
    assert (str(answer.action), answer.resource) == (action, resource)


def test_messages_tell_refusals_that_codes_hide() -> None:
    message = f"{WHO} is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/r"
    answer = answer_of(record(errorCode="ValidationError", errorMessage=message))
    assert answer.outcome is Outcome.DENIED


def test_evidence_of_a_refusal_is_what_the_message_names_not_the_call() -> None:
    message = f"{WHO} is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/r"
    call = record("lambda", "CreateFunction20150331", {"functionName": "f"}, errorCode="AccessDenied",
                  errorMessage=message)  # fmt: skip
    (one,) = translate(call, ROLE).proofs
    assert (str(one.action), one.resource, one.outcome) == (
        "iam:PassRole", "arn:aws:iam::1:role/r", Outcome.DENIED,
    )  # fmt: skip
    assert one.implies == ()


def test_a_refusal_that_names_nothing_is_about_the_call_itself() -> None:
    call = record("s3", "GetObject", {"bucketName": "b", "key": "k"}, errorCode="AccessDenied",
                  errorMessage="Access Denied")  # fmt: skip
    (one,) = translate(call, ROLE).proofs
    assert (str(one.action), one.resource) == ("s3:GetObject", "arn:aws:s3:::b/k")


def test_an_action_that_iam_does_not_know_is_a_finding_and_never_evidence() -> None:
    message = f"{WHO} is not authorized to perform: lambda:Frobnicate on resource: arn:aws:x:::y"
    translation = translate(
        record(request={"functionName": "f"}, errorCode="AccessDenied", errorMessage=message), ROLE
    )
    assert [str(one.action) for one in translation.proofs] == ["lambda:GetFunction"]
    assert [one.kind for one in translation.findings] == ["unknown-action-denied"]


def test_an_unknown_operation_still_tells_what_its_refusal_named() -> None:
    message = f"{WHO} is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:1:q"
    translation = translate(
        record("nosuch", "Frobnicate", errorCode="AccessDenied", errorMessage=message), ROLE
    )
    assert [str(one.action) for one in translation.proofs] == ["sqs:SendMessage"]
    assert [one.kind for one in translation.findings] == ["unmapped-event"]
