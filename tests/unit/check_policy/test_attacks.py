"""Ways up, tried: a refusal counts only where the policy alone gives it."""

from collections.abc import Mapping, Sequence
from typing import Any

from lambdas.check_policy.attacks import TriedWay, tried_ways, ways_up_findings
from lambdas.gateways.iam.simulation import Denied, Documents, Keys
from lambdas.model.dossier.policy_checks import NOT_SIMULATED
from lambdas.model.dossier.refinement import ExplainedStatement, PrincipalPolicy, Refinement
from lambdas.model.iam.role_boundary import RoleBoundary
from lambdas.model.iam.way_up import WayOutcome
from tests.unit.reference.policies import BOUNDED, PASS, allows, makes_functions

VALUES = (
    ("account", "123456789012"),
    ("boundary", "fencepost-boundary-orders"),
    ("partition", "aws"),
    ("region", "eu-west-1"),
    ("stage", "dev"),
)


class Evaluating:
    """Knows conditions as far as ArnEquals and StringEquals go; denies some actions whatever says."""

    def __init__(self, *never: str, answer: str = "explicitDeny") -> None:
        self._never, self._answer = never, answer
        self.asked: list[str] = []

    def denied(
        self, policies: Documents, actions: Sequence[str], resources: Sequence[str], context: Keys
    ) -> tuple[Denied, ...]:
        (action,), (resource,) = actions, resources
        self.asked.append(action)
        if action in self._never:
            return ((action, resource, self._answer),)
        statements = [one for document in policies for one in document["Statement"]]
        fits = any(
            action == one["Action"] and _holds(one.get("Condition", {}), dict(context))
            for one in statements
        )
        return () if fits else ((action, resource, "implicitDeny"),)


def _holds(condition: Mapping[str, Mapping[str, str]], context: Mapping[str, Any]) -> bool:
    return all(
        tuple(context.get(key, ())) == (value,)
        for tests in condition.values()
        for key, value in tests.items()
    )


def tried(
    *statements: ExplainedStatement, simulator: Evaluating | None = None, required: bool = True
) -> tuple[TriedWay, ...]:
    policy = PrincipalPolicy(
        name="policy",
        principal="arn:aws:iam::123456789012:role/sandbox",
        statements=statements,
        packs=(tuple(range(len(statements))),),
    )
    boundary = RoleBoundary(name="fencepost-boundary-orders", required=True, statements=())
    refinement = Refinement(
        policies=(policy,),
        findings=(),
        left_out=(),
        variables=VALUES,
        boundary=boundary if required else None,
    )
    return tried_ways(refinement, simulator or Evaluating())


def outcomes(found: tuple[TriedWay, ...]) -> dict[str, WayOutcome]:
    return {one.way.path: one.outcome for one in found}


def test_without_a_boundary_every_way_is_open() -> None:
    found = tried(*makes_functions(), required=False)

    assert set(outcomes(found).values()) == {WayOutcome.OPEN}
    assert not list(ways_up_findings(found))


def test_the_boundary_refuses_and_the_statement_that_did_is_named() -> None:
    found = tried(*makes_functions(BOUNDED))

    assert set(outcomes(found).values()) == {WayOutcome.REFUSED}
    (way,) = [one for one in found if one.way.path == "function with a role"]
    assert (way.statement, way.decision) == ("IamCreateRole", "implicitDeny")
    assert way.to_json()["calls"][0]["action"] == "iam:CreateRole"


def test_what_something_else_refuses_is_no_test() -> None:
    found = tried(*makes_functions(BOUNDED), simulator=Evaluating(PASS))

    assert outcomes(found)["function with a role"] is WayOutcome.NO_TEST
    assert outcomes(found)["inline policy on a role"] is WayOutcome.REFUSED


def test_a_condition_that_does_not_hold_on_aws_is_an_error() -> None:
    class Lenient(Evaluating):
        def denied(self, *_: Any) -> tuple[tuple[str, str, str], ...]:
            return ()

    found = tried(*makes_functions(BOUNDED), simulator=Lenient())

    assert set(outcomes(found).values()) == {WayOutcome.OPEN}
    assert {one.kind for one in ways_up_findings(found)} == {"way-up-not-closed"}


def test_a_question_that_the_simulator_does_not_take_is_no_refusal() -> None:
    simulator = Evaluating("ssm:SendCommand", answer=NOT_SIMULATED)

    found = tried(allows("ssm:SendCommand", "*"), simulator=simulator)

    assert outcomes(found) == {"command on an instance": WayOutcome.OPEN}


def test_each_call_is_asked_once_for_the_policy_and_once_without_the_condition() -> None:
    simulator = Evaluating()

    tried(*makes_functions(BOUNDED), simulator=simulator)

    assert simulator.asked.count("iam:CreateRole") == 2
