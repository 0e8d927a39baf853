"""What no event shows and a request, the next update or a rollback needs all the same."""

from dataclasses import replace

import pytest

from lambdas.model.trail.evidence import Evidence
from tests.unit.refine_policy.builders import (
    ACCOUNT,
    REGION,
    ROLE,
    RUN,
    a_process,
    conditions,
    forwarded,
    granted,
    implied,
    passes,
    refined,
    seen,
)

AT = f"{REGION}:{ACCOUNT}"
QUEUE = f"arn:aws:sqs:{AT}:orders-dev-jobs"
FUNCTION = f"arn:aws:lambda:{AT}:function:orders-dev-take"
LAMBDA_ROLE = f"arn:aws:iam::{ACCOUNT}:role/orders-dev-lambda"
CREATES_QUEUE = forwarded(
    "sqs:CreateQueue",
    QUEUE,
    types=("AWS::SQS::Queue",),
    implies=(implied("tag-on-create", "sqs:TagQueue", QUEUE),),
)


def _kinds(action: str, *lines: object, **more: object) -> set[str]:
    refinement = refined(lines, **more)  # type: ignore[arg-type]
    return {
        ground.kind
        for one in refinement.policies[0].statements
        for grant in one.grants
        if str(grant.action) == action
        for ground in grant.grounds
    }


def test_each_service_gets_the_roles_that_were_passed_to_it_in_a_statement_of_its_own() -> None:
    lines = [
        forwarded("lambda:CreateFunction", FUNCTION, implies=(passes(LAMBDA_ROLE),)),
        seen(
            "states:CreateStateMachine",
            f"arn:aws:states:{AT}:stateMachine:orders-dev",
            implies=(passes(f"{LAMBDA_ROLE}-2", "states.amazonaws.com"),),
        ),
    ]

    sids = {
        one.statement.sid: [str(value) for value in one.statement.resources]
        for one in refined(lines).policies[0].statements
        if one.statement.actions[0].name == "PassRole"
    }

    role = "arn:${partition}:iam::${account}:role/orders-${stage}-lambda"
    assert sids == {"PassRoleToLambda": [role], "PassRoleToStepFunctions": [f"{role}-2"]}


def test_the_roles_of_the_cycle_are_never_passed() -> None:
    sandbox = f"arn:aws:iam::{ACCOUNT}:role/fencepost/orders-sandbox"
    candidate = f"arn:aws:iam::{ACCOUNT}:role/fencepost/orders-candidate"
    line = forwarded(
        "lambda:CreateFunction",
        FUNCTION,
        principal=sandbox,
        implies=(passes(sandbox), passes(candidate)),
    )

    refinement = refined([line], run=replace(RUN, principal=sandbox))

    assert "iam:PassRole" not in granted(refinement)
    assert sorted(
        one.subject for one in refinement.findings if one.kind == "pass-role-of-own-role"
    ) == [candidate, sandbox]


def test_a_role_for_an_unknown_service_is_passed_with_a_warning() -> None:
    line = seen("lambda:CreateFunction", FUNCTION, implies=(passes(LAMBDA_ROLE, ""),))

    refinement = refined([line])

    assert conditions(refinement, "iam:PassRole") == {}
    assert "pass-role-to-unknown-service" in {one.kind for one in refinement.findings}


def test_tags_on_create_are_granted_where_they_were_sent() -> None:
    assert _kinds("sqs:TagQueue", CREATES_QUEUE) == {"tag-on-create"}


def test_the_next_update_and_the_rollback_of_the_stacks_own_types_are_derived() -> None:
    found = granted(refined([CREATES_QUEUE]))

    template = "arn:${partition}:sqs:${region}:${account}:orders-${stage}-jobs"
    assert found["sqs:SetQueueAttributes"] == {template}
    assert found["sqs:UntagQueue"] == {template}
    assert found["sqs:DeleteQueue"] == {template}
    assert _kinds("sqs:SetQueueAttributes", CREATES_QUEUE) == {"update"}
    assert _kinds("sqs:DeleteQueue", CREATES_QUEUE) == {"rollback"}
    assert conditions(refined([CREATES_QUEUE]), "sqs:DeleteQueue") == {
        "aws:CalledVia": ("cloudformation.amazonaws.com",)
    }


def test_what_the_stack_does_not_use_is_not_derived() -> None:
    create = forwarded("lambda:CreateFunction", FUNCTION, types=("AWS::Lambda::Function",))

    found = granted(refined([create]))

    assert set(found) == {
        "lambda:CreateFunction",
        "lambda:DeleteFunction",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
    }


def test_what_a_person_does_directly_needs_no_handlers() -> None:
    found = granted(refined([seen("sqs:CreateQueue", QUEUE, types=("AWS::SQS::Queue",))]))

    assert set(found) == {"sqs:CreateQueue"}


def test_a_deployment_without_changes_deletes_its_change_set() -> None:
    stack = f"arn:aws:cloudformation:{AT}:stack/orders-dev/*"

    assert _kinds(
        "cloudformation:DeleteChangeSet", seen("cloudformation:CreateChangeSet", stack)
    ) == {"rollback"}


def test_derivations_are_switched_off_by_kind() -> None:
    process = a_process(
        policy={"derivations": {"update": False, "rollback": False, "tag-on-create": False}}
    )

    refinement = refined([CREATES_QUEUE], process=process)

    assert set(granted(refinement)) == {"sqs:CreateQueue"}
    assert "derivation-switched-off" in {one.kind for one in refinement.findings}


def test_keys_used_for_a_service_are_granted_for_that_service_only() -> None:
    key = f"arn:aws:kms:{AT}:key/0a1b2c3d-1111-4222-8333-444455556666"
    line = seen(
        "dynamodb:CreateTable",
        f"arn:aws:dynamodb:{AT}:table/orders-dev",
        implies=(
            implied(
                "kms-via-service",
                "kms:CreateGrant",
                key,
                kms__ViaService=f"dynamodb.{REGION}.amazonaws.com",
            ),
        ),
    )

    assert conditions(refined([line]), "kms:CreateGrant") == {
        "kms:ViaService": ("dynamodb.${region}.amazonaws.com",)
    }


def test_a_service_linked_role_is_made_for_its_service_only() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ops.apigateway.amazonaws.com/AWSRole"
    line = forwarded(
        "apigateway:POST",
        f"arn:aws:apigateway:{REGION}::/domainnames",
        implies=(
            implied(
                "service-linked-role",
                "iam:CreateServiceLinkedRole",
                role,
                iam__AWSServiceName="ops.apigateway.amazonaws.com",
            ),
        ),
    )

    assert conditions(refined([line]), "iam:CreateServiceLinkedRole") == {
        "iam:AWSServiceName": ("ops.apigateway.amazonaws.com",)
    }


def test_every_principal_gets_its_own_policy() -> None:
    other = f"arn:aws:iam::{ACCOUNT}:role/cdk-exec"

    policies = refined([CREATES_QUEUE, seen("sqs:ListQueues", principal=other)]).policies

    assert [(one.name, one.principal) for one in policies] == [
        ("policy", ROLE),
        ("policy.cdk-exec", other),
    ]


def test_a_service_role_is_told_what_its_stack_needs_on_change() -> None:
    service = f"arn:aws:iam::{ACCOUNT}:role/cdk-exec"
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders-dev-jobs"
    lines = [
        seen(
            "cloudformation:CreateStack",
            f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/orders-dev/*",
            implies=(passes(service, "cloudformation.amazonaws.com"),),
        ),
        seen("sqs:CreateQueue", queue, principal=service, types=("AWS::SQS::Queue",)),
        seen("sqs:CreateQueue", queue.replace("jobs", "own"), types=("AWS::SQS::Queue",)),
    ]

    refinement = refined(lines)

    (policy,) = (one for one in refinement.policies if one.principal == service)
    found = granted(refinement, refinement.policies.index(policy))
    assert set(found) == {"sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes"}
    assert "sqs:DeleteQueue" not in granted(refinement)


def _derived(*lines: Evidence) -> set[str]:
    """The actions that no event shows."""
    policy = refined(lines).policies[0]
    return {
        str(grant.action)
        for statement in policy.statements
        for grant in statement.grants
        if all(ground.kind in ("update", "rollback") for ground in grant.grounds)
    }


@pytest.mark.parametrize(
    ("action", "resource", "kind", "removal"),
    [
        ("dynamodb:UpdateTable", f"arn:aws:dynamodb:{AT}:table/x", "AWS::DynamoDB::Table", "Table"),
        ("rds:ModifyDBInstance", f"arn:aws:rds:{AT}:db:x", "AWS::RDS::DBInstance", "DBInstance"),
        (
            "lambda:UpdateFunctionCode",
            f"arn:aws:lambda:{AT}:function:x",
            "AWS::Lambda::Function",
            "Function",
        ),
        ("events:PutRule", f"arn:aws:events:{AT}:rule/x", "AWS::Events::Rule", "Rule"),
        (
            "apigateway:PATCH",
            f"arn:aws:apigateway:{REGION}::/restapis/a1",
            "AWS::ApiGateway::RestApi",
            "DELETE",
        ),
    ],
)
def test_nothing_is_removed_that_was_there_before(
    action: str, resource: str, kind: str, removal: str
) -> None:
    update = seen("cloudformation:UpdateStack", f"arn:aws:cloudformation:{AT}:stack/shop/*")

    derived = _derived(update, forwarded(action, resource, types=(kind,)))

    assert not [one for one in derived if one.endswith(removal) and "Delete" in one.title()]


def test_what_was_made_can_be_undone_whatever_type_its_calls_are_of() -> None:
    group = f"arn:aws:ec2:{AT}:security-group/sg-0a1b2c3d4e5f60718"
    address = f"arn:aws:ec2:{AT}:elastic-ip/eipalloc-0a1b2c3d4e5f60718"
    lines = [
        forwarded("ec2:CreateSecurityGroup", group, types=("AWS::EC2::SecurityGroup",)),
        forwarded("ec2:AuthorizeSecurityGroupIngress", group),
        forwarded("ec2:CreateTags", group),
        forwarded("ec2:AllocateAddress", address, types=("AWS::EC2::EIP",)),
        forwarded("ec2:CreateNatGateway", address, types=("AWS::EC2::NatGateway",)),
    ]

    assert _derived(*lines) >= {
        "ec2:DeleteSecurityGroup",
        "ec2:RevokeSecurityGroupIngress",
        "ec2:DeleteTags",
        "ec2:ReleaseAddress",
        "ec2:DisassociateAddress",
    }


def test_a_rule_that_a_stack_made_can_be_removed_though_putting_makes_and_changes() -> None:
    rule = forwarded("events:PutRule", f"arn:aws:events:{AT}:rule/x", types=("AWS::Events::Rule",))
    stack = f"arn:aws:cloudformation:{AT}:stack/shop/*"

    assert "events:DeleteRule" in _derived(rule, seen("cloudformation:CreateStack", stack))
    assert "events:DeleteRule" not in _derived(rule, seen("cloudformation:UpdateStack", stack))


def test_what_a_rollback_of_the_process_s_own_showed_is_not_derived_as_well() -> None:
    makes = forwarded("sqs:CreateQueue", f"{QUEUE}-x", types=("AWS::SQS::Queue",), phase="rollback")
    undoes = forwarded(
        "sqs:DeleteQueue", f"{QUEUE}-x", types=("AWS::SQS::Queue",), phase="rollback"
    )

    assert "rollback" in _kinds("sqs:DeleteQueue", CREATES_QUEUE, makes)  # made, and not undone
    assert _kinds("sqs:DeleteQueue", CREATES_QUEUE, makes, undoes) == {"observed"}
    assert _kinds("sqs:SetQueueAttributes", CREATES_QUEUE, makes, undoes) == {"update"}


@pytest.mark.parametrize(
    ("creates", "resource", "kind", "updates"),
    [
        (
            "appsync:CreateResolver",
            f"arn:aws:appsync:{AT}:apis/abcdefghijklmnopqrstuvwxyz/types/Query/resolvers/me",
            "AWS::AppSync::Resolver",
            "appsync:UpdateResolver",
        ),
        (
            "sns:Subscribe",
            f"arn:aws:sns:{AT}:orders-dev-news",
            "AWS::SNS::Subscription",
            "sns:SetSubscriptionAttributes",
        ),
    ],
)
def test_an_update_for_which_aws_asks_no_resource_is_derived_too(
    creates: str, resource: str, kind: str, updates: str
) -> None:
    refinement = refined([forwarded(creates, resource, types=(kind,))])

    assert granted(refinement)[updates] == {"*"}
    assert conditions(refinement, updates)["aws:CalledVia"] == ("cloudformation.amazonaws.com",)


def test_an_update_that_escalates_is_not_derived_for_any_resource() -> None:
    source = f"arn:aws:appsync:{AT}:apis/abcdefghijklmnopqrstuvwxyz/datasources/table"
    made = forwarded("appsync:CreateDataSource", source, types=("AWS::AppSync::DataSource",))

    assert "appsync:UpdateDataSource" not in granted(refined([made]))
