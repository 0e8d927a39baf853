from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.check_policy.handler import answers, check
from lambdas.check_policy.questions import Question, asked_of, questions
from lambdas.errors import PolicyCheckFailedError
from lambdas.gateways.archive import FolderArchive
from lambdas.model.action import Action
from lambdas.model.checking import Comparison, Objection
from lambdas.model.evidence import Evidence, Outcome
from lambdas.model.finding import Severity
from lambdas.model.history import Baseline, Standing
from lambdas.model.manifest import Link
from lambdas.model.policy import Statement
from lambdas.model.refinement import ExplainedStatement, PrincipalPolicy, Refinement
from lambdas.model.template import Template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/sandbox"
OTHER = f"arn:aws:iam::{ACCOUNT}:role/execution"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders-dev-jobs"
RUN = {
    "id": "20261123T180000Z-1a2b3c4d",
    "process": "orders",
    "principal": ROLE,
    "account": ACCOUNT,
    "region": "eu-west-1",
    "startedAt": "2026-11-23T18:00:00Z",
}
FOLDER = f"orders/{RUN['id']}"


def seen(action: str, resource: str = QUEUE, **changes: Any) -> Evidence:
    values: dict[str, Any] = {
        "action": Action.from_text(action),
        "resource": resource,
        "outcome": Outcome.SUCCEEDED,
        "principal": ROLE,
        "region": "eu-west-1",
        "event_id": "e",
        "time": "2026-11-23T18:01:00Z",
        "source": "sqs.amazonaws.com",
        "name": "CreateQueue",
    }
    return Evidence(**{**values, **changes})


def policy(*actions: str, principal: str = ROLE, name: str = "policy") -> PrincipalPolicy:
    statement = Statement(
        sid="Queues",
        actions=tuple(sorted(map(Action.from_text, actions))),
        resources=(Template.from_text("arn:aws:sqs:${region}:${account}:orders-${stage}-jobs"),),
    )
    explained = ExplainedStatement(statement=statement, purpose="queues", grants=())
    return PrincipalPolicy(name=name, principal=principal, statements=(explained,), packs=((0,),))


def refinement(*policies: PrincipalPolicy) -> Refinement:
    values = (("account", ACCOUNT), ("region", "eu-west-1"), ("stage", "dev"))
    return Refinement(policies=policies, findings=(), left_out=(), variables=values)


class FakeSimulator:
    """Allows exactly the actions that a policy lists, on exactly its resources."""

    def __init__(self) -> None:
        self.asked: list[tuple[Sequence[str], Sequence[str], dict[str, Any]]] = []

    def denied(
        self,
        policies: Sequence[Mapping[str, Any]],
        actions: Sequence[str],
        resources: Sequence[str],
        context: Sequence[tuple[str, Sequence[str]]],
    ) -> tuple[tuple[str, str, str], ...]:
        self.asked.append((actions, resources, dict(context)))
        granted = {
            (action, statement["Resource"])
            for document in policies
            for statement in document["Statement"]
            for action in _many(statement["Action"])
        }
        return tuple(
            (action, resource, "implicitDeny")
            for action in actions
            for resource in resources
            if (action, resource) not in granted
        )


def _many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


class FakeChecks:
    """Access Analyzer with an opinion."""

    def __init__(self, *objections: Objection, comparison: Comparison | None = None) -> None:
        self._objections = objections
        self._comparison = comparison or Comparison(result="PASS")
        self.validated: list[Mapping[str, Any]] = []
        self.compared: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = []

    def objections(self, document: Mapping[str, Any]) -> tuple[Objection, ...]:
        self.validated.append(document)
        return self._objections

    def new_access(self, new: Mapping[str, Any], existing: Mapping[str, Any]) -> Comparison:
        self.compared.append((new, existing))
        return self._comparison


def kept(folder: Path, evidence: Sequence[Evidence], *policies: PrincipalPolicy) -> dict[str, Any]:
    archive = FolderArchive(folder)
    lines = "".join(f"{one.to_line()}\n" for one in evidence)
    archive.put(f"{FOLDER}/evidence.jsonl.gz", gzip.compress(lines.encode(), mtime=0), "x")
    refined = json.dumps(refinement(*policies).to_json()).encode()
    archive.put(f"{FOLDER}/refined.json", refined, "application/json")
    return {
        "run": RUN,
        "process": {"name": "orders"},
        "generator": "access-analyzer",
        "refined": f"{FOLDER}/refined.json",
        "evidence": f"{FOLDER}/evidence.jsonl.gz",
    }


def test_a_policy_that_allows_all_that_was_seen_passes(tmp_path: Path) -> None:
    event = kept(tmp_path, [seen("sqs:CreateQueue")], policy("sqs:CreateQueue"))

    answer = check(event, FolderArchive(tmp_path), FakeChecks(), FakeSimulator())

    assert answer == {"checks": f"{FOLDER}/checks.json", "errors": 0, "warnings": 0}


def test_a_policy_that_denies_what_was_seen_is_refused_and_the_answers_are_kept(
    tmp_path: Path,
) -> None:
    evidence = [seen("sqs:CreateQueue"), seen("sqs:DeleteQueue")]
    event = kept(tmp_path, evidence, policy("sqs:CreateQueue"))

    with pytest.raises(PolicyCheckFailedError, match=r"denies 1 calls .*: sqs:DeleteQueue on arn"):
        check(event, FolderArchive(tmp_path), FakeChecks(), FakeSimulator())

    checks = json.loads(FolderArchive(tmp_path).get(f"{FOLDER}/checks.json"))
    (denied,) = checks["simulation"]["denied"]
    assert (denied["action"], denied["decision"]) == ("sqs:DeleteQueue", "implicitDeny")
    assert checks["findings"][0]["kind"] == "policy-denies"


def test_many_denials_are_counted_and_few_are_shown(tmp_path: Path) -> None:
    evidence = [seen(f"sqs:Action{number}") for number in range(9)]
    event = kept(tmp_path, evidence, policy("sqs:CreateQueue"))

    with pytest.raises(PolicyCheckFailedError, match=r"denies 9 calls .* and 4 more"):
        check(event, FolderArchive(tmp_path), FakeChecks(), FakeSimulator())


def test_a_call_that_failed_for_another_reason_was_authorised_and_must_be_allowed() -> None:
    asked = asked_of(
        [
            seen("sqs:GetQueueUrl", outcome=Outcome.FAILED, error="QueueDoesNotExist"),
            seen("sqs:ListQueues", outcome=Outcome.DENIED, error="AccessDenied"),
            seen("sts:GetCallerIdentity", "*"),
        ],
        ACCOUNT,
    )

    assert [one.action for one in asked] == ["sqs:GetQueueUrl"]


def test_each_principal_is_held_to_its_own_policy() -> None:
    found = answers(
        refinement(
            policy("sqs:CreateQueue"),
            policy("sqs:SendMessage", principal=OTHER, name="policy.execution"),
        ),
        asked_of([seen("sqs:CreateQueue"), seen("sqs:CreateQueue", principal=OTHER)], ACCOUNT),
        FakeChecks(),
        FakeSimulator(),
        None,
    )

    assert [one.principal for one in found.denials] == [OTHER]


def test_a_principal_without_a_policy_is_a_finding_not_a_skip() -> None:
    asked = asked_of([seen("sqs:CreateQueue", principal=OTHER)], ACCOUNT)

    found = answers(refinement(policy("sqs:A")), asked, FakeChecks(), FakeSimulator(), None)

    (finding,) = found.findings
    assert (finding.kind, finding.subject, finding.count) == ("principal-without-policy", OTHER, 1)


def test_the_same_call_is_asked_once_and_alike_calls_in_one_question() -> None:
    evidence = [
        seen(action, f"{QUEUE}-{number}", event_id=f"{number}{again}")
        for action in ("sqs:CreateQueue", "sqs:DeleteQueue")
        for number in range(3)
        for again in range(4)
    ]

    asked = asked_of(evidence, ACCOUNT)

    assert len(asked) == 6
    (question,) = questions(asked)
    assert question.actions == ("sqs:CreateQueue", "sqs:DeleteQueue")
    assert len(question.resources) == 3


def test_questions_ask_exactly_what_was_seen() -> None:
    asked = asked_of(
        [
            seen("sqs:CreateQueue", "arn:aws:sqs:eu-west-1:1:a"),
            seen("sqs:CreateQueue", "arn:aws:sqs:eu-west-1:1:b"),
            seen("sqs:DeleteQueue", "arn:aws:sqs:eu-west-1:1:b"),
            *(seen(f"s3:Action{n}", "arn:aws:s3:::bucket") for n in range(90)),
            *(seen("s3:Get", f"arn:aws:s3:::bucket/{n}", region="us-east-1") for n in range(60)),
        ],
        ACCOUNT,
    )

    pairs = [
        (action, resource, one.context)
        for one in questions(asked)
        for action in one.actions
        for resource in one.resources
    ]

    assert len(pairs) == len(set(pairs)) == len(asked)
    assert set(pairs) == {(one.action, one.resource, one.context) for one in asked}


def context_of(evidence: Evidence) -> dict[str, tuple[str, ...]]:
    (one,) = questions(asked_of([evidence], ACCOUNT))
    assert isinstance(one, Question)
    return dict(one.context)


def test_a_direct_call_is_asked_with_its_region_and_owner() -> None:
    assert context_of(seen("sqs:CreateQueue", f"arn:aws:sqs:eu-west-1:{'9' * 12}:q")) == {
        "aws:RequestedRegion": ("eu-west-1",),
        "aws:ResourceAccount": ("9" * 12,),
        "aws:ViaAWSService": ("false",),
    }


def test_a_call_through_services_is_asked_with_the_chain() -> None:
    via = ("cloudformation.amazonaws.com", "s3.amazonaws.com")

    context = context_of(seen("kms:Decrypt", "*", via=via))

    assert context["aws:CalledVia"] == via
    assert context["aws:CalledViaFirst"] == ("cloudformation.amazonaws.com",)
    assert context["aws:CalledViaLast"] == ("s3.amazonaws.com",)
    assert context["kms:ViaService"] == ("s3.eu-west-1.amazonaws.com",)
    assert context["aws:ResourceAccount"] == (ACCOUNT,)


def test_a_service_linked_role_is_asked_with_its_service() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRo"

    context = context_of(seen("iam:CreateServiceLinkedRole", role))

    assert context["iam:AWSServiceName"] == ("ops.apigateway.amazonaws.com",)


@pytest.mark.parametrize(
    ("kind", "severity"),
    [
        ("ERROR", Severity.ERROR),
        ("SECURITY_WARNING", Severity.WARNING),
        ("SUGGESTION", Severity.NOTE),
        ("A_KIND_OF_NEXT_YEAR", Severity.WARNING),
    ],
)
def test_access_analyzers_objections_become_findings(kind: str, severity: Severity) -> None:
    objection = Objection(kind=kind, code="SOME_CODE", detail="because", link="https://docs")
    checks = FakeChecks(objection)

    found = answers(refinement(policy("sqs:A")), (), checks, FakeSimulator(), None)

    (finding,) = found.findings
    assert (finding.severity, finding.subject) == (severity, "policy: SOME_CODE")
    (validated,) = checks.validated
    assert "orders-dev-jobs" in json.dumps(validated)


def baseline(standing: Standing, *policies: PrincipalPolicy) -> Baseline:
    return Baseline(
        manifest=Link(run="20261101T000000Z-00000000", sha256="0"),
        standing=standing,
        refinement=refinement(*policies),
    )


def test_new_access_against_the_approved_run_is_a_warning() -> None:
    comparison = Comparison(result="FAIL", message="new access", reasons=("Queues: sqs:B",))
    checks = FakeChecks(comparison=comparison)

    found = answers(
        refinement(policy("sqs:A", "sqs:B")),
        (),
        checks,
        FakeSimulator(),
        baseline(Standing.APPROVED, policy("sqs:A")),
    )

    (finding,) = found.findings
    assert (finding.kind, finding.severity) == ("new-access", Severity.WARNING)
    assert "20261101T000000Z-00000000" in finding.detail
    ((new, existing),) = checks.compared
    assert new != existing


@pytest.mark.parametrize("standing", [Standing.PROVED, Standing.LATEST])
def test_what_nobody_approved_is_not_compared_with_by_a_paid_call(standing: Standing) -> None:
    checks = FakeChecks()

    answers(
        refinement(policy("sqs:A")),
        (),
        checks,
        FakeSimulator(),
        baseline(standing, policy("sqs:A")),
    )

    assert checks.compared == []


def test_the_same_answers_give_the_same_bytes(tmp_path: Path) -> None:
    evidence = [seen("sqs:DeleteQueue"), seen("sqs:CreateQueue")]
    one = policy("sqs:CreateQueue", "sqs:DeleteQueue")

    for name, order in (("a", evidence), ("b", evidence[::-1])):
        event = kept(tmp_path / name, order, one)
        check(event, FolderArchive(tmp_path / name), FakeChecks(), FakeSimulator())

    first, second = (
        FolderArchive(tmp_path / name).get(f"{FOLDER}/checks.json") for name in ("a", "b")
    )
    assert first == second
