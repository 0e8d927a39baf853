"""What a round of the proof says, and what comes next: pure, so that every case can be tried."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self

from lambdas.model.dossier.verdict import VerdictKind
from lambdas.model.text import counted, sentence
from lambdas.prove_policy.advice import advice
from lambdas.prove_policy.denials import Denial

LIMIT = 5  # rounds; each is a whole cycle
SHOWN = 40  # lines of a verdict: it travels through the state machine, proof.json holds them all
WELL = "SUCCEEDED"  # CodeBuild's word
PHASE_FAILED = "FAILED"  # the cycle's, in a build that ended well and said so
UNSEEN = "the trail shows no call of its cycle"
WIDEST = 1_000  # characters of one of them


class Next(StrEnum):
    """What the state machine does after a round."""

    PROVED = "proved"
    SETTLE = "settle"  # proved; refine once more without what only refused rounds called
    REPAIR = "repair"  # refine with the denials, install, run again
    AGAIN = "again"  # the same policy once more
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """How the round's cycle ended.

    Attributes:
        failed_phase: the first that failed; empty when none did.
        tail: the last lines of the command that failed.
        status: CodeBuild's, or FAILED when the build said that a phase failed.
    """

    succeeded: bool
    status: str = ""
    failed_phase: str = ""
    tail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round that is over.

    Attributes:
        repaired: what refinement was given because of it; `granted`: denied although the policy
            of the round allowed it, so that IAM had perhaps not caught up.
        removed: what the sandbox role took away afterwards.
        dropped: grants that the round was proved with, did not use, and the next goes without.
    """

    number: int
    run: str
    build: Build
    denied: tuple[Denial, ...]
    granted: tuple[Denial, ...] = ()
    repaired: tuple[Denial, ...] = ()
    removed: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        return cls(
            number=raw["number"],
            run=raw["run"],
            build=Build(**raw["build"]),
            denied=tuple(map(Denial.from_json, raw["denied"])),
            granted=tuple(map(Denial.from_json, raw["granted"])),
            repaired=tuple(map(Denial.from_json, raw["repaired"])),
            removed=tuple(raw["removed"]),
            dropped=tuple(raw.get("dropped", ())),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values, in a fixed order."""
        return {
            "number": self.number,
            "run": self.run,
            "build": {
                "succeeded": self.build.succeeded,
                "status": self.build.status,
                "failed_phase": self.build.failed_phase,
                "tail": self.build.tail,
            },
            "denied": [one.to_json() for one in self.denied],
            "granted": [one.to_json() for one in self.granted],
            "repaired": [one.to_json() for one in self.repaired],
            "removed": list(self.removed),
            "dropped": list(self.dropped),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What comes next, and the verdict as far as it can be told.

    Attributes:
        details: each repair when it is proved, each thing that is missing when it is not.
        repair: the denials that refinement is to be given.
        advice: what a person is to do now, in one sentence; empty unless the proof stops.
    """

    next: Next
    kind: VerdictKind
    reason: str
    details: tuple[str, ...] = ()
    repairs: int = 0
    repair: tuple[Denial, ...] = ()
    advice: str = ""

    def verdict(self) -> dict[str, Any]:
        """As DocumentPolicy reads it."""
        lines = [one[:WIDEST] for one in self.details[:SHOWN]]
        if len(self.details) > SHOWN:
            lines.append(f"and {len(self.details) - SHOWN} more, all in proof.json")
        if self.kind is VerdictKind.REPAIRED:
            words = f"proved after {counted(self.repairs, 'repair')}"
            return {"kind": words, "reason": self.reason, "repairs": lines}
        reason = f"{sentence(self.reason)} {self.advice}" if self.advice else self.reason
        return {"kind": self.kind.value, "reason": reason} | ({"missing": lines} if lines else {})


def decide(
    this: Round,
    earlier: Sequence[Round],
    *,
    expected: Collection[Denial] = (),
    hopeless: Mapping[Denial, str] = MappingProxyType({}),
    limit: int = LIMIT,
) -> Decision:
    """What comes after a round.

    Args:
        this: the round that is over.
        earlier: the rounds before it, in order.
        expected: denials that the first cycle met as well: an administrator may not do that here,
            so a process that succeeds without it does not need it.
        hopeless: denials for which no repair is made, and why.
        limit: how many rounds there may be.
    """
    denied = tuple(one for one in this.denied if one not in expected)
    if this.build.succeeded and not denied:
        return _proved(this, earlier)
    known = {(one.action, one.resource) for round_ in earlier for one in round_.repaired}
    fresh = tuple(
        one
        for one in denied
        if not one.obstacle
        and one not in this.granted
        and one not in hopeless
        and (one.action, one.resource) not in known
    )
    if not fresh and not _worth_again(this, earlier, denied):
        return _stuck(this, denied, hopeless)
    if this.number >= limit:
        return _stop(this, denied, f"{_ended(this)}, and {limit} rounds are the limit", hopeless)
    if fresh:
        reason = f"{_ended(this)}: {counted(len(fresh), 'permission')} missing"
        return Decision(
            next=Next.REPAIR,
            kind=VerdictKind.NOT_PROVED,
            reason=reason,
            details=tuple(one.words for one in denied),
            repair=fresh,
        )
    return Decision(
        next=Next.AGAIN,
        kind=VerdictKind.NOT_PROVED,
        reason=f"{_ended(this)} by denials of what the policy allows; IAM may not have caught up",
        details=tuple(one.words for one in denied),
    )


def _proved(this: Round, earlier: Sequence[Round]) -> Decision:
    mended = [one for one in earlier if one.repaired]
    lacked = "nothing that it needs" if this.denied else "nothing"
    lines = tuple(f"round {one.number}: {it.words}" for one in mended for it in one.repaired)
    return Decision(
        next=Next.PROVED,
        kind=VerdictKind.REPAIRED if mended else VerdictKind.PROVED,
        reason=f"the whole cycle ran again as {this.run} with this policy and nothing else, under "
        f"other names, and was denied {lacked}",
        details=lines,
        repairs=len(mended),
    )


def _worth_again(this: Round, earlier: Sequence[Round], denied: Collection[Denial]) -> bool:
    """Once: denials of what is granted may be IAM's delay, but twice in a row they are not."""
    asked_again = bool(earlier) and bool(earlier[-1].granted) and not earlier[-1].repaired
    return bool(this.granted) and set(denied) <= set(this.granted) and not asked_again


def _stuck(this: Round, denied: tuple[Denial, ...], hopeless: Mapping[Denial, str]) -> Decision:
    blocked = [one for one in denied if one.obstacle]
    given_up = [hopeless[one] for one in denied if one in hopeless]
    if not denied:
        lack = "" if this.build.status == WELL else " without a denial, so no permission would help"
    elif blocked:
        lack = "; the denial does not come from the policy"
    elif given_up:
        lack = f"; {given_up[0]}"
    else:
        lack = ", and the round brought nothing new"
    return _stop(this, denied, f"{_ended(this)}{lack}", hopeless)


def _ended(this: Round) -> str:
    if this.build.succeeded:
        return f"round {this.number} ended well but was denied something"
    if this.build.status == WELL:
        phase = this.build.failed_phase
        lack = f"its build does not say that {phase} was done" if phase else UNSEEN
        return f"round {this.number} does not count: {lack}"
    phase = f" in {this.build.failed_phase}" if this.build.failed_phase else ""
    return f"round {this.number} failed{phase}"


def _stop(
    this: Round, denied: tuple[Denial, ...], reason: str, hopeless: Mapping[Denial, str]
) -> Decision:
    return Decision(
        next=Next.STOP,
        kind=VerdictKind.NOT_PROVED,
        reason=reason,
        details=tuple(one.words for one in denied),
        advice=advice(
            this.build.failed_phase,
            denied,
            hopeless,
            ended_well=this.build.succeeded or this.build.status == WELL,
        ),
    )
