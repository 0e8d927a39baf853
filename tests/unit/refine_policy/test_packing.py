"""By IAM's own count, without loss, and said when it cannot be."""

import gc

import pytest

from lambdas.errors import PolicyTooLargeError
from lambdas.model.iam.action import Action
from lambdas.model.iam.policy import Policy, Statement, policy_size
from lambdas.model.iam.template import Template
from lambdas.model.iam.template_coverage import covers
from lambdas.model.limits import MANAGED_POLICY_LIMIT
from lambdas.refine_policy.statements.managed_policies import packed, size_of
from tests.unit.refine_policy.builders import ACCOUNT, REGION, RUN, granted, refined, seen


def _statement(sid: str, characters: int) -> Statement:
    bare = Statement(sid=sid, actions=(Action("s3", "GetObject"),), resources=(Template.of("x"),))
    name = "x" * (characters - size_of(bare, [{}]) + 1)
    return Statement(sid=sid, actions=bare.actions, resources=(Template.of(name),))


def _sizes(statements: list[Statement]) -> list[int]:
    packs = packed(statements, [{}])
    return [policy_size(Policy(tuple(statements[at] for at in pack)).render({})) for pack in packs]


def test_a_policy_may_be_filled_to_the_last_character() -> None:
    envelope = policy_size(Policy(()).render({}))
    exact = MANAGED_POLICY_LIMIT - envelope

    assert _sizes([_statement("A", exact)]) == [MANAGED_POLICY_LIMIT]
    assert _sizes([_statement("A", exact - 401), _statement("B", 400)]) == [MANAGED_POLICY_LIMIT]
    assert len(_sizes([_statement("A", exact - 400), _statement("B", 400)])) == 2
    with pytest.raises(PolicyTooLargeError, match="one statement alone"):
        packed([_statement("A", exact + 1)], [{}])


def test_every_statement_goes_into_exactly_one_pack() -> None:
    statements = [_statement(f"S{number}", 300 + 97 * number) for number in range(30)]

    packs = packed(statements, [{}])

    assert sorted(at for pack in packs for at in pack) == list(range(30))
    assert packs == packed(statements, [{}])


def test_the_longer_values_of_the_proof_decide_what_fits() -> None:
    resource = Template.from_text("arn:${stage}")
    one = Statement(sid="A", actions=(Action("s3", "GetObject"),), resources=(resource,))

    assert size_of(one, [{"stage": "dev"}, {"stage": "production"}]) == size_of(
        one, [{"stage": "production"}]
    )


def test_more_than_ten_policies_name_what_is_largest_and_what_could_be_done() -> None:
    statements = [_statement(f"S{number}", 5_000 + number) for number in range(11)]

    with pytest.raises(PolicyTooLargeError) as error:
        packed(statements, [{}])

    assert "11 managed policies" in str(error.value)
    assert "Largest: S10 (5010 characters, 1 resources)" in str(error.value)
    assert "split: cloudformation" in str(error.value)


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ("*", "arn:aws:s3:::a/${stage}", True),
        ("arn:a-*", "arn:a-${stage}-*", True),
        ("arn:a-${stage}-*", "arn:a-*", False),
        ("arn:a-${stage}-*", "arn:a-dev-x", False),
        ("arn:a-?", "arn:a-b", True),
        ("arn:a-?", "arn:a-*", False),
        ("arn:a-${*}", "arn:a-${*}", True),
        ("arn:a-*", "arn:a-${*}b", True),
        ("arn:a-${*}", "arn:a-b", False),
    ],
)
def test_a_template_covers_what_it_matches_whatever_the_variables_are(
    wide: str, narrow: str, *, expected: bool
) -> None:
    assert covers(Template.from_text(wide), Template.from_text(narrow)) is expected


def test_a_grant_that_another_covers_is_not_given_twice() -> None:
    functions = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function"
    lines = [seen("lambda:GetFunction", "*"), seen("lambda:GetFunction", f"{functions}:orders")]

    assert granted(refined(lines)) == {"lambda:GetFunction": {"*"}}


def test_the_collector_is_as_it_was_before() -> None:
    assert gc.isenabled()
    refined([seen("sqs:ListQueues")], run=RUN)
    assert gc.isenabled()
