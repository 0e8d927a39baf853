"""The candidate holds the policy and nothing else, and afterwards nothing."""

import json
from dataclasses import replace

import pytest

from lambdas.errors import CandidateNotCleanError, CandidateRefusedError, PolicyNotEffectiveError
from lambdas.model.definition.process import Process
from lambdas.prove_policy.installation.candidate_policies import (
    documents,
    install,
    own_policy,
    retire,
    values,
)
from tests.unit.prove_policy.builders import (
    ACCOUNT,
    ROUND,
    SANDBOX,
    FakeCandidate,
    a_process,
    a_refinement,
    a_statement,
)

PATH = "/fencepost/orders/"
LEFT_OVER = f"arn:aws:iam::{ACCOUNT}:policy{PATH}fencepost-orders-earlier-r2-1"
OTHERS = f"arn:aws:iam::{ACCOUNT}:policy/fencepost/billing/fencepost-billing-x-r1-1"


def wanted(*statements: object) -> tuple[object, ...]:
    refinement = a_refinement(*(statements or (a_statement(),)))  # type: ignore[arg-type]
    rendered_with = values(refinement, a_process())
    return documents(
        own_policy(refinement, SANDBOX, a_process()),
        rendered_with,
        stem=f"fencepost-orders-{ROUND}",
    )


def installed(candidate: FakeCandidate) -> None:
    install(candidate, PATH, wanted(), "a proof")  # type: ignore[arg-type]


def test_the_policy_is_rendered_with_the_values_of_the_proof() -> None:
    candidate = FakeCandidate()
    installed(candidate)

    (arn,) = candidate.held
    statement = json.loads(candidate.policies[arn])["Statement"][0]
    assert statement["Resource"] == f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders-qa-jobs"
    assert arn.endswith(f"{PATH}fencepost-orders-{ROUND}-1")


def test_leftovers_of_a_run_that_died_are_cleared_first() -> None:
    candidate = FakeCandidate()
    candidate.policies = {LEFT_OVER: "{}", OTHERS: "{}"}
    candidate.held = {LEFT_OVER}

    installed(candidate)

    assert LEFT_OVER not in candidate.policies
    assert OTHERS in candidate.policies


def test_a_leftover_that_nobody_holds_is_cleared_as_well() -> None:
    candidate = FakeCandidate()
    candidate.policies = {LEFT_OVER: "{}"}

    installed(candidate)

    assert LEFT_OVER not in candidate.policies


def test_a_candidate_that_holds_something_else_is_refused() -> None:
    candidate = FakeCandidate()
    candidate.held = {"arn:aws:iam::aws:policy/AdministratorAccess"}
    with pytest.raises(CandidateNotCleanError, match="AdministratorAccess"):
        installed(candidate)

    other = FakeCandidate()
    other.own_inline = ("more",)
    with pytest.raises(CandidateNotCleanError, match="more"):
        installed(other)


def test_installing_again_goes_on_where_it_stopped() -> None:
    candidate = FakeCandidate(slow=1)
    with pytest.raises(PolicyNotEffectiveError):
        installed(candidate)

    installed(candidate)

    assert len(candidate.held) == 1


def test_what_iam_refuses_is_told_with_its_reason() -> None:
    with pytest.raises(CandidateRefusedError, match="MalformedPolicyDocument"):
        installed(FakeCandidate(refuses="create"))


def test_after_retiring_nothing_is_left_however_often() -> None:
    candidate = FakeCandidate()
    installed(candidate)

    gone = [retire(candidate, PATH) for _ in range(3)]

    assert gone == [[f"fencepost-orders-{ROUND}-1"], [], []]
    assert not candidate.held
    assert not candidate.policies


def test_a_policy_half_made_before_a_crash_is_retired() -> None:
    candidate = FakeCandidate(refuses="attach")
    with pytest.raises(CandidateRefusedError):
        installed(candidate)
    candidate.refuses = ""

    retire(candidate, PATH)

    assert not candidate.policies


def test_the_question_to_iam_fits_the_conditions_and_names_no_wildcard() -> None:
    candidate = FakeCandidate()
    documents_ = wanted(
        a_statement(
            "s3:PutObject",
            "arn:aws:s3:::orders-${stage}-*/*",
            conditions={"aws:CalledVia": "cloudformation.amazonaws.com"},
        )
    )
    install(candidate, PATH, documents_, "a proof")  # type: ignore[arg-type]

    assert candidate.asked == [("s3:PutObject", "arn:aws:s3:::orders-qa-x/x")]
    assert documents_[0].probe.context == (  # type: ignore[attr-defined]
        ("aws:CalledVia", "cloudformation.amazonaws.com"),
        ("aws:RequestedRegion", "eu-west-1"),
    )


def test_two_roles_out_of_one_are_proved_together() -> None:
    whole = a_refinement(a_statement())
    execution = replace(
        a_refinement(a_statement("sqs:TagQueue")).policies[0],
        principal=f"arn:aws:iam::{ACCOUNT}:role/orders-cloudformation",
    )
    both = replace(whole, policies=(*whole.policies, execution))
    process = Process.from_mapping(
        "orders", {**a_process().to_mapping(), "policy": {"split": "cloudformation"}}
    )

    together = own_policy(both, SANDBOX, process)

    assert [str(one.statement.actions[0]) for one in together.statements] == [
        "sqs:CreateQueue",
        "sqs:TagQueue",
    ]
    assert together.packs == ((0,), (1,))
    assert own_policy(both, SANDBOX, a_process()) == whole.policies[0]
