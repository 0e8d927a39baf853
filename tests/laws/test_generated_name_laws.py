"""Names that CloudFormation makes up: what the policy holds of one is what every value leaves.

The names of other cycles are made by the embedded AWS's own rule, which shares nothing with the
refinement's.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from hypothesis import assume, given
from hypothesis import strategies as st

from embedded_aws.services.cloudformation.naming.names import composed
from embedded_aws.services.cloudformation.naming.rules import rule_of
from lambdas.model.template import Template
from lambdas.model.template_coverage import covers, filled
from tests.unit.refine_policy.builders import (
    ACCOUNT,
    REGION,
    a_process,
    forwarded,
    granted,
    refined,
    seen,
)

if TYPE_CHECKING:
    from lambdas.model.refinement import Refinement

AT = f"{REGION}:{ACCOUNT}"
# Type, what makes it, and its ARN around the name.
KINDS = (
    ("AWS::S3::Bucket", "s3:CreateBucket", "arn:aws:s3:::{}"),
    ("AWS::IAM::Role", "iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/{{}}"),
    ("AWS::Lambda::Function", "lambda:CreateFunction", f"arn:aws:lambda:{AT}:function:{{}}"),
    ("AWS::SQS::Queue", "sqs:CreateQueue", f"arn:aws:sqs:{AT}:{{}}"),
    (
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "elasticloadbalancing:CreateLoadBalancer",
        f"arn:aws:elasticloadbalancing:{AT}:loadbalancer/app/{{}}/50dc6c495c0c9188",
    ),
)
WORDS = st.lists(
    st.sampled_from(["customer", "portal", "skill", "svc", "Backend", "v2", "invoices"]),
    min_size=1,
    max_size=6,
).map("-".join)
TAILS = st.sampled_from(["", "-api", "-backend-service"])
LOGICAL_IDS = st.sampled_from(
    ["Queue", "ServerlessDeploymentBucket", "IamRoleCustomResourcesLambdaExecution", "L" * 60]
)
LEARN, PROVE = "dev", "staging"
VALUES = ("q", "qa", "prod", "sandbox1", "production", "feature-abc-12", "x" * 20)


def name_of(kind: str, stack: str, logical_id: str, seed: str) -> str:
    rule = rule_of(kind)
    chance = Random(seed)  # noqa: S311  # no secret
    alphabet = chance.choice(rule.suffixes)
    suffix = "".join(chance.choices(alphabet.letters, k=chance.choice(alphabet.lengths)))
    return composed(rule, stack, logical_id, suffix)


def refinement_of(kind: tuple[str, str, str], head: str, tail: str, logical_id: str) -> Refinement:
    resource_type, action, arn = kind
    stack = f"{head}-{LEARN}{tail}"
    made = arn.format(name_of(resource_type, stack, logical_id, "learn"))
    lines = [
        seen("cloudformation:CreateStack", f"arn:aws:cloudformation:{AT}:stack/{stack}/*"),
        forwarded(action, made),
    ]
    process = a_process(variables={"stage": {"learn": LEARN, "prove": PROVE}})
    return refined(lines, process=process)


def template_of(kind: tuple[str, str, str], head: str, tail: str, logical_id: str) -> Template:
    (found,) = granted(refinement_of(kind, head, tail, logical_id))[kind[1]]
    return Template.from_text(found)


def allows(template: Template, stage: str, arn: str) -> bool:
    place = {"account": ACCOUNT, "region": REGION, "partition": "aws", "stage": stage}
    return covers(filled(template, place), Template.of(arn))


@given(st.sampled_from(KINDS), WORDS, TAILS, LOGICAL_IDS, st.sampled_from([LEARN, PROVE]))
def test_the_policy_of_one_cycle_holds_for_the_names_of_the_next(
    kind: tuple[str, str, str], head: str, tail: str, logical_id: str, stage: str
) -> None:
    template = template_of(kind, head, tail, logical_id)

    for seed in range(8):  # suffixes of both lengths and every alphabet
        name = name_of(kind[0], f"{head}-{stage}{tail}", logical_id, str(seed))
        assert allows(template, stage, kind[2].format(name)), (template, name)


@given(st.sampled_from(KINDS), WORDS, TAILS, LOGICAL_IDS, st.sampled_from(VALUES))
def test_a_name_that_was_cut_holds_for_a_value_of_any_length(
    kind: tuple[str, str, str], head: str, tail: str, logical_id: str, stage: str
) -> None:
    learned = name_of(kind[0], f"{head}-{LEARN}{tail}", logical_id, "learn")
    assume(not learned.lower().startswith(f"{head}-{LEARN}{tail}-".lower()))
    template = template_of(kind, head, tail, logical_id)

    name = name_of(kind[0], f"{head}-{stage}{tail}", logical_id, "other")

    assert allows(template, stage, kind[2].format(name)), (template, name)


@given(st.sampled_from(KINDS), WORDS, TAILS, LOGICAL_IDS, st.integers(1, 20))
def test_a_value_of_any_length_is_allowed_or_told_to_fall_outside(
    kind: tuple[str, str, str], head: str, tail: str, logical_id: str, length: int
) -> None:
    refinement = refinement_of(kind, head, tail, logical_id)
    (found,) = granted(refinement)[kind[1]]
    told = [one for one in refinement.findings if one.kind == "other-lengths"]
    stage = "v" * length

    names = {name_of(kind[0], f"{head}-{stage}{tail}", logical_id, str(n)) for n in range(8)}

    if not all(allows(Template.from_text(found), stage, kind[2].format(one)) for one in names):
        (finding,) = told
        assert int(finding.detail.split()[4]) <= length, (found, names)


@given(st.sampled_from(KINDS), WORDS, TAILS, LOGICAL_IDS)
def test_no_suffix_is_held_by_heart(
    kind: tuple[str, str, str], head: str, tail: str, logical_id: str
) -> None:
    template = template_of(kind, head, tail, logical_id)

    suffix = name_of(kind[0], f"{head}-{LEARN}{tail}", logical_id, "learn").rpartition("-")[2]
    assert suffix not in str(template)


@given(st.sampled_from(KINDS), WORDS, TAILS, LOGICAL_IDS)
def test_another_stack_is_reached_only_where_both_names_agree_as_far_as_they_are_kept(
    kind: tuple[str, str, str], head: str, tail: str, logical_id: str
) -> None:
    template = template_of(kind, head, tail, logical_id)

    name = name_of(kind[0], f"other-{head}-{LEARN}{tail}", logical_id, "other")

    assert not allows(template, LEARN, kind[2].format(name)), (template, name)
