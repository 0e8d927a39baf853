"""The boundary of created roles: what it allows, and the policy that asks for it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from lambdas.errors import BoundaryTooLongError, RoleWithoutBoundaryError
from lambdas.model.execution.run import Run
from lambdas.model.iam.role_boundary import RoleBoundary, boundary_arn
from lambdas.model.trail.earlier_names import EarlierNames
from lambdas.reference import actions as reference
from lambdas.refine_policy.refine import refine
from lambdas.refine_policy.role_boundaries.role_boundary import require_boundary_fit
from lambdas.refine_policy.role_boundaries.way_up_actions import (
    ON_OWN_ROLES,
    WRITES_OF_IAM,
    matched,
)
from tests.unit.refine_policy.builders import ACCOUNT, RUN, a_process, conditions, passes, seen

SANDBOX = f"arn:aws:iam::{ACCOUNT}:role/fencepost-run-orders-sandbox"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/fencepost-boundary-orders"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/orders-dev-worker"
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:orders-dev"
TABLE = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders-dev"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
RUN_HERE: Run = replace(RUN, principal=SANDBOX)


def mine(action: str, resource: str = "*", document: Any = None, **more: Any) -> Any:
    text = "" if document is None else json.dumps(document)
    return replace(seen(action, resource, principal=SANDBOX, **more), document=text)


def created(boundary: str = BOUNDARY, role: str = ROLE) -> Any:
    context = ((("iam:PermissionsBoundary", boundary),)) if boundary else ()
    return mine("iam:CreateRole", role, context=context)


def given(*statements: dict[str, Any], role: str = ROLE) -> Any:
    return mine("iam:PutRolePolicy", role, {"Statement": list(statements)})


def allow(action: Any, resource: Any = TABLE, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def refined(*lines: Any, use: str = "required", managed: dict[str, str] | None = None) -> Any:
    return refine(
        run=RUN_HERE,
        process=a_process(policy={"boundary": use}),
        generated=(),
        evidence=lines,
        reference=reference,
        history=EarlierNames(),
        managed=managed or {},
    )


def boundary(*lines: Any, **more: Any) -> RoleBoundary:
    found: RoleBoundary = refined(*lines, **more).boundary
    return found


def rules(found: RoleBoundary) -> set[tuple[str, str, str]]:
    return {
        (one.effect, action, str(resource))
        for one in found.statements
        for action in one.actions
        for resource in one.resources
    }


def test_it_allows_what_roles_are_given_under_names_of_the_next_run() -> None:
    found = boundary(created(), given(allow(["dynamodb:GetItem", "dynamodb:Query"])))

    table = "arn:${partition}:dynamodb:${region}:${account}:table/orders-${stage}"
    assert rules(found) == {
        ("Allow", "dynamodb:GetItem", table),
        ("Allow", "dynamodb:Query", table),
    }
    assert found.roles == ("arn:${partition}:iam::${account}:role/orders-${stage}-worker",)


def test_wildcards_and_conditions_of_a_role_s_own_policy_stay() -> None:
    bucket = {"StringLike": {"s3:prefix": ["orders-dev/*"]}}
    found = boundary(
        created(),
        given(
            allow("s3:Get*", "arn:aws:s3:::orders-dev-*/in/*"),
            allow("s3:ListBucket", "arn:aws:s3:::orders-dev", Condition=bucket),
        ),
    )

    assert ("Allow", "s3:Get*", "arn:${partition}:s3:::orders-${stage}-*/in/*") in rules(found)
    (listing,) = [one for one in found.statements if one.actions == ("s3:ListBucket",)]
    assert [(c.operator, c.key, list(map(str, c.values))) for c in listing.conditions] == [
        ("StringLike", "s3:prefix", ["orders-${stage}/*"])
    ]


def test_managed_policies_count_whether_the_run_made_them_or_others_did() -> None:
    own = f"arn:aws:iam::{ACCOUNT}:policy/orders-dev"
    attach = [
        mine("iam:AttachRolePolicy", ROLE, context=(("iam:PolicyARN", arn),))
        for arn in (own, BASIC)
    ]
    logs = json.dumps({"Statement": allow("logs:PutLogEvents", "*")})
    made = mine("iam:CreatePolicy", own, {"Statement": [allow("dynamodb:Scan")]})

    found = boundary(created(), made, *attach, managed={BASIC: logs})

    assert {action for _, action, _ in rules(found)} == {"logs:PutLogEvents", "dynamodb:Scan"}


def test_a_policy_that_nobody_could_read_is_a_finding() -> None:
    attach = mine("iam:AttachRolePolicy", ROLE, context=(("iam:PolicyARN", BASIC),))

    findings = refined(created(), attach).findings

    assert [one.subject for one in findings if one.kind == "role-policy-not-read"] == [ROLE]


def test_what_would_be_a_way_up_is_withheld_and_told() -> None:
    answer = refined(
        created(),
        given(allow(["iam:CreateUser", "iam:CreateAccessKey"], "*"), allow("s3:*", "*")),
    )

    assert {one.action for one in answer.boundary.withheld} == {"iam:CreateAccessKey"}
    assert {a for effect, a, _ in rules(answer.boundary) if effect == "Allow"} == {
        "iam:CreateUser",
        "s3:*",
    }
    assert [one.subject for one in answer.findings if one.kind == "boundary-withholds"] == [ROLE]


def test_of_what_a_role_may_do_to_anything_the_process_s_own_stays() -> None:
    """A pipeline's role starts any build; the boundary lets it start the process's own."""
    project = f"arn:aws:codebuild:eu-west-1:{ACCOUNT}:project/orders-dev"
    answer = refined(
        created(),
        mine("codebuild:CreateProject", project),
        mine("codebuild:CreateReportGroup", project.replace("project/", "report-group/")),
        given(
            allow("codebuild:StartBuild", "*"),
            allow(["iam:PassRole", "lambda:UpdateFunctionCode"], "*"),
        ),
    )

    own = "arn:${partition}:codebuild:${region}:${account}:project/orders-${stage}"
    (role,) = answer.boundary.roles
    assert rules(answer.boundary) == {
        ("Allow", "codebuild:StartBuild", own),
        ("Allow", "iam:PassRole", role),
    }
    assert [(one.action, one.on_own) for one in answer.boundary.withheld] == [
        ("codebuild:StartBuild", True),
        ("iam:PassRole", True),
        ("lambda:UpdateFunctionCode", False),
    ]
    told = [one for one in answer.findings if one.kind == "boundary-withholds"]
    assert sorted(
        (one.severity, "own" in one.detail or "itself" in one.detail) for one in told
    ) == [
        ("note", True),
        ("warning", False),
    ]


def test_what_a_role_may_do_to_the_process_s_own_and_others_is_cut_to_its_own() -> None:
    function = FUNCTION.replace("orders-dev", "orders-dev-take")
    found = boundary(
        created(),
        mine("lambda:CreateFunction", function),
        given(allow("lambda:UpdateFunctionCode", [function, FUNCTION.replace("orders", "bills")])),
    )

    assert rules(found) == {
        (
            "Allow",
            "lambda:UpdateFunctionCode",
            "arn:${partition}:lambda:${region}:${account}:function:orders-${stage}-take",
        )
    }
    assert [one.resource.rpartition(":")[2] for one in found.withheld] == ["bills-${stage}"]


def test_an_administrator_s_role_keeps_everything_but_the_ways_up() -> None:
    found = boundary(created(), given(allow("*", "*")))

    denied = {action for effect, action, _ in rules(found) if effect == "Deny"}
    assert ("Allow", "*", "*") in rules(found)
    assert denied >= {*WRITES_OF_IAM, "lambda:UpdateFunctionCode", "iam:PassRole", "sts:AssumeRole"}
    by_sid = {one.sid: one for one in found.statements}
    assert by_sid["NoOtherRole"].but_resources  # its own roles have the same boundary
    (only,) = by_sid["NoWayUp"].conditions  # and may be created and changed with it
    assert (only.operator, only.key) == ("ArnNotEquals", "iam:PermissionsBoundary")
    assert not by_sid["NoRemoval"].conditions


def test_a_role_that_creates_roles_creates_them_with_the_boundary() -> None:
    found = boundary(created(), given(allow(["iam:CreateRole", "iam:CreateAccessKey"], "*")))

    assert [one.action for one in found.withheld] == ["iam:CreateAccessKey"]
    (deny,) = [one for one in found.statements if one.sid == "NoWayUp"]
    assert "iam:Create*" in deny.actions
    assert str(deny.conditions[0].values[0]).endswith("policy/${boundary}")


def test_a_service_s_own_role_may_be_made_as_nobody_else_can_have_it() -> None:
    balancers = {"StringEquals": {"iam:AWSServiceName": "elasticloadbalancing.amazonaws.com"}}
    found = boundary(
        created(), given(allow("iam:CreateServiceLinkedRole", "*", Condition=balancers))
    )

    assert rules(found) == {("Allow", "iam:CreateServiceLinkedRole", "*")}
    assert not found.withheld


def test_what_the_process_makes_itself_may_be_changed_by_whom_it_lets() -> None:
    made = mine("lambda:CreateFunction", FUNCTION)

    found = boundary(created(), made, given(allow("lambda:*", "*")))

    (deny,) = [one for one in found.statements if one.sid == "NoOtherLambda"]
    assert deny.but_resources
    assert "function:orders-${stage}" in str(deny.resources[0])


def test_all_but_some_actions_lets_in_what_is_not_among_them() -> None:
    power = {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}

    found = boundary(created(), given(power))

    (whole,) = [one for one in found.statements if one.effect == "Allow"]
    assert whole.but_actions
    assert whole.actions == ("iam:*", "organizations:*")
    denied = {action for effect, action, _ in rules(found) if effect == "Deny"}
    assert "sts:AssumeRole" in denied
    assert not denied & set(WRITES_OF_IAM)


def test_passing_an_own_role_is_no_way_up() -> None:
    found = boundary(created(), given(allow("iam:PassRole", ROLE)))

    assert not found.withheld
    assert {action for _, action, _ in rules(found)} == {"iam:PassRole"}


def test_what_a_role_was_seen_doing_is_allowed_too() -> None:
    used = replace(seen("sqs:SendMessage", "arn:aws:sqs:eu-west-1:1:q"), principal=ROLE)

    assert ("Allow", "sqs:SendMessage", "arn:${partition}:sqs:${region}:1:q") in rules(
        boundary(created(), used)
    )


def test_the_policy_asks_for_it_wherever_a_role_is_changed() -> None:
    answer = refined(
        created(),
        given(allow("dynamodb:Query")),
        mine("iam:DeleteRolePermissionsBoundary", ROLE),
        mine("iam:GetRole", ROLE),
        mine("lambda:CreateFunction", "*", implies=(passes(ROLE),)),
    )

    wanted = ("arn:${partition}:iam::${account}:policy/${boundary}",)
    for action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRole"):
        if any(
            str(a) == action for s in answer.policies[0].statements for a in s.statement.actions
        ):
            assert conditions(answer, action)["iam:PermissionsBoundary"] == wanted, action
    assert "iam:PermissionsBoundary" not in conditions(answer, "iam:GetRole")
    assert [one.action for one in answer.left_out if one.kind == "boundary-removal"] == [
        "iam:DeleteRolePermissionsBoundary"
    ]
    assert not [one for one in answer.findings if one.kind == "privilege-escalation"]
    assert dict(answer.variables)["boundary"] == "fencepost-boundary-orders"


def test_a_role_that_the_run_passed_and_did_not_create_stays_a_way_whatever_its_name() -> None:
    """Its name is one that the process may create roles under, and it was there before."""
    workers = [created(role=f"{ROLE}-{suffix}") for suffix in ("1A2B3C4D5E6F", "6F5E4D3C2B1A")]
    admin = f"{ROLE}-0F1E2D3C4B5A"

    answer = refined(
        *workers,
        mine("iam:PutRolePolicy", f"{ROLE}-1A2B3C4D5E6F", {"Statement": [allow("s3:GetObject")]}),
        mine("lambda:CreateFunction", FUNCTION, implies=(passes(admin),)),
    )

    (way,) = [one for one in answer.findings if one.kind == "privilege-escalation"]
    assert way.subject == "function with a role"
    assert "boundary: required" not in way.action  # it is
    assert RoleBoundary.from_json(answer.boundary.to_json()).others == answer.boundary.others


def test_a_role_without_it_stops_a_run_that_requires_it() -> None:
    with pytest.raises(RoleWithoutBoundaryError, match=r"orders-dev-worker without the boundary"):
        refined(created(boundary=""))


def test_one_that_is_offered_asks_for_nothing_and_names_roles_without_it() -> None:
    answer = refined(created(boundary=""), given(allow("dynamodb:Query")), use="offered")

    assert not answer.boundary.required
    assert "iam:PermissionsBoundary" not in conditions(answer, "iam:PutRolePolicy")
    assert [one.subject for one in answer.findings if one.kind == "role-without-boundary"] == [ROLE]


def test_where_nobody_can_make_one_the_definition_s_wish_is_not_dropped_in_silence() -> None:
    elsewhere = f"arn:aws:iam::{ACCOUNT}:role/admin"
    line = replace(created(boundary=""), principal=elsewhere)

    answer = refine(
        run=replace(RUN_HERE, principal=elsewhere),
        process=a_process(policy={"boundary": "required"}),
        generated=(),
        evidence=[line],
        reference=reference,
        history=EarlierNames(),
    )

    assert answer.boundary is None
    assert [one.subject for one in answer.findings if one.kind == "boundary-ignored"] == [elsewhere]


def test_what_a_user_is_given_counts_as_well() -> None:
    user = f"arn:aws:iam::{ACCOUNT}:user/orders-dev"
    made = mine("iam:CreateUser", user, context=(("iam:PermissionsBoundary", BOUNDARY),))
    policy = mine("iam:PutUserPolicy", user, {"Statement": [allow("dynamodb:Query")]})

    assert {action for _, action, _ in rules(boundary(made, policy))} == {"dynamodb:Query"}


def test_without_a_word_there_is_none() -> None:
    assert (
        refined(created(boundary=""), given(allow("dynamodb:Query")), use="none").boundary is None
    )


def test_one_that_is_too_long_is_an_error_by_name() -> None:
    tables = [f"{TABLE}-{number:04d}" for number in range(200)]
    found = boundary(created(), given(allow("dynamodb:Query", tables)))

    with pytest.raises(BoundaryTooLongError, match="fencepost-boundary-orders has"):
        require_boundary_fit(
            found, [{"account": "1" * 12, "partition": "aws", "region": "r", "stage": "s"}]
        )


def test_it_is_read_as_it_was_written() -> None:
    found = boundary(created(), given(allow("*", "*")))

    assert RoleBoundary.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_only_a_deployment_s_role_has_one() -> None:
    assert boundary_arn(SANDBOX, "orders") == BOUNDARY
    assert boundary_arn(f"arn:aws:iam::{ACCOUNT}:role/admin", "orders") == ""


def test_the_beginnings_match_every_action_of_iam_that_changes_something() -> None:
    for action in reference.actions_of("iam"):
        known = reference.facts(action)
        assert known
        changes = not known.access_level.reads
        assert matched((*WRITES_OF_IAM, *ON_OWN_ROLES), str(action)) == changes, action


def test_what_another_statement_allows_anyway_is_not_said_again() -> None:
    found = boundary(
        created(),
        given(
            allow(["dynamodb:Get*", "dynamodb:GetItem", "dynamodb:Query"]),
            allow("dynamodb:Query"),
            allow("dynamodb:Query", f"{TABLE}/index/*"),
            allow("dynamodb:*", [TABLE, f"{TABLE}/index/*"]),
        ),
    )

    (one,) = [one for one in found.statements if one.effect == "Allow"]
    assert one.actions == ("dynamodb:*",)
