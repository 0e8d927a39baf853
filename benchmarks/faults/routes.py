"""The ways through the state machine: runs whose own faults lead to every state that there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

PROCESS = "crate"
REPAIRED = "chest"  # its policy lacks a call of the second cycle
DEFINED = "drawer"  # its team decides in a repository what is run: benchmarks/faults/drawer.py
PROCESSES = (PROCESS, REPAIRED, DEFINED)
Rule = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A run, and the faults that make it take this way.

    Attributes:
        ends: how the run ends when nothing else goes wrong.
        busy: how many of its first generations meet the one-job quota.
        batches: whether two log files are many already.
    """

    name: str
    ends: str = "SUCCEEDED"
    process: str = PROCESS
    prove: bool = True
    rules: tuple[Rule, ...] = ()
    generation: tuple[str, ...] = ()
    busy: int = 0
    batches: bool = False

    @property
    def cleared(self) -> Route:
        """The next run of the process, which finds what this one left."""
        return Route(name="cleared", process=self.process)


def _refused(state: str, call: str, **more: Any) -> Rule:  # noqa: ANN401  # JSON
    return {"state": state, "call": call, "kind": "denied", "count": 0, **more}


PUT = "ssm:PutParameter"
INVOKE = "lambda:Invoke"
SOURCE = "s3:GetObject"  # of a build: without it the build itself fails
CANDIDATE = _refused("RunProof", PUT, role=".*-candidate", count=1)
# The shortest first: a state is tried on the first way that leads to it.
ROUTES = (
    Route(name="learned", prove=False),
    Route(name="unknown", process="nowhere", ends="FAILED"),
    Route(name="not loaded", rules=(_refused("LoadProcess", "ssm:GetParameter"),), ends="FAILED"),
    Route(
        name="cycle fails",
        prove=False,
        rules=(_refused("RunCycle", PUT, role=".*-sandbox"),),
        ends="FAILED",
    ),
    Route(
        name="build fails",
        prove=False,
        rules=(_refused("RunCycle", SOURCE, role=".*-build"),),
        ends="FAILED",
    ),
    Route(name="defined by its source", process=DEFINED, prove=False),
    Route(name="generation waits", prove=False, busy=2),
    Route(name="generation fails", prove=False, generation=("FAILED",), ends="FAILED"),
    Route(name="batches", prove=False, batches=True),
    Route(
        name="batches fail",
        prove=False,
        batches=True,
        rules=(_refused("MergeBatches", INVOKE),),
        ends="FAILED",
    ),
    Route(name="proved"),
    Route(name="proof breaks", rules=(_refused("JudgeProof", INVOKE),)),
    Route(name="proof fails", rules=(CANDIDATE,)),
    Route(name="proof is not built", rules=(_refused("RunProof", SOURCE, role=".*-build"),)),
    Route(name="repaired", process=REPAIRED),
    Route(
        name="repair fails",
        process=REPAIRED,
        rules=(_refused("RefinePolicy", INVOKE, nth=2),),
        ends="FAILED",
    ),
)
