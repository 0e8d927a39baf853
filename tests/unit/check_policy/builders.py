"""Evidence, policies and services for the tests of CheckPolicy."""

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lambdas.gateways.archive.documents import FolderArchive
from lambdas.gateways.iam.simulation import Denied, Documents, Keys
from lambdas.model.dossier.policy_checks import NOT_SIMULATED, Comparison, Objection
from lambdas.model.dossier.refinement import ExplainedStatement, PrincipalPolicy, Refinement
from lambdas.model.iam.action import Action
from lambdas.model.iam.policy import Statement
from lambdas.model.iam.template import Template
from lambdas.model.trail.evidence import Evidence, Outcome
from tests.run_input import RUN

ACCOUNT, ROLE = RUN["account"], RUN["principal"]
OTHER = f"arn:aws:iam::{ACCOUNT}:role/execution"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders-dev-jobs"
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
    """Allows exactly the actions that a policy lists, on exactly its resources; some it does not know."""

    def __init__(self, *unknown: str) -> None:
        self._unknown = unknown
        self.asked: list[tuple[Sequence[str], Sequence[str], dict[str, Any]]] = []

    def denied(
        self, policies: Documents, actions: Sequence[str], resources: Sequence[str], context: Keys
    ) -> tuple[Denied, ...]:
        self.asked.append((actions, resources, dict(context)))
        granted = {
            (action, statement["Resource"])
            for document in policies
            for statement in document["Statement"]
            for action in _many(statement["Action"])
        }
        return tuple(
            (action, resource, NOT_SIMULATED if action in self._unknown else "implicitDeny")
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
