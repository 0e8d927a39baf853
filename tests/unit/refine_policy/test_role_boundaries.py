"""The boundary of created roles allows what they are given, and none of the ways up."""

import json
from dataclasses import replace

from lambdas.refine_policy.role_boundaries.way_up_actions import (
    WRITES_OF_IAM,
)
from tests.unit.refine_policy.builders import ACCOUNT, seen
from tests.unit.refine_policy.created_roles import (
    BASIC,
    BOUNDARY,
    FUNCTION,
    ROLE,
    TABLE,
    allow,
    boundary,
    created,
    given,
    mine,
    refined,
    rules,
)


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


def test_what_a_user_is_given_counts_as_well() -> None:
    user = f"arn:aws:iam::{ACCOUNT}:user/orders-dev"
    made = mine("iam:CreateUser", user, context=(("iam:PermissionsBoundary", BOUNDARY),))
    policy = mine("iam:PutUserPolicy", user, {"Statement": [allow("dynamodb:Query")]})

    assert {action for _, action, _ in rules(boundary(made, policy))} == {"dynamodb:Query"}


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
