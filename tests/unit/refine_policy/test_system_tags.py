"""What CloudFormation's own tags on what it makes cost the caller."""

import pytest

from lambdas.reference import actions as reference
from lambdas.reference.shards import shard
from lambdas.reference.stacks.system_tags import system_tags
from tests.unit.refine_policy.builders import (
    ACCOUNT,
    REGION,
    ROLE,
    a_process,
    forwarded,
    granted,
    passes,
    refined,
    seen,
)

RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/orders-dev-tick"
OWN_RULE = "arn:${partition}:events:${region}:${account}:rule/orders-${stage}-tick"
MADE_RULE = forwarded("events:PutRule", RULE, types=("AWS::Events::Rule",))


@pytest.mark.parametrize(
    ("action", "resource", "resource_type", "asked"),
    [
        ("events:PutRule", RULE, "AWS::Events::Rule", "events:TagResource"),
        ("s3:CreateBucket", "arn:aws:s3:::b-dev", "AWS::S3::Bucket", "s3:TagResource"),
        (
            "states:CreateStateMachine",
            f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:m-dev",
            "AWS::StepFunctions::StateMachine",
            "states:TagResource",
        ),
    ],
)
def test_what_is_known_to_be_asked_is_granted_on_what_was_made(
    action: str, resource: str, resource_type: str, asked: str
) -> None:
    found = granted(refined([forwarded(action, resource, types=(resource_type,))]))

    assert found[asked] == found[action]


def test_the_grant_is_through_cloudformation() -> None:
    (policy,) = refined([MADE_RULE]).policies
    (statement,) = (
        one.statement
        for one in policy.statements
        if any(str(grant.action) == "events:TagResource" for grant in one.grants)
    )
    assert [one.key for one in statement.conditions] == ["aws:CalledVia"]


@pytest.mark.parametrize(
    "evidence",
    [
        seen("events:PutRule", RULE, types=("AWS::Events::Rule",)),
        forwarded("events:PutTargets", RULE, types=("AWS::Events::Rule",)),
        forwarded(
            "sqs:CreateQueue", f"arn:aws:sqs:{REGION}:{ACCOUNT}:q", types=("AWS::SQS::Queue",)
        ),
    ],
)
def test_nothing_is_granted_where_cloudformation_made_nothing_or_nothing_is_asked(
    evidence: object,
) -> None:
    found = granted(refined([evidence]))  # type: ignore[list-item]
    assert not [one for one in found if "Tag" in one]


def test_a_stack_s_own_role_is_asked() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/stacks"
    made = seen(
        "cloudformation:CreateStack",
        f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/orders-dev/1",
        implies=(passes(role, "cloudformation.amazonaws.com"),),
    )
    rule = seen("events:PutRule", RULE, principal=role, types=("AWS::Events::Rule",))

    refinement = refined([made, rule])

    assert refinement.policies[0].principal == ROLE
    assert "events:TagResource" not in granted(refinement, 0)
    assert granted(refinement, 1)["events:TagResource"] == {OWN_RULE}


def test_types_of_which_nobody_knows_are_named_in_one_note() -> None:
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/orders-dev"
    refinement = refined(
        [MADE_RULE, forwarded("logs:CreateLogGroup", group, types=("AWS::Logs::LogGroup",))]
    )
    (note,) = (one for one in refinement.findings if one.kind == "system-tags-unknown")

    assert note.subject == "1 type"
    assert "AWS::Logs::LogGroup" in note.detail
    assert "AWS::Events::Rule" not in note.detail


def test_the_derivation_can_be_switched_off() -> None:
    process = a_process(policy={"derivations": {"system-tags": False}})
    assert "events:TagResource" not in granted(refined([MADE_RULE], process=process))


def test_every_row_names_a_type_that_gets_these_tags_and_actions_that_its_handlers_call() -> None:
    content = shard("system_tags")
    for name in content["asked"]:
        tags, handlers = system_tags(name), reference.handlers(name)
        assert name in content["sent"]
        assert tags is not None
        assert handlers is not None
        assert tags.made_by in handlers.create
        assert reference.facts(tags.asks) if tags.asks else False
    assert not set(content["asked"]) & set(content["not_asked"])
