"""Whether a fleet with a fault was sound: no run harmed or doubled, all told, and told as it is."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.faults.verdicts import Ended, Verdict
from lambdas.model.archive.fleet import LOST, NOT_STARTED, STOPPED, SUCCEEDED

ENDS = frozenset({SUCCEEDED, "FAILED"})  # of a run that nobody has stopped
UNTOUCHED = frozenset({NOT_STARTED, STOPPED})  # ends of runs that never began


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetObservation(Ended):
    """What a fleet with a fault left behind; its states are those of its maps' executions, too.

    Attributes:
        runs: how each execution of a run ended, by process: `(("bread", "SUCCEEDED"),)`.
        ends: what the report says of each process that was planned; None without a report.
    """

    runs: tuple[tuple[str, str], ...]
    ends: Mapping[str, str] | None

    @property
    def entered(self) -> tuple[str, ...]:
        """All states, in order."""
        return tuple(dict.fromkeys(self.states))

    @property
    def dirty(self) -> tuple[str, ...]:
        """Stubbed runs make nothing; one that was stopped would have."""
        return ()


def judge_fleet(
    seen: FleetObservation, clean: FleetObservation, *, mails: int = 1
) -> tuple[Verdict, str]:
    """The verdict, and what is worth saying about it; `mails` is how many there may be."""
    problems = list(_problems(seen, mails))
    if problems:
        return Verdict.UNSOUND, "; ".join(problems)
    if not seen.injected:
        return Verdict.MISSED, f"ended {seen.status}"
    if _end(seen) == _end(clean):
        return Verdict.RECOVERED, ""
    return Verdict.CLEAN if seen.mails else Verdict.ALARM, f"{seen.status} {seen.error}"


def _end(seen: FleetObservation) -> tuple[object, ...]:
    return seen.status, seen.error, seen.runs, seen.ends, bool(seen.mails)


def _problems(seen: FleetObservation, mails: int) -> Iterator[str]:
    if not seen.mails and not seen.alarms:
        yield f"nobody was told that it {seen.status} {seen.error}"
    if seen.status == SUCCEEDED and not (seen.mails and seen.ends is not None):
        yield "it succeeded without a mail or a report"
    if len(seen.mails) > mails:
        yield f"{len(seen.mails)} mails: {', '.join(seen.mails)}"
    yield from _harm(seen)
    yield from _untruth(seen)


def _harm(seen: FleetObservation) -> Iterator[str]:
    for process, times in Counter(process for process, _ in seen.runs).items():
        if times > 1:
            yield f"{process} ran {times} times"
    for process, status in seen.runs:
        if status not in ENDS:  # it leaves its sandbox dirty
            yield f"the run of {process} {status}"


def _untruth(seen: FleetObservation) -> Iterator[str]:
    """Where the report says otherwise than the runs."""
    ran = dict(seen.runs)
    for process, told in (seen.ends or {}).items():
        if told == LOST:  # it says that it does not know
            continue
        if (told in UNTOUCHED) == (process in ran):
            yield f"the report says of {process} {told}, its run {ran.get(process, 'never began')}"
        elif told in ENDS and told != ran[process]:
            yield f"the report says of {process} {told}, its run {ran[process]}"
