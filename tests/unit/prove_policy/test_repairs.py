"""Denials become evidence in the first cycle's names."""

from __future__ import annotations

import pytest

from lambdas.model.evidence import Evidence, Outcome
from lambdas.model.variables import Use
from lambdas.prove_policy.candidate_policies import own_policy
from lambdas.prove_policy.repairs import repairs
from lambdas.prove_policy.resource_mapping import ResourceMapping
from tests.unit.prove_policy.builders import (
    CANDIDATE,
    QUEUE,
    ROUND,
    SANDBOX,
    VALUES,
    a_denial,
    a_line,
    a_process,
    a_refinement,
    a_statement,
)

BUCKETS = a_statement("s3:PutObject", "arn:aws:s3:::orders-${stage}-uploads-*/*")


def seen(action: str, *resources: str) -> tuple[Evidence, ...]:
    return tuple(a_line(action, one, principal=SANDBOX) for one in resources)


def repaired(
    *resources: str, uses: tuple[Use, ...] | None = None, first: tuple[Evidence, ...] = ()
) -> list[str]:
    known = a_process().variables if uses is None else uses
    learn = VALUES | {one.name: one.learn for one in known}
    mapping = ResourceMapping.of(
        own_policy(a_refinement(BUCKETS), SANDBOX, a_process()),
        first,
        known,
        learn=learn,
        prove=learn | {one.name: one.prove for one in known},
    )
    found = repairs(
        [a_denial(resource=one) for one in resources],
        mapping,
        candidate=CANDIDATE,
        principal=SANDBOX,
        round_id=ROUND,
        time="2026-11-23T18:00:00Z",
    )
    assert all(one.outcome is Outcome.DENIED_IN_PROOF and one.principal == SANDBOX for one in found)
    assert all(one.error == "denied-in-proof" for one in found)
    return [one.resource for one in found]


def test_the_proofs_names_become_the_first_cycles() -> None:
    assert repaired(QUEUE) == [QUEUE.replace("-qa-", "-dev-")]


@pytest.mark.parametrize(
    "resource", ["*", "arn:aws:s3:::aquarium", "arn:aws:s3:::qa1", "arn:aws:s3:::saqa-x"]
)
def test_the_same_letters_within_a_word_stay(resource: str) -> None:
    assert repaired(resource) == [resource]


def test_the_longest_value_is_taken_first() -> None:
    uses = (Use(name="a", learn="dev", prove="qa"), Use(name="stage", learn="d-eu", prove="qa-eu"))

    assert repaired("arn:aws:s3:::x-qa-eu-y-qa", uses=uses) == ["arn:aws:s3:::x-d-eu-y-dev"]


def test_values_that_look_like_patterns_are_text() -> None:
    uses = (Use(name="stage", learn="x", prove="q.a"),)

    assert repaired("arn:aws:s3:::b-q.a", "arn:aws:s3:::b-qxa", uses=uses) == [
        "arn:aws:s3:::b-x",
        "arn:aws:s3:::b-qxa",
    ]


def test_what_is_random_in_a_name_is_told_by_the_policy() -> None:
    first = seen("s3:PutObject", "arn:aws:s3:::orders-dev-uploads-1a2b/key")

    found = repaired("arn:aws:s3:::orders-qa-uploads-9z8y/other", first=first)

    assert found == ["arn:aws:s3:::orders-dev-uploads-1a2b/key"]


def test_resources_that_were_handled_alike_are_repaired_together() -> None:
    groups = [f"arn:aws:logs:eu-west-1:1:log-group:/aws/lambda/orders-dev-{n}" for n in "abc"]
    first = (
        *seen("logs:CreateLogGroup", *groups),
        *seen("logs:DeleteLogGroup", *groups[:2]),
        *seen("logs:CreateLogGroup", "arn:aws:logs:eu-west-1:1:destination:orders-dev"),
        *seen("logs:DeleteLogGroup", "arn:aws:logs:eu-west-1:1:destination:orders-dev"),
    )

    assert repaired(groups[0].replace("dev", "qa"), first=first) == groups[:2]


def test_the_candidate_itself_stands_for_the_sandbox_role() -> None:
    assert repaired(CANDIDATE) == [SANDBOX]
