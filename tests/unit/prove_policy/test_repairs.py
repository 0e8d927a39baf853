"""Denials become evidence in the first cycle's names."""

from __future__ import annotations

import pytest

from lambdas.model.evidence import Outcome
from lambdas.model.process import Use
from lambdas.prove_policy.repairs import repairs
from tests.unit.prove_policy.builders import CANDIDATE, QUEUE, ROUND, SANDBOX, a_denial, a_process


def repaired(*resources: str, uses: tuple[Use, ...] = ()) -> list[str]:
    found = repairs(
        [a_denial(resource=one) for one in resources],
        uses or a_process().variables,
        roles={CANDIDATE: SANDBOX},
        round_id=ROUND,
        time="2026-11-23T18:00:00Z",
    )
    assert all(one.outcome is Outcome.MISSED and one.principal == SANDBOX for one in found)
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
    uses = (Use(name="a", learn="dev", prove="qa"), Use(name="b", learn="dev-eu", prove="qa-eu"))

    assert repaired("arn:aws:s3:::x-qa-eu-y-qa", uses=uses) == ["arn:aws:s3:::x-dev-eu-y-dev"]


def test_values_that_look_like_patterns_are_text() -> None:
    uses = (Use(name="a", learn="x", prove="q.a"),)

    assert repaired("arn:aws:s3:::b-q.a", "arn:aws:s3:::b-qxa", uses=uses) == [
        "arn:aws:s3:::b-x",
        "arn:aws:s3:::b-qxa",
    ]


def test_a_process_without_variables_keeps_its_names() -> None:
    found = repairs(
        [a_denial()], (), roles={CANDIDATE: SANDBOX}, round_id=ROUND, time="2026-11-23T18:00:00Z"
    )

    assert found[0].resource == QUEUE
