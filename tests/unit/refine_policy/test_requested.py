"""A role may get the policies that the cycle gave it, and no others."""

from tests.unit.refine_policy.builders import (
    ACCOUNT,
    REGION,
    a_process,
    conditions,
    forwarded,
    refined,
    seen,
)

ROLE = f"arn:aws:iam::{ACCOUNT}:role/orders-dev-Role-1A2B3C4D5E6F"
LOGS = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
OWN = f"arn:aws:iam::{ACCOUNT}:policy/orders-dev-tables"
KEY = "iam:PolicyARN"


def test_attaching_is_limited_to_the_policies_that_were_attached() -> None:
    lines = [
        forwarded("iam:AttachRolePolicy", ROLE, context=((KEY, policy),)) for policy in (LOGS, OWN)
    ]

    assert conditions(refined(lines), "iam:AttachRolePolicy") == {
        "aws:CalledVia": ("cloudformation.amazonaws.com",),
        KEY: (
            "arn:${partition}:iam::${account}:policy/orders-${stage}-tables",
            "arn:${partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
        ),
    }


def test_the_statement_says_that_the_policies_are_named() -> None:
    lines = [
        forwarded("iam:AttachRolePolicy", ROLE, context=((KEY, LOGS),)),
        forwarded("iam:CreateRole", ROLE),
    ]
    sids = [one.statement.sid for one in refined(lines).policies[0].statements]

    assert {"IamNamedPoliciesViaCloudFormation", "IamViaCloudFormation"} <= set(sids)


def test_one_request_that_does_not_tell_its_policy_leaves_the_condition_out() -> None:
    lines = [
        forwarded("iam:AttachRolePolicy", ROLE, context=((KEY, LOGS),)),
        forwarded("iam:AttachRolePolicy", ROLE),
    ]

    assert KEY not in conditions(refined(lines), "iam:AttachRolePolicy")
    assert KEY not in conditions(refined(lines[::-1]), "iam:AttachRolePolicy")


def test_an_action_that_does_not_honour_the_key_has_no_condition_on_it() -> None:
    line = forwarded("iam:GetRole", ROLE, context=((KEY, LOGS),))

    assert KEY not in conditions(refined([line]), "iam:GetRole")


def test_a_policy_that_is_made_anew_is_named_with_a_wildcard_and_its_reason() -> None:
    made = f"arn:aws:iam::{ACCOUNT}:policy/orders-dev-Tables-9Z8Y7X6W5V4U"
    lines = [
        forwarded("iam:CreatePolicy", made),
        forwarded("iam:AttachRolePolicy", ROLE, context=((KEY, made),)),
    ]
    refinement = refined(lines)

    named = "arn:${partition}:iam::${account}:policy/orders-${stage}-Tables-*"
    assert conditions(refinement, "iam:AttachRolePolicy")[KEY] == (named,)
    (statement,) = (
        one
        for one in refinement.policies[0].statements
        if "iam:AttachRolePolicy" in map(str, one.statement.actions)
    )
    operators = {one.key: one.operator for one in statement.statement.conditions}
    assert operators[KEY] == "ArnLike"
    assert named in {one.resource for one in statement.wildcards}


def test_a_role_that_was_made_with_a_boundary_is_made_with_it() -> None:
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
    line = forwarded("iam:CreateRole", ROLE, context=(("iam:PermissionsBoundary", boundary),))

    assert conditions(refined([line]), "iam:CreateRole")["iam:PermissionsBoundary"] == (
        "arn:${partition}:iam::${account}:policy/boundary",
    )


def test_a_service_linked_role_is_made_for_the_service_that_it_was_made_for() -> None:
    linked = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
    key = "iam:AWSServiceName"
    line = forwarded("iam:CreateServiceLinkedRole", linked, context=((key, "ecs.amazonaws.com"),))

    assert conditions(refined([line]), "iam:CreateServiceLinkedRole")[key] == ("ecs.amazonaws.com",)


def test_the_owner_may_leave_the_condition_out() -> None:
    line = forwarded("iam:AttachRolePolicy", ROLE, context=((KEY, LOGS),))
    process = a_process(policy={"conditions": {"request-keys": False}})

    assert KEY not in conditions(refined([line], process=process), "iam:AttachRolePolicy")


def test_a_key_that_was_used_through_s3_alone_may_be_used_through_s3_alone() -> None:
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    through = seen("kms:Decrypt", key, context=(("kms:ViaService", f"s3.{REGION}.amazonaws.com"),))
    assert conditions(refined([through]), "kms:Decrypt")["kms:ViaService"] == (
        "s3.${region}.amazonaws.com",
    )
    assert "kms:ViaService" not in conditions(
        refined([through, seen("kms:Decrypt", key)]), "kms:Decrypt"
    )
