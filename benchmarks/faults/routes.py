"""The ways through the state machine: runs whose own faults lead to every state that there is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PROCESS = "crate"
REPAIRED = "chest"  # its policy lacks a call of the second cycle
DEFINED = "drawer"  # its team decides in a repository what is run: benchmarks/faults/drawer.py
BOUNDED = "locker"  # makes a role with a boundary
PROCESSES = (PROCESS, REPAIRED, DEFINED, BOUNDED)
CLEARED = "cleared"
Rule = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A run, and the faults that make it take this way.

    Attributes:
        rows: the states that this way is there for; every state is a row of one way.
        more: of the execution's input.
        ends: how the run ends when nothing else goes wrong.
        busy: how many of its first generations meet the one-job quota.
        batches: whether two log files are many already.
    """

    name: str
    rows: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    ends: str = "SUCCEEDED"
    process: str = PROCESS
    prove: bool = True
    rules: tuple[Rule, ...] = ()
    generation: tuple[str, ...] = ()
    busy: int = 0
    batches: bool = False

    @property
    def cleared(self) -> "Route":
        """The next run of the process, which finds what this one left."""
        return Route(name=CLEARED, process=self.process)


def _refused(state: str, call: str, **more: Any) -> Rule:  # noqa: ANN401  # JSON
    return {"state": state, "call": call, "kind": "denied", "count": 0, **more}


PUT = "ssm:PutParameter"
INVOKE = "lambda:Invoke"
SOURCE = "s3:GetObject"  # of a build: without it the build itself fails
CANDIDATE = _refused("RunProof", PUT, role=".*-candidate", count=1)
CREATOR = _refused("RunProof", "iam:CreateRole", role=".*-candidate", count=1)
# The shortest first: a state is tried on the first way that leads to it.
ROUTES = (
    Route(
        name="learned",
        rows=(
            "LoadProcess",
            "LoadSandbox",
            "IsGeneratorKnown",
            "IsRevisionAllowed",
            "WhoseDefinition",
            "HasBoundary",
            "RunCycle",
            "IsCycleWhole",
            "AwaitTrail",
            "WhichGenerator",
            "GeneratePolicy",
            "WaitForGeneration",
            "ReadGeneration",
            "IsGenerated",
            "ArchiveGeneration",
            "CollectEvidence",
            "IsCollected",
            "ReadStacks",
            "IsBoundaryWanted",
            "RefinePolicy",
            "CheckPolicy",
            "IsToBeProved",
            "DocumentPolicy",
            "AnnouncePolicy",
            "IsCandidateClean",
            "NotifyTeam",
        ),
        prove=False,
    ),
    Route(
        name="unknown",
        rows=(
            "ListProcesses",
            "AreAllListed",
            "ProcessNotFound",
        ),
        process="nowhere",
        ends="FAILED",
    ),
    Route(
        name="not loaded",
        rows=("ProcessNotLoaded",),
        rules=(_refused("LoadProcess", "ssm:GetParameter"),),
        ends="FAILED",
    ),
    Route(
        name="no generator",
        rows=("GeneratorNotKnown",),
        more={"generator": "oracle"},
        ends="FAILED",
    ),
    Route(
        name="no revision",
        rows=("RevisionNotAllowed",),
        more={"revision": "refs/pull/1/head"},
        ends="FAILED",
    ),
    Route(
        name="cycle fails",
        rows=(
            "DocumentFailure",
            "WasProving",
            "AnnounceFailure",
            "NotifyFailure",
            "RunFailed",
        ),
        prove=False,
        rules=(_refused("RunCycle", PUT, role=".*-sandbox"),),
        ends="FAILED",
    ),
    Route(
        name="build fails",
        rows=(
            "WasBuilt",
            "ReadBuild",
        ),
        prove=False,
        rules=(_refused("RunCycle", SOURCE, role=".*-build"),),
        ends="FAILED",
    ),
    Route(
        name="defined by its source",
        rows=("ReadDefinition", "IsDefinitionRead", "LoadDefinition"),
        process=DEFINED,
        prove=False,
    ),
    Route(
        name="generation waits",
        rows=(
            "ListGenerations",
            "IsQuotaFreeing",
            "WaitForQuota",
            "AskAgain",
        ),
        prove=False,
        busy=2,
    ),
    Route(
        name="generation fails",
        rows=(
            "GenerationFailed",
            "CanGoWithout",
        ),
        prove=False,
        generation=("FAILED",),
        ends="FAILED",
    ),
    Route(
        name="batches",
        rows=(
            "ReadBatches",
            "MergeBatches",
            "ReadBatch",
        ),
        prove=False,
        batches=True,
    ),
    Route(
        name="batches fail",
        rows=("BatchesFailed",),
        prove=False,
        batches=True,
        rules=(_refused("MergeBatches", INVOKE),),
        ends="FAILED",
    ),
    Route(
        name="proved",
        rows=(
            "BeginRound",
            "ProvePolicy",
            "WasCutShort",
            "RunProof",
            "IsRoundWhole",
            "IsProofClosed",
            "AwaitProof",
            "CollectProof",
            "WasCleanedUp",
            "JudgeProof",
            "WhatNext",
            "RetirePolicy",
            "HasFailed",
        ),
    ),
    Route(
        name="proof breaks",
        rows=(
            "ProofBroke",
            "IsBounded",
            "CleanUp",
            "IsCleanUpFor",
        ),
        rules=(_refused("JudgeProof", INVOKE),),
    ),
    Route(
        name="proof fails",
        rows=(
            "AwaitCleanUp",
            "CollectCleanUp",
        ),
        rules=(CANDIDATE,),
    ),
    Route(
        name="proof is not built",
        rows=(
            "WasProofBuilt",
            "ReadProof",
        ),
        rules=(_refused("RunProof", SOURCE, role=".*-build"),),
    ),
    Route(name="repaired", process=REPAIRED),
    Route(
        name="bounded",
        rows=(
            "OpenBoundary",
            "ReadPolicies",
        ),
        process=BOUNDED,
        prove=False,
    ),
    Route(name="bounded proof fails", rows=("ReopenBoundary",), process=BOUNDED, rules=(CREATOR,)),
    Route(
        name="repair fails",
        process=REPAIRED,
        rules=(_refused("RefinePolicy", INVOKE, nth=2),),
        ends="FAILED",
    ),
)
