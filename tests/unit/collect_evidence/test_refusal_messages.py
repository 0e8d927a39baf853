"""What a refusal names, in the words of each service."""

import json

import pytest

from lambdas.collect_evidence.call.outcome import outcome_of
from lambdas.collect_evidence.translation.attribution import Attribution
from lambdas.collect_evidence.translation.translate import translate
from lambdas.model.trail.evidence import Evidence, Outcome
from tests.unit.collect_evidence.refusal_words import BECAUSE, WHO, refused
from tests.unit.collect_evidence.trails import ROLE, evidence_of, record


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
    answer = outcome_of(record(errorCode="AccessDenied", errorMessage=message))
    assert answer.kind is Outcome.DENIED
    assert answer.refusal is not None
    assert (str(answer.action), answer.refusal.name) == (action, resource)


def test_messages_tell_refusals_that_codes_hide() -> None:
    message = f"{WHO} is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/r"
    answer = outcome_of(record(errorCode="ValidationError", errorMessage=message))
    assert answer.kind is Outcome.DENIED


def test_evidence_of_a_refusal_is_what_the_message_names_not_the_call() -> None:
    message = f"{WHO} is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/r"
    call = record("lambda", "CreateFunction20150331", {"functionName": "f"}, errorCode="AccessDenied",
                  errorMessage=message)  # fmt: skip
    (one,) = translate(call, ROLE).evidence
    assert (str(one.action), one.resource, one.outcome) == (
        "iam:PassRole", "arn:aws:iam::1:role/r", Outcome.DENIED,
    )  # fmt: skip
    assert one.implies == ()


def test_a_refusal_that_names_nothing_is_about_the_call_itself() -> None:
    call = record("s3", "GetObject", {"bucketName": "b", "key": "k"}, errorCode="AccessDenied",
                  errorMessage="Access Denied")  # fmt: skip
    (one,) = translate(call, ROLE).evidence
    assert (str(one.action), one.resource) == ("s3:GetObject", "arn:aws:s3:::b/k")


def test_an_action_that_iam_does_not_know_is_a_finding_and_never_evidence() -> None:
    message = f"{WHO} is not authorized to perform: lambda:Frobnicate on resource: arn:aws:x:::y"
    translation = translate(
        record(request={"functionName": "f"}, errorCode="AccessDenied", errorMessage=message), ROLE
    )
    assert [str(one.action) for one in translation.evidence] == ["lambda:GetFunction"]
    assert [one.kind for one in translation.findings] == ["unknown-action-denied"]


def test_an_unknown_operation_still_tells_what_its_refusal_named() -> None:
    message = f"{WHO} is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:1:q"
    translation = translate(
        record("nosuch", "Frobnicate", errorCode="AccessDenied", errorMessage=message), ROLE
    )
    assert [str(one.action) for one in translation.evidence] == ["sqs:SendMessage"]
    assert [one.kind for one in translation.findings] == ["unmapped-event"]


@pytest.mark.parametrize(
    ("action", "named", "arn"),
    [
        ("iam:PutRolePolicy", "role Ops", "iam::111122223333:role/Ops"),
        ("iam:PutUserPolicy", "user Bob", "iam::111122223333:user/Bob"),
        ("iam:AddUserToGroup", "group Admins", "iam::111122223333:group/Admins"),
        ("iam:CreatePolicy", "policy P", "iam::111122223333:policy/P"),
        ("iam:CreatePolicyVersion", "policy arn:aws:iam::111122223333:policy/a/P", "iam::111122223333:policy/a/P"),
        ("iam:GetPolicyVersion", "policy arn:aws:iam::111122223333:policy/P version v2", "iam::111122223333:policy/P"),
        ("iam:AddRoleToInstanceProfile", "instance profile Web", "iam::111122223333:instance-profile/Web"),
        ("iam:GetRole", "role role", "iam::111122223333:role/role"),
        ("iam:GetRole", "role because", "iam::111122223333:role/because"),
        ("secretsmanager:GetSecretValue", "db-password", "secretsmanager:eu-west-1:111122223333:secret:db-password-??????"),
        ("config:DeleteConfigRule", "MyRule", "config:eu-west-1:111122223333:config-rule/*"),
        ("kms:Decrypt", "alias/orders", "kms:eu-west-1:111122223333:key/*"),
        ("sqs:SendMessage", "jobs", "sqs:eu-west-1:111122223333:jobs"),
        ("elasticfilesystem:DeleteFileSystem", "", "elasticfilesystem:eu-west-1:111122223333:file-system/*"),
    ],
)  # fmt: skip
def test_a_bare_name_in_a_refusal_is_one_resource_of_the_actions_own_type(
    action: str, named: str, arn: str
) -> None:
    where = f"on resource: {named}" if named else "on the specified resource"
    message = f"{WHO} is not authorized to perform: {action} {where} {BECAUSE}"

    assert refused(message, *action.split(":")) == {(action, f"arn:aws:{arn}")}


def test_a_refusal_that_a_service_writes_into_its_answer_is_read() -> None:
    message = f"{WHO} is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/eks"
    call = record(
        "eks", "CreateCluster", {"name": "c"}, {"message": message}, errorCode="AccessDenied"
    )

    assert [(str(one.action), one.resource) for one in translate(call, ROLE).evidence] == [
        ("iam:PassRole", "arn:aws:iam::111122223333:role/eks")
    ]


def test_tags_on_a_log_group_ask_for_the_additional_permission_alone() -> None:
    message = (
        "User with accountId: 111122223333 is not authorized to perform CreateLogGroup with Tags. "
        'An additional permission "logs:TagResource" is required.'
    )
    call = record("logs", "CreateLogGroup", {"logGroupName": "/orders/dev"}, errorCode="AccessDeniedException",
                  errorMessage=message)  # fmt: skip

    assert [(str(one.action), one.resource) for one in translate(call, ROLE).evidence] == [
        ("logs:TagResource", "arn:aws:logs:eu-west-1:111122223333:log-group:/orders/dev")
    ]


def test_cloudfront_s_words_about_a_function_at_its_edge_are_a_refusal() -> None:
    edge = "arn:aws:lambda:us-east-1:111122223333:function:headers:2"
    message = (
        "Lambda@Edge cannot enable replication for the specified Lambda function. Update the IAM "
        f"policy to add permission: lambda:EnableReplication* for resource: {edge} and try again."
    )

    assert refused(message, "cloudfront", "UpdateDistribution2020_05_31") == {
        ("lambda:EnableReplication", edge)
    }


def test_s3_s_words_inside_lambda_s_are_about_the_object() -> None:
    message = (
        "Your access has been denied by S3, please make sure your request credentials have "
        "permission to GetObject for code-bucket/orders/app.zip. S3 Error Code: AccessDenied. "
        "S3 Error Message: Access Denied"
    )

    assert refused(message, "lambda", "CreateFunction20150331") == {
        ("s3:GetObject", "arn:aws:s3:::code-bucket/orders/app.zip")
    }


def test_a_log_stream_without_a_name_is_any_stream_of_the_group() -> None:
    group = "arn:aws:logs:eu-west-1:111122223333:log-group:/orders/dev"
    message = f"{WHO} is not authorized to perform: logs:PutRetentionPolicy on resource: {group}:log-stream: {BECAUSE}"

    assert refused(message, "logs", "PutRetentionPolicy") == {
        ("logs:PutRetentionPolicy", f"{group}:*")
    }


@pytest.mark.parametrize(
    ("reason", "obstacle"),
    [
        ("because no VPC endpoint policy allows the s3:GetObject action", "a missing allow in the VPC endpoint policy"),
        ("because no session policy allows the s3:GetObject action", "a missing allow in the session policy"),
        ("because no service control policy allows the s3:GetObject action",
         "a missing allow in the service control policy"),
        ("with an explicit deny in a VPC endpoint policy", "an explicit deny in a VPC endpoint policy"),
        ("with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-1/p-1",
         "an explicit deny in a service control policy"),
        ("with an explicit deny in a resource-based policy", "an explicit deny in a resource-based policy"),
        ("with an explicit deny in a permissions boundary", "an explicit deny in a permissions boundary"),
        ("with an explicit deny in an identity-based policy", "an explicit deny in an identity-based policy"),
        ("because no identity-based policy allows the s3:GetObject action", ""),
        # Within one account either policy suffices: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
        ("because no resource-based policy allows the s3:GetObject action", ""),
    ],
)  # fmt: skip
def test_evidence_of_a_refusal_says_what_no_grant_would_help_against(
    reason: str, obstacle: str
) -> None:
    message = (
        f'{WHO} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k" {reason}'
    )
    call = record(
        "s3",
        "GetObject",
        {"bucketName": "b", "key": "k"},
        errorCode="AccessDenied",
        errorMessage=message,
    )

    (line,) = evidence_of(call, Attribution(principal=ROLE))

    assert line.obstacle == obstacle
    assert Evidence.from_json(json.loads(line.to_line())) == line


def test_a_role_of_another_account_is_passed_by_no_policy() -> None:
    call = record("lambda", "CreateFunction20150331", {"functionName": "f"}, errorCode="AccessDenied",
                  errorMessage="Cross-account pass role is not allowed.")  # fmt: skip

    assert all(
        one.outcome is Outcome.DENIED and one.obstacle for one in translate(call, ROLE).evidence
    )


def test_what_a_function_s_own_role_was_refused_is_no_refusal_of_the_caller() -> None:
    other = "User: arn:aws:sts::111122223333:assumed-role/orders-function/orders"
    message = f"{other} is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:111122223333:key/1"
    call = record(
        "lambda",
        "Invoke",
        {"functionName": "f"},
        errorCode="KMSAccessDeniedException",
        errorMessage=message,
    )

    assert {one.outcome for one in translate(call, ROLE).evidence} == {Outcome.FAILED}
