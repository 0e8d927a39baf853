"""The ways through the fleet's machine: fleets of stubbed runs, which lead to every state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.faults.routes import Rule

MEMBERS = ("bread", "tea")  # one after the other: what befalls one must not harm the other
FAILING = "fails"
FEW_REGION = "eu-south-1"  # Access Analyzer gives few generations a day there
CROWD = tuple(f"crowd-{number}" for number in range(6))  # of which one waits for its day
FLEET_ROLE = ".*Fleet.*"


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRoute:
    """A fleet, and the faults that make it take this way.

    Attributes:
        rows: the states that this way is there for; every state is a row of one way.
        names: the processes that are chosen. more: of the execution's input.
        stops: whether the fleet is told to stop as soon as a run waits for its day.
        ends: how it ends when nothing else goes wrong.
    """

    name: str
    rows: tuple[str, ...]
    names: tuple[str, ...] = MEMBERS
    more: Mapping[str, Any] = field(default_factory=dict)
    stops: bool = False
    ends: str = "SUCCEEDED"
    rules: tuple[Rule, ...] = ()


FLEET_ROUTES = (
    FleetRoute(
        name="fleet",
        rows=(
            "PlanFleet",
            "IsAnythingChosen",
            "RunSandboxes",
            "RunProcesses",
            "LookForStop",
            "MayStart",
            "StartRun",
            "WaitForRun",
            "ReadRun",
            "HasEnded",
            "KeepEnd",
            "DocumentFleet",
            "NotifyOperator",
            "IsShareTolerated",
            "FleetRan",
        ),
    ),
    FleetRoute(name="fleet of nobody", rows=("FleetNotPlanned",), names=("nobody",), ends="FAILED"),
    FleetRoute(name="fleet fails", rows=("TooManyFailed",), names=(FAILING,), ends="FAILED"),
    FleetRoute(
        name="fleet is not told",
        rows=("ReportNotSent",),
        names=MEMBERS[:1],
        rules=({"call": "sns:Publish", "role": FLEET_ROLE, "kind": "denied", "count": 0},),
        ends="FAILED",
    ),
    FleetRoute(
        name="fleet of two days",
        rows=("WaitForDay",),
        names=CROWD,
        more={"beyondQuota": "days"},
        stops=True,
    ),
)
