"""When a call of a fleet fails no run is harmed or doubled, and somebody is told as it is.

All cells of the matrix in `make long`; its machine is tried without faults in test_fleet.py.
"""

from collections.abc import Iterator

import pytest

from benchmarks.faults import __main__ as matrix
from benchmarks.faults import cells
from benchmarks.faults.fleet_bench import FleetBench
from benchmarks.faults.fleet_routes import FLEET_ROUTES
from benchmarks.faults.fleet_verdicts import FleetObservation

pytestmark = [pytest.mark.flow, pytest.mark.long]
PARTS = 8  # so that the matrix can be shared out


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FleetBench]:
    started = FleetBench.start(tmp_path_factory.mktemp("faults"))
    yield started
    started.stop()


@pytest.fixture(scope="module")
def unharmed(bench: FleetBench) -> dict[str, FleetObservation]:
    return {one.name: bench.run(one) for one in FLEET_ROUTES}


@pytest.fixture(scope="module")
def every(bench: FleetBench, unharmed: dict[str, FleetObservation]) -> list[cells.Cell]:
    found, _ = cells.points(unharmed, FLEET_ROUTES)
    return list(cells.cells(found, task_states=cells.tasks(bench.definition())))


def test_each_way_ends_as_it_should_and_enters_its_states(
    bench: FleetBench, unharmed: dict[str, FleetObservation], every: list[cells.Cell]
) -> None:
    definition = bench.definition()

    assert {name: one.status for name, one in unharmed.items()} == {
        one.name: one.ends for one in FLEET_ROUTES
    }
    for one in FLEET_ROUTES:
        assert set(one.rows) <= set(unharmed[one.name].entered), one.name
    assert not cells.never_entered(definition, unharmed)
    assert set(cells.tasks(definition)) <= {one.point.state for one in every}


@pytest.mark.parametrize("part", range(PARTS))
def test_no_cell_of_the_matrix_is_unsound(
    bench: FleetBench,
    unharmed: dict[str, FleetObservation],
    every: list[cells.Cell],
    part: int,
) -> None:
    assert matrix.unsound(bench, every[part::PARTS], unharmed) == {}
