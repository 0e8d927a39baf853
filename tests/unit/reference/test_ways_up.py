"""Known ways to more permissions: which a policy leads to, by which calls, and what closes them."""

from __future__ import annotations

import pytest

from lambdas.model.dossier.refinement import ExplainedStatement, Grant, Ground, PrincipalPolicy
from lambdas.model.iam.action import Action
from lambdas.model.iam.policy import Condition, Statement
from lambdas.model.iam.role_boundary import BOUNDARY_ARN
from lambdas.model.iam.template import Template
from lambdas.model.iam.way_up import BOUNDARY_KEY, WayUp
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference.actions import facts
from lambdas.reference.ways.escalation import Through, escalation_paths
from lambdas.reference.ways.ways_up import ways_up

ROLE = "arn:${partition}:iam::${account}:role/orders-${stage}-*"
OTHERS = "arn:${partition}:iam::${account}:role/shared"
FUNCTION = "arn:${partition}:lambda:${region}:${account}:function:orders-${stage}-*"
BOUNDED = Condition(operator="ArnEquals", key=BOUNDARY_KEY, values=(BOUNDARY_ARN,))
TO_LAMBDA = Condition(
    operator="StringEquals",
    key="iam:PassedToService",
    values=(Template.of("lambda.amazonaws.com"),),
)
CREATE, PUT, PASS = "iam:CreateRole", "iam:PutRolePolicy", "iam:PassRole"


def allows(action: str, resource: str, *conditions: Condition) -> ExplainedStatement:
    template = Template.from_text(resource)
    known = Action.from_text(action)
    ground = Ground(kind=GroundKind.OBSERVED, text="seen", phases=("deploy",))
    return ExplainedStatement(
        statement=Statement(
            sid=f"{known.service.title()}{known.name}",
            actions=(known,),
            resources=(template,),
            conditions=conditions,
        ),
        purpose="it is needed",
        grants=(Grant(action=known, resource=template, grounds=(ground,)),),
    )


def ways(*statements: ExplainedStatement, required: bool = False) -> dict[str, WayUp]:
    policy = PrincipalPolicy(
        name="policy",
        principal="arn:aws:iam::123456789012:role/sandbox",
        statements=statements,
        packs=(tuple(range(len(statements))),),
    )
    found = ways_up(policy, BOUNDARY_ARN if required else None)
    return {one.path: one for one in sorted(found, key=lambda one: not one.closed_by)}


def makes_functions(*of_roles: Condition) -> tuple[ExplainedStatement, ...]:
    return (
        allows(CREATE, ROLE, *of_roles),
        allows(PUT, ROLE, *of_roles),
        allows(PASS, ROLE, TO_LAMBDA),
        allows("lambda:CreateFunction", FUNCTION),
        allows("lambda:UpdateFunctionCode", FUNCTION),
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


def test_a_role_that_others_made_is_passed_as_it_is() -> None:
    found = ways(
        allows(PASS, OTHERS, TO_LAMBDA), allows("lambda:CreateFunction", FUNCTION), required=True
    )

    way = found["function with a role"]
    assert [one.action for one in way.steps] == [PASS, "lambda:CreateFunction"]
    assert (way.made, way.closed_by) == (False, "")


def test_a_role_that_has_the_boundary_is_no_way_whoever_created_it() -> None:
    policy = PrincipalPolicy(
        name="policy",
        principal="arn:aws:iam::123456789012:role/deployer",
        statements=(
            allows(PASS, ROLE.replace("*", "exec"), TO_LAMBDA),
            allows("lambda:CreateFunction", FUNCTION),
        ),
        packs=((0, 1),),
    )

    assert [one.path for one in ways_up(policy, BOUNDARY_ARN)] == ["function with a role"]
    assert not ways_up(policy, BOUNDARY_ARN, [ROLE])


def test_of_a_wide_pattern_only_what_the_process_makes_is_its_own() -> None:
    any_role, any_function = ROLE.replace("orders-${stage}-", ""), FUNCTION.replace("orders-", "")
    made = makes_functions(BOUNDED)[:2]

    found = ways(
        *made,
        allows(PASS, any_role, TO_LAMBDA),
        allows("lambda:CreateFunction", FUNCTION),
        allows("lambda:UpdateFunctionCode", any_function),
        required=True,
    )

    passed = found["function with a role"]
    assert [one.action for one in passed.steps] == [PASS, "lambda:CreateFunction"]
    assert (passed.closed_by, found["code of a function"].closed_by) == ("", "")


def test_a_part_of_what_the_process_makes_is_its_own_too() -> None:
    alias = FUNCTION.replace("-*", "-take")
    found = ways(
        *makes_functions(BOUNDED),
        allows("lambda:CreateFunction", alias),
        allows("lambda:AddPermission", f"{alias}:live"),
        required=True,
    )

    assert found["caller of a function"].closed_by == "IamCreateRole"


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


def test_an_own_policy_is_a_way_only_when_it_can_be_given_to_somebody() -> None:
    policy = "arn:${partition}:iam::${account}:policy/orders-*"
    own = (allows("iam:CreatePolicy", policy), allows("iam:CreatePolicyVersion", policy))

    assert "new default version of a managed policy" not in ways(*own)
    attach = allows("iam:AttachRolePolicy", ROLE)
    way = ways(*own, attach)["new default version of a managed policy"]
    assert [one.action for one in way.steps] == ["iam:AttachRolePolicy", "iam:CreatePolicyVersion"]


@pytest.mark.parametrize("name", sorted(escalation_paths()))
def test_a_known_way_is_made_of_actions_that_exist_and_is_found(name: str) -> None:
    path = escalation_paths()[name]
    assert all(facts(Action.from_text(action)) for action in path.actions)

    found = ways(*(allows(action, "*") for action in path.actions))

    assert found[name].closed_by == ""
    assert path.through is not Through.PASSED or path.actions[0] == PASS
