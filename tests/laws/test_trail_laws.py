"""No event of a cycle is missing from a trail that was taken for complete, however it was delivered.

The delivery is that of the embedded AWS: five-minute steps, services behind others as measured, and
whole regions that stand still for a while.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.cost.trail_wait import Region, completed

SERVICES = ("iam", "s3", "lambda", "rds", "dynamodb", "sts", "cloudformation", "sqs")

seeds = st.integers(0, 10_000)
# Minutes after the end, and how long: what was published just before it stood still is the trap.
stalls = st.tuples(st.integers(0, 12), st.integers(0, 90))
cycles = st.lists(st.tuples(st.sampled_from(SERVICES), st.floats(0, 5)), min_size=4)


def last_of(cycle: list[tuple[str, float]], region: Region) -> float:
    return max(region.delivered(service, -before) for service, before in cycle)


@settings(max_examples=400)
@given(seed=seeds, stall=stalls, cycle=cycles)
def test_no_late_event_is_lost_and_no_early_file_is_taken_for_the_whole(
    seed: int, stall: tuple[int, int], cycle: list[tuple[str, float]]
) -> None:
    region = Region(seed=seed, stall=stall)

    assert last_of(cycle, region) <= completed(region)


@settings(max_examples=400)
@given(seed=seeds, cycle=cycles)
def test_what_takes_the_fifteen_minutes_that_aws_documents_is_waited_for_too(
    seed: int, cycle: list[tuple[str, float]]
) -> None:
    region = Region(seed=seed, steps=2)

    assert last_of(cycle, region) <= completed(region)
