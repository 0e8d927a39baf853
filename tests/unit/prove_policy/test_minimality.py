"""Grants that nobody used, and denials of what was granted."""

import pytest

from lambdas.model.iam.template_coverage import matches
from lambdas.model.trail.evidence import Outcome
from lambdas.prove_policy.installation.candidate_policies import own_policy, values
from lambdas.prove_policy.minimality import allows, findings, unused
from tests.unit.prove_policy.builders import (
    QUEUE,
    SANDBOX,
    a_denial,
    a_line,
    a_process,
    a_refinement,
    a_statement,
)

CFN = "cloudformation.amazonaws.com"


def policy_and_values(*statements: object) -> tuple[object, dict[str, str]]:
    refinement = a_refinement(*statements)  # type: ignore[arg-type]
    return own_policy(refinement, SANDBOX, a_process()), values(refinement, a_process())


def test_a_grant_on_a_persons_word_that_no_cycle_used_is_reported() -> None:
    policy, rendered_with = policy_and_values(a_statement(kind="hint"))

    (spare,) = unused(policy, [a_line("sqs:GetQueueUrl")], rendered_with)  # type: ignore[arg-type]

    (finding,) = findings([spare])
    assert finding.kind == "unused-grant"
    assert "sqs:CreateQueue" in finding.subject


@pytest.mark.parametrize("kind", ["observed", "pass-role", "rollback"])
def test_what_was_seen_or_derived_is_supported(kind: str) -> None:
    policy, rendered_with = policy_and_values(a_statement(kind=kind))

    assert not unused(policy, [], rendered_with)  # type: ignore[arg-type]


def test_a_hint_that_the_proof_used_is_supported_by_it() -> None:
    policy, rendered_with = policy_and_values(a_statement(kind="hint"))

    assert not unused(policy, [a_line()], rendered_with)  # type: ignore[arg-type]
    assert unused(policy, [a_line(outcome=Outcome.DENIED)], rendered_with)  # type: ignore[arg-type]


def test_a_denial_of_what_the_policy_allows_is_recognised() -> None:
    policy, rendered_with = policy_and_values(a_statement())

    assert allows(policy, a_denial(), rendered_with)  # type: ignore[arg-type]
    assert not allows(policy, a_denial(resource=QUEUE + "x"), rendered_with)  # type: ignore[arg-type]
    assert not allows(policy, a_denial("sqs:DeleteQueue"), rendered_with)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("conditions", "via", "expected"),
    [
        ({"aws:CalledVia": CFN}, (CFN,), True),
        ({"aws:CalledVia": CFN}, (), False),
        ({"aws:RequestedRegion": "eu-west-1"}, (), True),
        ({"aws:RequestedRegion": "us-east-1"}, (), False),
        ({"aws:ResourceAccount": "${account}"}, (), True),
        ({"iam:PassedToService": "lambda.amazonaws.com"}, (), False),
    ],
)
def test_conditions_are_judged_by_the_words_of_the_denial(
    conditions: dict[str, str], via: tuple[str, ...], *, expected: bool
) -> None:
    policy, rendered_with = policy_and_values(a_statement(conditions=conditions))

    assert allows(policy, a_denial(via=via), rendered_with) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("*", "anything", True),
        ("a*c", "abbc", True),
        ("a*c", "ac", True),
        ("a?c", "ac", False),
        ("a${*}c", "a*c", True),
        ("a${*}c", "abc", False),
        ("a.c", "abc", False),
        ("a[b]c", "a[b]c", True),
    ],
)
def test_resources_match_as_in_iam(pattern: str, text: str, *, expected: bool) -> None:
    assert matches(pattern, text) is expected
