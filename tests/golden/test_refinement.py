"""Recorded cycles and their policies, to the byte; `GOLDEN=write pytest tests/golden` renews them.

Each folder of `refinement/` is a case, named for the process of `processes/` that was recorded:
what `collect_evidence` found and what Access Analyzer's imitation answered. The policy is kept
beside the process, as its expected answer. A person reads the difference.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lambdas.model.earlier_names import EarlierNames
from lambdas.model.evidence import Evidence
from lambdas.model.policy import policy_text
from lambdas.model.run import Run
from lambdas.reference import actions as reference
from lambdas.refine_policy.handler import generated_policies
from lambdas.refine_policy.refine import refine
from stacks.processes import load_process

if TYPE_CHECKING:
    from lambdas.model.refinement import Refinement

FOLDER = Path(__file__).with_name("refinement")
PROCESSES = Path(__file__).parents[2] / "processes"
CASES = sorted(path.name for path in FOLDER.iterdir())


def refined(case: str) -> Refinement:
    lines = (FOLDER / case / "evidence.jsonl").read_text().splitlines()
    evidence = [Evidence.from_json(json.loads(line)) for line in lines]
    answer = json.loads((FOLDER / case / "generated.json").read_text())
    own = json.loads((FOLDER / case / "run.json").read_text())
    return refine(
        run=Run.from_json(own),
        process=load_process(PROCESSES / case),
        generated=generated_policies(answer),
        evidence=evidence,
        reference=reference,
        history=EarlierNames(),
    )


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
