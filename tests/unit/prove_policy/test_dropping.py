"""Calls that only a refused round made are no need of the process."""

from dataclasses import replace

import pytest

from lambdas.model.execution.run import Run
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.prove_policy.denials import Denial
from lambdas.prove_policy.installation.candidate_policies import own_policy
from lambdas.prove_policy.judgement import Case, Judgement, judge
from lambdas.prove_policy.proof_record import Proof
from lambdas.prove_policy.rounds import LIMIT, Next
from tests.unit.prove_policy.builders import (
    CANDIDATE,
    ENDED_WELL,
    FAILED,
    QUEUE,
    RUN,
    SANDBOX,
    VALUES,
    a_denial,
    a_line,
    a_process,
    a_refinement,
    a_round,
    a_statement,
)

LOOKUP = "cloudtrail:LookupEvents"
TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders-qa"


def refused(action: str, resource: str, call: str) -> Denial:
    return replace(a_denial(action, resource), event_id=f"refused {action}", call=call)


def repaired(action: str, resource: str) -> Evidence:
    line = a_line(action, resource, Outcome.DENIED_IN_PROOF, principal=SANDBOX)
    return replace(line, event_id=f"refused {action}", source="", name=action)


def called(action: str, resource: str, source: str, name: str) -> Evidence:
    return replace(a_line(action, resource), source=source, name=name)


def judged(
    denial: Denial, *seen: Evidence, number: int = 2, first: tuple[Evidence, ...] = ()
) -> Judgement:
    """A proved round after one that was refused."""
    learned = a_line("sqs:CreateQueue", QUEUE.replace("qa", "dev"), principal=SANDBOX)
    return judge(
        Case(
            run=Run(
                id=RUN,
                process="orders",
                principal=SANDBOX,
                account="123456789012",
                region="eu-west-1",
                started_at="2026-11-23T18:00:00Z",
                ended_at="2026-11-23T18:10:00Z",
            ),
            proof=Proof(number=number, run=f"{RUN}-r{number}", candidate=CANDIDATE),
            process=a_process(),
            policy=own_policy(a_refinement(a_statement()), SANDBOX, a_process()),
            rendered_with=VALUES | {"stage": "qa"},
            first=(learned, *first, repaired(str(denial.action), denial.resource)),
            second=(a_line(), *seen),
            build=ENDED_WELL,
            removed=(),
            left_behind="",
            earlier=(a_round(number - 1, FAILED, denial, repaired=(denial,)),),
        )
    )


def test_a_grant_on_any_resource_is_dropped_and_the_rest_proved_once_more() -> None:
    found = judged(refused(LOOKUP, "*", "cloudtrail.amazonaws.com:LookupEvents"))

    assert found.decision.next is Next.REPAIR
    assert LOOKUP not in {str(one.action) for one in found.repaired}
    assert found.rounds[-1].dropped == (f"{LOOKUP} on *",)
    (told,) = found.findings
    assert (told.kind, told.subject) == ("dropped-grant", f"{LOOKUP} on *")


def test_a_grant_on_one_resource_is_dropped_without_another_round() -> None:
    denial = refused("dynamodb:DescribeTable", TABLE, "dynamodb.amazonaws.com:DescribeTable")

    found = judged(denial)

    assert found.decision.next is Next.SETTLE
    assert found.decision.verdict()["kind"] == "proved after 1 repair"
    assert {str(one.action) for one in found.repaired} == {"sqs:CreateQueue"}
    assert any("dropped" in one for one in found.decision.details)


def test_a_call_that_the_proved_round_made_keeps_its_grant() -> None:
    denial = refused("dynamodb:DescribeTable", TABLE, "dynamodb.amazonaws.com:DescribeTable")
    call = called("dynamodb:DescribeTable", TABLE, "dynamodb.amazonaws.com", "DescribeTable")

    assert judged(denial, call).decision.next is Next.PROVED
    assert judged(denial, first=(call,)).decision.next is Next.PROVED


def test_what_a_call_needs_besides_goes_with_its_call() -> None:
    role = "arn:aws:iam::123456789012:role/orders-qa"
    denial = refused("iam:PassRole", role, "lambda.amazonaws.com:CreateFunction20150331")
    function = "arn:aws:lambda:eu-west-1:123456789012:function:orders-qa"
    call = called(
        "lambda:CreateFunction", function, "lambda.amazonaws.com", "CreateFunction20150331"
    )

    assert judged(denial, call).decision.next is Next.PROVED


@pytest.mark.parametrize("call", ["", "cloudtrail.amazonaws.com:LookupEvents"])
def test_what_only_the_output_told_and_the_last_round_keep_their_grant(call: str) -> None:
    number = LIMIT if call else 2

    found = judged(refused(LOOKUP, "*", call), number=number)

    assert found.decision.next is Next.PROVED
