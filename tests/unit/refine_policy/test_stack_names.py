"""Endings that CloudFormation made up, and words that somebody chose, as the stacks tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.model.trail.stack import Stack, StackResource
from lambdas.refine_policy.generated_names.stack_names import StackNames
from tests.unit.refine_policy.builders import ACCOUNT, REGION, forwarded, granted, refined, seen

ID = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/orders-dev/0a1b2c3d"
BUCKET = "orders-dev-uploads-mbererrihunnt"  # letters alone: no guess could tell them from a word


def a_stack(
    physical_id: str,
    logical_id: str = "Uploads",
    *,
    chosen: bool = False,
    id: str = ID,  # noqa: A002
) -> Stack:
    resource = StackResource(
        logical_id=logical_id, type="AWS::S3::Bucket", physical_id=physical_id, given=chosen
    )
    return Stack(id=id, resources=(resource,))


@pytest.mark.parametrize(
    ("physical_id", "logical_id", "suffix"),
    [
        ("orders-dev-uploads-notification", "Uploads", "notification"),
        ("orders-dev-Uploads-1ABCDEFGHIJK", "Uploads", "1ABCDEFGHIJK"),
        ("orders-de-Upl-AbCdEfGhIjKl", "Uploads", "AbCdEfGhIjKl"),
        ("Uploads-AbCdEfGhIjKl", "Uploads", "AbCdEfGhIjKl"),
        (f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/orders-dev-Queue-AbCdEfGhIjKl.fifo",
         "Queue", "AbCdEfGhIjKl"),
        (f"arn:aws:sns:{REGION}:{ACCOUNT}:orders-dev-Topic-AbCdEfGhIjKl", "Topic", "AbCdEfGhIjKl"),
        ("orders-dev-Other-AbCdEfGhIjKl", "Uploads", ""),
        ("billing-dev-Uploads-AbCdEfGhIjKl", "Uploads", ""),
        ("orders-dev-uploads", "Uploads", ""),
        ("Up-AbCdEfGhIjKl", "Uploads", ""),
        ("0123456789", "Uploads", ""),
        ("", "Uploads", ""),
    ],
)  # fmt: skip
def test_a_suffix_is_what_follows_stack_and_logical_id(
    physical_id: str, logical_id: str, suffix: str
) -> None:
    found = StackNames.of([a_stack(physical_id, logical_id)])
    assert found == StackNames(suffixes=frozenset({suffix} - {""}))


def test_a_name_that_the_template_gives_has_no_suffix() -> None:
    found = StackNames.of([a_stack("orders-dev-uploads-notification", chosen=True)])
    assert found == StackNames(words=frozenset({"notification"}))


@given(suffix=st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=12, max_size=13))
def test_a_suffix_of_whatever_letters_is_left_open(suffix: str) -> None:
    name = f"orders-dev-uploads-{suffix}"
    made = [
        seen("cloudformation:CreateStack", ID),
        forwarded("s3:CreateBucket", f"arn:aws:s3:::{name}", types=("AWS::S3::Bucket",)),
    ]
    found = granted(refined(made, stacks=[a_stack(name)]))["s3:CreateBucket"]

    assert not [one for one in found if suffix in one]


def test_letters_alone_are_told_by_the_stack() -> None:
    made = [
        seen("cloudformation:CreateStack", ID),
        forwarded("s3:CreateBucket", f"arn:aws:s3:::{BUCKET}", types=("AWS::S3::Bucket",)),
    ]
    found = granted(refined(made, stacks=[a_stack(BUCKET)]))["s3:CreateBucket"]
    assert found == {"arn:${partition}:s3:::orders-${stage}-uploads-*"}


def test_a_word_that_the_template_gives_is_kept() -> None:
    name = "orders-dev-queue-bdfghjklmnpq"  # a guess takes this for a suffix
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    made = [
        seen("cloudformation:CreateStack", ID),
        forwarded("sqs:CreateQueue", queue, types=("AWS::SQS::Queue",)),
    ]
    guessed = granted(refined(made))["sqs:CreateQueue"]
    told = granted(refined(made, stacks=[a_stack(name, "Queue", chosen=True)]))["sqs:CreateQueue"]

    assert [one for one in guessed if one.endswith("*")]
    assert [one for one in told if one.endswith("bdfghjklmnpq")]


@pytest.mark.parametrize(
    "named",
    # As long as a bucket's name may be, and as a function's: names of people are no shorter.
    ["customer-onboarding-and-notification-services", "customer-onboarding-and-notification-services0"],
)  # fmt: skip
@pytest.mark.parametrize("told", [True, False])
def test_a_version_bears_the_name_that_a_person_gave_its_function(
    named: str, *, told: bool
) -> None:
    stack = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{named}-dev/0a1b2c3d"
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{named}-dev-emailReviewer"
    stacks = [a_stack(function, "EmailReviewer", chosen=True, id=stack)] if told else []
    made = [
        seen("cloudformation:CreateStack", stack),
        forwarded("lambda:CreateFunction", function, types=("AWS::Lambda::Function",)),
        forwarded("lambda:GetFunctionConfiguration", f"{function}:1"),
    ]
    found = granted(refined(made, stacks=stacks))["lambda:GetFunctionConfiguration"]

    spelled = "arn:${partition}:lambda:${region}:${account}:function:"
    assert all(one.startswith(f"{spelled}{named}-${{stage}}-emailReviewer") for one in found), found


def test_the_id_of_what_an_operation_makes_many_of_is_open() -> None:
    logs = f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc-flow-log"
    made = [
        forwarded("ec2:CreateFlowLogs", f"{logs}/*"),
        forwarded("ec2:DeleteFlowLogs", f"{logs}/fl-509203a14c3c447eb"),
    ]
    found = granted(refined(made))["ec2:DeleteFlowLogs"]

    assert found == {"arn:${partition}:ec2:${region}:${account}:vpc-flow-log/*"}
