"""What CloudFormation and services make up by chance is a wildcard; what a person chose is not."""

from fnmatch import fnmatchcase

import pytest

from lambdas.model.iam.template import Template
from tests.unit.refine_policy.builders import (
    ACCOUNT,
    forwarded,
    granted,
    refined,
    seen,
)
from tests.unit.refine_policy.names import AT, AT_TEMPLATE, resource_of, stack_of


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

    assert resource_of("sqs:CreateQueue", forwarded("sqs:CreateQueue", queue)) == {
        f"arn:${{partition}}:sqs:{AT_TEMPLATE}:{expected}"
    }


@pytest.mark.parametrize("suffix", ["xkqlmbzttrwp", "mbrerrihunnt"])  # the second was drawn once
def test_a_suffix_of_letters_alone_is_random_when_the_stacks_name_comes_before(suffix: str) -> None:
    stack = stack_of("orders-dev")
    bucket = f"arn:aws:s3:::orders-dev-serverlessdeploymentbucket-{suffix}"

    assert resource_of("s3:CreateBucket", stack, forwarded("s3:CreateBucket", bucket)) == {
        # The id is cut as well, and the stage, when the stage is longer.
        "arn:${partition}:s3:::orders-${stage}-serverlessdeploymentbuck*",
        "arn:${partition}:s3:::orders-${stage:17}-serverlessdeploymentbuck*",
        "arn:${partition}:s3:::orders-${stage:18}-serverlessdeploymentbuck*",
    }


def test_a_suffix_of_letters_alone_is_random_behind_a_logical_id_that_cloudformation_names() -> (
    None
):
    machine = f"arn:aws:states:{AT}:stateMachine:Approval-dYsfgkQLpIOg"

    assert resource_of(
        "states:CreateStateMachine", forwarded("states:CreateStateMachine", machine)
    ) == {f"arn:${{partition}}:states:{AT_TEMPLATE}:stateMachine:Approval-*"}
    assert resource_of("states:CreateStateMachine", seen("states:CreateStateMachine", machine)) == {
        f"arn:${{partition}}:states:{AT_TEMPLATE}:stateMachine:Approval-dYsfgkQLpIOg"
    }


def test_what_cloudformation_appends_for_a_property_stands_behind_the_suffix() -> None:
    stack = "customer-engagement-intake-dev"
    name = f"{stack}-IncomingOrderNotificationsDeadL-1A2B3C4D5E6F.fifo"
    assert len(name) == 80  # the id ends in `LetterQueue`
    queue = f"arn:aws:sqs:{AT}:{name}"

    found = resource_of("sqs:CreateQueue", stack_of(stack), forwarded("sqs:CreateQueue", queue))

    at = f"arn:${{partition}}:sqs:{AT_TEMPLATE}:customer-engagement-intake"
    assert found == {
        f"{at}-${{stage}}-IncomingOrderNotificationsDead*.fifo",
        f"{at}-${{stage:3}}-IncomingOrderNotificationsDead*.fifo",
        f"{at}-${{stage:4}}-IncomingOrderNotificationsDead*.fifo",
    }


def test_a_topic_rule_s_name_has_no_hyphens() -> None:
    rule = f"arn:aws:iot:{AT}:rule/vehiclefleetv3devReadingIotTopicRule21A2B3C4D5E6FG"

    lines = [stack_of("vehicle-fleet-v3-dev"), forwarded("iot:CreateTopicRule", rule)]
    assert resource_of("iot:CreateTopicRule", *lines) == {
        f"arn:${{partition}}:iot:{AT_TEMPLATE}:rule/vehiclefleetv3${{stage!}}ReadingIotTopicRule2*"
    }


def test_a_logical_id_that_looks_like_a_suffix_is_kept() -> None:
    bucket = "arn:aws:s3:::orders-dev-inbox1a2b3c4d-9z8y7x6w5v4u"

    assert resource_of("s3:CreateBucket", forwarded("s3:CreateBucket", bucket)) == {
        "arn:${partition}:s3:::orders-${stage}-inbox1a2b3c4d-*"
    }


def test_names_within_a_nested_stack_vary_twice() -> None:
    stack = "orders-dev-Inner-1A2B3C4D5E6F"
    at = f"arn:aws:cloudformation:{AT}:stack/{stack}/*"
    queue = f"arn:aws:sqs:{AT}:{stack}-Jobs-9Z8Y7X6W5V4U"
    lines = [forwarded("cloudformation:CreateStack", at), forwarded("sqs:CreateQueue", queue)]

    assert resource_of("sqs:CreateQueue", *lines) == {
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

    lines = [stack_of("orders-service-dev"), forwarded("iam:CreateRole", role)]
    assert resource_of("iam:CreateRole", *lines) == {
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
        stack_of("orders-dev"),
        forwarded("cloudformation:CreateStack", at),
        forwarded("iam:CreateRole", role),
    ]

    (resource,) = resource_of("iam:CreateRole", *lines)

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


def test_keys_of_objects_vary_with_time_and_content() -> None:
    bucket = "arn:aws:s3:::assets"
    lines = [
        seen("s3:PutObject", f"{bucket}/app/1790000000000-2026-11-23T17:00:00.000Z/app.zip"),
        seen("s3:PutObject", f"{bucket}/{'0a' * 32}.json"),
        seen("s3:PutObject", f"{bucket}/readme.txt"),
    ]

    assert resource_of("s3:PutObject", *lines) == {
        "arn:${partition}:s3:::assets/app/*-*/app.zip",
        "arn:${partition}:s3:::assets/*.json",
        "arn:${partition}:s3:::assets/readme.txt",
    }


@pytest.mark.parametrize("ending", ["f6163e", "AbCdEf", "??????"])
def test_the_six_characters_at_the_end_of_a_secret_are_random_and_its_name_is_not(
    ending: str,
) -> None:
    line = seen(
        "secretsmanager:DescribeSecret",
        f"arn:aws:secretsmanager:{AT}:secret:db-dev-secret-{ending}",
    )

    assert resource_of("secretsmanager:DescribeSecret", line) == {
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

    assert resource_of("elasticloadbalancing:CreateLoadBalancer", *lines) == {
        f"arn:${{partition}}:elasticloadbalancing:{AT_TEMPLATE}:loadbalancer/app/{expected}/*"
    }
