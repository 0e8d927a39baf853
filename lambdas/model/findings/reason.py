"""Why a resource of the policy holds a wildcard."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self


class ReasonKind(StrEnum):
    """What kind of part the wildcard stands for."""

    NAME = "name"  # what is made up anew, or not told
    DATE = "date"  # a name is open to other days than that of the run
    FAMILY = "family"  # names that were put together: more of them are expected


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """A reason for a wildcard.

    Attributes:
        text: for people, without a full stop; nothing branches on it.
        reaches_others: whether nothing but a made-up id names the resource, so that the wildcard
            reaches what others made, too.
    """

    text: str
    kind: ReasonKind = ReasonKind.NAME
    reaches_others: bool = False

    def __str__(self) -> str:
        return self.text

    def of_others_too(self) -> Self:
        """The same reason, where the wildcard reaches what others made."""
        text = f"{self.text}, and IAM cannot tell it from others by name"
        return replace(self, text=text, reaches_others=True)
