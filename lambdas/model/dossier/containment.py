"""What of a policy reaches beyond the process's own: tried on its neighbours, grant by grant."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self


class Whose(StrEnum):
    """Whose a neighbour is, in the order of sentences; the value is their word."""

    STAGE = "another stage"
    STACK = "another stack"
    PROCESS = "another process"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Carried:
    """What a resource of the run carries, by which its grant tells it from others'.

    Attributes:
        resource: the ARN that the run saw. key: IAM's condition key, with its `value` there.
    """

    resource: str
    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Reach:
    """A grant that reaches what is others'.

    Attributes:
        resource: the template's text.
        reads: whether the action changes nothing.
        whose: those that it reaches.
        because: why no condition stops it, as a clause.
    """

    principal: str
    action: str
    resource: str
    reads: bool
    whose: tuple[Whose, ...]
    because: str

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what `to_json` of the containment wrote."""
        return cls(**{**raw, "whose": tuple(map(Whose, raw["whose"]))})


@dataclass(frozen=True, slots=True, kw_only=True)
class Containment:
    """The answer of the simulation.

    Attributes:
        grants: how many were tried. calls: on what the neighbours have.
        refused: how many of the calls.
        by_condition: grants that would reach others', were it not for a condition.
        reaches: sorted.
        carried: sorted; CheckPolicy asks IAM's simulator with it.
    """

    grants: int
    calls: int
    refused: int
    by_condition: int
    reaches: tuple[Reach, ...] = ()
    carried: tuple[Carried, ...] = ()

    @classmethod
    def from_json(cls, raw: Mapping[str, Any] | None) -> Self | None:
        """Read what `to_json` wrote; nothing where an older run has none."""
        if raw is None:
            return None
        return cls(
            **{name: raw[name] for name in ("grants", "calls", "refused", "by_condition")},
            reaches=tuple(map(Reach.from_json, raw["reaches"])),
            carried=tuple(Carried(**one) for one in raw["carried"]),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values, in a fixed order."""
        return {
            "grants": self.grants,
            "calls": self.calls,
            "refused": self.refused,
            "by_condition": self.by_condition,
            "reaches": [{**asdict(one), "whose": list(one.whose)} for one in self.reaches],
            "carried": [asdict(one) for one in self.carried],
        }
