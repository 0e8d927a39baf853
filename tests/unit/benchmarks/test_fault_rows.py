"""Every state of both machines is a row of the matrix of faults."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.faults.cells import states
from benchmarks.faults.fleet_routes import FLEET_ROUTES, FleetRoute
from benchmarks.faults.routes import ROUTES, Route
from stacks.workflow.fleet import DEFINITION as OF_FLEETS
from stacks.workflow.state_machine import DEFINITION as OF_RUNS

MACHINES: list[tuple[Path, Sequence[Route | FleetRoute]]] = [
    (OF_RUNS, ROUTES),
    (OF_FLEETS, FLEET_ROUTES),
]


def holes(definition: Path, routes: Sequence[Route | FleetRoute]) -> set[str]:
    there = states(json.loads(definition.read_text(encoding="utf-8")))
    return there ^ {state for one in routes for state in one.rows}


@pytest.mark.parametrize(("definition", "routes"), MACHINES, ids=["runs", "fleets"])
def test_no_state_lacks_a_row_and_no_row_a_state(
    definition: Path, routes: Sequence[Route | FleetRoute]
) -> None:
    # Whether a way really leads there, tests/flow/test_faults.py tells.
    assert holes(definition, routes) == set()


@pytest.mark.parametrize(("definition", "routes"), MACHINES, ids=["runs", "fleets"])
def test_a_new_state_is_missed(
    definition: Path, routes: Sequence[Route | FleetRoute], tmp_path: Path
) -> None:
    changed = json.loads(definition.read_text(encoding="utf-8"))
    changed["States"]["Rest"] = {"Type": "Wait", "Seconds": 1, "End": True}
    (tmp_path / "changed.json").write_text(json.dumps(changed), encoding="utf-8")

    assert holes(tmp_path / "changed.json", routes) == {"Rest"}


def test_a_state_is_the_row_of_one_way() -> None:
    for _, routes in MACHINES:
        times = Counter(state for one in routes for state in one.rows)
        assert {state: count for state, count in times.items() if count > 1} == {}
        assert len({one.name for one in routes}) == len(routes)
