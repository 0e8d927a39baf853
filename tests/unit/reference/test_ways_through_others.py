"""Ways through what others made: whose a role, a user or a thing is by its name, and who vouches for it."""

from lambdas.model.dossier.refinement import PrincipalPolicy
from lambdas.model.iam.policy import Condition
from lambdas.model.iam.template import Template
from lambdas.reference.stacks.containment import STACK_TAG
from lambdas.reference.ways.ways_up import ways_up
from tests.unit.reference.policies import (
    ANY_ROLE,
    BOUNDED,
    CREATE,
    FUNCTION,
    OTHERS,
    PASS,
    PUT,
    ROLE,
    TO_LAMBDA,
    allows,
    bounding,
    makes_functions,
    ways,
)


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
