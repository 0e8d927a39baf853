"""What the tests of the proof share: values with only what matters spelled out."""

from collections.abc import Mapping
from typing import Any

from lambdas.errors import CandidateRefusedError, ServiceRefusedError
from lambdas.model.definition.process import Process
from lambdas.model.dossier.refinement import (
    ExplainedStatement,
    Grant,
    Ground,
    PrincipalPolicy,
    Refinement,
)
from lambdas.model.iam.action import Action
from lambdas.model.iam.policy import Condition, Statement
from lambdas.model.iam.template import Template
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.prove_policy.denials import Denial, Source
from lambdas.prove_policy.rounds import Build, Round
from tests.unit.refine_policy.builders import a_process as process_of

ACCOUNT = "123456789012"
SANDBOX = f"arn:aws:iam::{ACCOUNT}:role/sandbox-orders"
CANDIDATE = f"arn:aws:iam::{ACCOUNT}:role/candidate-orders"
RUN = "20261123T180000Z-0123abcd"
ROUND = f"{RUN}-r1"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders-qa-jobs"
VALUES = {"account": ACCOUNT, "region": "eu-west-1", "partition": "aws", "stage": "dev"}
ENDED_WELL = Build(succeeded=True, status="SUCCEEDED")
FAILED = Build(succeeded=False, status="FAILED", failed_phase="deploy", tail="it broke")


def a_process() -> Process:
    return process_of(description="orders", phases={"deploy": ["make"], "remove": ["unmake"]})


def a_denial(
    action: str = "sqs:CreateQueue",
    resource: str = QUEUE,
    *,
    via: tuple[str, ...] = (),
    obstacle: str = "",
) -> Denial:
    return Denial(
        action=Action.from_text(action),
        resource=resource,
        phase="deploy",
        via=via,
        region="eu-west-1",
        obstacle=obstacle,
        source=Source.TRAIL,
        event_id="event-1",
        time="2026-11-23T18:00:01Z",
    )


def a_line(
    action: str = "sqs:CreateQueue",
    resource: str = QUEUE,
    outcome: Outcome = Outcome.SUCCEEDED,
    *,
    principal: str = CANDIDATE,
    phase: str = "deploy",
    via: tuple[str, ...] = (),
) -> Evidence:
    return Evidence(
        action=Action.from_text(action),
        resource=resource,
        outcome=outcome,
        principal=principal,
        session=f"{ROUND}.{phase}",
        phase=phase,
        via=via,
        region="eu-west-1",
        event_id=f"{action} {resource}",
        time="2026-11-23T18:00:01Z",
        source="sqs.amazonaws.com",
        name=action.partition(":")[2],
    )


def a_round(
    number: int = 1,
    build: Build = ENDED_WELL,
    *denied: Denial,
    repaired: tuple[Denial, ...] = (),
    granted: tuple[Denial, ...] = (),
) -> Round:
    return Round(
        number=number,
        run=f"{RUN}-r{number}",
        build=build,
        denied=denied,
        granted=granted,
        repaired=repaired,
    )


def a_statement(
    action: str = "sqs:CreateQueue",
    resource: str = "arn:${partition}:sqs:${region}:${account}:orders-${stage}-jobs",
    *,
    kind: str = "observed",
    conditions: Mapping[str, str] | None = None,
) -> ExplainedStatement:
    template = Template.from_text(resource)
    return ExplainedStatement(
        statement=Statement(
            sid="Sqs",
            actions=(Action.from_text(action),),
            resources=(template,),
            conditions=tuple(
                Condition(operator="StringEquals", key=key, values=(Template.from_text(value),))
                for key, value in (conditions or {}).items()
            ),
        ),
        purpose="queues",
        grants=(
            Grant(
                action=Action.from_text(action),
                resource=template,
                grounds=(Ground(kind=GroundKind(kind), text="because"),),
            ),
        ),
    )


def a_refinement(*statements: ExplainedStatement) -> Refinement:
    return Refinement(
        policies=(
            PrincipalPolicy(
                name="policy",
                principal=SANDBOX,
                statements=statements,
                packs=(tuple(range(len(statements))),),
            ),
        ),
        findings=(),
        left_out=(),
        variables=tuple(sorted(VALUES.items())),
    )


class FakePolicies:
    """IAM's managed policies in memory; it can refuse to take one."""

    def __init__(self, documents: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self.documents = dict(documents or {})
        self.refuses = False

    def document(self, arn: str) -> Mapping[str, Any] | None:
        return self.documents.get(arn)

    def put(self, arn: str, document: Mapping[str, Any]) -> bool:
        if self.refuses:
            raise ServiceRefusedError(f"cannot write the managed policy {arn}: AccessDenied")
        known, self.documents[arn] = self.documents.get(arn), document
        return known != document


class FakeCandidate:
    """IAM for one role, in memory; it can refuse, and be slow to apply what it was told."""

    def __init__(self, *, slow: int = 0, refuses: str = "") -> None:
        self.name = "candidate-orders"
        self.policies: dict[str, str] = {}
        self.held: set[str] = set()
        self.own_inline: tuple[str, ...] = ()
        self.asked: list[tuple[str, str]] = []
        self.slow = slow
        self.refuses = refuses

    def attached(self) -> tuple[str, ...]:
        return tuple(sorted(self.held))

    def inline(self) -> tuple[str, ...]:
        return self.own_inline

    def made(self, path: str) -> tuple[str, ...]:
        return tuple(sorted(arn for arn in self.policies if f":policy{path}" in arn))

    def create(self, path: str, name: str, document: str, description: str) -> str:  # noqa: ARG002
        if self.refuses == "create":
            raise CandidateRefusedError(f"cannot make {name}: MalformedPolicyDocument")
        arn = f"arn:aws:iam::{ACCOUNT}:policy{path}{name}"
        assert arn not in self.policies
        self.policies[arn] = document
        return arn

    def attach(self, policy: str) -> None:
        if self.refuses == "attach":
            raise CandidateRefusedError(f"cannot attach {policy}: LimitExceeded")
        self.held.add(policy)

    def detach(self, policy: str) -> None:
        self.held.discard(policy)

    def delete(self, policy: str) -> None:
        assert policy not in self.held
        self.policies.pop(policy, None)

    def allows(self, action: str, resource: str, context: Mapping[str, str]) -> bool:  # noqa: ARG002
        self.asked.append((action, resource))
        self.slow -= 1
        return self.slow < 0
