"""Values of other lengths than the cycle's, and stages that CloudFormation cut away."""

import json

import pytest

from lambdas.model.dossier.refinement import Refinement
from lambdas.model.findings.finding import Finding, Severity
from lambdas.model.iam.action import Action
from lambdas.model.iam.template import Template
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference import actions
from lambdas.reference.arn_parts import ArnParser
from lambdas.refine_policy.findings.other_lengths import other_lengths
from lambdas.refine_policy.grants.grants import DraftGrant
from lambdas.refine_policy.observations import Permission
from lambdas.refine_policy.resource_names.naming import Naming
from lambdas.refine_policy.resource_names.volatility import VolatileNames
from tests.unit.refine_policy.builders import (
    ACCOUNT,
    REGION,
    ROLE,
    a_process,
    forwarded,
    granted,
    refined,
    seen,
)

LONG_ID = "IamRoleCustomResourcesLambdaExecution"
VALUES = {"account": ACCOUNT, "region": REGION, "partition": "aws", "stage": "dev"}
STAGES = {"stage": {"learn": "dev", "prove": "qa"}}


def cycle(stack: str, action: str, made: str) -> Refinement:
    of_stack = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{stack}/*"
    return refined(
        [seen("cloudformation:CreateStack", of_stack), forwarded(action, made)],
        process=a_process(variables=STAGES),
    )


def told(refinement: Refinement, kind: str) -> list[Finding]:
    return [one for one in refinement.findings if one.kind == kind]


def found_beside(resource: str, *templates: str) -> list[Finding]:
    """What is told where the policy holds these of a resource, and nothing for longer values."""
    named = VolatileNames(
        tokens=frozenset(),
        collections=frozenset(),
        versioned=frozenset(),
        stable=frozenset(),
        differed=frozenset(),
        stacks=("orders-dev",),
    )
    layout = ArnParser(actions)
    action = Action.from_text("s3:CreateBucket")
    grants = [
        DraftGrant(
            principal=ROLE,
            action=action,
            resource=Template.from_text(one),
            kind=GroundKind.OBSERVED,
            purpose=GroundKind.OBSERVED.purpose,
            conditions=(),
            permissions=(Permission(ROLE, action, resource, GroundKind.OBSERVED),),
            reasons=(),
        )
        for one in templates
    ]
    naming = Naming(VALUES, named, layout)
    return list(other_lengths(grants, naming, VALUES, layout))


def test_the_shortest_value_with_which_a_bucket_s_name_is_cut_is_told() -> None:
    # 63 - 13 - 2 = 48 for both; 26 for the id and 7 for `orders-` leave 15 for the stage.
    bucket = "arn:aws:s3:::orders-dev-serverlessdeploymentbucket-1aljxweu3wjjd"

    (found,) = found_beside(bucket, "arn:aws:s3:::orders-${stage}-serverlessdeploymentbucket-*")

    assert found.subject == "stage"
    assert "a value of 16 characters or more" in found.detail
    assert bucket in found.detail
    assert found.severity is Severity.NOTE


def test_a_value_as_long_as_production_that_falls_outside_is_a_warning() -> None:
    # 64 - 13 - 2 = 49 for both; 37 for the id and 7 for `orders-` leave 5 for the stage.
    role = f"arn:aws:iam::{ACCOUNT}:role/orders-dev-{LONG_ID}-14ZCQM4Y0UVKN"

    (found,) = found_beside(role, f"arn:aws:iam::${{account}}:role/orders-${{stage}}-{LONG_ID}-*")

    assert found.severity is Severity.WARNING
    assert "a value of 6 characters or more" in found.detail


@pytest.mark.parametrize(
    ("action", "arn"),
    [
        ("s3:CreateBucket", "arn:aws:s3:::orders-dev-serverlessdeploymentbucket-1aljxweu3wjjd"),
        ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/orders-dev-{LONG_ID}-14ZCQM4Y0UVKN"),
    ],
)
def test_the_policy_holds_what_longer_values_leave(action: str, arn: str) -> None:
    refinement = cycle("orders-dev", action, arn)

    assert told(refinement, "other-lengths") == []
    assert any("${stage:" in one for one in granted(refinement)[action])


def test_what_longer_values_leave_is_the_same_text_for_a_short_one() -> None:
    bucket = "arn:aws:s3:::orders-dev-serverlessdeploymentbucket-1aljxweu3wjjd"

    (policy,) = cycle("orders-dev", "s3:CreateBucket", bucket).policies

    text = json.dumps(policy.policy.render(VALUES))
    assert text.count("serverlessdeploymentbuck") == 1


def test_a_name_that_the_proof_s_value_would_cut_is_held_where_the_next_part_is_cut() -> None:
    # `staging` cuts the id; beside 13 characters of suffix 24 are left of the stack's name.
    stack = "customer-portal-dev"
    of_stack = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{stack}/*"
    bucket = f"arn:aws:s3:::{stack}-serverlessdeploymentbucket-1aljxweu3wjjd"
    stages = {"stage": {"learn": "dev", "prove": "staging"}}
    lines = [seen("cloudformation:CreateStack", of_stack), forwarded("s3:CreateBucket", bucket)]

    refinement = refined(lines, process=a_process(variables=stages))

    assert told(refinement, "other-lengths") == []
    assert granted(refinement)["s3:CreateBucket"] == {
        f"arn:${{partition}}:s3:::customer-portal-${{stage{cut}}}-serverlessdeploymentbuck*"
        for cut in ("", ":8", ":9")
    }


def test_names_that_no_usual_value_cuts_are_no_finding() -> None:
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders-dev-Queue-1IO87ERIY4ZO8"

    assert told(cycle("orders-dev", "sqs:CreateQueue", queue), "other-lengths") == []


def test_names_that_a_person_chose_are_not_cut() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/orders-dev-{'x' * 50}"

    assert told(cycle("orders-dev", "iam:CreateRole", role), "other-lengths") == []


def test_a_name_from_which_the_stage_was_cut_away_is_a_warning_that_it_reaches_others() -> None:
    stack = "customer-engagement-intake-buffering-dev"
    name = "customer-engagement-intake-bu-MyLambdaFunctionRole-1GRP3N0TVA1L"
    role = f"arn:aws:iam::{ACCOUNT}:role/{name}"

    refinement = cycle(stack, "iam:DeleteRole", role)

    (found,) = told(refinement, "reaches-others")
    assert found.severity is Severity.WARNING
    (resource,) = granted(refinement)["iam:DeleteRole"]
    assert resource.endswith("role/customer-engagement-intake-bu*-MyLambdaFunctionRole-*")
