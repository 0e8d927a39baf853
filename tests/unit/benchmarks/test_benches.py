"""Benches can be made and leave nothing out: else it shows only when somebody runs them."""

from inspect import isabstract
from pathlib import Path

import pytest

from benchmarks.coldstart.__main__ import CLIENTS
from benchmarks.faults.bench import Bench
from benchmarks.faults.fleet_bench import FleetBench
from benchmarks.faults.run_bench import RunBench

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("bench", [RunBench, FleetBench])
def test_a_bench_does_all_that_the_matrix_asks_of_it(bench: type[Bench]) -> None:
    assert isabstract(Bench)
    assert not isabstract(bench)


def test_the_start_of_every_function_is_measured() -> None:
    handlers = {path.parent.name for path in (ROOT / "lambdas").glob("*/handler.py")}

    assert set(CLIENTS) == handlers
