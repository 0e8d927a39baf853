"""A policy is held against needs: what it lacks, what it has to spare, what nobody can tell."""

import json

import pytest

from foretell.comparison.comparison import Answer, compared
from foretell.comparison.granted import Granted, read_policy
from foretell.comparison.policy_context import place_of, stack_of
from foretell.errors import UnreadablePolicyError
from foretell.foretell import foretell
from foretell.knowledge.knowledge import Knowledge
from foretell.needs import Certainty
from tests.unit.foretell.deployments import (
    QUEUE,
    allowing,
    needs,
    opened,
    resource,
    template,
)

MAIL = template(Mail=resource(QUEUE, QueueName="mail-dev-in"))
HEAD = "arn:aws:sqs:eu-west-1:123456789012:"
FORMATION = {"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}}


def answered(text: str, granted: Granted) -> Answer:
    return compared(foretell(opened(text).stacks, Knowledge()), granted).answer


def test_a_policy_suffices_by_wildcards_of_actions_and_resources() -> None:
    assert answered(MAIL, allowing(("sqs:*", f"{HEAD}mail-dev-*"))) is Answer.SUFFICES
    assert answered(MAIL, allowing(("*", "*"))) is Answer.SUFFICES
    assert answered(MAIL, allowing(("sqs:*", f"{HEAD}mail-qa-*"))) is Answer.LACKS
    assert answered(MAIL, allowing(("sqs:Get*", "*"))) is Answer.LACKS


def test_conditions_that_the_request_meets_grant_and_others_do_not() -> None:
    pair = ("sqs:*", "*")

    assert answered(MAIL, allowing(pair, **FORMATION)) is Answer.SUFFICES
    elsewhere = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
    assert answered(MAIL, allowing(pair, **elsewhere)) is Answer.LACKS


def test_a_role_that_may_be_passed_to_another_service_is_missing() -> None:
    role = "arn:aws:iam::123456789012:role/work"
    text = template(F=resource("AWS::Lambda::Function", FunctionName="f", Role=role, Code={"ZipFile": "x"}))  # fmt: skip
    to = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    granted = allowing(("*", "*"), **to)

    found = compared(foretell(opened(text).stacks, Knowledge()), granted)

    assert [one.action for one in found.missing] == ["iam:PassRole"]


def test_what_is_denied_is_not_granted() -> None:
    text = json.dumps(
        {
            "Statement": [
                {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
                {"Effect": "Deny", "Action": "sqs:Delete*", "Resource": "*"},
            ]
        }
    )

    found = compared(foretell(opened(MAIL).stacks, Knowledge()), read_policy(text, "p.json", {}))

    assert [one.action for one in found.missing] == ["sqs:DeleteQueue"]


def test_a_name_that_will_be_made_up_is_granted_by_what_meets_it() -> None:
    text = template(Mail=resource(QUEUE))

    assert answered(text, allowing(("sqs:*", f"{HEAD}mail-dev-Mail-*"))) is Answer.SUFFICES
    assert answered(text, allowing(("sqs:*", f"{HEAD}mail-dev-Other-*"))) is Answer.LACKS


def test_a_resource_of_which_nothing_is_known_is_possible_not_missing() -> None:
    text = template(Mail=resource(QUEUE, QueueName={"Fn::ImportValue": "x"}))

    found = compared(
        foretell(opened(text).stacks, Knowledge()), allowing(("sqs:*", f"{HEAD}mail-*"))
    )

    assert not found.missing
    assert {one.certainty for one in found.possible} == {Certainty.POSSIBLE}
    assert all("not known before it is made" in one.note for one in found.possible if one.note)


def test_what_iam_lets_no_policy_limit_is_granted_on_everything_or_not_at_all() -> None:
    text = template(L=resource("AWS::Logs::LogGroup", LogGroupName="/mail"))
    one = "arn:aws:logs:eu-west-1:123456789012:log-group:/mail:*"
    ours = [("logs:CreateLogGroup", one), ("logs:DeleteLogGroup", one)]

    assert answered(text, allowing(*ours, ("logs:Describe*", one))) is Answer.LACKS
    assert answered(text, allowing(*ours, ("logs:Describe*", "*"))) is Answer.SUFFICES


def test_what_a_change_makes_superfluous_is_told_and_what_another_needs_is_kept() -> None:
    topic = resource("AWS::SNS::Topic", TopicName="news")
    before = template(Mail=resource(QUEUE, QueueName="mail"), News=topic)
    after = template(News=topic)
    granted = allowing(
        ("sqs:DeleteQueue", f"{HEAD}mail"), ("sqs:CreateQueue", f"{HEAD}mail"), ("sns:*", "*")
    )
    change = foretell(opened(after).stacks, Knowledge(), base=opened(before).stacks)

    found = compared(change, granted, before=needs(before), after=needs(after))

    assert {one.action for one in found.spare} == {"sqs:CreateQueue", "sqs:DeleteQueue"}
    assert found.spare[0].because == f"only Mail ({QUEUE}) needed it, and the change removes that"


def test_a_missing_line_counts_more_than_what_could_not_be_told() -> None:
    odd = template(Odd=resource("AWS::No::Such"))

    assert answered(odd, allowing(("*", "*"))) is Answer.UNTOLD
    both = template(Odd=resource("AWS::No::Such"), Mail=resource(QUEUE))
    assert answered(both, allowing(("sns:*", "*"))) is Answer.LACKS


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "is no JSON"),
        ("[]", "is no policy"),
        ("{}", "neither policies"),
        ('{"policies": [{}]}', "is no refined.json"),
        ('{"Statement": [{}]}', "has no Effect"),
        ('{"Statement": [{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}]}', "NotAction"),
    ],
)
def test_what_is_no_policy_gets_a_clear_word(text: str, word: str) -> None:
    with pytest.raises(UnreadablePolicyError) as refused:
        read_policy(text, "p.json", {})

    assert word in str(refused.value)


def test_a_policy_tells_the_stack_that_it_is_for() -> None:
    stack = "arn:aws:cloudformation:eu-west-1:123456789012:stack/mail-dev/*"

    assert stack_of(allowing(("cloudformation:CreateStack", stack))) == "mail-dev"
    assert stack_of(allowing(("cloudformation:CreateStack", "*"))) == ""
    assert place_of(allowing(("*", "*")), region="us-east-1").region == "us-east-1"
