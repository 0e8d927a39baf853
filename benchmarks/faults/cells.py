"""The cells of the matrix, derived from the definition and from the calls of unharmed runs."""

import copy
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.faults.fleet_routes import FleetRoute
from benchmarks.faults.fleet_verdicts import FleetObservation
from benchmarks.faults.routes import INVOKE, ROUTES, Route, Rule
from benchmarks.faults.verdicts import Observation

Way = Route | FleetRoute
Seen = Observation | FleetObservation

# Kinds of faults, by name: what a rule of the embedded AWS says.
EVERY_CALL: dict[str, Rule] = {
    "throttled once": {"kind": "throttled"},
    "throttled always": {"kind": "throttled", "count": 0},
    "500 once": {"kind": "unavailable"},
    "500 always": {"kind": "unavailable", "count": 0},
    "denied": {"kind": "denied", "count": 0},
    "timeout once": {"kind": "cut"},
    "timeout always": {"kind": "cut", "count": 0},
    "slow": {"kind": "slow", "seconds": 1.5},
    "empty once": {"kind": "empty"},
    "empty always": {"kind": "empty", "count": 0},
}
WRITES: dict[str, Rule] = {"answer lost": {"kind": "lost"}}
INVOCATIONS: dict[str, Rule] = {
    "twice": {"kind": "twice"},
    "died after its work": {"kind": "killed"},
    "dies always": {"kind": "killed", "count": 0},
}
GENERATED = re.compile(r"Role[0-9A-F]{8}.*$")  # of CloudFormation's names
# Works in the background, for Access Analyzer: in which state its calls come is a matter of time.
BEHIND = "AccessRole"
READS = (
    "BatchGet",
    "Check",
    "Describe",
    "Get",
    "Head",
    "List",
    "PutLogEvents",
    "Simulate",
    "Validate",
)
# While a call is under way: the execution is stopped, stopped and redriven, or its state's time is
# over.
STOPS = {"stopped, stop": "stop", "stopped, redrive": "redrive", "out of time": "late"}
LATE = 3  # seconds, in place of a state's own limit
HELD: Rule = {"kind": "slow", "seconds": 60.0}
# While the machine asks how its build does, somebody stops the build.
ASKS_OF_BUILDS = "codebuild:BatchGetBuilds"
HELD_SHORTLY: Rule = {"kind": "slow", "seconds": 3.0}
# Calls whose answers nobody reads, and that no permission of the run depends on.
ASIDE = {
    "xray:PutTraceSegments": "telemetry, sent by Lambda beside the invocation",
    "xray:PutTelemetryRecords": "telemetry, sent by Lambda beside the invocation",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where a fault can strike: a call in a state, the first or the last of its kind there."""

    route: Way
    state: str
    role: str
    call: str
    nth: int
    session: str = ".*"

    @property
    def rule(self) -> Rule:
        """What the embedded AWS is to look for."""
        names = ("role", "call", "nth", "session")
        state = ".*" if BEHIND in self.role else self.state
        return {"state": state, **{name: getattr(self, name) for name in names}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A fault to try."""

    point: Point
    kind: str
    rule: Rule
    stop: str = ""

    @property
    def mails(self) -> int:
        """How many may come: one that was under way comes again, as SNS knows no token."""
        under_way = self.stop or self.rule["kind"] in ("lost", "twice")
        return 2 if self.point.call == "sns:Publish" and under_way else 1

    @property
    def name(self) -> str:
        """For people, and to choose by."""
        number = f" #{self.point.nth}" if self.point.nth > 1 else ""
        who = GENERATED.sub("", self.point.role.removeprefix("fencepost-"))
        return f"{self.point.state} / {self.point.call}{number} ({who}) / {self.kind}"


def points(
    seen: Mapping[str, Seen], routes: Sequence[Way] = ROUTES
) -> tuple[list[Point], dict[str, str]]:
    """Every state on the first way that leads to it, and what is left out, with the reason."""
    taken: set[str] = set()
    found: dict[tuple[str, ...], Point] = {}
    left_out: dict[str, str] = {}
    for route in routes:
        if route.name not in seen:
            continue
        states = [one for one in seen[route.name].entered if one not in taken]
        taken |= set(states)
        for state in states:
            calls = [
                one for one in seen[route.name].calls if one["state"] == state and not one["fault"]
            ]
            for point in _points(route, state, calls, left_out):
                behind = BEHIND in point.role
                place = (state, point.role, point.call, point.session, str(point.nth))
                found.setdefault(place[1:] if behind else place, point)
    return list(found.values()), left_out


def _points(
    route: Way, state: str, calls: Sequence[Mapping[str, Any]], left_out: dict[str, str]
) -> Iterator[Point]:
    numbers: Counter[tuple[str, str, str]] = Counter()
    for call in calls:
        if call["fault"]:  # the way's own
            continue
        closing = call["session"].endswith(".closing")
        reason = _left_out(call["role"], call["call"], closing=closing)
        if reason:
            left_out[f"{call['call']} as {call['role'] or 'root'}"] = reason
        else:
            session = r".*\.closing" if closing else ".*"
            numbers[call["role"], call["call"], session] += 1
    for (role, name, session), count in numbers.items():
        for nth in sorted({1, count if writes(name) else 1}):
            yield Point(route=route, state=state, role=role, call=name, nth=nth, session=session)


def _left_out(role: str, call: str, *, closing: bool) -> str:
    """Why a call is not tried, if so."""
    if not role:
        return "the bench's own call"
    if role.endswith(("-sandbox", "-candidate")) and not closing:
        return "the process's own call: its commands decide what becomes of them"
    return ASIDE.get(call, "")


def cells(found: Sequence[Point], *, task_states: Sequence[str]) -> Iterator[Cell]:
    """Each point with each kind that can befall it; at a call of its own the machine is stopped."""
    machines = {point.role for point in found if point.call == INVOKE}
    for point in found:
        kinds = {**EVERY_CALL, **(WRITES if writes(point.call) else {})}
        if point.call == INVOKE:
            kinds |= INVOCATIONS
        for kind, rule in kinds.items():
            yield Cell(point=point, kind=kind, rule={**point.rule, **rule})
        if point.state in task_states and point.role in machines:
            for kind, stop in STOPS.items():
                rule = {**point.rule, **HELD}
                yield Cell(point=point, kind=kind, rule=rule, stop=stop)
            if point.call == ASKS_OF_BUILDS:
                rule = {**point.rule, **HELD_SHORTLY}
                yield Cell(point=point, kind="stopped, its build", rule=rule, stop="build")


def writes(call: str) -> bool:
    """Whether a call changes anything, by its name; how often others come is a matter of time."""
    reads = (
        "Get",
        "List",
        "Describe",
        "BatchGet",
        "Head",
        "Simulate",
        "Validate",
        "Check",
        "PutLogEvents",
    )
    return not call.partition(":")[2].startswith(reads)


def never_entered(definition: Mapping[str, Any], seen: Mapping[str, Seen]) -> list[str]:
    """The states to which no way leads: each is a hole in the matrix."""
    entered = {state for one in seen.values() for state in one.entered}
    return sorted(set(_states(definition)) - entered)


def states(definition: Mapping[str, Any]) -> set[str]:
    """The names of all states, those inside of Map and Parallel states too."""
    return set(_states(definition))


def tasks(definition: Mapping[str, Any]) -> list[str]:
    """The names of all Task states, those inside of Map and Parallel states too."""
    return [name for name, one in _states(definition).items() if one["Type"] == "Task"]


def hasty(definition: Mapping[str, Any], state: str) -> dict[str, Any]:
    """The definition with a state that is soon out of time."""
    changed = copy.deepcopy(dict(definition))
    _states(changed)[state]["TimeoutSeconds"] = LATE
    return changed


def _states(machine: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(machine["States"])
    for state in machine["States"].values():
        for inner in (state.get("ItemProcessor"), *state.get("Branches", ())):
            found |= _states(inner) if inner else {}
    return found
