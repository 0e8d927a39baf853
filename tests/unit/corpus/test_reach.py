"""A policy is tried with values of other lengths: what it should reach, and what it should not."""

from typing import Any

import pytest

from lambdas.model.iam.action import Action
from lambdas.model.iam.policy import Policy, Statement
from lambdas.model.iam.template import Template
from tests.flow.corpus.reach import MadeUp, Use, allowed, faults, with_value

VALUES = {"account": "123456789012", "region": "eu-west-1", "stage": "dev"}
ARN = "arn:aws:iam::123456789012:role/"
STACK, ROLE = "customer-portal-dev", "Role"


def a_use(stack: str = STACK, logical_id: str = ROLE, kind: str = "AWS::IAM::Role") -> Use:
    suffix = "1OX84GHVO0H0T"
    made_up = MadeUp(
        kind=kind,
        stack=stack,
        logical_id=logical_id,
        name=f"{stack}-{logical_id}-{suffix}",
        suffix=suffix,
    )
    return Use(action="iam:CreateRole", resource=ARN + made_up.name, made_up=made_up)


def a_policy(*resources: str) -> Policy:
    statement = Statement(
        sid="Roles",
        actions=(Action.from_text("iam:CreateRole"),),
        resources=tuple(Template.from_text(ARN + one) for one in resources),
    )
    return Policy((statement,))


def told(policy: Policy, use: Use, **more: Any) -> list[str]:
    return faults([policy], [use], VALUES, **more)


def test_a_variable_and_a_wildcard_for_the_suffix_reach_every_value() -> None:
    assert told(a_policy("customer-portal-${stage}-Role-*"), a_use()) == []


def test_a_suffix_by_heart_reaches_none() -> None:
    found = told(a_policy("customer-portal-${stage}-Role-1OX84GHVO0H0T"), a_use())

    assert len(found) == 10
    assert all("is denied for" in one for one in found)


def test_a_stage_by_heart_reaches_no_other_and_is_allowed_to_all() -> None:
    found = told(a_policy("customer-portal-dev-Role-*"), a_use())

    assert any("is denied for production" in one for one in found)
    assert any("another stack's, is allowed for production" in one for one in found)


def test_a_wildcard_in_place_of_the_stack_reaches_strangers() -> None:
    found = told(a_policy("*-Role-*"), a_use())

    assert any("zq-unrelated-customer-portal-q-Role-" in one for one in found)


def test_a_stack_name_that_is_cut_must_be_open_where_the_cut_moves() -> None:
    use = a_use("customer-engagement-intake-buffering-dev", "MyLambdaFunctionExecutionRole")
    # Cut to customer-engagement-intak or customer-engagement-intake, by the suffix's length.
    literal = a_policy("customer-engagement-intake-MyLambdaFunctionExecution*-*")
    opened = a_policy("customer-engagement-intak*-MyLambdaFunctionExecuti*-*")

    assert any("is denied" in one for one in told(literal, use))
    assert told(opened, use) == []


def test_a_cut_stage_may_reach_others_only_if_it_is_told() -> None:
    use = a_use("customer-engagement-portal-dev", "EngagementHandlersExecutionRole")
    opened = a_policy("customer-engagement-porta*-*")

    assert all("another stack's" in one for one in told(opened, use))
    assert told(opened, use, told=True) == []


@pytest.mark.parametrize(
    ("action", "resource", "answer"),
    [
        ("iam:createrole", f"{ARN}one", True),
        ("iam:CreateRole", f"{ARN}other", False),
        ("iam:DeleteRole", f"{ARN}one", False),
    ],
)
def test_actions_are_compared_without_case_and_resources_with(
    action: str, resource: str, *, answer: bool
) -> None:
    documents = [a_policy("one").render(VALUES)]

    assert allowed(documents, action, resource) is answer


def test_a_value_is_replaced_where_it_stands_as_a_word() -> None:
    assert with_value("device-dev/dev/developer", "dev", "qa") == "device-qa/qa/developer"
