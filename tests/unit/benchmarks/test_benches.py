"""Both benches can be made: what they lack shows only when an embedded AWS has started."""

from inspect import isabstract

import pytest

from benchmarks.faults.bench import Bench
from benchmarks.faults.fleet_bench import FleetBench
from benchmarks.faults.run_bench import RunBench


@pytest.mark.parametrize("bench", [RunBench, FleetBench])
def test_a_bench_does_all_that_the_matrix_asks_of_it(bench: type[Bench]) -> None:
    assert isabstract(Bench)
    assert not isabstract(bench)
