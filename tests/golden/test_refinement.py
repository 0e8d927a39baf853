"""Recorded cycles and their policies, to the byte; `GOLDEN=write pytest tests/golden` renews them.

Each folder of `refinement/` is a case, named for the process of `processes/` that was recorded:
what `collect_evidence` found, what Access Analyzer's imitation answered and what `ReadStacks` was
told. The policy is kept beside the process, as its expected answer. A person reads the difference.
"""

import json
import os
from pathlib import Path

import pytest

from lambdas.model.definition.process import Process
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.execution.run import Run
from lambdas.model.iam.policy import policy_text
from lambdas.model.trail.earlier_names import EarlierNames
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.model.trail.stack import StackReport
from lambdas.reference import actions as reference
from lambdas.reference.stacks.deployment_checks import only_warns
from lambdas.refine_policy.handler import generated_policies
from lambdas.refine_policy.refine import refine
from stacks.processes.folders import load_process
from tests.laws.evaluator import allows, context_of

FOLDER = Path(__file__).with_name("refinement")
PROCESSES = Path(__file__).parents[2] / "processes"
CASES = sorted(path.name for path in FOLDER.iterdir())


def refined(case: str, *, process: Process | None = None) -> Refinement:
    """What refinement makes of a case; `process` in the place of the recorded one's definition."""
    answer = json.loads((FOLDER / case / "generated.json").read_text())
    own = json.loads((FOLDER / case / "run.json").read_text())
    return refine(
        run=Run.from_json(own),
        process=process or load_process(PROCESSES / case),
        generated=generated_policies(answer),
        evidence=evidence_of(case),
        reference=reference,
        history=EarlierNames(),
        stacks=StackReport.from_bytes((FOLDER / case / "stacks.json").read_bytes()).stacks,
    )


def evidence_of(case: str) -> list[Evidence]:
    lines = (FOLDER / case / "evidence.jsonl").read_text().splitlines()
    return [Evidence.from_json(json.loads(line)) for line in lines]


def said(refinement: Refinement) -> str:
    """What a reader of the findings would look at first, a line each."""
    lines = [f"{one.severity} {one.kind}: {one.subject}" for one in refinement.findings]
    lines += [f"left out ({one.kind}): {one.action}" for one in refinement.left_out]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("case", CASES)
def test_the_policy_of_a_recorded_cycle_is_as_a_person_has_read_it(case: str) -> None:
    refinement = refined(case)
    values = dict(refinement.variables)
    texts = {
        PROCESSES / case / "expected" / f"{one.name}.json": policy_text(one.policy.render(values))
        for one in refinement.policies
    }
    texts[FOLDER / case / "said.txt"] = said(refinement)
    for path, text in texts.items():
        if os.environ.get("GOLDEN") == "write":
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)

        assert path.read_text() == text


@pytest.mark.parametrize("case", CASES)
def test_no_condition_refuses_what_the_cycle_did(case: str) -> None:
    refinement = refined(case)
    assert refinement.containment
    values = dict(refinement.variables)
    documents = {one.principal: one.policy.render(values) for one in refinement.policies}
    carried: dict[str, dict[str, str]] = {}
    for one in refinement.containment.carried:
        carried.setdefault(one.resource, {})[one.key] = one.value

    refused = [
        (str(line.action), line.resource)
        for line in evidence_of(case)
        if line.outcome is not Outcome.DENIED and str(line.action) != "sts:GetCallerIdentity"
        if not only_warns(line.action, line.via)
        if not allows(
            documents[line.principal],
            str(line.action),
            line.resource,
            context_of(line, values["account"]) | carried.get(line.resource, {}),
        )
    ]
    assert refused == []


@pytest.mark.parametrize("case", CASES)
def test_conditions_alone_are_what_containment_adds(case: str) -> None:
    definition = load_process(PROCESSES / case).to_mapping()
    off = Process.from_mapping(
        case, {**definition, "policy": {"conditions": {"containment": False}}}
    )
    grants = [
        {
            (policy.principal, grant.action, grant.resource)
            for policy in refinement.policies
            for statement in policy.statements
            for grant in statement.grants
        }
        for refinement in (refined(case), refined(case, process=off))
    ]

    assert grants[0] == grants[1]
