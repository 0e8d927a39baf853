"""Denials of a proof, and the repairs that are planned for them."""

from lambdas.model.definition.variables import Use
from lambdas.model.dossier.refinement import ExplainedStatement
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.prove_policy.denials import Denial
from lambdas.prove_policy.installation.candidate_policies import own_policy
from lambdas.prove_policy.repair_plan import Before, Repair, plan
from lambdas.prove_policy.repairs import repairs
from lambdas.prove_policy.resource_mapping import ResourceMapping
from lambdas.prove_policy.rounds import Round
from tests.unit.prove_policy.builders import (
    CANDIDATE,
    FAILED,
    ROUND,
    SANDBOX,
    VALUES,
    a_denial,
    a_line,
    a_process,
    a_refinement,
    a_round,
    a_statement,
)

BUCKETS = a_statement("s3:PutObject", "arn:aws:s3:::orders-${stage}-uploads-*/*")


def seen(action: str, *resources: str) -> tuple[Evidence, ...]:
    return tuple(a_line(action, one, principal=SANDBOX) for one in resources)


def planned(
    *denied: Denial,
    uses: tuple[Use, ...] | None = None,
    first: tuple[Evidence, ...] = (),
    earlier: tuple[Round, ...] = (),
    statements: tuple[ExplainedStatement, ...] = (BUCKETS,),
) -> tuple[Repair, ...]:
    known = a_process().variables if uses is None else uses
    policy = own_policy(a_refinement(*statements), SANDBOX, a_process())
    learn = VALUES | {one.name: one.learn for one in known}
    prove = learn | {one.name: one.prove for one in known}
    return plan(
        denied,
        Before(
            mapping=ResourceMapping.of(policy, first, known, learn=learn, prove=prove),
            policy=policy,
            first=first,
            earlier=earlier,
            candidate=CANDIDATE,
            principal=SANDBOX,
        ),
    )


def repaired(
    *resources: str,
    action: str = "sqs:CreateQueue",
    uses: tuple[Use, ...] | None = None,
    first: tuple[Evidence, ...] = (),
) -> list[str]:
    found = repairs(
        planned(*(a_denial(action, one) for one in resources), uses=uses, first=first),
        principal=SANDBOX,
        round_id=ROUND,
        time="2026-11-23T18:00:00Z",
    )
    assert all(one.outcome is Outcome.DENIED_IN_PROOF and one.principal == SANDBOX for one in found)
    assert all(one.error == "denied-in-proof" for one in found)
    return [one.resource for one in found]


IAM = "arn:aws:iam::123456789012"


def roles(*names: str) -> list[str]:
    return [f"{IAM}:role/{name}" for name in names]


def after(*rounds: str, action: str = "iam:CreateRole") -> tuple[Round, ...]:
    return tuple(
        a_round(number, FAILED, repaired=(a_denial(action, name),))
        for number, name in enumerate(rounds, start=1)
    )
