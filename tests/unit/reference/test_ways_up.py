"""Known ways to more permissions: which a policy leads to, by which calls, and what closes them."""

import re
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

import pytest
import yaml

from lambdas.model.dossier.refinement import ExplainedStatement, Grant, Ground, PrincipalPolicy
from lambdas.model.iam.action import Action
from lambdas.model.iam.policy import Condition, Statement
from lambdas.model.iam.role_boundary import BOUNDARY_ARN, RoleBoundary
from lambdas.model.iam.template import Template
from lambdas.model.iam.way_up import BOUNDARY_KEY, WayUp
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference.actions import AccessLevel, actions_at, actions_of, facts, services
from lambdas.reference.shards import shard
from lambdas.reference.stacks.containment import STACK_TAG
from lambdas.reference.ways.escalation import EscalationPath, Through, escalation_paths
from lambdas.reference.ways.ways_up import ways_up

ROLE = "arn:${partition}:iam::${account}:role/orders-${stage}-*"
OTHERS = "arn:${partition}:iam::${account}:role/shared"
FUNCTION = "arn:${partition}:lambda:${region}:${account}:function:orders-${stage}-*"
BOUNDED = Condition(operator="ArnEquals", key=BOUNDARY_KEY, values=(BOUNDARY_ARN,))
TO_LAMBDA = Condition(
    operator="StringEquals",
    key="iam:PassedToService",
    values=(Template.of("lambda.amazonaws.com"),),
)
CREATE, PUT, PASS = "iam:CreateRole", "iam:PutRolePolicy", "iam:PassRole"


def allows(action: str, resource: str, *conditions: Condition) -> ExplainedStatement:
    template = Template.from_text(resource)
    known = Action.from_text(action)
    ground = Ground(kind=GroundKind.OBSERVED, text="seen", phases=("deploy",))
    return ExplainedStatement(
        statement=Statement(
            sid=f"{known.service.title()}{known.name}",
            actions=(known,),
            resources=(template,),
            conditions=conditions,
        ),
        purpose="it is needed",
        grants=(Grant(action=known, resource=template, grounds=(ground,)),),
    )


def bounding(
    roles: tuple[str, ...] = (), others: tuple[str, ...] = (), *, required: bool = True
) -> RoleBoundary:
    return RoleBoundary(
        name="fencepost-boundary-orders",
        required=required,
        statements=(),
        roles=roles,
        others=others,
    )


def ways(*statements: ExplainedStatement, required: bool = False) -> dict[str, WayUp]:
    policy = PrincipalPolicy(
        name="policy",
        principal="arn:aws:iam::123456789012:role/sandbox",
        statements=statements,
        packs=(tuple(range(len(statements))),),
    )
    found = ways_up(policy, bounding() if required else None)
    return {one.path: one for one in sorted(found, key=lambda one: not one.closed_by)}


def makes_functions(*of_roles: Condition) -> tuple[ExplainedStatement, ...]:
    return (
        allows(CREATE, ROLE, *of_roles),
        allows(PUT, ROLE, *of_roles),
        allows(PASS, ROLE, TO_LAMBDA),
        allows("lambda:CreateFunction", FUNCTION),
        allows("lambda:UpdateFunctionCode", FUNCTION),
    )


def test_a_created_role_that_is_passed_is_a_way_of_four_calls() -> None:
    way = ways(*makes_functions())["function with a role"]

    assert [one.action for one in way.steps] == [CREATE, PUT, PASS, "lambda:CreateFunction"]
    assert dict(way.steps[2].context) == {
        "iam:PassedToService": Template.of("lambda.amazonaws.com")
    }
    assert (way.made, way.closed_by, way.phases) == (True, "", ("deploy",))


def test_the_boundary_closes_every_way_through_what_is_created() -> None:
    found = ways(*makes_functions(BOUNDED), required=True)

    assert set(found) == {"function with a role", "code of a function", "inline policy on a role"}
    assert found["function with a role"].closed_by == "IamCreateRole"
    assert found["code of a function"].closed_by == "IamCreateRole"
    assert found["inline policy on a role"].closed_by == "IamPutRolePolicy"


def test_a_boundary_on_creation_alone_leaves_the_change_open() -> None:
    statements = (allows(CREATE, ROLE, BOUNDED), allows(PUT, ROLE))

    assert ways(*statements, required=True)["inline policy on a role"].closed_by == ""


def test_a_second_statement_without_the_condition_opens_the_way_again() -> None:
    again = allows(CREATE, ROLE.replace("-*", "-worker-*"))

    way = ways(*makes_functions(BOUNDED), again, allows(PUT, ROLE), required=True)

    assert way["inline policy on a role"].closed_by == ""


@pytest.mark.parametrize("conditions", [[(), (BOUNDED,)], [(BOUNDED,), ()]])
def test_the_same_grant_without_the_condition_opens_the_way_in_any_order(
    conditions: list[tuple[Condition, ...]],
) -> None:
    statements = [allows(PUT, OTHERS, *one) for one in conditions]

    assert ways(*statements, required=True)["inline policy on a role"].closed_by == ""


def test_a_role_that_others_made_is_passed_as_it_is() -> None:
    found = ways(
        allows(PASS, OTHERS, TO_LAMBDA), allows("lambda:CreateFunction", FUNCTION), required=True
    )

    way = found["function with a role"]
    assert [one.action for one in way.steps] == [PASS, "lambda:CreateFunction"]
    assert (way.made, way.closed_by) == (False, "")


def test_a_role_that_has_the_boundary_is_no_way_whoever_created_it() -> None:
    policy = PrincipalPolicy(
        name="policy",
        principal="arn:aws:iam::123456789012:role/deployer",
        statements=(
            allows(PASS, ROLE.replace("*", "exec"), TO_LAMBDA),
            allows("lambda:CreateFunction", FUNCTION),
        ),
        packs=((0, 1),),
    )

    assert [one.path for one in ways_up(policy, bounding())] == ["function with a role"]
    assert not ways_up(policy, bounding(roles=(ROLE,)))


def test_of_a_wide_pattern_only_what_the_process_makes_is_its_own() -> None:
    any_role, any_function = ROLE.replace("orders-${stage}-", ""), FUNCTION.replace("orders-", "")
    made = makes_functions(BOUNDED)[:2]

    found = ways(
        *made,
        allows(PASS, any_role, TO_LAMBDA),
        allows("lambda:CreateFunction", FUNCTION),
        allows("lambda:UpdateFunctionCode", any_function),
        required=True,
    )

    passed = found["function with a role"]
    assert [one.action for one in passed.steps] == [PASS, "lambda:CreateFunction"]
    assert (passed.closed_by, found["code of a function"].closed_by) == ("", "")


def test_a_part_of_what_the_process_makes_is_its_own_too() -> None:
    alias = FUNCTION.replace("-*", "-take")
    found = ways(
        *makes_functions(BOUNDED),
        allows("lambda:CreateFunction", alias),
        allows("lambda:AddPermission", f"{alias}:live"),
        required=True,
    )

    assert found["caller of a function"].closed_by == "IamCreateRole"


def test_a_created_role_that_nobody_can_give_permissions_leads_nowhere() -> None:
    statements = (
        allows(CREATE, ROLE),
        allows(PASS, ROLE, TO_LAMBDA),
        allows("lambda:CreateFunction", FUNCTION),
    )

    assert ways(*statements) == {}


def test_what_has_no_role_is_no_way_to_one() -> None:
    stack = "arn:${partition}:cloudformation:${region}:${account}:stack/orders-${stage}/*"
    own = (allows("cloudformation:CreateStack", stack), allows("cloudformation:UpdateStack", stack))

    assert "template of a stack" not in ways(*own)
    assert "template of a stack" in ways(allows("cloudformation:UpdateStack", stack))


def test_a_command_on_any_instance_is_a_way_whatever_one_makes() -> None:
    found = ways(allows("ssm:SendCommand", "*"), allows("ec2:RunInstances", "*"))

    assert found["command on an instance"].closed_by == ""


def test_another_boundary_is_refused_where_the_own_one_is_asked_for() -> None:
    change = "iam:PutRolePermissionsBoundary"

    assert ways(allows(change, ROLE))["another boundary of a role"].closed_by == ""
    closed = ways(allows(change, ROLE, BOUNDED), required=True)
    assert closed["another boundary of a role"].closed_by == "IamPutRolePermissionsBoundary"


def test_a_policy_that_reaches_the_boundary_itself_can_change_it() -> None:
    wide = "arn:${partition}:iam::${account}:policy/*"

    found = ways(allows("iam:CreatePolicyVersion", wide), required=True)

    assert str(found["the boundary itself changed"].steps[0].resource) == str(BOUNDARY_ARN)


def test_a_policy_of_the_process_s_own_name_is_not_the_boundary() -> None:
    """In another account the boundary has another name only if somebody gives it one."""
    own = "arn:${partition}:iam::${account}:policy/orders-${stage}-*"
    open_name = own.replace("orders-${stage}-", "${stage}-")

    assert "the boundary itself changed" not in ways(allows("iam:DeletePolicy", own), required=True)
    assert "the boundary itself changed" in ways(
        allows("iam:DeletePolicy", open_name), required=True
    )


def test_an_own_policy_is_a_way_only_when_it_can_be_given_to_somebody() -> None:
    policy = "arn:${partition}:iam::${account}:policy/orders-*"
    own = (allows("iam:CreatePolicy", policy), allows("iam:CreatePolicyVersion", policy))

    assert "new default version of a managed policy" not in ways(*own)
    attach = allows("iam:AttachRolePolicy", ROLE)
    way = ways(*own, attach)["new default version of a managed policy"]
    assert [one.action for one in way.steps] == ["iam:AttachRolePolicy", "iam:CreatePolicyVersion"]


@pytest.mark.parametrize("name", sorted(escalation_paths()))
def test_a_known_way_is_made_of_actions_that_exist_and_is_found(name: str) -> None:
    path = escalation_paths()[name]
    assert all(facts(Action.from_text(action)) for action in path.actions)

    found = ways(*(allows(action, "*") for action in path.actions))

    assert found[name].closed_by == ""
    assert path.through is not Through.PASSED or path.actions[0] == PASS


OWN = "arn:${partition}:${service}:${region}:${account}:thing/orders-${stage}-*"
USER = "arn:${partition}:iam::${account}:user/orders-${stage}-*"
POLICY = "arn:${partition}:iam::${account}:policy/orders-${stage}-*"
# IAM knows no boundary of a group, nor of who signs in from elsewhere: nothing but the action itself
# could be left out.
NOTHING_CLOSES = {
    "assignment of an account",
    "boundary of a permission set removed",
    "inline policy of a permission set",
    "managed policy of a permission set",
    "membership in a group of the identity store",
    "membership in a project of CodeStar",
    "own managed policy of a permission set",
    "boundary of a role removed",
    "boundary of a user removed",
    # Nor of a device, a table's reader, or a certificate.
    "administrator of the lake",
    "another version of a policy of devices",
    "assignment of a profile",
    "boundary of a permission set",
    "membership in a group of the directory",
    "password of another user of the directory",
    "permission in the lake",
    "permissions in the lake",
    "policy of a certificate",
    "policy of a profile",
    "policy of devices",
    "role of another member of a project of CodeStar",
    "trust anchor",
    "version of a policy of a certificate",
    "version of a policy of devices",
}


def of_one_s_own(path: EscalationPath) -> dict[str, str]:
    """What the actions of a way are about, where its holder makes all of it."""
    of_iam = {Through.USER: USER, Through.POLICY: POLICY}.get(path.through, ROLE)
    return {
        action: (USER if "User" in action else of_iam)
        if action.startswith("iam:") or path.through is Through.ASSUMED
        else OWN.replace("${service}", action.partition(":")[0])
        for action in path.actions
    }


@pytest.mark.parametrize("name", sorted(escalation_paths()))
def test_the_fence_closes_a_known_way_through_what_its_holder_makes(name: str) -> None:
    path = escalation_paths()[name]
    made = of_one_s_own(path)
    bounded = path.through is Through.PRINCIPAL and path.actions[0].startswith("iam:")
    fenced = [
        allows(CREATE, ROLE, BOUNDED),
        allows(PUT, ROLE, BOUNDED),
        allows("iam:CreateUser", USER, BOUNDED),
        allows("iam:PutUserPolicy", USER, BOUNDED),
        allows("iam:CreatePolicy", POLICY),
        allows("iam:AttachRolePolicy", ROLE, BOUNDED),
        allows(PASS, ROLE),
        *(
            allows(f"{one.split(':')[0]}:CreateThing", made[one])
            for one in made
            if not one.startswith("iam:")
        ),
        *(
            allows(action, resource, *([BOUNDED] if bounded else []))
            for action, resource in made.items()
            if action not in {PASS, PUT, "iam:AttachRolePolicy", "iam:PutUserPolicy"}
        ),
    ]
    found = ways(*fenced, required=True)

    closed = name not in found or bool(found[name].closed_by)
    assert closed == (name not in NOTHING_CLOSES)


@lru_cache(maxsize=1)
def passing() -> dict[str, set[str]]:
    """What takes a role by AWS's tables or its list of dependent actions; the tables tell to whom."""
    found: dict[str, set[str]] = {
        str(action): set()
        for service in services()
        for action in actions_of(service)
        if (known := facts(action)) and PASS in map(str, known.dependent_actions)
    }
    for table in shard("authorized_actions")["services"].values():
        for operation, rows in table["operations"].items():
            for row in rows["sometimes"]:
                if row["action"] == PASS and row.get("known") != "never":
                    name = f"{table['prefix']}:{operation}"
                    found.setdefault(name, set()).update(row["receivers"])
    return found


def test_of_every_operation_that_takes_a_role_it_is_known_whether_it_is_a_way() -> None:
    ways_ = {
        action
        for path in escalation_paths().values()
        if path.through is Through.PASSED
        for action in path.actions
    }
    groups = yaml.safe_load(Path(__file__).with_name("takes_a_role.yaml").read_text())
    read = [action for group in groups for action in group["actions"]]

    assert sorted(read) == sorted(passing().keys() - ways_)


# How actions are named that say who may do what; AWS puts some of them under "Write".
SAYS_WHO = re.compile(
    "(Put|Set|Create|Update|Add|Attach|Modify|Authorize|Share).*"
    "(ResourcePolicy|AccessPolicy|AccessPolicies|AuthPolicy|SinkPolicy|ClusterPolicy|Permission"
    "|Permissions|PermissionPolicy|PermissionsPolicy|PolicyStatement|BucketPolicy|SharingPolicy"
    "|Acl|Grants?)"
)


def test_of_every_action_that_says_who_may_do_what_it_is_known_whether_it_is_a_way() -> None:
    ways_ = {action for path in escalation_paths().values() for action in path.actions}
    asked = {
        str(action)
        for service in services()
        for action in actions_of(service)
        if action in actions_at(service, AccessLevel.PERMISSIONS) or SAYS_WHO.fullmatch(action.name)
    } - ways_
    groups = yaml.safe_load(Path(__file__).with_name("changes_permissions.yaml").read_text())
    names = [name for group in groups for name in group.get("names", ())]
    read = {action for group in groups for action in group.get("actions", ())}

    by_name = {one for one in asked if any(fnmatchcase(one.split(":")[1], n) for n in names)}
    assert sorted(asked - by_name - read) == []
    assert sorted(read - (asked - by_name)) == []
    assert not [n for n in names if not any(fnmatchcase(one.split(":")[1], n) for one in asked)]


def test_a_role_goes_to_those_services_that_aws_lists() -> None:
    for name, path in escalation_paths().items():
        listed = [passing()[one] for one in path.actions[1:] if passing().get(one)]
        if path.through is Through.PASSED and listed:
            named = set().union(*listed)
            assert any(one.startswith(path.receivers) for one in named), (name, named)


ANY_ROLE, ANY_USER = (f"arn:${{partition}}:iam::${{account}}:{kind}/*" for kind in ("role", "user"))


def test_who_may_create_under_any_name_owns_none_of_them() -> None:
    """Whatever the conditions say of new roles, the old ones bear such names, too."""
    for any_role in (ANY_ROLE, "*"):
        found = ways(
            allows(CREATE, any_role, BOUNDED),
            allows(PUT, any_role, BOUNDED),
            allows(PASS, any_role),
            allows("lambda:CreateFunction", FUNCTION),
            allows("sts:AssumeRole", any_role),
            required=True,
        )

        assert found["function with a role"].closed_by == ""
        assert found["another role assumed"].closed_by == ""
        assert found["inline policy on a role"].closed_by == "IamPutRolePolicy"


def test_who_may_create_any_user_can_still_change_a_group() -> None:
    found = ways(
        allows("iam:CreateUser", "*", BOUNDED), allows("iam:PutGroupPolicy", "*"), required=True
    )

    assert found["inline policy on a group"].closed_by == ""


def test_a_role_that_others_made_under_a_name_of_the_process_is_passed_as_it_is() -> None:
    statements = (*makes_functions(BOUNDED), allows("lambda:CreateFunction", FUNCTION))
    policy = PrincipalPolicy(
        name="policy",
        principal="arn:aws:iam::123456789012:role/sandbox",
        statements=statements,
        packs=(tuple(range(len(statements))),),
    )
    admin = ROLE.replace("-*", "-admin")

    open_ways = [
        (one.path, one.steps[0].asked_on({"partition": "aws", "account": "1", "stage": "dev"}))
        for one in ways_up(policy, bounding(roles=(ROLE,), others=(admin,)))
        if not one.closed_by
    ]

    passed = "arn:aws:iam::1:role/orders-dev-admin"
    assert open_ways == [("code of a function", passed), ("function with a role", passed)]


def test_a_boundary_that_is_only_offered_vouches_for_no_role() -> None:
    statements = (*makes_functions(BOUNDED), allows("iam:CreatePolicyVersion", "*"))
    policy = PrincipalPolicy(
        name="policy",
        principal="arn:aws:iam::123456789012:role/sandbox",
        statements=statements,
        packs=(tuple(range(len(statements))),),
    )
    offered = bounding(roles=(ROLE,), others=(ROLE.replace("-*", "-admin"),), required=False)

    open_ways = {one.path for one in ways_up(policy, offered) if not one.closed_by}

    assert {"function with a role", "the boundary itself changed"} <= open_ways


def test_the_own_policy_of_a_thing_is_a_way_where_others_made_it() -> None:
    bucket, key = "arn:aws:s3:::orders-${stage}-*", "arn:aws:kms:${region}:${account}:key/*"

    others = ways(allows("s3:PutBucketPolicy", bucket), allows("kms:PutKeyPolicy", key))
    own = ways(allows("s3:PutBucketPolicy", bucket), allows("s3:CreateBucket", bucket))

    assert {"policy of a bucket", "policy of a key"} <= others.keys()
    assert not own


def test_what_only_the_own_stacks_made_is_no_way_to_others() -> None:
    told = Condition(operator="StringEquals", key=STACK_TAG, values=(Template.of("orders"),))
    instance = "arn:${partition}:ec2:${region}:${account}:instance/*"

    assert "start of an instance" in ways(allows("ec2:ModifyInstanceAttribute", instance))
    assert not ways(allows("ec2:ModifyInstanceAttribute", instance, told))


def test_what_aws_made_leads_to_no_role_of_the_account() -> None:
    interpreter = "arn:${partition}:bedrock-agentcore:${region}:aws:code-interpreter/aws.v1"
    use = ("StartCodeInterpreterSession", "InvokeCodeInterpreter")
    of = "session of a code interpreter"

    assert not ways(*(allows(f"bedrock-agentcore:{one}", interpreter) for one in use))
    others = interpreter.replace(":aws:", ":${account}:")
    assert of in ways(*(allows(f"bedrock-agentcore:{one}", others) for one in use))


def test_other_code_of_a_function_needs_no_more_than_its_configuration() -> None:
    """A layer, or a variable of the environment: no role is passed."""
    found = ways(allows("lambda:UpdateFunctionConfiguration", FUNCTION))

    assert found["configuration of a function"].closed_by == ""


def test_the_bootstrap_s_role_is_told_whether_it_is_passed_or_assumed() -> None:
    """`cdk deploy` passes an administrator's role to CloudFormation, or assumes one that may."""
    execution = (
        "arn:${partition}:iam::${account}:role/cdk-hnb659fds-cfn-exec-role-${account}-${region}"
    )
    stack = "arn:${partition}:cloudformation:${region}:${account}:stack/orders-${stage}/*"
    to_stacks = Condition(
        operator="StringEquals",
        key="iam:PassedToService",
        values=(Template.of("cloudformation.amazonaws.com"),),
    )

    passed = ways(
        allows(PASS, execution, to_stacks),
        allows("cloudformation:CreateChangeSet", stack),
        allows("cloudformation:ExecuteChangeSet", stack),
        required=True,
    )
    assumed = ways(allows("sts:AssumeRole", execution.replace("cfn-exec", "deploy")), required=True)

    assert passed["change set with a role"].closed_by == ""
    assert assumed["another role assumed"].closed_by == ""
