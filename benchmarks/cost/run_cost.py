"""What a run costs in minutes and dollars: documented times and list prices, added up.

Prices are those of us-east-1, November 2026, without what a month has free.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from benchmarks.cost.trail_wait import Region, completed

DRAWN = 500  # deliveries of the trail
BUILD_MINUTE = 0.01  # Linux, general1.medium: https://aws.amazon.com/codebuild/pricing/
TRANSITION = 0.025 / 1_000  # https://aws.amazon.com/step-functions/pricing/
GIGABYTE_SECOND = 0.0000133334  # of a function on Arm: https://aws.amazon.com/lambda/pricing/
NEW_ACCESS_CHECK = 0.002  # https://aws.amazon.com/iam/access-analyzer/pricing/
DATA_EVENT = 0.10 / 100_000  # https://aws.amazon.com/cloudtrail/pricing/
KEY_REQUEST = 0.03 / 10_000  # https://aws.amazon.com/kms/pricing/
OBJECT_REQUEST = 0.005 / 1_000  # a PUT, the dearest: https://aws.amazon.com/s3/pricing/

# The example's, on AWS: a build's start, npm ci, two deployments and a removal through stacks.
CYCLE = 6  # minutes
CLEAN_UP = 3  # minutes
# AWS says only that a shorter time range is faster; public code gives up after fifteen minutes.
GENERATION = 10  # minutes, asked every 30 seconds
FUNCTIONS = 2  # minutes of all functions together
ASK = 3 * 0.5  # gigabyte seconds of one look into the trail, 512 MB
STEPS = 2 * 60 * 3  # gigabyte seconds of the other functions, 3 GB
STATES = 31  # entered by a run that is proved at once, without looks at its generation
ROUND_STATES = 16  # more with a repair
# A boundary adds `OpenBoundary` and `ReadPolicies`, and `ReopenBoundary` before each clean-up.
BOUNDED_STATES = 2
BOUNDED_STEP = 5 * 3  # gigabyte seconds of one of them: a policy written, or a few read
EVENTS, REQUESTS = 500, 400  # data events and objects of a cycle


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCost:
    """A run, as it usually goes.

    Attributes:
        repairs: rounds of the proof that were refused. waits: minutes for each round's trail.
        bounded: whether the roles that the process creates have a boundary.
    """

    repairs: int
    waits: int
    bounded: bool = False

    @property
    def cycles(self) -> int:
        """Of the process: one to learn, one to prove, one for each repair."""
        return 2 + self.repairs

    @property
    def parts(self) -> dict[str, tuple[float, float]]:
        """Minutes and dollars of each part."""
        cycles, cleanings = self.cycles, self.repairs
        builds = cycles * CYCLE + cleanings * CLEAN_UP
        asks = cycles * self.waits + cleanings * 5
        more = (BOUNDED_STATES + cleanings) if self.bounded else 0
        moved = STATES + more + cleanings * ROUND_STATES + asks + 3 * GENERATION * 2
        steps = STEPS * cycles / 2 + more * BOUNDED_STEP
        return {
            "cycles and clean-ups": (builds, builds * BUILD_MINUTE),
            "waiting for CloudTrail": (asks, asks * ASK * GIGABYTE_SECOND),
            "Access Analyzer": (GENERATION, NEW_ACCESS_CHECK),
            "functions": (FUNCTIONS, steps * GIGABYTE_SECOND),
            "transitions": (0, moved * TRANSITION),
            "events, keys, objects": (
                0,
                cycles * (EVENTS * DATA_EVENT + REQUESTS * (KEY_REQUEST + OBJECT_REQUEST)),
            ),
        }

    @property
    def minutes(self) -> float:
        """From the start to the mail."""
        return sum(minutes for minutes, _ in self.parts.values())

    @property
    def dollars(self) -> float:
        """At list prices."""
        return sum(dollars for _, dollars in self.parts.values())


def trail_waits() -> list[int]:
    """Minutes that rounds wait for their trail, sorted."""
    return sorted(completed(Region(seed=seed)) for seed in range(DRAWN))


def table() -> Iterator[str]:
    """As docs/operations.md has it."""
    waits = trail_waits()
    usual = int(median(waits))
    runs = [RunCost(repairs=repairs, waits=usual) for repairs in (0, 1, 2)]
    yield "| part | proved at once | after one repair | after two |"
    yield "| --- | --- | --- | --- |"
    for part in runs[0].parts:
        yield f"| {part} | {' | '.join(_cell(*one.parts[part]) for one in runs)} |"
    yield f"| all | {' | '.join(_cell(one.minutes, one.dollars) for one in runs)} |"
    yield ""
    bounded = RunCost(repairs=0, waits=usual, bounded=True)
    yield (
        "A run with a [boundary](boundaries.md) that is proved at once costs "
        f"{bounded.dollars - runs[0].dollars:.4f} USD more."
    )
    yield ""
    yield (
        f"A round waits {usual} minutes for its trail in the middle of {DRAWN} drawn deliveries, "
        f"{waits[0]} at least and {waits[-1]} at most, while CloudTrail does not stand still."
    )


def _cell(minutes: float, dollars: float) -> str:
    return f"{minutes:.0f} min, {dollars:.3f} USD" if minutes else f"{dollars:.3f} USD"
