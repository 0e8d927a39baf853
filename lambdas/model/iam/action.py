"""An IAM action: a service prefix and a name, spelled as IAM's reference spells them."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, order=True)
class Action:
    """For example `s3:GetObject`. Compared as spelled: the reference gives the canonical case."""

    service: str
    name: str

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read `service:Name`.

        Raises:
            ValueError: there is no colon, or a side is empty.
        """
        service, colon, name = text.partition(":")
        if not (service and colon and name):
            raise ValueError(f"{text!r} is not an IAM action; write it as service:Name")
        return cls(service, name)

    def __str__(self) -> str:
        return f"{self.service}:{self.name}"
