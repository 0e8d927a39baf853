"""Names that CloudFormation makes up: what the policy holds of one is what every value leaves.

The names of other cycles are made by the embedded AWS's own rule, which shares nothing with the
refinement's.
"""

from collections.abc import Iterable
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from embedded_aws.services.cloudformation.naming.names import composed
from embedded_aws.services.cloudformation.naming.rules import rule_of
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.iam.template import Template
from lambdas.model.iam.template_coverage import covers, filled
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
# Types that are named for their logical id alone; secrets get six characters more from the service.
BY_LOGICAL_ID = (
    (
        "AWS::SecretsManager::Secret",
        "secretsmanager:CreateSecret",
        f"arn:aws:secretsmanager:{AT}:secret:{{}}-AbC3Ef",
    ),
    (
        "AWS::StepFunctions::StateMachine",
        "states:CreateStateMachine",
        f"arn:aws:states:{AT}:stateMachine:{{}}",
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


def refinement_of(
    kind: tuple[str, str, str], head: str, tail: str, logical_id: str, seed: str = "learn"
) -> Refinement:
    resource_type, action, arn = kind
    stack = f"{head}-{LEARN}{tail}"
    made = arn.format(name_of(resource_type, stack, logical_id, seed))
    lines = [
        seen("cloudformation:CreateStack", f"arn:aws:cloudformation:{AT}:stack/{stack}/*"),
        forwarded(action, made),
    ]
    process = a_process(variables={"stage": {"learn": LEARN, "prove": PROVE}})
    return refined(lines, process=process)


def templates_of(
    kind: tuple[str, str, str], head: str, tail: str, logical_id: str
) -> tuple[Template, ...]:
    found = granted(refinement_of(kind, head, tail, logical_id))[kind[1]]
    return tuple(map(Template.from_text, sorted(found)))


def allows(templates: Iterable[Template], stage: str, arn: str) -> bool:
    place = {"account": ACCOUNT, "region": REGION, "partition": "aws", "stage": stage}
    return any(covers(filled(one, place), Template.of(arn)) for one in templates)


@given(st.sampled_from(KINDS), WORDS, TAILS, LOGICAL_IDS, st.sampled_from([LEARN, PROVE]))
def test_the_policy_of_one_cycle_holds_for_the_names_of_the_next(
    kind: tuple[str, str, str], head: str, tail: str, logical_id: str, stage: str
) -> None:
    templates = templates_of(kind, head, tail, logical_id)

    for seed in range(8):  # suffixes of both lengths and every alphabet
        name = name_of(kind[0], f"{head}-{stage}{tail}", logical_id, str(seed))
        assert allows(templates, stage, kind[2].format(name)), (templates, name)


@given(st.sampled_from(KINDS), WORDS, TAILS, LOGICAL_IDS, st.sampled_from(VALUES))
def test_a_name_that_was_cut_holds_for_a_value_of_any_length(
    kind: tuple[str, str, str], head: str, tail: str, logical_id: str, stage: str
) -> None:
    learned = name_of(kind[0], f"{head}-{LEARN}{tail}", logical_id, "learn")
    assume(not learned.lower().startswith(f"{head}-{LEARN}{tail}-".lower()))
    templates = templates_of(kind, head, tail, logical_id)

    name = name_of(kind[0], f"{head}-{stage}{tail}", logical_id, "other")

    assert allows(templates, stage, kind[2].format(name)), (templates, name)


@given(st.sampled_from(KINDS), WORDS, TAILS, LOGICAL_IDS, st.integers(1, 20))
def test_the_policy_holds_for_a_value_of_any_length(
    kind: tuple[str, str, str], head: str, tail: str, logical_id: str, length: int
) -> None:
    refinement = refinement_of(kind, head, tail, logical_id)
    templates = tuple(map(Template.from_text, sorted(granted(refinement)[kind[1]])))
    stage = "v" * length

    for seed in range(8):
        name = name_of(kind[0], f"{head}-{stage}{tail}", logical_id, str(seed))
        assert allows(templates, stage, kind[2].format(name)), (templates, name)
    assert not [one for one in refinement.findings if one.kind == "other-lengths"]


@given(st.sampled_from(KINDS), WORDS, LOGICAL_IDS, st.integers(1, 20), st.integers(1, 20))
def test_what_is_held_for_longer_values_reaches_no_other_value_s_resources(
    kind: tuple[str, str, str], head: str, logical_id: str, mine: int, theirs: int
) -> None:
    learned = name_of(kind[0], f"{head}-{LEARN}", logical_id, "learn")
    assume(learned.lower().startswith(f"{head}-{LEARN}-".lower()))
    templates = templates_of(kind, head, "", logical_id)

    for seed in range(4):
        name = name_of(kind[0], f"{head}-{'w' * theirs}", logical_id, str(seed))
        assert not allows(templates, "v" * mine, kind[2].format(name)), (templates, name)


@given(st.sampled_from((*KINDS, *BY_LOGICAL_ID)), WORDS, TAILS, LOGICAL_IDS, st.integers(0, 9_999))
def test_no_suffix_is_held_by_heart(
    kind: tuple[str, str, str], head: str, tail: str, logical_id: str, seed: int
) -> None:
    refinement = refinement_of(kind, head, tail, logical_id, str(seed))

    name = name_of(kind[0], f"{head}-{LEARN}{tail}", logical_id, str(seed))
    found = granted(refinement)[kind[1]]
    assert not any(name.rpartition("-")[2] in one for one in found), (name, found)


@given(st.sampled_from(KINDS), WORDS, TAILS, LOGICAL_IDS)
def test_another_stack_is_reached_only_where_both_names_agree_as_far_as_they_are_kept(
    kind: tuple[str, str, str], head: str, tail: str, logical_id: str
) -> None:
    templates = templates_of(kind, head, tail, logical_id)

    name = name_of(kind[0], f"other-{head}-{LEARN}{tail}", logical_id, "other")

    assert not allows(templates, LEARN, kind[2].format(name)), (templates, name)
