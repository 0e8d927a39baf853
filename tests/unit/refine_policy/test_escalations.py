"""Which ways from a few permissions to more a policy opens, and what comes of them."""

from lambdas.model.iam.action import Action
from lambdas.model.trail.evidence import Evidence, Implied
from lambdas.model.trail.ground_kind import GroundKind
from tests.unit.refine_policy.builders import ACCOUNT, ROLE, a_process, forwarded, refined, seen

EKS = f"arn:aws:iam::{ACCOUNT}:role/eks"
BOB, ALICE = (f"arn:aws:iam::{ACCOUNT}:user/{one}" for one in ("bob", "alice"))


def passed(to: str, action: str, role: str = EKS, principal: str = ROLE) -> Evidence:
    one = Implied(
        kind=GroundKind.PASS_ROLE,
        action=Action("iam", "PassRole"),
        resource=role,
        context=(("iam:PassedToService", to),),
    )
    return seen(action, implies=(one,), principal=principal)


def found(*lines: Evidence) -> dict[str, str]:
    findings = refined(lines, process=a_process()).findings
    return {one.subject: one.detail for one in findings if one.kind == "privilege-escalation"}


def test_a_role_is_within_reach_of_those_services_alone_that_it_may_be_passed_to() -> None:
    lines = (passed("eks.amazonaws.com", "eks:CreateCluster"), seen("ec2:RunInstances"))
    assert found(*lines, seen("lambda:CreateFunction")) == {}

    task = passed("ecs-tasks.amazonaws.com", "ecs:RegisterTaskDefinition")
    assert set(found(*lines, task)) == {"task with a role"}


def test_what_may_be_changed_at_will_gains_everything_and_what_is_passed_what_it_may_do() -> None:
    put = found(seen("iam:PutUserPolicy", BOB))
    assert "can gain every permission, through these users" in put["inline policy on a user"]
    assert "user/bob" in put["inline policy on a user"]

    role = found(passed("lambda.amazonaws.com", "lambda:CreateFunction"))
    assert "can gain what these roles may do" in role["function with a role"]


def test_a_key_of_one_s_own_user_is_no_way_up() -> None:
    assert found(seen("iam:CreateAccessKey", ALICE, principal=ALICE)) == {}
    assert set(found(seen("iam:CreateAccessKey", BOB, principal=ALICE))) == {
        "access key of another user"
    }


def test_what_two_principals_hold_is_no_way_of_either() -> None:
    other = f"arn:aws:iam::{ACCOUNT}:role/other"
    role = passed("lambda.amazonaws.com", "lambda:GetFunction")
    assert found(role, seen("lambda:CreateFunction", principal=other)) == {}


def test_a_way_that_only_a_derivation_opens_is_not_called_a_need() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/orders-dev-reader"
    made = forwarded("iam:CreateRole", role, types=("AWS::IAM::Role",))

    derived = found(made)["trust of a role"]
    shown = found(made, forwarded("iam:UpdateAssumeRolePolicy", role))["trust of a role"]

    assert "The cycle did not need iam:UpdateAssumeRolePolicy" in derived
    assert "The process needs them." in shown
