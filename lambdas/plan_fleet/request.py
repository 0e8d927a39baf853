"""How a fleet is to run, as its input and the deployment's settings say together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from lambdas.errors import FleetNotChosenError
from lambdas.model.archive.fleet import MOST_AT_ONCE
from lambdas.model.text import listed
from lambdas.plan_fleet.choice import Choice, quoted, some

GENERATORS = ("access-analyzer", "trail")
BEYOND = ("trail", "days")
KEYS = ("choose", "confirm", "generator", "beyondQuota", "atOnce", "prove", "tolerate")
TOLERATED = 10.0  # percent of the runs that may fail


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a fleet was asked for.

    Attributes:
        confirm: whether a large one may start.
        generator: of each run. beyond: what becomes of runs for which Access Analyzer has no
            generation left in a day: `trail` runs them without it, `days` on a later day.
        at_once: runs of one sandbox at a time.
        prove: whether processes that may run twice do.
        tolerate: percent of the runs that may fail before the fleet counts as failed.
    """

    choice: Choice
    confirm: bool = False
    generator: str = GENERATORS[0]
    beyond: str = BEYOND[0]
    at_once: int = 1
    prove: bool = True
    tolerate: float = TOLERATED

    @classmethod
    def from_json(cls, raw: object, *, generator: str, at_once: int) -> Self:
        """Read the execution's input; `generator` and `at_once` are the deployment's.

        Raises:
            FleetNotChosenError: names the key, and what to write.
        """
        given: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
        unknown = sorted(set(given) - set(KEYS))
        if unknown:
            raise FleetNotChosenError(
                f"the input does not know {some(unknown)}; known are {listed(KEYS)}"
            )
        return cls(
            choice=Choice.from_json(given.get("choose")),
            confirm=_flag(given, "confirm", standard=False),
            generator=_word(given, "generator", GENERATORS, generator),
            beyond=_word(given, "beyondQuota", BEYOND, BEYOND[0]),
            at_once=_whole(given, "atOnce", at_once, most=MOST_AT_ONCE),
            prove=_flag(given, "prove", standard=True),
            tolerate=_number(given, "tolerate", TOLERATED, least=0, most=100),
        )


def _flag(given: Mapping[str, Any], key: str, *, standard: bool) -> bool:
    value = given.get(key, standard)
    if not isinstance(value, bool):
        raise FleetNotChosenError(f"{key} is {quoted(value)}; write true or false")
    return value


def _word(given: Mapping[str, Any], key: str, known: tuple[str, ...], standard: str) -> str:
    value = given.get(key, standard)
    if value not in known:
        raise FleetNotChosenError(f"{key} is {quoted(value)}; write {' or '.join(known)}")
    return str(value)


def _number(
    given: Mapping[str, Any], key: str, standard: float, *, least: float, most: float
) -> float:
    value = given.get(key, standard)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise FleetNotChosenError(
            f"{key} is {quoted(value)}; write a number from {least} to {most}"
        )
    return value


def _whole(given: Mapping[str, Any], key: str, standard: int, *, most: int) -> int:
    value = _number(given, key, standard, least=1, most=most)
    if value != int(value):
        raise FleetNotChosenError(f"{key} is {quoted(value)}; write a whole number")
    return int(value)
