from lambdas.check_policy.questions import Question, asked_of, questions
from lambdas.model.dossier.containment import Carried
from lambdas.model.trail.evidence import Evidence, Outcome
from tests.unit.check_policy.builders import ACCOUNT, QUEUE, seen


def test_a_call_that_failed_for_another_reason_was_authorised_and_must_be_allowed() -> None:
    asked = asked_of(
        [
            seen("sqs:GetQueueUrl", outcome=Outcome.FAILED, error="QueueDoesNotExist"),
            seen("sqs:ListQueues", outcome=Outcome.DENIED, error="AccessDenied"),
            seen("sts:GetCallerIdentity", "*"),
        ],
        ACCOUNT,
    )

    assert [one.action for one in asked] == ["sqs:GetQueueUrl"]


def test_what_cloudformation_asks_only_to_warn_need_not_be_allowed() -> None:
    via = ("cloudformation.amazonaws.com",)
    warned = seen("lambda:GetAccountSettings", "*", via=via)

    assert asked_of([warned], ACCOUNT) == ()
    assert asked_of([seen("lambda:GetAccountSettings", "*")], ACCOUNT) != ()


def test_the_same_call_is_asked_once_and_alike_calls_in_one_question() -> None:
    evidence = [
        seen(action, f"{QUEUE}-{number}", event_id=f"{number}{again}")
        for action in ("sqs:CreateQueue", "sqs:DeleteQueue")
        for number in range(3)
        for again in range(4)
    ]

    asked = asked_of(evidence, ACCOUNT)

    assert len(asked) == 6
    (question,) = questions(asked)
    assert question.actions == ("sqs:CreateQueue", "sqs:DeleteQueue")
    assert len(question.resources) == 3


def test_questions_ask_exactly_what_was_seen() -> None:
    asked = asked_of(
        [
            seen("sqs:CreateQueue", "arn:aws:sqs:eu-west-1:1:a"),
            seen("sqs:CreateQueue", "arn:aws:sqs:eu-west-1:1:b"),
            seen("sqs:DeleteQueue", "arn:aws:sqs:eu-west-1:1:b"),
            *(seen(f"s3:Action{n}", "arn:aws:s3:::bucket") for n in range(90)),
            *(seen("s3:Get", f"arn:aws:s3:::bucket/{n}", region="us-east-1") for n in range(60)),
        ],
        ACCOUNT,
    )

    pairs = [
        (action, resource, one.context)
        for one in questions(asked)
        for action in one.actions
        for resource in one.resources
    ]

    assert len(pairs) == len(set(pairs)) == len(asked)
    assert set(pairs) == {(one.action, one.resource, one.context) for one in asked}


def context_of(evidence: Evidence) -> dict[str, tuple[str, ...]]:
    (one,) = questions(asked_of([evidence], ACCOUNT))
    assert isinstance(one, Question)
    return dict(one.context)


def test_a_direct_call_is_asked_with_its_region_and_owner() -> None:
    assert context_of(seen("sqs:CreateQueue", f"arn:aws:sqs:eu-west-1:{'9' * 12}:q")) == {
        "aws:RequestedRegion": ("eu-west-1",),
        "aws:ResourceAccount": ("9" * 12,),
        "aws:ViaAWSService": ("false",),
    }


def test_a_call_through_services_is_asked_with_the_chain() -> None:
    via = ("cloudformation.amazonaws.com", "s3.amazonaws.com")

    context = context_of(seen("kms:Decrypt", "*", via=via))

    assert context["aws:CalledVia"] == via
    assert context["aws:CalledViaFirst"] == ("cloudformation.amazonaws.com",)
    assert context["aws:CalledViaLast"] == ("s3.amazonaws.com",)
    assert context["kms:ViaService"] == ("s3.eu-west-1.amazonaws.com",)
    assert context["aws:ResourceAccount"] == (ACCOUNT,)


def test_a_service_linked_role_is_asked_with_its_service() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRo"

    context = context_of(seen("iam:CreateServiceLinkedRole", role))

    assert context["iam:AWSServiceName"] == ("ops.apigateway.amazonaws.com",)


def test_what_the_runs_own_things_carry_is_asked_with_them_alone() -> None:
    key, value = "aws:ResourceTag/aws:cloudformation:stack-name", "orders-dev"
    own, other = (f"arn:aws:apigateway:eu-west-1::/restapis/{one}" for one in ("a1b2", "c3d4"))
    lines = [seen("apigateway:DELETE", resource) for resource in (own, other)]

    asked = asked_of(lines, ACCOUNT, [Carried(resource=own, key=key, value=value)])

    assert [dict(one.context).get(key) for one in asked] == [(value,), None]
