"""What the outcome of a call proves: allowed, refused, or nothing."""

import re

import pytest

from lambdas.collect_evidence.call.outcome import outcome_of
from lambdas.collect_evidence.translation.translate import translate
from lambdas.model.trail.evidence import Outcome
from lambdas.reference.compile.sources import read_curated
from lambdas.reference.refused.error_codes import Authorization
from tests.unit.collect_evidence.trails import ROLE, record


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
    assert outcome_of(record(errorCode=code, errorMessage="no")).kind is Outcome.DENIED


@pytest.mark.parametrize(
    ("source", "code", "message"),
    [
        ("lambda", "ResourceNotFoundException", "Function not found"),
        ("iam", "NoSuchEntityException", "The role with name x cannot be found."),
        ("s3", "NoSuchKey", "The specified key does not exist."),
        ("s3", "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
        ("iam", "EntityAlreadyExistsException", "exists"),
        ("s3", "BucketAlreadyOwnedByYou", "exists"),
        ("ec2", "Client.InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist"),
        ("ec2", "Client.InvalidPermission.Duplicate", "the specified rule already exists"),
        ("ec2", "Client.DependencyViolation", "has a dependent object"),
        ("cloudformation", "ValidationException", "Stack with id orders does not exist"),
        ("cloudformation", "ValidationError", "No updates are to be performed."),
        (
            "cloudformation",
            "ValidationError",
            "Stack:arn:x is in ROLLBACK_COMPLETE state and can not be updated.",
        ),
        ("autoscaling", "ValidationError", "AutoScalingGroup name not found - null"),
        (
            "ec2",
            "Client.DryRunOperation",
            "Request would have succeeded, but DryRun flag is set.",
        ),
        ("dynamodb", "ResourceInUseException", "Table already exists: orders"),
        ("elasticache", "InvalidParameterGroupStateFault", "in state modifying"),
        ("cloudfront", "NoSuchInvalidation", "The specified invalidation does not exist."),
        ("lambda", "EC2AccessDeniedException", "Need additional permissions to configure VPC"),
        ("sqs", "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist"),
        ("lambda", "KMSAccessDeniedException", "Lambda was unable to decrypt"),
        ("cognito-idp", "NotAuthorizedException", "Incorrect username or password."),
        (
            "organizations",
            "AccessDeniedForDependencyException",
            "The request failed because a dependency lacks access",
        ),
        (
            "secretsmanager",
            "AccessDeniedException",
            "Secrets Manager cannot invoke the specified Lambda function. Ensure that its policy …",
        ),
        (
            "ec2",
            "Client.AuthFailure",
            "vm-import-export@amazon.com must have WRITE and READ_ACL permission on the S3 bucket.",
        ),
    ],
)
def test_calls_that_failed_otherwise_had_been_authorised(
    source: str, code: str, message: str
) -> None:
    answer = outcome_of(record(source, errorCode=code, errorMessage=message))

    assert (answer.kind, answer.authorization) == (Outcome.FAILED, Authorization.AFTER)


@pytest.mark.parametrize(
    ("source", "code", "message"),
    [
        ("ec2", "Client.InvalidInstanceID.Malformed", "The instance ID 'x' is malformed"),
        ("ec2", "Client.InvalidParameterCombination", "No attributes specified."),
        ("ec2", "Client.InvalidParameterValue", "Value (x) for parameter snapshotId is invalid."),
        ("ecs", "InvalidParameterException", "Unable to assume the service linked role."),
        ("monitoring", "ValidationException", "1 validation error detected"),
        ("kinesis", "ValidationException", "1 validation error detected: Value ' x'"),
        ("cloudtrail", "ThrottlingException", "Rate exceeded"),
        ("ec2", "Client.RequestLimitExceeded", "Request limit exceeded."),
        ("lambda", "TooManyRequestsException", "Rate exceeded"),
        ("dynamodb", "ProvisionedThroughputExceededException", "slow down"),
        ("s3", "NoSuchBucket", "The specified bucket does not exist"),
        ("s3", "PermanentRedirect", "The bucket is in another region"),
        ("ce", "InternalFailure", "We messed up somewhere, sorry."),
        ("sqs", "MissingParameter", "The request must contain QueueUrl"),
        ("dynamodb", "SerializationException", "NUMBER_VALUE cannot be converted to String"),
        ("ec2", "Client.MissingParameter", "The request must contain the parameter groupId"),
    ],
)
def test_calls_that_failed_before_anybody_asked_iam_prove_no_permission(
    source: str, code: str, message: str
) -> None:
    failed = record(source, errorCode=code, errorMessage=message)

    assert outcome_of(failed).authorization is Authorization.BEFORE


def test_a_call_that_failed_before_iam_is_a_finding_and_no_evidence() -> None:
    failed = record(
        "ec2",
        "TerminateInstances",
        {"instancesSet": {"items": [{"instanceId": "nonsense"}]}},
        errorCode="Client.InvalidInstanceID.Malformed",
        errorMessage="The instance ID 'nonsense' is malformed",
    )

    translation = translate(failed, ROLE)

    assert translation.evidence == ()
    (told,) = translation.findings
    assert (told.kind, told.subject) == ("failed-before-iam", "ec2:TerminateInstances")
    assert "Client.InvalidInstanceID.Malformed" in told.detail


def test_an_error_that_nobody_knows_counts_as_authorised_and_is_told() -> None:
    failed = record(
        request={"functionName": "f"}, errorCode="WeatherTooBadException", errorMessage="It rains."
    )

    translation = translate(failed, ROLE)

    assert [(str(one.action), one.outcome) for one in translation.evidence] == [
        ("lambda:GetFunction", Outcome.FAILED)
    ]
    (told,) = translation.findings
    assert told.kind == "unknown-error"
    assert "WeatherTooBadException" in told.detail


def test_every_rule_of_errors_says_what_it_proves_and_can_be_read() -> None:
    content = read_curated("error_codes")

    for rule in (*content["messages"], *content["codes"]):
        assert rule["outcome"] in {"refused", "after", "before"}
        assert {"code", "message"} & set(rule)
        for key in ("code", "message"):
            re.compile(rule.get(key, ""))


def test_no_error_is_success() -> None:
    assert outcome_of(record()).kind is Outcome.SUCCEEDED
