"""Whose evidence a record is: decided before it is translated."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Who made a call.

    Attributes:
        via: the services that called on for the principal, outermost first.
        hides: whether a service called on that the record does not name.
    """

    principal: str
    session: str = ""
    phase: str = ""
    via: tuple[str, ...] = ()
    hides: bool = False

    def asked_via(self, through: str, hidden: str) -> tuple[str, ...]:
        """The services that asked for an action in the principal's name, outermost first.

        Args:
            through: a service that asked besides, told by the call itself; or empty.
            hidden: a service that asked if there was one at all; or empty.
        """
        nearest = through or (hidden if self.hides else "")
        return (*self.via, nearest) if nearest else self.via
