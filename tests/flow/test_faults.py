"""When a call fails a run recovers, or fails clean and somebody is told.

A few cells of the matrix always; all of it in `make long`.
"""

from collections.abc import Iterator

import pytest

from benchmarks.faults import __main__ as matrix
from benchmarks.faults import cells
from benchmarks.faults.bench import Bench
from benchmarks.faults.routes import ROUTES
from benchmarks.faults.run_bench import RunBench
from benchmarks.faults.verdicts import Observation, Verdict

pytestmark = pytest.mark.flow
# One of each sort: what is retried, what is caught, what has half happened, what is stopped.
ALWAYS = {
    ("GeneratePolicy", "accessanalyzer:StartPolicyGeneration", "empty always"): Verdict.CLEAN,
    ("CollectEvidence", "lambda:Invoke", "died after its work"): Verdict.RECOVERED,
    ("CollectEvidence", "lambda:Invoke", "empty always"): Verdict.CLEAN,
    ("NotifyTeam", "sns:Publish", "500 once"): Verdict.RECOVERED,
    ("ProvePolicy", "iam:AttachRolePolicy", "denied"): Verdict.CLEAN,
    ("RunProof", "codebuild:BatchGetBuilds", "stopped, stop"): Verdict.LATER,
    ("RetirePolicy", "lambda:Invoke", "denied"): Verdict.LATER,
}
SHORT = ("learned", "proved")
PARTS = 40  # of the whole matrix, so that it can be shared out


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    # Patient: on a busy machine the trail may come late.
    started = RunBench.start(tmp_path_factory.mktemp("faults"), wait_scale="0.01")
    yield started
    started.stop()


@pytest.fixture(scope="module")
def unharmed(bench: Bench, request: pytest.FixtureRequest) -> dict[str, Observation]:
    whole = request.config.getoption("--long")
    routes = [one for one in ROUTES if whole or one.name in SHORT]
    return {one.name: bench.run(one) for one in routes}


@pytest.fixture(scope="module")
def every(bench: Bench, unharmed: dict[str, Observation]) -> list[cells.Cell]:
    found, _ = cells.points(unharmed)
    return list(cells.cells(found, task_states=cells.tasks(bench.definition())))


@pytest.mark.parametrize(("place", "expected"), ALWAYS.items(), ids=str)
def test_a_run_with_a_fault_ends_as_it_should(
    bench: Bench,
    unharmed: dict[str, Observation],
    every: list[cells.Cell],
    place: tuple[str, str, str],
    expected: Verdict,
) -> None:
    cell = next(one for one in every if (one.point.state, one.point.call, one.kind) == place)

    verdict, note, seen = matrix.attempt(bench, cell, unharmed[cell.point.route.name])

    assert verdict is expected, (note, seen.status, seen.cause)


def test_each_way_enters_the_states_that_it_is_there_for(
    unharmed: dict[str, Observation],
) -> None:
    for one in ROUTES:
        if one.name in unharmed:
            assert set(one.rows) <= set(unharmed[one.name].entered), one.name


@pytest.mark.long
def test_every_state_is_entered_and_every_call_of_a_task_is_tried(
    bench: Bench, unharmed: dict[str, Observation], every: list[cells.Cell]
) -> None:
    definition = bench.definition()

    assert not cells.never_entered(definition, unharmed)
    assert set(cells.tasks(definition)) == {one.point.state for one in every}


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_no_cell_of_the_matrix_is_unsound(
    bench: Bench, unharmed: dict[str, Observation], every: list[cells.Cell], part: int
) -> None:
    assert matrix.unsound(bench, every[part::PARTS], unharmed) == {}
