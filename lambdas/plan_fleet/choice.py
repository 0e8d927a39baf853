"""Which processes a fleet is to run, as its input says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from lambdas.errors import FleetNotChosenError
from lambdas.model.definition.process_parameter import Place
from lambdas.model.text import listed, shortened

LISTS = ("names", "owners", "sandboxes")
KEYS = ("all", *LISTS, "olderThanDays", "neverProved")
EXAMPLE = '{"choose": {"all": true}}, or by names, owners, sandboxes, olderThanDays, neverProved'
SHOWN = 20  # names that a message tells
LONGEST = 200  # characters of a value that a message tells
OLDEST = 36_500  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A process that could be run.

    Attributes:
        proved: when the newest proved run began; None while none is.
        proves: whether its cycle may run a second time.
        cycle: minutes that its cycle took the last time; None when nothing tells.
    """

    process: str
    owner: str
    place: Place
    proved: datetime | None = None
    proves: bool = True
    cycle: float | None = None

    @property
    def urgency(self) -> tuple[bool, float, str]:
        """What is to be run first sorts first: never proved, then the oldest proof."""
        return (
            self.proved is not None,
            self.proved.timestamp() if self.proved else 0.0,
            self.process,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the input chooses.

    A process is taken when each of `names`, `owners`, `sandboxes` that is given holds it, and, if
    an age or `neverProved` is given, its proof is older or there is none.

    Attributes:
        older_than: days; None when no age is asked for.
    """

    names: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    sandboxes: frozenset[str] = frozenset()
    older_than: float | None = None
    never_proved: bool = False

    @classmethod
    def from_json(cls, raw: object) -> Self:
        """Read `choose`.

        Raises:
            FleetNotChosenError: it chooses nothing, or says what cannot be meant.
        """
        if not isinstance(raw, dict) or not raw:
            raise FleetNotChosenError(f"the input chooses nothing; write {EXAMPLE}")
        unknown = sorted(set(raw) - set(KEYS))
        if unknown:
            raise FleetNotChosenError(f"choose does not know {some(unknown)}; write {EXAMPLE}")
        for key in ("all", "neverProved"):
            if key in raw and raw[key] is not True:
                raise FleetNotChosenError(
                    f"choose.{key} is {quoted(raw[key])}; write true or leave out"
                )
        if raw.get("all") and len(raw) > 1:
            raise FleetNotChosenError("choose.all stands beside other keys; leave one out")
        return cls(
            **{key: _names(raw, key) for key in LISTS},
            older_than=_days(raw),
            never_proved=raw.get("neverProved") is True,
        )

    def takes(self, one: Candidate, now: datetime) -> bool:
        """Whether a process is chosen."""
        return self._by_place(one) and self._by_proof(one, now)

    def passes_over(self, one: Candidate) -> bool:
        """Whether an age is asked for, and only having no proof keeps a process out."""
        unasked = self.older_than is not None and not self.never_proved
        return unasked and one.proved is None and self._by_place(one)

    def _by_place(self, one: Candidate) -> bool:
        return (
            _in(one.process, self.names)
            and _in(one.owner, self.owners)
            and _in(one.place.name, self.sandboxes)
        )

    def _by_proof(self, one: Candidate, now: datetime) -> bool:
        if self.older_than is None and not self.never_proved:
            return True
        if one.proved is None:
            return self.never_proved
        return self.older_than is not None and now - one.proved > timedelta(days=self.older_than)


def chosen(candidates: Sequence[Candidate], choice: Choice, now: datetime) -> tuple[Candidate, ...]:
    """The processes that are chosen, the most urgent first.

    Raises:
        FleetNotChosenError: the choice names what there is not.
    """
    for what, wanted, known in (
        ("names", choice.names, {one.process for one in candidates}),
        ("owners", choice.owners, {one.owner for one in candidates}),
        ("sandboxes", choice.sandboxes, {one.place.name for one in candidates}),
    ):
        missing = sorted(wanted - known)
        if missing:
            raise FleetNotChosenError(
                f"choose.{what} has {some(missing)}, which no process has; known are "
                f"{some(sorted(known)) or 'none'}"
            )
    taken = (one for one in candidates if choice.takes(one, now))
    return tuple(sorted(taken, key=lambda one: one.urgency))


def some(names: Iterable[str]) -> str:
    """The first names, none longer than a message bears."""
    every = list(names)
    more = [f"{len(every) - SHOWN:,} more"] if len(every) > SHOWN else []
    shown = (shortened(one, LONGEST, whole_in="the input") for one in every[:SHOWN])
    return listed([*shown, *more])


def quoted(value: object) -> str:
    """What somebody wrote, no longer than a message bears."""
    return shortened(repr(value), LONGEST, whole_in="the input")


def _in(value: str, wanted: frozenset[str]) -> bool:
    return not wanted or value in wanted


def _names(raw: Mapping[str, Any], key: str) -> frozenset[str]:
    if key not in raw:
        return frozenset()
    given = raw[key]
    if not isinstance(given, list) or not given or not all(isinstance(one, str) for one in given):
        raise FleetNotChosenError(
            f"choose.{key} is {quoted(given)}; write a list of one text or more"
        )
    return frozenset(given)


def _days(raw: Mapping[str, Any]) -> float | None:
    days = raw.get("olderThanDays")
    if days is None:
        return None
    if isinstance(days, bool) or not isinstance(days, int | float) or not 0 <= days <= OLDEST:
        raise FleetNotChosenError(
            f"choose.olderThanDays is {quoted(days)}; write a number of days from 0 to {OLDEST}"
        )
    return float(days)
