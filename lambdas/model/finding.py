"""What a person must know: Fencepost never skips in silence."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping


class Severity(StrEnum):
    """How soon a person should look."""

    ERROR = "error"  # something was lost, or the policy may not suffice
    WARNING = "warning"  # a person should decide
    NOTE = "note"  # good to know


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One thing to know.

    Attributes:
        kind: a stable word such as `unmapped-event`; callers branch on it, not on text.
        subject: what it is about: an action, an event name, a file, a resource.
        detail: a sentence: what was seen and what it means.
        action: what a person should do, or empty.
        source: file and offset, event id or key where it was seen, or empty.
        count: how many times it was seen.
    """

    severity: Severity
    kind: str
    subject: str
    detail: str
    action: str = ""
    source: str = ""
    count: int = 1

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        return cls(**{**raw, "severity": Severity(raw["severity"])})

    def to_json(self) -> dict[str, Any]:
        """Plain values, in a fixed order."""
        return asdict(self)
