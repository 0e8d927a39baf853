"""What CloudFormation asked for while it read the templates of the run's stacks."""

from lambdas.model.trail.stack import Stack
from tests.unit.refine_policy.builders import (
    ACCOUNT,
    REGION,
    ROLE,
    a_process,
    forwarded,
    granted,
    implied,
    passes,
    refined,
    seen,
)

NAME = "orders-dev"
ID = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{NAME}/0a1b2c3d"
SERVERLESS = f"arn:aws:cloudformation:{REGION}:aws:transform/Serverless-2016-10-31"
ANY = f"arn:aws:cloudformation:{REGION}:aws:transform/*"
TRANSFORM = implied("transform", "cloudformation:CreateChangeSet", SERVERLESS)
PARAMETER = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/orders/dev/size"
READ = implied("template-read", "ssm:GetParameters", PARAMETER)
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:orders/db"
READS_SECRET = implied("template-read", "secretsmanager:GetSecretValue", f"{SECRET}-??????")
OWN = "arn:${partition}:cloudformation:${region}:aws:transform/Serverless-2016-10-31"
MADE = seen("cloudformation:CreateChangeSet", ID)


def transforms_of(found: dict[str, set[str]]) -> set[str]:
    return {one for one in found.get("cloudformation:CreateChangeSet", ()) if ":aws:tra" in one}


def a_stack(*reads: object, id: str = ID) -> Stack:  # noqa: A002  # as the field is called
    return Stack(id=id, reads=tuple(reads))  # type: ignore[arg-type]


def test_a_transform_is_granted_to_who_makes_the_stack() -> None:
    refinement = refined([MADE], stacks=[a_stack(TRANSFORM)])

    assert transforms_of(granted(refinement)) == {OWN}


def test_what_was_read_is_granted_through_cloudformation() -> None:
    refinement = refined([MADE], stacks=[a_stack(READ, READS_SECRET)])

    found = granted(refinement)
    assert found["ssm:GetParameters"] == {
        "arn:${partition}:ssm:${region}:${account}:parameter/orders/${stage}/size"
    }
    assert found["secretsmanager:GetSecretValue"] == {
        "arn:${partition}:secretsmanager:${region}:${account}:secret:orders/db-??????"
    }
    for statement in refinement.policies[0].statements:
        if any(one.action.service in ("ssm", "secretsmanager") for one in statement.grants):
            assert [one.key for one in statement.statement.conditions] == ["aws:CalledVia"]


def test_what_the_trail_shows_is_not_derived_again() -> None:
    shown = forwarded("secretsmanager:GetSecretValue", f"{SECRET}-AbCdEf")

    refinement = refined([MADE, shown], stacks=[a_stack(READS_SECRET)])

    assert (
        granted(refinement)["secretsmanager:GetSecretValue"]
        == granted(refined([MADE, shown]))["secretsmanager:GetSecretValue"]
    )


def test_a_stack_with_a_service_role_reads_as_that_role_and_is_transformed_as_its_maker() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/stacks"
    made = seen(
        "cloudformation:CreateChangeSet",
        ID,
        implies=(passes(role, "cloudformation.amazonaws.com"),),
    )
    of_role = seen("sns:CreateTopic", f"arn:aws:sns:{REGION}:{ACCOUNT}:t", principal=role)

    refinement = refined([made, of_role], stacks=[a_stack(TRANSFORM, READ)])

    own, handed = granted(refinement, 0), granted(refinement, 1)
    assert transforms_of(own) == {OWN}
    assert "ssm:GetParameters" not in own
    assert "ssm:GetParameters" in handed
    assert not transforms_of(handed)


def test_a_stack_s_own_template_decides_against_what_its_request_let_expect() -> None:
    expecting = seen(
        "cloudformation:CreateChangeSet",
        ID,
        implies=(implied("transform", "cloudformation:CreateChangeSet", ANY),),
    )

    assert len(transforms_of(granted(refined([expecting])))) == 1
    assert transforms_of(granted(refined([expecting], stacks=[a_stack()]))) == set()
    assert transforms_of(granted(refined([expecting], stacks=[a_stack(TRANSFORM)]))) == {OWN}


def test_what_a_transform_made_tells_of_the_stack_s_maker() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/stacks"
    function = forwarded(
        "lambda:CreateFunction",
        f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f",
        principal=role,
        implies=(TRANSFORM,),
    )
    refinement = refined([MADE, function])

    assert refinement.policies[0].principal == ROLE
    assert transforms_of(granted(refinement, 0)) == {OWN}
    assert not transforms_of(granted(refinement, 1))


def test_the_derivation_can_be_switched_off() -> None:
    process = a_process(policy={"derivations": {"transform": False}})
    refinement = refined([MADE], process=process, stacks=[a_stack(TRANSFORM)])

    assert not transforms_of(granted(refinement))
    assert "derivation-switched-off" in {one.kind for one in refinement.findings}
