"""Whether a run with a fault was sound: it recovers, or it fails clean and somebody is told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """How a cell of the matrix went."""

    RECOVERED = "recovers"  # as the way would have ended without the fault
    CLEAN = "fails clean"  # told by mail, nothing left
    ALARM = "by alarm alone"  # clean, but the owner's mail could not be sent
    LATER = "removed later"  # told; the next run of the process cleared what was left
    UNSOUND = "UNSOUND"
    MISSED = "not met"  # the call did not come, so nothing was tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How an execution with a fault ended, of whichever machine.

    Attributes:
        injected: how often the fault struck.
        mails: the subjects of the mails about it. alarms: how many named the execution.
    """

    status: str
    error: str
    cause: str
    states: tuple[str, ...]
    calls: tuple[Mapping[str, Any], ...]
    injected: int
    seconds: float
    mails: tuple[str, ...]
    alarms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation(Ended):
    """What a run with a fault left behind.

    Attributes:
        verdict: the proof's.
        left: what the cycle made and nobody removed. held: the candidate's policies.
        archive: what is wrong in it. policy: the digest of the policy, or empty.
        later: what the next run of the process did not clear, or None when there was nothing to
            clear.
    """

    verdict: str
    left: tuple[str, ...]
    held: tuple[str, ...]
    archive: tuple[str, ...]
    policy: str
    later: tuple[str, ...] | None = None

    @property
    def entered(self) -> tuple[str, ...]:
        """All states, in order; those of a Map's own executions are known by their calls."""
        return tuple(dict.fromkeys([*self.states, *(one["state"] for one in self.calls)]))

    @property
    def dirty(self) -> tuple[str, ...]:
        """What is left of the run."""
        return self.left + self.held


def judge(seen: Observation, clean: Observation, *, mails: int = 1) -> tuple[Verdict, str]:
    """The verdict, and what is worth saying about it; `mails` is how many there may be."""
    problems = list(_problems(seen, mails))
    if seen.policy and seen.policy != clean.policy:
        problems.append("the policy is another than without the fault")
    if problems:
        return Verdict.UNSOUND, "; ".join(problems)
    if not seen.injected:
        return Verdict.MISSED, f"ended {seen.status}"
    if seen.dirty:
        return Verdict.LATER, ", ".join(seen.dirty)
    if _end(seen) == _end(clean):
        return Verdict.RECOVERED, ""
    if not seen.mails:
        return Verdict.ALARM, f"{seen.status} {seen.error}"
    return Verdict.CLEAN, f"{seen.status} {seen.error or seen.verdict}"


def _end(seen: Observation) -> tuple[str, str, str, bool]:
    return seen.status, seen.error, seen.verdict, bool(seen.mails)


def _problems(seen: Observation, mails: int) -> Iterator[str]:
    if not seen.mails and not seen.alarms:
        yield f"nobody was told that it {seen.status} {seen.error}"
    if seen.status == "SUCCEEDED" and not seen.mails:
        yield "it succeeded without a mail"
    if len(seen.mails) > mails:
        yield f"{len(seen.mails)} mails: {', '.join(seen.mails)}"
    if seen.dirty and (seen.status == "SUCCEEDED" or seen.later is None or seen.later):
        yield f"left: {', '.join(seen.dirty)}"
    yield from seen.archive


def with_later(seen: Observation, later: Observation) -> Observation:
    """The observation, with what the next run of the process found and did."""
    return replace(seen, later=tuple(one for one in seen.dirty if one in later.dirty))
