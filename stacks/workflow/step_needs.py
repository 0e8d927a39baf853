"""What each state with code needs of AWS: memory, time, and what it may do."""

import re
from dataclasses import dataclass

from lambdas.model.limits import FULL_CORE


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a state with code needs.

    Attributes:
        state: its name; the folder of its code is the same in snake case.
        timeout: seconds. memory: MiB; a function's share of a core grows with it.
        disk: MiB. trail: whether it reads log files. archive: whether it reads the archive.
        writes: whether it writes it, too. settles: whether it waits for the trail.
        collects: whether it decides how many files are few.
        actions: what else it may do; none of these has a resource.
        candidates: whether it gives the candidate roles their policies.
        stacks: whether it asks CloudFormation about the stacks of the cycles.
        failures: whether it asks CloudFormation why a stack failed.
        policies: whether it reads the managed policies that created roles are given.
        publishes: whether it moves the parameters of approved policies.
        lists: whether it asks which processes there are.
        plans: whether it decides how a fleet runs.
        judges: whether it tells which proofs are old.
        keys: of the archive, what it may write.
    """

    state: str
    timeout: int
    memory: int
    disk: int = 512
    trail: bool = False
    settles: bool = False
    collects: bool = False
    archive: bool = True
    writes: bool = True
    actions: tuple[str, ...] = ()
    candidates: bool = False
    stacks: bool = False
    failures: bool = False
    policies: bool = False
    publishes: bool = False
    lists: bool = False
    plans: bool = False
    judges: bool = False
    keys: tuple[str, ...] = ("*",)

    @property
    def package(self) -> str:
        """The folder in lambdas/."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", self.state).lower()


STEPS = (
    Step(state="LoadDefinition", timeout=60, memory=512, archive=False),
    Step(state="AwaitTrail", timeout=240, memory=512, trail=True, settles=True, archive=False),
    Step(state="CollectEvidence", timeout=840, memory=3_008, disk=4_096, trail=True, collects=True),
    Step(state="ReadStacks", timeout=840, memory=FULL_CORE, stacks=True),
    Step(state="ReadPolicies", timeout=240, memory=512, policies=True),
    Step(state="RefinePolicy", timeout=840, memory=3_008),
    Step(
        state="CheckPolicy",
        timeout=840,
        memory=FULL_CORE,
        actions=(
            "access-analyzer:CheckNoNewAccess",
            "access-analyzer:ValidatePolicy",
            "iam:SimulateCustomPolicy",
        ),
    ),
    Step(
        state="ProvePolicy",
        timeout=840,
        memory=FULL_CORE,
        candidates=True,
    ),
    Step(state="DocumentPolicy", timeout=840, memory=FULL_CORE, publishes=True),
    Step(state="DocumentFailure", timeout=240, memory=512, failures=True),
)
# Of the fleet's machine. They ask the archive about every process, many at once.
FLEET_STEPS = (
    Step(
        state="PlanFleet",
        timeout=840,
        memory=FULL_CORE,
        lists=True,
        plans=True,
        keys=("fleet/*",),
    ),
    Step(
        state="DocumentFleet",
        timeout=840,
        memory=FULL_CORE,
        lists=True,
        judges=True,
        keys=("fleet/*", "index.html"),
    ),
)
# Called by a schedule of its own, not by the state machine.
WATCH = Step(state="WatchPolicies", timeout=840, memory=512, writes=False, lists=True, judges=True)
