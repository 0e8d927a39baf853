"""The whole of refinement on one cycle of the Serverless Framework."""

import pytest

from lambdas.model.iam.policy import policy_size
from lambdas.model.limits import MANAGED_POLICY_LIMIT
from lambdas.model.trail.evidence import Evidence, Outcome
from tests.laws.evaluator import allows, allows_line
from tests.unit.refine_policy.builders import (
    ACCOUNT,
    REGION,
    ROLE,
    RUN,
    a_process,
    denied,
    granted,
    refined,
    seen,
    values,
)
from tests.unit.refine_policy.serverless import cycle

REFINED = refined(cycle())
ANOTHER = "9Z8Y7X6W5V4U"  # everything random of another run


def _document(stage: str = "dev") -> dict[str, object]:
    return REFINED.policies[0].policy.render(values(REFINED, stage=stage))


def _denied(lines: list[Evidence], stage: str = "dev") -> list[str]:
    return [
        f"{line.action} {line.resource}"
        for line in lines
        if not allows_line(_document(stage), line, ACCOUNT)
    ]


def test_it_allows_every_authorised_call_of_the_cycle() -> None:
    assert _denied(cycle()) == []


def test_it_allows_the_next_cycle_whose_random_names_differ() -> None:
    assert _denied(cycle(made_up=ANOTHER)) == []


def test_rendered_for_another_stage_it_allows_that_stages_cycle() -> None:
    assert _denied(cycle(stage="qa", made_up=ANOTHER), "qa") == []


# What IAM cannot tell apart by name: ids that the service makes up, and actions without a resource.
UNAVOIDABLE = ("::/restapis", "::/tags/", ":event-source-mapping:")


@pytest.mark.parametrize(
    ("service", "stage"), [("orders", "qa"), ("orders-api", "dev"), ("billing", "dev")]
)
def test_it_reaches_no_other_stage_and_no_other_service(service: str, stage: str) -> None:
    reached = [
        f"{line.action} {line.resource}"
        for line in cycle(service, stage, ANOTHER)
        if line.resource != "*" and not any(part in line.resource for part in UNAVOIDABLE)
        if allows_line(_document(), line, ACCOUNT)
    ]

    assert reached == []


def test_roles_are_passed_to_the_service_that_received_them_and_to_no_other() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/orders-dev-{REGION}-lambdaRole"
    to_lambda = {"iam:PassedToService": "lambda.amazonaws.com"}
    to_ec2 = {"iam:PassedToService": "ec2.amazonaws.com"}

    assert allows(_document(), "iam:PassRole", role, to_lambda)
    assert not allows(_document(), "iam:PassRole", role, to_ec2)
    assert not allows(_document(), "iam:PassRole", ROLE, to_lambda)
    assert granted(REFINED)["iam:PassRole"] == {
        "arn:${partition}:iam::${account}:role/orders-${stage}-${region}-lambdaRole"
    }


def test_every_wildcard_has_its_reason() -> None:
    for one in REFINED.policies[0].statements:
        explained = {wildcard.resource for wildcard in one.wildcards}
        wild = {str(resource) for resource in one.statement.resources if resource.wild}
        assert wild == explained


def test_every_grant_has_grounds_that_name_their_events() -> None:
    for one in REFINED.policies[0].statements:
        for grant in one.grants:
            assert grant.grounds
            assert all(ground.events and ground.event_ids for ground in grant.grounds)


def test_what_another_session_of_the_role_did_is_left_out_and_said() -> None:
    generated = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "access-analyzer:ListAnalyzers", "Resource": "*"},
            {"Effect": "Allow", "Action": ["dynamodb:CreateTable"], "Resource": "${TableName}"},
        ],
    }

    refinement = refined(cycle(), generated=[generated])

    assert "access-analyzer:ListAnalyzers" not in granted(refinement)
    (left,) = refinement.left_out
    assert (left.action, left.kind) == ("access-analyzer:ListAnalyzers", "not-of-this-run")
    assert "session" in left.reason
    table = next(
        grant
        for one in refinement.policies[0].statements
        for grant in one.grants
        if str(grant.action) == "dynamodb:CreateTable"
    )
    assert "Access Analyzer lists the action too" in table.grounds[0].text


def test_a_call_that_was_only_denied_is_not_granted_and_said() -> None:
    refinement = refined([*cycle(), denied("ec2:DescribeVpcs")])

    assert "ec2:DescribeVpcs" not in granted(refinement)
    assert [one.action for one in refinement.left_out] == ["ec2:DescribeVpcs"]
    assert "only-denied" in {one.kind for one in refinement.findings}


def test_a_call_that_failed_after_it_was_authorised_is_granted() -> None:
    probe = seen(
        "sns:GetTopicAttributes",
        f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms",
        outcome=Outcome.FAILED,
        error="NotFound",
    )

    assert "sns:GetTopicAttributes" in granted(refined([*cycle(), probe]))


def test_it_fits_in_managed_policies_that_grant_the_same() -> None:
    policy = REFINED.policies[0]
    packs = [one.render(values(REFINED)) for one in policy.packed()]

    assert all(policy_size(one) <= MANAGED_POLICY_LIMIT for one in packs)
    together = [statement for one in packs for statement in one["Statement"]]
    whole = policy.policy.render(values(REFINED))["Statement"]
    assert sorted(together, key=str) == sorted(whole, key=str)


def test_the_order_of_events_and_their_repetition_change_nothing() -> None:
    lines = cycle()

    assert refined([*reversed(lines), *lines]) == refined(lines)


def test_it_survives_its_own_json() -> None:
    assert type(REFINED).from_json(REFINED.to_json()) == REFINED


def test_a_process_without_variables_keeps_its_names() -> None:
    refinement = refined(cycle(), process=a_process(variables={}))

    assert (
        "arn:${partition}:dynamodb:${region}:${account}:table/orders-dev-orders"
        in granted(refinement)["dynamodb:CreateTable"]
    )
    assert dict(refinement.variables) == {
        "account": RUN.account,
        "partition": "aws",
        "region": RUN.region,
    }
