"""The proof alone is the deployed flow from its proof on."""

import json
from pathlib import Path

from benchmarks.minimality.alone import definition

WHOLE = Path("statemachine/build_policy.asl.json").read_text(encoding="utf-8")


def test_it_begins_with_every_variable_that_the_flow_begins_with() -> None:
    whole, alone = json.loads(WHOLE), json.loads(definition(WHOLE))

    begun = alone["States"][alone["StartAt"]]["Assign"]

    assert set(whole["States"][whole["StartAt"]]["Assign"]) <= set(begun)


def test_it_holds_the_proof_and_no_state_before_it() -> None:
    states = set(json.loads(definition(WHOLE))["States"])

    assert {"BeginRound", "ProvePolicy", "JudgeProof", "RefinePolicy"} <= states
    assert not {"LoadProcess", "RunCycle", "GeneratePolicy"} & states
