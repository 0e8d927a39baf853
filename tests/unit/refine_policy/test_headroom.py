"""Room for a type that no cycle has used is granted by AWS's tables, limited, and marked."""

from typing import Any

import pytest

from lambdas.errors import InvalidProcessError
from tests.unit.refine_policy.builders import (
    ACCOUNT,
    CLOUDFORMATION,
    REGION,
    ROLE,
    a_process,
    granted,
    refined,
    seen,
)

STACK = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/orders-dev/*"
LINES = [seen("cloudformation:CreateChangeSet", STACK)]
HEAD = "arn:${partition}:sqs:${region}:${account}:"


def room(*types: str) -> Any:
    return a_process(policy={"headroom": list(types)})


def test_a_type_gets_what_makes_changes_removes_reads_and_tags_it_on_the_stacks_names() -> None:
    found = granted(refined(LINES, process=room("AWS::SQS::Queue")))

    queue = {action for action, where in found.items() if where == {f"{HEAD}orders-${{stage}}-*"}}
    assert {
        "sqs:CreateQueue", "sqs:DeleteQueue", "sqs:GetQueueAttributes", "sqs:SetQueueAttributes",
        "sqs:TagQueue", "sqs:UntagQueue",
    } <= queue  # fmt: skip
    assert "sqs:SendMessage" not in found
    assert "sqs:GetQueueUrl" not in found


def test_it_stands_apart_says_that_nothing_was_seen_and_holds_only_through_cloudformation() -> None:
    (policy,) = refined(LINES, process=room("AWS::SQS::Queue")).policies
    (statement,) = [one for one in policy.statements if "Headroom" in one.statement.sid]

    assert "not seen in any cycle" in statement.purpose
    assert {one.key for one in statement.statement.conditions} == {"aws:CalledVia"}
    grounds = [ground for grant in statement.grants for ground in grant.grounds]
    assert {(one.kind, one.events) for one in grounds} == {("headroom", 0)}
    assert all("no cycle has used it" in one.text for one in grounds)


def test_names_that_do_not_say_the_stack_are_any_and_buckets_are_small() -> None:
    found = granted(refined(LINES, process=room("AWS::SecretsManager::Secret", "AWS::S3::Bucket")))

    bucket = {"arn:${partition}:s3:::orders-${stage}-*"}
    own = ("s3:CreateBucket", "s3:ListBucket", "s3:TagResource", "s3:PutEncryptionConfiguration")
    assert {action: found[action] for action in own} == dict.fromkeys(own, bucket)
    assert all("orders" not in one for one in found["secretsmanager:CreateSecret"])


def test_what_a_resource_stands_in_is_any_of_its_kind() -> None:
    found = granted(refined(LINES, process=room("AWS::EC2::Subnet", "AWS::RDS::DBInstance")))
    place = "arn:${partition}:%s:${region}:${account}:"

    assert found["ec2:CreateSubnet"] == {place % "ec2" + "subnet/*", place % "ec2" + "vpc/*"}  # fmt: skip
    assert found["rds:AddTagsToResource"] == {place % "rds" + "db:orders-${stage}-*"}


def test_what_the_cycle_used_is_grounded_in_its_events() -> None:
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders-dev-Mail-1A2B3C4D5E6F7"
    line = seen("sqs:CreateQueue", queue, via=CLOUDFORMATION, types=("AWS::SQS::Queue",))

    kinds = {
        ground.kind
        for statement in refined([*LINES, line], process=room("AWS::SQS::Queue")).policies[0].statements
        for grant in statement.grants
        for ground in grant.grounds
        if str(grant.action) == "sqs:CreateQueue"
    }  # fmt: skip

    assert "observed" in kinds


def test_a_split_gives_the_room_to_the_role_that_cloudformation_gets() -> None:
    line = seen("sns:CreateTopic", f"arn:aws:sns:{REGION}:{ACCOUNT}:t", via=CLOUDFORMATION)
    process = a_process(policy={"headroom": ["AWS::SQS::Queue"], "split": "cloudformation"})

    policies = {one.principal: one for one in refined([*LINES, line], process=process).policies}

    own = [str(action) for one in policies[ROLE].statements for action in one.statement.actions]
    assert not any(one.startswith("sqs:") for one in own)
    (other,) = [one for principal, one in policies.items() if principal != ROLE]
    assert any("Headroom" in one.statement.sid for one in other.statements)
    assert not any(
        condition.key == "aws:CalledVia"
        for one in other.statements
        for condition in one.statement.conditions
    )


def test_a_type_that_nobody_knows_and_a_cycle_without_a_stack_are_said() -> None:
    # API Gateway's handlers name verbs of HTTP: of a path that nobody has made nothing is known.
    unknown = refined(LINES, process=room("AWS::No::Such", "AWS::ApiGateway::RestApi"))
    without = refined([seen("sqs:CreateQueue")], process=room("AWS::SQS::Queue"))

    assert [one.subject for one in unknown.findings if one.kind == "headroom-of-unknown-type"] == [
        "AWS::ApiGateway::RestApi",
        "AWS::No::Such",
    ]
    assert any(one.kind == "headroom-without-stack" for one in without.findings)
    assert not any("Headroom" in one.statement.sid for one in without.policies[0].statements)


@pytest.mark.parametrize("value", ["AWS::SQS::Queue", [1], ["sqs"], ["AWS::SQS::Queue; rm"]])
def test_what_is_no_list_of_types_is_refused_by_its_key(value: object) -> None:
    with pytest.raises(InvalidProcessError, match=r"policy\.headroom"):
        a_process(policy={"headroom": value})


def test_a_definition_with_room_is_written_as_it_was_read() -> None:
    process = room("AWS::SQS::Queue")

    assert process.to_mapping()["policy"] == {"headroom": ["AWS::SQS::Queue"]}
    assert process.hints.headroom == ("AWS::SQS::Queue",)
