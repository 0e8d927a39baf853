"""A minute of `make rehearse`: a first deployment, its failures and its removal at AWS's worst."""

from collections.abc import Callable, Iterator

import pytest

from benchmarks.rehearsal.removal import STAYS, named_in_the_runbook, remove
from benchmarks.rehearsal.rows import SHORT, WHOLE, doctor
from benchmarks.rehearsal.stage import Row, Stage
from tests.flow.cloud import Cloud

pytestmark = pytest.mark.flow
FURTHER = [one for one in WHOLE if one not in SHORT]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    stage = Stage.open(tmp_path_factory.mktemp("rehearsal"))
    yield stage
    stage.close()


@pytest.mark.parametrize("rehearsed", SHORT, ids=lambda one: one.__name__)
def test_a_row_of_the_rehearsal_is_as_it_should_be(
    stage: Stage, rehearsed: Callable[[Stage], Row]
) -> None:
    row = rehearsed(stage)

    assert row.well, row
    assert row.tried
    assert row.happened
    assert row.told


@pytest.mark.long
@pytest.mark.parametrize("rehearsed", FURTHER, ids=lambda one: one.__name__)
def test_a_further_row_of_the_rehearsal_is_as_it_should_be(
    stage: Stage, rehearsed: Callable[[Stage], Row]
) -> None:
    if stage.deployed is None and rehearsed is not doctor:  # the rows before are of make test
        stage.turn("builds", account_limit=1)
        stage.deploy()

    row = rehearsed(stage)

    assert row.well, row
    assert row.told


def test_a_late_unordered_doubled_trail_gives_the_same_policy_byte_for_byte(
    cloud: Cloud, stage: Stage
) -> None:
    stage.turn("builds", account_limit=60)
    arn = stage.cloud.begin("orders", prove=False)
    prompt = cloud.run("orders", prove=False)
    delayed = stage.cloud.end(arn)

    assert (prompt.status, delayed.status) == ("SUCCEEDED", "SUCCEEDED"), delayed.cause
    policy = cloud.document("orders", prompt.run, "policy.json")
    assert stage.cloud.document("orders", delayed.run, "policy.json") == policy
    readme = stage.cloud.document("orders", delayed.run, "README.md").decode()
    assert "waited-for-the-trail" in readme


def test_after_removal_nothing_is_left_but_what_the_runbook_names(stage: Stage) -> None:
    row = remove(stage)

    assert row.well, row


def test_what_stays_has_its_row_in_the_runbook() -> None:
    assert STAYS
    assert named_in_the_runbook()
