"""The plan of a fleet: what runs where, when, how, and what it takes together."""

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lambdas.errors import FleetNotChosenError, FleetNotConfirmedError
from lambdas.model.definition.process_parameter import Place
from lambdas.model.execution import run_estimate
from lambdas.model.limits import (
    FEW_GENERATIONS_A_DAY,
    FEW_GENERATIONS_REGIONS,
    GENERATIONS_A_DAY,
)
from lambdas.model.text import counted
from lambdas.plan_fleet.choice import Candidate
from lambdas.plan_fleet.request import Request

TRAIL = "trail"
DAY = 24 * 60.0  # minutes
MOST_DAYS = 14  # what the machine's own timeout leaves room for


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRun:
    """A run to be started.

    Attributes:
        generator: that its input names. day: 0 is at once; later ones wait for Access Analyzer.
    """

    candidate: Candidate
    generator: str
    proves: bool
    day: int = 0

    @property
    def cycles(self) -> int:
        """Of the process."""
        return 2 if self.proves else 1

    @property
    def cycle(self) -> float:
        """Minutes of one cycle, as the last run shows them."""
        return run_estimate.CYCLE if self.candidate.cycle is None else self.candidate.cycle

    @property
    def minutes(self) -> float:
        """From its start to its mail, when the first proof succeeds."""
        generates = self.generator != TRAIL
        return run_estimate.minutes(self.cycle, cycles=self.cycles, generates=generates)

    @property
    def dollars(self) -> float:
        """At list prices."""
        return run_estimate.dollars(self.cycle, cycles=self.cycles)


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxPlan:
    """The runs of one sandbox, in the order in which they start."""

    place: Place
    at_once: int
    runs: tuple[PlannedRun, ...]

    @property
    def generations(self) -> int:
        """Policies that Access Analyzer is asked for."""
        return sum(one.generator != TRAIL for one in self.runs)

    @property
    def without(self) -> int:
        """Runs that rest on the trail alone."""
        return len(self.runs) - self.generations

    @property
    def days(self) -> int:
        """On how many days runs start."""
        return 1 + max(one.day for one in self.runs)

    @property
    def minutes(self) -> float:
        """Until the last has ended: so many at once, and one generation at a time."""
        lanes = [0.0] * self.at_once
        generated = last = 0.0
        for one in self.runs:
            began = max(heapq.heappop(lanes), one.day * DAY)
            ended = began + one.minutes
            if one.generator != TRAIL:
                generated = max(generated, began) + run_estimate.GENERATION
                ended = max(ended, generated)
            heapq.heappush(lanes, ended)
            last = max(last, ended)
        return last

    @property
    def dollars(self) -> float:
        """At list prices."""
        return math.fsum(one.dollars for one in self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole fleet.

    Attributes:
        known: how many processes there are, chosen or not. passed_over: those that an age left
            out because they have no proof at all.
    """

    request: Request
    sandboxes: tuple[SandboxPlan, ...]
    known: int
    passed_over: int = 0

    @property
    def runs(self) -> int:
        """Of all sandboxes."""
        return sum(len(one.runs) for one in self.sandboxes)

    @property
    def minutes(self) -> float:
        """Sandboxes work side by side."""
        return max((one.minutes for one in self.sandboxes), default=0.0)

    @property
    def dollars(self) -> float:
        """Of all sandboxes."""
        return math.fsum(one.dollars for one in self.sandboxes)

    @property
    def words(self) -> str:
        """What it takes, in a sentence or three."""
        unproved = (
            f"{counted(self.passed_over, 'process has', 'processes have')} no proof at all, which "
            "olderThanDays does not choose: neverProved does."
            if self.passed_over
            else ""
        )
        if not self.runs:
            return f"None of {counted(self.known, 'process')} is chosen. {unproved}".strip()
        without = sum(one.without for one in self.sandboxes)
        days = max(one.days for one in self.sandboxes)
        why = (
            "the input says so"
            if self.request.generator == TRAIL
            else "its generations of a day do not suffice"
        )
        runs, processes = counted(self.runs, "run"), counted(self.known, "process")
        sandboxes = counted(len(self.sandboxes), "sandbox")
        takes = f"about {self.minutes / 60:.1f} hours and {self.dollars:.2f} dollars at list prices"
        parts = (
            f"{runs} of {processes} in {sandboxes}: {takes}, when every first proof succeeds.",
            f"{counted(without, 'run')} without Access Analyzer: {why}." if without else "",
            f"They start on {days} days, as Access Analyzer's quota lets them." if days > 1 else "",
            unproved,
        )
        return " ".join(filter(None, parts))


def plan(
    taken: Sequence[Candidate],
    request: Request,
    *,
    known: int,
    confirm_above: int,
    passed_over: int = 0,
) -> Plan:
    """Plan the runs of the chosen processes.

    Raises:
        FleetNotConfirmedError: there are more runs than may start unconfirmed.
        FleetNotChosenError: it would take more days than a fleet may.
    """
    by_place: dict[Place, list[Candidate]] = defaultdict(list)
    for one in taken:
        by_place[one.place].append(one)
    places = sorted(by_place, key=lambda one: (one.name, one.account, one.region))
    found = Plan(
        request=request,
        known=known,
        passed_over=passed_over,
        sandboxes=tuple(
            SandboxPlan(
                place=place,
                at_once=request.at_once,
                runs=tuple(_runs(by_place[place], request, quota_of(place))),
            )
            for place in places
        ),
    )
    if any(one.days > MOST_DAYS for one in found.sandboxes):
        raise FleetNotChosenError(
            f"{found.words} A fleet may take {MOST_DAYS} days: choose fewer, or leave beyondQuota "
            "out, and what is beyond Access Analyzer's quota rests on the trail alone."
        )
    if found.runs > confirm_above and not request.confirm:
        raise FleetNotConfirmedError(
            f"{found.words} More than {counted(confirm_above, 'run')} start only when the input "
            'has "confirm": true. Nothing has been started.'
        )
    return found


def quota_of(place: Place) -> int:
    """Access Analyzer's generations of a day, where a sandbox is."""
    return FEW_GENERATIONS_A_DAY if place.region in FEW_GENERATIONS_REGIONS else GENERATIONS_A_DAY


def _runs(candidates: Iterable[Candidate], request: Request, quota: int) -> Iterator[PlannedRun]:
    """Who comes first has Access Analyzer; what is beyond the quota goes without, or waits."""
    for at, one in enumerate(candidates):
        beyond = request.generator != TRAIL and at >= quota
        goes_without = request.generator == TRAIL or (beyond and request.beyond == TRAIL)
        yield PlannedRun(
            candidate=one,
            generator=TRAIL if goes_without else request.generator,
            proves=request.prove and one.proves,
            day=at // quota if beyond and not goes_without else 0,
        )
