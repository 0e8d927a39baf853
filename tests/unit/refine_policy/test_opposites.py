"""What undoes what: derived where it was done, and nowhere else."""

import pytest

from lambdas.model.iam.action import Action
from lambdas.model.trail.evidence import Evidence
from lambdas.reference.actions import facts, handlers
from lambdas.refine_policy.permissions.handler_actions import (
    ROLLBACK,
    HandledType,
    belongs,
    removes,
)
from lambdas.refine_policy.permissions.opposites import undone_by
from tests.unit.refine_policy.builders import ACCOUNT, REGION, forwarded, granted, refined, seen

AT = f"{REGION}:{ACCOUNT}"
GROUP = f"arn:aws:ec2:{AT}:security-group/sg-0a1b2c3d4e5f60718"
VPC = f"arn:aws:ec2:{AT}:vpc/vpc-0a1b2c3d4e5f60718"
STACK = seen("cloudformation:CreateStack", f"arn:aws:cloudformation:{AT}:stack/shop/*")


@pytest.mark.parametrize(
    ("did", "undoing"),
    [
        ("ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"),
        ("ec2:AllocateAddress", "ec2:ReleaseAddress"),
        ("ec2:RunInstances", "ec2:TerminateInstances"),
        ("iam:AddRoleToInstanceProfile", "iam:RemoveRoleFromInstanceProfile"),
        ("iam:AddUserToGroup", "iam:RemoveUserFromGroup"),
        ("kinesis:AddTagsToStream", "kinesis:RemoveTagsFromStream"),
        ("autoscaling:CreateOrUpdateTags", "autoscaling:DeleteTags"),
        ("directconnect:AssociateConnectionWithLag", "directconnect:DisassociateConnectionFromLag"),
        ("kafka:BatchAssociateScramSecret", "kafka:BatchDisassociateScramSecret"),
        ("cognito-idp:AdminCreateUser", "cognito-idp:AdminDeleteUser"),
        ("lakeformation:GrantPermissions", "lakeformation:RevokePermissions"),
        ("kms:CreateGrant", "kms:RetireGrant"),
        ("kms:CreateKey", "kms:ScheduleKeyDeletion"),
        ("workspaces:CreateWorkspaces", "workspaces:TerminateWorkspaces"),
        ("elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"),
        ("acm:TagResource", "acm:unTagResource"),
    ],
)
def test_the_words_of_an_operation_tell_what_it_undoes(did: str, undoing: str) -> None:
    done = [Action.from_text(did)]

    assert undone_by(Action.from_text(undoing), done, stack=False) == set(done)
    assert undone_by(Action.from_text(did), [Action.from_text(undoing)], stack=True) == set()


def test_what_was_put_may_have_been_there_before() -> None:
    put, delete = Action("iam", "PutRolePolicy"), Action("iam", "DeleteRolePolicy")

    assert undone_by(delete, [put], stack=True) == {put}
    assert undone_by(delete, [put], stack=False) == set()


def test_something_else_is_not_undone() -> None:
    done = [Action("ec2", "AuthorizeSecurityGroupEgress"), Action("rds", "AddTagsToResource")]

    assert undone_by(Action("ec2", "RevokeSecurityGroupIngress"), done, stack=True) == set()
    assert undone_by(Action("dms", "RemoveTagsFromResource"), done, stack=True) == set()


def _removals(kind: str, *, stack: bool, made: bool = True) -> set[str]:
    """What is derived for the removal of a type all of whose making was seen, or none of it."""
    declared = handlers(kind)
    assert declared is not None
    changes = {
        one
        for one in declared.create
        if (known := facts(one)) and known.access_level not in ("List", "Read")
    }
    done = frozenset(changes) if made else frozenset({Action(next(iter(changes)).service, "X")})
    of = HandledType(
        type=kind,
        stack=stack,
        done=done,
        done_to=frozenset(),
        creators=frozenset(declared.create),
        removers=frozenset(filter(removes, declared.delete)),
        resources=frozenset(),
        seen=(),
    )
    return {str(one) for one in declared.delete if belongs(one, ROLLBACK, of, done)}


@pytest.mark.parametrize(
    ("kind", "removal"),
    [
        ("AWS::EC2::Instance", "ec2:TerminateInstances"),
        ("AWS::EC2::EIP", "ec2:ReleaseAddress"),
        ("AWS::IAM::InstanceProfile", "iam:RemoveRoleFromInstanceProfile"),
        ("AWS::KMS::Key", "kms:ScheduleKeyDeletion"),
        ("AWS::ServiceDiscovery::HttpNamespace", "servicediscovery:DeleteNamespace"),
        ("AWS::DataSync::LocationS3", "datasync:DeleteLocation"),
        ("AWS::CloudWatch::CompositeAlarm", "cloudwatch:DeleteAlarms"),
        ("AWS::AutoScaling::ScalingPolicy", "autoscaling:DeletePolicy"),
    ],
)
def test_what_a_type_s_making_did_its_removal_undoes(kind: str, removal: str) -> None:
    assert removal in _removals(kind, stack=True)
    assert removal not in _removals(kind, stack=False, made=False)


def test_a_version_s_removal_does_not_remove_the_whole() -> None:
    assert "bedrock:DeleteGuardrail" not in _removals("AWS::Bedrock::GuardrailVersion", stack=True)


def _granted(*lines: Evidence) -> dict[str, set[str]]:
    return granted(refined(lines))


def test_only_what_had_tags_loses_them() -> None:
    """Making a group names its network too: nobody tagged that."""
    found = _granted(
        STACK,
        forwarded("ec2:CreateSecurityGroup", GROUP, types=("AWS::EC2::SecurityGroup",)),
        forwarded("ec2:CreateSecurityGroup", VPC, types=("AWS::EC2::SecurityGroup",)),
        forwarded("ec2:CreateTags", GROUP),
    )

    (tagged,) = found["ec2:DeleteTags"]
    assert ":security-group/" in tagged


def test_only_a_role_with_a_policy_of_its_own_loses_it() -> None:
    first, second = (f"arn:aws:iam::{ACCOUNT}:role/orders-dev-{name}" for name in ("a", "b"))
    kind = ("AWS::IAM::Role",)
    found = _granted(
        STACK,
        forwarded("iam:CreateRole", first, types=kind),
        forwarded("iam:CreateRole", second, types=kind),
        forwarded("iam:PutRolePolicy", first, types=("AWS::IAM::Policy",)),
    )

    assert len(found["iam:DeleteRole"]) == 2
    (own,) = found["iam:DeleteRolePolicy"]
    assert own.endswith("-a")
