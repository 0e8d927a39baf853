"""What the proof said: the first line of every document."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from lambdas.errors import InvalidEventError
from lambdas.model.text import counted, sentence

_REPAIRED = re.compile(r"proved after (?:(\d+) )?repairs?")


class VerdictKind(StrEnum):
    """What a second cycle under the policy alone has shown."""

    PROVED = "proved"
    REPAIRED = "proved after repairs"
    NOT_PROVED = "not proved"
    NOT_ATTEMPTED = "not attempted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The verdict and its grounds.

    Attributes:
        reason: a sentence: what the verdict rests on.
        details: one line per repair, or per thing that is missing.
        repairs: how many times the policy was mended before it sufficed.
    """

    kind: VerdictKind
    reason: str = ""
    details: tuple[str, ...] = ()
    repairs: int = 0

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read `{"kind": …, "reason": …}`; `proved after 2 repairs` says its number itself.

        Raises:
            InvalidEventError: the kind is none of the four.
        """
        kind = str(raw.get("kind", ""))
        details = tuple(map(_line, raw.get("repairs") or raw.get("missing") or ()))
        repaired = _REPAIRED.fullmatch(kind)
        if repaired:
            return cls(
                kind=VerdictKind.REPAIRED,
                reason=str(raw.get("reason", "")),
                details=details,
                repairs=int(repaired.group(1) or len(details) or 1),
            )
        if kind not in set(VerdictKind):
            raise InvalidEventError(f"verdict.kind is {kind!r}; use one of {list(VerdictKind)}")
        return cls(kind=VerdictKind(kind), reason=str(raw.get("reason", "")), details=details)

    @property
    def proved(self) -> bool:
        """Whether a whole cycle succeeded with nothing but the policy."""
        return self.kind in {VerdictKind.PROVED, VerdictKind.REPAIRED}

    @property
    def words(self) -> str:
        """`proved`, `proved after 2 repairs`, `not proved`, `not attempted`."""
        if self.kind is VerdictKind.REPAIRED:
            return f"proved after {counted(self.repairs, 'repair')}"
        return self.kind.value

    @property
    def headline(self) -> str:
        """The words as the beginning of a line."""
        return self.words.capitalize()

    @property
    def grounds(self) -> str:
        """The reason, or what the kind itself says."""
        return sentence(self.reason) or _MEANING[self.kind]


_MEANING = {
    VerdictKind.PROVED: "The whole cycle ran again with this policy and nothing else.",
    VerdictKind.REPAIRED: "The whole cycle ran again with this policy and nothing else, after the "
    "repairs listed.",
    VerdictKind.NOT_PROVED: "The cycle did not succeed with this policy and nothing else.",
    VerdictKind.NOT_ATTEMPTED: "The cycle was not run a second time under this policy.",
}


def _line(raw: object) -> str:
    if isinstance(raw, dict):
        return ", ".join(f"{key}: {value}" for key, value in sorted(raw.items()))
    return str(raw)
