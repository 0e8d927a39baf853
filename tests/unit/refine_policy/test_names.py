"""What varies becomes a variable or a wildcard; what is fixed stays."""

from dataclasses import replace
from fnmatch import fnmatchcase

import pytest

from lambdas.model.iam.action import Action
from lambdas.model.iam.template import Template
from lambdas.model.trail.earlier_names import EarlierNames, PastRun
from lambdas.model.trail.evidence import Evidence, Implied, Outcome
from lambdas.model.trail.ground_kind import GroundKind
from tests.unit.refine_policy.builders import (
    ACCOUNT,
    REGION,
    a_process,
    forwarded,
    granted,
    refined,
    seen,
)

AT = f"{REGION}:{ACCOUNT}"
AT_TEMPLATE = "${region}:${account}"


def _resource(action: str, *lines: Evidence, **more: object) -> set[str]:
    return granted(refined(lines, **more))[action]  # type: ignore[arg-type]


def _stack(name: str) -> Evidence:
    return seen("cloudformation:CreateStack", f"arn:aws:cloudformation:{AT}:stack/{name}/*")


def test_a_variables_value_is_replaced_as_a_word_only() -> None:
    name = "dev-developer-devel-mydev-dev2-dev_x.dev"
    expected = "${stage}-developer-devel-mydev-dev2-${stage}_x.${stage}"
    line = seen("dynamodb:DescribeTable", f"arn:aws:dynamodb:{AT}:table/{name}")

    assert _resource("dynamodb:DescribeTable", line) == {
        f"arn:${{partition}}:dynamodb:{AT_TEMPLATE}:table/{expected}"
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("OrdersDevTable", "Orders${stage_title}Table"),
        ("ordersDev", "orders${stage_title}"),
        ("DevTable-x", "${stage_title}Table-x"),
        ("DevelopTable", "DevelopTable"),
        ("OrdersDev2", "OrdersDev2"),
        ("DevTable-dev", "DevTable-${stage}"),  # the word tells the stage; the hump is a name
        ("Orders_Dev", "Orders_${stage_title}"),
    ],
)
def test_a_value_in_title_case_is_found_within_words(name: str, expected: str) -> None:
    line = seen("dynamodb:DescribeTable", f"arn:aws:dynamodb:{AT}:table/{name}")
    refinement = refined([line])

    (statement,) = refinement.policies[0].statements
    assert [str(one) for one in statement.statement.resources] == [
        f"arn:${{partition}}:dynamodb:{AT_TEMPLATE}:table/{expected}"
    ]
    other = statement.statement.resources[0].render(
        {**dict(refinement.variables), **a_process().spellings("prove")}
    )
    assert other.endswith(expected.replace("${stage_title}", "Qa").replace("${stage}", "qa"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("etl-20261123", "etl-*"),
        ("etl-2026-11-24-17-00-00-123", "etl-*"),
        ("etl-2026-11-21", "etl-2026-11-21"),
        ("etl-20269999", "etl-20269999"),
    ],
)
def test_todays_date_in_a_name_is_another_tomorrow(name: str, expected: str) -> None:
    line = seen("glue:CreateJob", f"arn:aws:glue:{AT}:job/{name}")

    assert _resource("glue:CreateJob", line) == {
        f"arn:${{partition}}:glue:{AT_TEMPLATE}:job/{expected}"
    }


def test_what_was_started_has_an_id_that_only_later_calls_tell() -> None:
    task = "0f9d3c2b1a0f9d3c2b1a0f9d3c2b1a0f"
    lines = [
        seen("ecs:RunTask", f"arn:aws:ecs:{AT}:task-definition/migrate:12"),
        seen("ecs:DescribeTasks", f"arn:aws:ecs:{AT}:task/main/{task}"),
        seen("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z0ABCDEF12345"),
        seen("route53:GetChange", "arn:aws:route53:::change/C0123456789ABCDEFGHIJ"),
    ]

    found = granted(refined(lines))

    assert found["ecs:RunTask"] == {
        f"arn:${{partition}}:ecs:{AT_TEMPLATE}:task-definition/migrate:12"
    }
    assert found["ecs:DescribeTasks"] == {f"arn:${{partition}}:ecs:{AT_TEMPLATE}:task/main/*"}
    assert found["route53:GetChange"] == {"arn:${partition}:route53:::change/*"}
    assert found["route53:ChangeResourceRecordSets"] == {
        "arn:${partition}:route53:::hostedzone/Z0ABCDEF12345"
    }


def test_an_id_beside_the_name_of_the_same_thing_reaches_no_others() -> None:
    group = (
        f"arn:aws:autoscaling:{AT}:autoScalingGroup:0a1b2c3d-1111-4222-8333-444455556666"
        ":autoScalingGroupName/orders-dev"
    )
    refinement = refined([seen("autoscaling:CreateAutoScalingGroup", group)])

    (found,) = granted(refinement)["autoscaling:CreateAutoScalingGroup"]
    assert found.endswith(":autoScalingGroup:*:autoScalingGroupName/orders-${stage}")
    assert "reaches-others" not in {one.kind for one in refinement.findings}


def test_fixed_parts_of_an_arn_are_no_names() -> None:
    process = a_process(variables={"stage": {"learn": "table", "prove": "other"}})
    line = seen("dynamodb:DescribeTable", f"arn:aws:dynamodb:{AT}:table/table-x")

    assert _resource("dynamodb:DescribeTable", line, process=process) == {
        f"arn:${{partition}}:dynamodb:{AT_TEMPLATE}:table/${{stage}}-x"
    }


def test_account_and_region_are_replaced_within_names_as_words() -> None:
    bucket = f"arn:aws:s3:::assets-{ACCOUNT}-{REGION}"

    assert _resource("s3:ListBucket", seen("s3:ListBucket", bucket)) == {
        "arn:${partition}:s3:::assets-${account}-${region}"
    }


def test_another_account_another_region_and_another_partition_stay() -> None:
    layer = "arn:aws:lambda:us-east-1:999999999999:layer:powertools:7"

    assert _resource("lambda:GetLayerVersion", seen("lambda:GetLayerVersion", layer)) == {
        "arn:${partition}:lambda:us-east-1:999999999999:layer:powertools:7"
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("orders-dev-Queue-1A2B3C4D5E6F7", "orders-${stage}-Queue-*"),
        ("orders-dev-Queue-aB3dE5fG7hI9", "orders-${stage}-Queue-*"),
        ("orders-dev-ProcessOrder", "orders-${stage}-ProcessOrder"),
        ("orders-dev-notification", "orders-${stage}-notification"),
        ("orders-dev-customer1234", "orders-${stage}-customer1234"),
        ("cdk-hnb659fds-queue", "cdk-hnb659fds-queue"),
    ],
)
def test_a_random_suffix_of_what_the_cycle_made_is_a_wildcard(name: str, expected: str) -> None:
    queue = f"arn:aws:sqs:{AT}:{name}"

    assert _resource("sqs:CreateQueue", forwarded("sqs:CreateQueue", queue)) == {
        f"arn:${{partition}}:sqs:{AT_TEMPLATE}:{expected}"
    }


@pytest.mark.parametrize("suffix", ["xkqlmbzttrwp", "mbrerrihunnt"])  # the second was drawn once
def test_a_suffix_of_letters_alone_is_random_when_the_stacks_name_comes_before(suffix: str) -> None:
    stack = _stack("orders-dev")
    bucket = f"arn:aws:s3:::orders-dev-serverlessdeploymentbucket-{suffix}"

    assert _resource("s3:CreateBucket", stack, forwarded("s3:CreateBucket", bucket)) == {
        # The id is cut as well, and the stage, when the stage is longer.
        "arn:${partition}:s3:::orders-${stage}-serverlessdeploymentbuck*",
        "arn:${partition}:s3:::orders-${stage:17}-serverlessdeploymentbuck*",
        "arn:${partition}:s3:::orders-${stage:18}-serverlessdeploymentbuck*",
    }


def test_a_suffix_of_letters_alone_is_random_behind_a_logical_id_that_cloudformation_names() -> (
    None
):
    machine = f"arn:aws:states:{AT}:stateMachine:Approval-dYsfgkQLpIOg"

    assert _resource(
        "states:CreateStateMachine", forwarded("states:CreateStateMachine", machine)
    ) == {f"arn:${{partition}}:states:{AT_TEMPLATE}:stateMachine:Approval-*"}
    assert _resource("states:CreateStateMachine", seen("states:CreateStateMachine", machine)) == {
        f"arn:${{partition}}:states:{AT_TEMPLATE}:stateMachine:Approval-dYsfgkQLpIOg"
    }


def test_what_cloudformation_appends_for_a_property_stands_behind_the_suffix() -> None:
    stack = "customer-engagement-intake-dev"
    name = f"{stack}-IncomingOrderNotificationsDeadL-1A2B3C4D5E6F.fifo"
    assert len(name) == 80  # the id ends in `LetterQueue`
    queue = f"arn:aws:sqs:{AT}:{name}"

    found = _resource("sqs:CreateQueue", _stack(stack), forwarded("sqs:CreateQueue", queue))

    at = f"arn:${{partition}}:sqs:{AT_TEMPLATE}:customer-engagement-intake"
    assert found == {
        f"{at}-${{stage}}-IncomingOrderNotificationsDead*.fifo",
        f"{at}-${{stage:3}}-IncomingOrderNotificationsDead*.fifo",
        f"{at}-${{stage:4}}-IncomingOrderNotificationsDead*.fifo",
    }


def test_a_topic_rule_s_name_has_no_hyphens() -> None:
    rule = f"arn:aws:iot:{AT}:rule/vehiclefleetv3devReadingIotTopicRule21A2B3C4D5E6FG"

    lines = [_stack("vehicle-fleet-v3-dev"), forwarded("iot:CreateTopicRule", rule)]
    assert _resource("iot:CreateTopicRule", *lines) == {
        f"arn:${{partition}}:iot:{AT_TEMPLATE}:rule/vehiclefleetv3${{stage!}}ReadingIotTopicRule2*"
    }


def test_a_logical_id_that_looks_like_a_suffix_is_kept() -> None:
    bucket = "arn:aws:s3:::orders-dev-inbox1a2b3c4d-9z8y7x6w5v4u"

    assert _resource("s3:CreateBucket", forwarded("s3:CreateBucket", bucket)) == {
        "arn:${partition}:s3:::orders-${stage}-inbox1a2b3c4d-*"
    }


def test_names_within_a_nested_stack_vary_twice() -> None:
    stack = "orders-dev-Inner-1A2B3C4D5E6F"
    at = f"arn:aws:cloudformation:{AT}:stack/{stack}/*"
    queue = f"arn:aws:sqs:{AT}:{stack}-Jobs-9Z8Y7X6W5V4U"
    lines = [forwarded("cloudformation:CreateStack", at), forwarded("sqs:CreateQueue", queue)]

    assert _resource("sqs:CreateQueue", *lines) == {
        f"arn:${{partition}}:sqs:{AT_TEMPLATE}:orders-${{stage}}-Inner-*-Jobs-*"
    }


def test_a_name_that_was_cut_to_fit_holds_for_a_stage_of_another_length() -> None:
    name = "orders-service-dev-IamRoleStateMachineExecutionRol-1A2B3C4D5E6FG"
    role = f"arn:aws:iam::{ACCOUNT}:role/{name}"
    # With a stage of ten characters 24 are left of the logical id, and never fewer.
    expected = (
        "orders-service-${stage}-IamRoleStateMachineExecu*",
        "orders-service-${stage:10}-IamRoleStateMachineExecu*",
    )
    assert len(name) == 64

    lines = [_stack("orders-service-dev"), forwarded("iam:CreateRole", role)]
    assert _resource("iam:CreateRole", *lines) == {
        f"arn:${{partition}}:iam::${{account}}:role/{one}" for one in expected
    }


NESTED_STACK = "orders-dev-Product-G7JCDPDPF840"


def a_nested_role(stage: str, inner: str = "G7JCDPDPF840") -> str:
    """As CloudFormation names it: 64 characters, of which 12 are the suffix."""
    stack = f"orders-{stage}-Product-{inner}"
    return f"{stack[: 64 - 12 - 2 - 22]}-GetProductFunctionRole-8KN4qYSMm18V"


def test_a_nested_stack_s_name_that_was_cut_is_still_of_its_stage() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/{a_nested_role('dev')}"
    at = f"arn:aws:cloudformation:{AT}:stack/{NESTED_STACK}/0a1b"
    assert len(a_nested_role("dev")) == 64
    lines = [
        _stack("orders-dev"),
        forwarded("cloudformation:CreateStack", at),
        forwarded("iam:CreateRole", role),
    ]

    (resource,) = _resource("iam:CreateRole", *lines)

    assert resource == (
        "arn:${partition}:iam::${account}:role/"
        "orders-${stage:20:-Product-}*-GetProductFunctionRole-*"
    )
    template = Template.from_text(resource)
    for length in range(1, 21):
        stage = "preproductionacceptance"[:length]
        values = {"partition": "aws", "account": ACCOUNT, "stage": stage}
        made = f"arn:aws:iam::{ACCOUNT}:role/{a_nested_role(stage, 'X9Y8Z7W6V5U4')}"
        assert fnmatchcase(made, template.render(values))
        others = f"arn:aws:iam::{ACCOUNT}:role/{a_nested_role('z' * length)}"
        assert not fnmatchcase(others, template.render(values))


def test_what_was_there_before_keeps_its_name_however_random() -> None:
    key = f"arn:aws:kms:{AT}:key/0a1b2c3d-1111-4222-8333-444455556666"
    zone = "arn:aws:route53:::hostedzone/Z0ABCDEF12345"
    bucket = "arn:aws:s3:::shared-bucket-1a2b3c4d5e6f"
    lines = [
        seen("kms:DescribeKey", key),
        seen("route53:ChangeResourceRecordSets", zone),
        seen("s3:ListBucket", bucket),
    ]

    found = granted(refined(lines))

    assert found["kms:DescribeKey"] == {
        f"arn:${{partition}}:kms:{AT_TEMPLATE}:key/0a1b2c3d-1111-4222-8333-444455556666"
    }
    assert found["route53:ChangeResourceRecordSets"] == {
        "arn:${partition}:route53:::hostedzone/Z0ABCDEF12345"
    }
    assert found["s3:ListBucket"] == {"arn:${partition}:s3:::shared-bucket-1a2b3c4d5e6f"}


def test_ids_of_what_the_cycle_removed_are_wildcards_everywhere() -> None:
    vpc = f"arn:aws:ec2:{AT}:vpc/vpc-0123456789abcdef0"
    lines = [seen("ec2:DeleteVpc", vpc), seen("ec2:CreateSubnet", vpc)]

    assert _resource("ec2:CreateSubnet", *lines) == {f"arn:${{partition}}:ec2:{AT_TEMPLATE}:vpc/*"}


def test_ids_below_something_made_are_wildcards_and_its_words_are_not() -> None:
    api = f"arn:aws:apigateway:{REGION}::/restapis"
    lines = [
        seen("apigateway:POST", api),
        seen("apigateway:PUT", f"{api}/a1b2c3d4e5/resources/abcdef/methods/POST"),
        seen("apigateway:GET", f"{api}/a1b2c3d4e5/stages/dev"),
    ]

    found = granted(refined(lines))

    head = "arn:${partition}:apigateway:${region}::/restapis/*"
    assert found["apigateway:PUT"] == {f"{head}/resources/*/methods/POST"}
    assert found["apigateway:GET"] == {f"{head}/stages/${{stage}}"}


def test_an_api_that_was_there_before_keeps_its_id() -> None:
    path = f"arn:aws:apigateway:{REGION}::/restapis/a1b2c3d4e5/deployments"

    assert _resource("apigateway:POST", seen("apigateway:POST", path)) == {
        "arn:${partition}:apigateway:${region}::/restapis/a1b2c3d4e5/deployments"
    }


def test_an_id_that_the_service_made_up_varies_however_little_it_looks_like_one() -> None:
    application = f"arn:aws:appconfig:{AT}:application"
    made = replace(seen("appconfig:CreateApplication"), generated_ids=("abcdefg",))
    lines = [
        made,
        seen("appconfig:DeleteApplication", f"{application}/abcdefg"),
        seen("appconfig:GetApplication", f"{application}/shared7"),
    ]

    template = f"arn:${{partition}}:appconfig:{AT_TEMPLATE}:application"
    assert _resource("appconfig:DeleteApplication", *lines) == {f"{template}/*"}
    assert _resource("appconfig:GetApplication", *lines) == {f"{template}/shared7"}


def test_what_is_cancelled_was_made_here_too() -> None:
    profile = f"arn:aws:signer:{AT}:/signing-profiles/Signing_O8uFwJFtf4mY"
    lines = [seen("signer:PutSigningProfile"), seen("signer:CancelSigningProfile", profile)]

    assert _resource("signer:CancelSigningProfile", *lines) == {
        f"arn:${{partition}}:signer:{AT_TEMPLATE}:/signing-profiles/Signing_*"
    }


def test_keys_of_objects_vary_with_time_and_content() -> None:
    bucket = "arn:aws:s3:::assets"
    lines = [
        seen("s3:PutObject", f"{bucket}/app/1790000000000-2026-11-23T17:00:00.000Z/app.zip"),
        seen("s3:PutObject", f"{bucket}/{'0a' * 32}.json"),
        seen("s3:PutObject", f"{bucket}/readme.txt"),
    ]

    assert _resource("s3:PutObject", *lines) == {
        "arn:${partition}:s3:::assets/app/*-*/app.zip",
        "arn:${partition}:s3:::assets/*.json",
        "arn:${partition}:s3:::assets/readme.txt",
    }


def test_numbered_versions_of_what_was_published_are_wildcards() -> None:
    function = f"arn:aws:lambda:{AT}:function:orders-dev-take"
    lines = [
        forwarded("lambda:PublishVersion", function),
        forwarded("lambda:GetFunction", f"{function}:3"),
    ]

    take = f"arn:${{partition}}:lambda:{AT_TEMPLATE}:function:orders-${{stage}}-take"
    assert _resource("lambda:GetFunction", *lines) == {take, f"{take}:*"}


def test_a_qualified_function_is_asked_for_with_and_without_its_qualifier() -> None:
    alias = seen("lambda:AddPermission", f"arn:aws:lambda:{AT}:function:orders-dev-take:live")

    take = f"arn:${{partition}}:lambda:{AT_TEMPLATE}:function:orders-${{stage}}-take"
    assert _resource("lambda:AddPermission", alias) == {take, f"{take}:live"}


def test_an_action_for_which_iam_names_no_resource_gets_every_resource_with_the_reason() -> None:
    mapping = f"arn:aws:lambda:{AT}:event-source-mapping:0a1b2c3d-1111-4222-8333-444455556666"
    refinement = refined([seen("lambda:CreateEventSourceMapping", mapping)])

    (statement,) = refinement.policies[0].statements
    assert [str(one) for one in statement.statement.resources] == ["*"]
    assert "IAM lets no policy name resources" in statement.wildcards[0].reason


def test_starting_what_is_there_makes_nothing() -> None:
    instance = f"arn:aws:ec2:{AT}:instance/i-0123456789abcdef0"
    found = granted(
        refined([seen("ec2:StartInstances", instance), seen("ec2:StopInstances", instance)])
    )
    kept = f"arn:${{partition}}:ec2:{AT_TEMPLATE}:instance/i-0123456789abcdef0"
    assert found["ec2:StopInstances"] == found["ec2:StartInstances"] == {kept}

    task = f"arn:aws:dms:{AT}:task:QWERTY7ABCDEF8GHIJKL9MNOPQ"
    found = granted(refined([seen("dms:StartReplicationTask", task)]))
    assert found["dms:StartReplicationTask"] == {
        f"arn:${{partition}}:dms:{AT_TEMPLATE}:task:QWERTY7ABCDEF8GHIJKL9MNOPQ"
    }


def test_ids_that_the_call_made_up_beside_its_own_are_not_pinned() -> None:
    made = replace(
        seen("ec2:RunInstances", f"arn:aws:ec2:{AT}:instance/i-0123456789abcdef0"),
        generated_ids=("eni-0123456789abcdef0", "i-0123456789abcdef0"),
    )
    beside = seen("ec2:RunInstances", f"arn:aws:ec2:{AT}:network-interface/eni-0123456789abcdef0")
    subnet = seen("ec2:RunInstances", f"arn:aws:ec2:{AT}:subnet/subnet-0123456789abcdef0")
    assert granted(refined([made, beside, subnet]))["ec2:RunInstances"] == {
        f"arn:${{partition}}:ec2:{AT_TEMPLATE}:instance/*",
        f"arn:${{partition}}:ec2:{AT_TEMPLATE}:network-interface/*",
        f"arn:${{partition}}:ec2:{AT_TEMPLATE}:subnet/subnet-0123456789abcdef0",
    }


@pytest.mark.parametrize(
    "path",
    [
        "aws-service-role/*/AWSServiceRoleForConfig",
        "aws-reserved/sso.amazonaws.com*/AWSReservedSSO_A_1",
    ],
)
def test_a_role_that_a_service_made_is_found_whatever_its_path(path: str) -> None:
    found = refined([seen("iam:GetRole", f"arn:aws:iam::{ACCOUNT}:role/{path}")])
    assert granted(found)["iam:GetRole"] == {f"arn:${{partition}}:iam::${{account}}:role/{path}"}
    assert any("path of a role that a service made" in one.detail for one in found.findings)


def test_what_is_no_arn_is_granted_on_every_resource_with_a_finding_and_never_as_it_stands() -> (
    None
):
    found = refined([seen("kms:ReEncryptFrom", "alias/from")])
    assert granted(found)["kms:ReEncryptFrom"] == {"*"}
    (finding,) = [one for one in found.findings if one.kind == "any-resource"]
    assert "'alias/from', which is no ARN" in finding.detail


def test_a_call_that_reaches_every_region_has_a_wildcard_there_and_no_literal_star() -> None:
    assert _resource(
        "bedrock:InvokeModel",
        seen("bedrock:InvokeModel", "arn:aws:bedrock:*::foundation-model/m-v1"),
    ) == {"arn:${partition}:bedrock:*::foundation-model/m-v1"}


def test_a_resource_that_no_event_tells_is_granted_with_a_finding() -> None:
    refinement = refined([seen("dynamodb:DeleteTable", "*")])

    assert granted(refinement)["dynamodb:DeleteTable"] == {"*"}
    assert [one.subject for one in refinement.findings if one.kind == "any-resource"] == [
        "dynamodb:DeleteTable"
    ]


def _history(*resources: str) -> EarlierNames:
    return EarlierNames((PastRun(id="before", values=(), resources=tuple(sorted(resources))),))


def test_what_differed_between_runs_varies_though_no_shape_says_so() -> None:
    table = f"arn:aws:dynamodb:{AT}:table/orders-dev-x7f3"
    before = table.replace("x7f3", "q2k9")

    line = seen("dynamodb:DescribeTable", table)

    assert _resource("dynamodb:DescribeTable", line) == {
        f"arn:${{partition}}:dynamodb:{AT_TEMPLATE}:table/orders-${{stage}}-x7f3"
    }
    assert _resource("dynamodb:DescribeTable", line, history=_history(before)) == {
        f"arn:${{partition}}:dynamodb:{AT_TEMPLATE}:table/orders-${{stage}}-*"
    }


def test_what_never_differed_is_fixed_though_its_shape_is_random() -> None:
    queue = f"arn:aws:sqs:{AT}:orders-dev-1A2B3C4D5E6F"

    line = seen("sqs:CreateQueue", queue)

    assert _resource("sqs:CreateQueue", line, history=_history(queue)) == {
        f"arn:${{partition}}:sqs:{AT_TEMPLATE}:orders-${{stage}}-1A2B3C4D5E6F"
    }


def test_another_thing_of_an_earlier_run_is_no_difference() -> None:
    line = seen("lambda:GetFunction", f"arn:aws:lambda:{AT}:function:orders-dev-make")
    before = _history(f"arn:aws:lambda:{AT}:function:orders-dev-take")

    assert _resource("lambda:GetFunction", line, history=before) == {
        f"arn:${{partition}}:lambda:{AT_TEMPLATE}:function:orders-${{stage}}-make"
    }


def test_what_a_proof_was_denied_is_granted_and_its_random_names_vary() -> None:
    queue = f"arn:aws:sqs:{AT}:orders-dev-Late-9Z8Y7X6W5V4U"
    line = forwarded("sqs:GetQueueAttributes", queue, outcome=Outcome.DENIED_IN_PROOF)

    refinement = refined([line])

    assert granted(refinement)["sqs:GetQueueAttributes"] == {
        f"arn:${{partition}}:sqs:{AT_TEMPLATE}:orders-${{stage}}-Late-*"
    }
    (statement,) = refinement.policies[0].statements
    assert statement.grants[0].grounds[0].kind == "denied-in-proof"


@pytest.mark.parametrize(("made", "spelled"), [(("*",), "*"), ((), "${*}")])
def test_a_repair_that_opens_a_name_keeps_what_is_fixed_in_it(
    made: tuple[str, ...], spelled: str
) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/orders-dev-fn-*"
    line = seen("iam:DeleteRole", role, outcome=Outcome.DENIED_IN_PROOF)

    refinement = refined([replace(line, generated_ids=made)])

    assert granted(refinement)["iam:DeleteRole"] == {
        f"arn:${{partition}}:iam::${{account}}:role/orders-${{stage}}-fn-{spelled}"
    }


def test_what_a_derived_name_leaves_open_is_no_star_in_the_name() -> None:
    """RDS makes the secret of a database's first user as the caller: `rds!` and an id."""
    secret = Implied(
        kind=GroundKind.DEPENDENT_ACTION,
        action=Action("secretsmanager", "CreateSecret"),
        resource=f"arn:aws:secretsmanager:{AT}:secret:rds!*",
    )
    cluster = seen("rds:CreateDBCluster", f"arn:aws:rds:{AT}:cluster:orders-dev", implies=(secret,))

    assert granted(refined([cluster]))["secretsmanager:CreateSecret"] == {
        f"arn:${{partition}}:secretsmanager:{AT_TEMPLATE}:secret:rds!*"
    }


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("dms:DeleteEndpoint", "endpoint:*"),  # the reference has a star where the id stands
        ("imagebuilder:CreateComponent", "component/orders-web/*/*"),
        ("wafv2:PutLoggingConfiguration", "*/webacl/*/*"),
    ],
)
def test_a_part_that_no_event_tells_is_no_star_in_the_name(action: str, resource: str) -> None:
    service = action.partition(":")[0]
    line = seen(action, f"arn:aws:{service}:{AT}:{resource}")

    assert _resource(action, line) == {f"arn:${{partition}}:{service}:{AT_TEMPLATE}:{resource}"}


def _ambiguous(*names: str, **variables: dict[str, str]) -> set[str]:
    lines = [
        seen("dynamodb:DescribeTable", f"arn:aws:dynamodb:{AT}:table/{name}") for name in names
    ]
    findings = refined(lines, process=a_process(variables=variables)).findings
    return {one.subject for one in findings if one.kind == "ambiguous-variable"}


def test_a_value_that_may_stand_for_something_else_is_said() -> None:
    dev = {"learn": "dev", "prove": "qa"}

    assert _ambiguous("orders-dev", stage=dev) == set()
    assert _ambiguous("dev-orders-dev", stage=dev) == {"stage"}
    assert _ambiguous("orders-dev", stage=dev, name=dev) == {"name and stage"}
    assert _ambiguous("OrdersDevTable", stage=dev) == {"stage_title"}
    assert _ambiguous("orders-1", slot={"learn": "1", "prove": "2"}) == {"slot"}


@pytest.mark.parametrize("ending", ["f6163e", "AbCdEf", "??????"])
def test_the_six_characters_at_the_end_of_a_secret_are_random_and_its_name_is_not(
    ending: str,
) -> None:
    line = seen(
        "secretsmanager:DescribeSecret",
        f"arn:aws:secretsmanager:{AT}:secret:db-dev-secret-{ending}",
    )

    assert _resource("secretsmanager:DescribeSecret", line) == {
        f"arn:${{partition}}:secretsmanager:{AT_TEMPLATE}:secret:db-${{stage}}-secret-??????"
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (f"{ACCOUNT}x", f"{ACCOUNT}x"),  # as long as a suffix, but it stands alone
        ("a1b2c3d4e5f6", "a1b2c3d4e5f6"),
        ("0a1b2c3d-1111-4222-8333-444455556666", "-".join("?" * n for n in (8, 4, 4, 4, 12))),
        (f"{'0a' * 16}", "?" * 32),
        (f"logs-{'0a' * 16}", "logs-*"),
    ],
)
def test_a_name_of_which_nothing_is_fixed_is_never_just_any_name(name: str, expected: str) -> None:
    refinement = refined([seen("s3:CreateBucket", f"arn:aws:s3:::{name}")])

    assert granted(refinement)["s3:CreateBucket"] == {f"arn:${{partition}}:s3:::{expected}"}
    kinds = {one.kind for one in refinement.findings}
    assert ("reaches-others" in kinds) == expected.startswith("?")


def test_a_name_made_of_suffixes_may_be_longer_the_next_time() -> None:
    names = ("1a2b3c4d5e6f-9z8y7x6w5v4u3", "logs-1a2b3c4d5e6f")
    refinement = refined([seen("s3:CreateBucket", f"arn:aws:s3:::{name}") for name in names])

    suffix = "?" * 12 + "*"  # of 12 or 13 characters
    assert granted(refinement)["s3:CreateBucket"] == {
        f"arn:${{partition}}:s3:::{name}" for name in (f"{suffix}-{suffix}", "logs-*")
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("order-Publi-1A2B3C4D5E6FG", "order*-Publi*"),  # cut to 25, as AWS does
        ("orders-dev-Publi-1A2B3C4D5E6F", "orders-${stage}-Publi-*"),
        ("orders-data-1A2B3C4D5E6F", "orders-data-*"),
    ],
)
def test_a_stage_that_was_cut_in_a_name_is_another_for_another_stage(
    name: str, expected: str
) -> None:
    stack = seen("cloudformation:CreateStack", f"arn:aws:cloudformation:{AT}:stack/orders-dev/*")
    balancer = f"arn:aws:elasticloadbalancing:{AT}:loadbalancer/app/{name}/50dc6c495c0c9188"
    lines = [stack, forwarded("elasticloadbalancing:CreateLoadBalancer", balancer)]

    assert _resource("elasticloadbalancing:CreateLoadBalancer", *lines) == {
        f"arn:${{partition}}:elasticloadbalancing:{AT_TEMPLATE}:loadbalancer/app/{expected}/*"
    }


def test_a_listener_that_was_made_makes_nothing_of_its_load_balancer() -> None:
    path = "app/shared/50dc6c495c0c9188"
    listener = f"arn:aws:elasticloadbalancing:{AT}:listener/{path}/f2f7dc8efc522ab2"

    assert _resource(
        "elasticloadbalancing:DeleteListener",
        seen("elasticloadbalancing:DeleteListener", listener),
    ) == {f"arn:${{partition}}:elasticloadbalancing:{AT_TEMPLATE}:listener/{path}/*"}


def test_the_id_of_what_was_made_varies_where_it_serves_as_a_name_too() -> None:
    lines = [
        seen("ec2:TerminateInstances", f"arn:aws:ec2:{AT}:instance/i-0123456789abcdef0"),
        seen("logs:PutLogEvents", f"arn:aws:logs:{AT}:log-group:x:log-stream:i-0123456789abcdef0"),
    ]

    assert _resource("logs:PutLogEvents", *lines) == {
        f"arn:${{partition}}:logs:{AT_TEMPLATE}:log-group:x:log-stream:*"
    }


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("amplify:DeleteApp", "amplify:{at}:apps/d1a2b3c4d5e6f7", "apps/*"),
        ("amplify:DeleteApp", "amplify:{at}:apps/storefront", "apps/storefront"),
        (
            "servicediscovery:DeleteNamespace",
            "servicediscovery:{at}:namespace/ns-a1b2c3d4e5f6g7h8",
            "namespace/*",
        ),
        (
            "kafka:CreateCluster",
            "kafka:{at}:cluster/x/0a1b2c3d-1111-4222-8333-444455556666-7",
            "cluster/x/*",
        ),
        ("cloudwatch:PutDashboard", "cloudwatch::{account}:dashboard/D-Zx9Cv8Bn7Mq8", "D-*"),
        ("rds:CreateOptionGroup", "rds:{at}:og:x-og-1qaz2wsx3ede", "og:x-og-*"),
        ("s3:PutBucketPolicy", "s3:::x-1qaz2wsx3ede", "x-1qaz2wsx3ede"),
    ],
)
def test_ids_and_names_of_what_was_made_vary_whatever_the_service(
    action: str, resource: str, expected: str
) -> None:
    arn = f"arn:aws:{resource.format(at=AT, account=ACCOUNT)}"

    (found,) = _resource(action, seen(action, arn))

    assert found.endswith(expected)


def test_versions_of_a_layer_that_was_published_grow() -> None:
    layer = f"arn:aws:lambda:{AT}:layer:orders-dev-layer"
    lines = [
        seen("lambda:PublishLayerVersion", layer),
        seen("lambda:GetLayerVersion", f"{layer}:14"),
        seen("lambda:GetLayerVersion", layer.replace("orders-dev-layer", "shared:3")),
    ]

    assert _resource("lambda:GetLayerVersion", *lines) == {
        f"arn:${{partition}}:lambda:{AT_TEMPLATE}:layer:orders-${{stage}}-layer:*",
        f"arn:${{partition}}:lambda:{AT_TEMPLATE}:layer:shared:3",
    }


def test_the_word_that_is_said_anyway_is_not_said_twice() -> None:
    found = refined([seen("ec2:RunInstances", f"arn:aws:ec2:{AT}:instance/*")])
    (finding,) = [one for one in found.findings if one.kind == "wildcard"]
    assert "does not tell the id of the instance." in finding.detail


def test_what_has_an_id_of_no_known_type_is_open_and_says_why() -> None:
    line = forwarded("ec2:CreateTags", f"arn:aws:ec2:{AT}:*/zzz-*")

    (statement,) = refined((line,)).policies[0].statements

    assert [str(one) for one in statement.statement.resources] == [
        f"arn:${{partition}}:ec2:{AT_TEMPLATE}:*/zzz-*"
    ]
    assert [one.reason for one in statement.wildcards] == [
        "the event does not tell the type",
        "the service makes up a new id for whatever is made, and IAM cannot tell it from others by name",
    ]
