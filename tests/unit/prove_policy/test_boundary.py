"""The boundary of created roles around a proof: wide, then narrow, and never half written."""

from dataclasses import replace

import pytest

from lambdas.errors import BoundaryTooLongError, ServiceRefusedError
from lambdas.model.execution.run import Run
from lambdas.model.iam.policy import PatternStatement
from lambdas.model.iam.role_boundary import RoleBoundary
from lambdas.model.iam.template import Template
from lambdas.prove_policy.installation.boundary_policies import (
    BOUNDED,
    narrow_boundary,
    open_boundary,
)
from tests.unit.prove_policy.builders import ACCOUNT, RUN, FakePolicies, a_refinement

FENCE = f"arn:aws:iam::{ACCOUNT}:policy/fencepost-run-orders-boundary"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/fencepost-boundary-orders"
CYCLE = {"Sid": "TheCycle", "Effect": "Allow", "Action": "*", "Resource": "*"}
DENY = {"Sid": BOUNDED, "Effect": "Deny", "Action": "iam:CreateRole", "Resource": "*"}
RUN_HERE = Run(
    id=RUN,
    process="orders",
    principal=f"arn:aws:iam::{ACCOUNT}:role/fencepost-run-orders-sandbox",
    account=ACCOUNT,
    region="eu-west-1",
    started_at="2026-11-23T18:00:00Z",
)
MAY_QUERY = PatternStatement(
    sid="RolesDynamodb1",
    effect="Allow",
    actions=("dynamodb:Query",),
    resources=(Template.from_text("arn:aws:dynamodb:eu-west-1:1:table/orders-${stage}"),),
)


def fenced(*statements: dict[str, str]) -> FakePolicies:
    return FakePolicies({FENCE: {"Version": "2012-10-17", "Statement": list(statements)}})


def narrow(iam: FakePolicies, *statements: PatternStatement) -> bool:
    boundary = RoleBoundary(
        name="fencepost-boundary-orders", required=True, statements=statements or (MAY_QUERY,)
    )
    return narrow_boundary(
        iam, RUN_HERE, replace(a_refinement(), boundary=boundary), {"stage": "qa"}
    )


def test_before_the_cycle_created_roles_may_do_what_the_cycle_may() -> None:
    iam = fenced(CYCLE)

    assert open_boundary(iam, RUN_HERE) == BOUNDARY
    assert iam.documents[BOUNDARY] == iam.documents[FENCE]


def test_without_a_fence_nothing_is_opened() -> None:
    iam = FakePolicies()

    with pytest.raises(ServiceRefusedError, match=r"fencepost-run-orders-boundary; deploy"):
        open_boundary(iam, RUN_HERE)
    assert not iam.documents


def test_for_a_round_it_is_what_is_published_with_the_proof_s_values() -> None:
    iam = fenced(CYCLE)

    assert narrow(iam)
    (statement,) = iam.documents[BOUNDARY]["Statement"]
    assert statement["Resource"] == "arn:aws:dynamodb:eu-west-1:1:table/orders-qa"
    assert not narrow(iam)  # again changes nothing


def test_where_no_role_goes_without_a_boundary_the_fence_holds_for_created_roles_too() -> None:
    iam = fenced(CYCLE, DENY)

    narrow(iam)

    assert [one["Sid"] for one in iam.documents[BOUNDARY]["Statement"]] == [
        "RolesDynamodb1",
        BOUNDED,
    ]


def test_with_the_fence_it_may_be_too_long_and_is_not_written() -> None:
    iam = fenced(CYCLE, {**DENY, "Resource": "x" * 6_000})

    with pytest.raises(BoundaryTooLongError, match="deploy without -c boundedRoles"):
        narrow(iam)
    assert BOUNDARY not in iam.documents


def test_a_process_without_one_touches_nothing() -> None:
    iam = FakePolicies()

    assert not narrow_boundary(iam, RUN_HERE, a_refinement(), {})
    assert not iam.documents
