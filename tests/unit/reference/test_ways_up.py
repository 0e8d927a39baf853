"""Ways to more permissions: which a policy leads to, by which calls, and what the boundary closes."""

import pytest

from lambdas.model.iam.policy import Condition
from lambdas.model.iam.role_boundary import BOUNDARY_ARN
from lambdas.model.iam.template import Template
from tests.unit.reference.policies import (
    BOUNDED,
    CREATE,
    FUNCTION,
    OTHERS,
    PASS,
    PUT,
    ROLE,
    TO_LAMBDA,
    allows,
    makes_functions,
    ways,
)


def test_a_created_role_that_is_passed_is_a_way_of_four_calls() -> None:
    way = ways(*makes_functions())["function with a role"]

    assert [one.action for one in way.steps] == [CREATE, PUT, PASS, "lambda:CreateFunction"]
    assert dict(way.steps[2].context) == {
        "iam:PassedToService": Template.of("lambda.amazonaws.com")
    }
    assert (way.made, way.closed_by, way.phases) == (True, "", ("deploy",))


def test_the_boundary_closes_every_way_through_what_is_created() -> None:
    found = ways(*makes_functions(BOUNDED), required=True)

    assert set(found) == {"function with a role", "code of a function", "inline policy on a role"}
    assert found["function with a role"].closed_by == "IamCreateRole"
    assert found["code of a function"].closed_by == "IamCreateRole"
    assert found["inline policy on a role"].closed_by == "IamPutRolePolicy"


def test_a_boundary_on_creation_alone_leaves_the_change_open() -> None:
    statements = (allows(CREATE, ROLE, BOUNDED), allows(PUT, ROLE))

    assert ways(*statements, required=True)["inline policy on a role"].closed_by == ""


def test_a_second_statement_without_the_condition_opens_the_way_again() -> None:
    again = allows(CREATE, ROLE.replace("-*", "-worker-*"))

    way = ways(*makes_functions(BOUNDED), again, allows(PUT, ROLE), required=True)

    assert way["inline policy on a role"].closed_by == ""


@pytest.mark.parametrize("conditions", [[(), (BOUNDED,)], [(BOUNDED,), ()]])
def test_the_same_grant_without_the_condition_opens_the_way_in_any_order(
    conditions: list[tuple[Condition, ...]],
) -> None:
    statements = [allows(PUT, OTHERS, *one) for one in conditions]

    assert ways(*statements, required=True)["inline policy on a role"].closed_by == ""


def test_a_created_role_that_nobody_can_give_permissions_leads_nowhere() -> None:
    statements = (
        allows(CREATE, ROLE),
        allows(PASS, ROLE, TO_LAMBDA),
        allows("lambda:CreateFunction", FUNCTION),
    )

    assert ways(*statements) == {}


def test_what_has_no_role_is_no_way_to_one() -> None:
    stack = "arn:${partition}:cloudformation:${region}:${account}:stack/orders-${stage}/*"
    own = (allows("cloudformation:CreateStack", stack), allows("cloudformation:UpdateStack", stack))

    assert "template of a stack" not in ways(*own)
    assert "template of a stack" in ways(allows("cloudformation:UpdateStack", stack))


def test_a_command_on_any_instance_is_a_way_whatever_one_makes() -> None:
    found = ways(allows("ssm:SendCommand", "*"), allows("ec2:RunInstances", "*"))

    assert found["command on an instance"].closed_by == ""


def test_another_boundary_is_refused_where_the_own_one_is_asked_for() -> None:
    change = "iam:PutRolePermissionsBoundary"

    assert ways(allows(change, ROLE))["another boundary of a role"].closed_by == ""
    closed = ways(allows(change, ROLE, BOUNDED), required=True)
    assert closed["another boundary of a role"].closed_by == "IamPutRolePermissionsBoundary"


def test_a_policy_that_reaches_the_boundary_itself_can_change_it() -> None:
    wide = "arn:${partition}:iam::${account}:policy/*"

    found = ways(allows("iam:CreatePolicyVersion", wide), required=True)

    assert str(found["the boundary itself changed"].steps[0].resource) == str(BOUNDARY_ARN)


def test_a_policy_of_the_process_s_own_name_is_not_the_boundary() -> None:
    """In another account the boundary has another name only if somebody gives it one."""
    own = "arn:${partition}:iam::${account}:policy/orders-${stage}-*"
    open_name = own.replace("orders-${stage}-", "${stage}-")

    assert "the boundary itself changed" not in ways(allows("iam:DeletePolicy", own), required=True)
    assert "the boundary itself changed" in ways(
        allows("iam:DeletePolicy", open_name), required=True
    )


def test_an_own_policy_is_a_way_only_when_it_can_be_given_to_somebody() -> None:
    policy = "arn:${partition}:iam::${account}:policy/orders-*"
    own = (allows("iam:CreatePolicy", policy), allows("iam:CreatePolicyVersion", policy))

    assert "new default version of a managed policy" not in ways(*own)
    attach = allows("iam:AttachRolePolicy", ROLE)
    way = ways(*own, attach)["new default version of a managed policy"]
    assert [one.action for one in way.steps] == ["iam:AttachRolePolicy", "iam:CreatePolicyVersion"]
