"""Who must have the boundary: what the policy asks for, and what is told where it is not there."""

import json
from dataclasses import replace

import pytest

from lambdas.errors import BoundaryTooLongError, RoleWithoutBoundaryError
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
from tests.unit.refine_policy.builders import ACCOUNT, a_process, conditions, passes
from tests.unit.refine_policy.created_roles import (
    BOUNDARY,
    FUNCTION,
    ROLE,
    RUN_HERE,
    SANDBOX,
    TABLE,
    allow,
    boundary,
    created,
    given,
    mine,
    refined,
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
