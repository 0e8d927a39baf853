"""What a run takes, before it is started: minutes and dollars, by documented times and prices.

`python -m benchmarks.cost` works the same figures out part by part; docs/operations.md shows them.
Prices are those of us-east-1, November 2026.
"""

from typing import Final

BUILD_MINUTE: Final = (
    0.01  # dollars; Linux, general1.medium: https://aws.amazon.com/codebuild/pricing/
)
# The example's, on AWS: a build's start, npm ci, two deployments and a removal through stacks.
CYCLE: Final = 6.0  # minutes, for a process that has not run yet
TRAIL: Final = 15.0  # minutes that a cycle waits for CloudTrail, in the middle
# AWS says only that a shorter time range is faster; public code gives up after fifteen minutes.
GENERATION: Final = 10.0  # minutes of Access Analyzer, one at a time in an account
FUNCTIONS: Final = 2.0  # minutes of all functions together
BESIDE_BUILDS: Final = 0.018  # dollars of everything else, with a proof


def minutes(cycle: float, *, cycles: int, generates: bool) -> float:
    """From the start of a run to its mail, when its first proof succeeds.

    Args:
        cycle: minutes of one cycle.
        cycles: two with a proof, one without.
        generates: whether Access Analyzer is asked.
    """
    return cycles * (cycle + TRAIL) + FUNCTIONS + (GENERATION if generates else 0)


def dollars(cycle: float, *, cycles: int) -> float:
    """Of a run at list prices; `cycle` is the minutes of one cycle."""
    return cycles * (cycle * BUILD_MINUTE + BESIDE_BUILDS / 2)
