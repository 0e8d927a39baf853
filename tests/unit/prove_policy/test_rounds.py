"""What comes after a round of the proof."""

from dataclasses import replace

import pytest

from lambdas.model.dossier.verdict import Verdict, VerdictKind
from lambdas.prove_policy.rounds import LIMIT, Next, Round, decide
from tests.unit.prove_policy.builders import ENDED_WELL, FAILED, a_denial, a_round

MISSING = a_denial()
OTHER = a_denial("logs:CreateLogGroup", "*")


def test_a_cycle_that_ends_well_and_is_denied_nothing_is_proved() -> None:
    decision = decide(a_round(), ())

    assert decision.next is Next.PROVED
    assert decision.verdict()["kind"] == "proved"
    assert a_round().run in decision.reason


def test_a_denial_is_repaired_and_the_cycle_runs_again() -> None:
    decision = decide(a_round(1, FAILED, MISSING), ())

    assert decision.next is Next.REPAIR
    assert decision.repair == (MISSING,)
    assert decision.kind is VerdictKind.NOT_PROVED


def test_after_a_repair_the_verdict_counts_it_and_lists_what_it_was() -> None:
    decision = decide(a_round(2), (a_round(1, FAILED, MISSING, repaired=(MISSING,)),))

    verdict = Verdict.from_json(decision.verdict())
    assert verdict.words == "proved after 1 repair"
    assert verdict.details == (f"round 1: {MISSING.words}",)


def test_a_denial_that_a_tool_put_up_with_is_repaired_too() -> None:
    decision = decide(a_round(1, ENDED_WELL, MISSING), ())

    assert decision.next is Next.REPAIR


def test_what_an_administrator_is_denied_too_is_no_lack_of_the_policy() -> None:
    decision = decide(a_round(1, ENDED_WELL, MISSING), (), expected=[MISSING])

    assert decision.next is Next.PROVED
    assert decision.reason.endswith("and was denied nothing that it needs")
    assert decide(a_round(1, ENDED_WELL), ()).reason.endswith("and was denied nothing")


def test_a_failure_without_a_denial_stops_and_says_where() -> None:
    decision = decide(a_round(1, FAILED), ())

    assert decision.next is Next.STOP
    assert "failed in deploy without a denial" in decision.reason


def test_a_round_that_brings_nothing_new_stops_with_exactly_what_is_missing() -> None:
    decision = decide(
        a_round(2, FAILED, MISSING), (a_round(1, FAILED, MISSING, repaired=(MISSING,)),)
    )

    assert decision.next is Next.STOP
    assert "nothing new" in decision.reason
    assert decision.verdict()["missing"] == [MISSING.words]


def test_something_new_beside_something_known_is_repaired() -> None:
    decision = decide(
        a_round(2, FAILED, MISSING, OTHER), (a_round(1, FAILED, MISSING, repaired=(MISSING,)),)
    )

    assert decision.next is Next.REPAIR
    assert decision.repair == (OTHER,)


@pytest.mark.parametrize("obstacle", ["an explicit deny", "a missing allow in the session policy"])
def test_what_no_policy_could_allow_is_not_tried_again(obstacle: str) -> None:
    decision = decide(a_round(1, FAILED, a_denial(obstacle=obstacle)), ())

    assert decision.next is Next.STOP
    assert obstacle in decision.verdict()["missing"][0]


def test_a_denial_of_what_is_granted_runs_the_same_policy_again_once() -> None:
    first = a_round(1, FAILED, MISSING, granted=(MISSING,))

    assert decide(first, ()).next is Next.AGAIN
    assert decide(a_round(2, FAILED, MISSING, granted=(MISSING,)), (first,)).next is Next.STOP


def test_the_last_round_stops_whatever_it_found() -> None:
    decision = decide(a_round(3, FAILED, MISSING), (), limit=3)

    assert decision.next is Next.STOP
    assert "3 rounds are the limit" in decision.reason


def test_a_verdict_stays_small_whatever_was_denied() -> None:
    many = [a_denial(resource=f"arn:aws:sqs:eu-west-1:1:{n}{'x' * 3000}") for n in range(500)]
    verdict = decide(a_round(5, FAILED, *many), ()).verdict()

    assert len(str(verdict)) < 60_000
    assert "460 more" in verdict["missing"][-1]


def test_a_round_is_kept_and_read_back_as_it_was() -> None:
    kept = a_round(2, FAILED, MISSING, OTHER, repaired=(OTHER,), granted=(MISSING,))

    assert Round.from_json(kept.to_json()) == kept


def test_what_no_repair_is_made_for_stops_the_proof_and_says_why_and_what_to_do() -> None:
    passing = a_denial("iam:PassRole", "*")

    decision = decide(a_round(1, FAILED, passing), (), hopeless={passing: "nothing tells which"})

    assert decision.next is Next.STOP
    assert "nothing tells which" in decision.reason
    reason = Verdict.from_json(decision.verdict()).grounds
    assert reason.endswith(
        "Grant iam:PassRole on the resources that the process means under `grants` in "
        "process.yaml, and start the run again."
    )


def test_what_can_be_repaired_is_repaired_beside_what_cannot() -> None:
    passing = a_denial("iam:PassRole", "*")

    decision = decide(a_round(1, FAILED, MISSING, passing), (), hopeless={passing: "no"})

    assert decision.next is Next.REPAIR
    assert decision.repair == (MISSING,)


@pytest.mark.parametrize(
    ("round_", "todo"),
    [
        (
            a_round(1, FAILED, a_denial(obstacle="an explicit deny in a permissions boundary")),
            "Take away what denies sqs:CreateQueue (an explicit deny in a permissions boundary)",
        ),
        (a_round(LIMIT, FAILED, MISSING), "Grant what is missing by hand"),
        (a_round(1, FAILED), "Read the log of deploy in the round's build"),
        (a_round(1, replace(FAILED, status="SUCCEEDED")), "Look at the round's build"),
    ],
)
def test_a_proof_that_stops_says_in_one_sentence_what_to_do(round_: Round, todo: str) -> None:
    decision = decide(round_, ())

    assert decision.next is Next.STOP
    assert decision.advice.startswith(todo)
    assert ". " not in decision.advice
    assert decision.advice in decision.verdict()["reason"]


def test_a_proof_that_goes_on_or_is_proved_asks_nothing_of_a_person() -> None:
    assert decide(a_round(1, FAILED, MISSING), ()).advice == ""
    assert decide(a_round(), ()).advice == ""
