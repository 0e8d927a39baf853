"""What one question of the doctor found."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a thing stands, best first."""

    THERE = "ok"
    NOTE = "note"
    UNKNOWN = "not known"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that a deployment needs.

    Attributes:
        found: what is there, in a sentence. advice: what to do; empty when nothing is.
    """

    name: str
    state: State
    found: str
    advice: str = ""

    def to_json(self) -> dict[str, str]:
        """For a script."""
        return {
            "name": self.name,
            "state": self.state.value,
            "found": self.found,
            "advice": self.advice,
        }


def there(name: str, found: str) -> Check:
    """Nothing to do."""
    return Check(name=name, state=State.THERE, found=found)


def note(name: str, found: str, advice: str) -> Check:
    """A deployment works, and somebody should know this."""
    return Check(name=name, state=State.NOTE, found=found, advice=advice)


def unknown(name: str, found: str, advice: str) -> Check:
    """It could not be asked."""
    return Check(name=name, state=State.UNKNOWN, found=found, advice=advice)


def missing(name: str, found: str, advice: str) -> Check:
    """A deployment, or its first run, would fail."""
    return Check(name=name, state=State.MISSING, found=found, advice=advice)
