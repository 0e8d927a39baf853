"""Which principal and session were asked for."""

from dataclasses import dataclass
from typing import Self

from lambdas.collect_evidence.principals.caller import ASSUMED, Caller
from lambdas.model.iam.arn import Arn


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Who was asked for.

    Attributes:
        principal: the ARN of a role or user, with or without its path.
        session: a session's whole name, or how the names begin; empty for all.
        since, until: of which times, both included, as records spell them; empty is open.
    """

    principal: Arn
    session: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, principal: str, session: str = "") -> Self:
        """Read the ARN of a role, a user or an assumed role's session.

        Raises:
            ValueError: it is none of these.
        """
        arn = Arn.from_text(principal)
        if arn.service == "sts" and arn.resource.startswith(ASSUMED):
            role, _, name = arn.resource.removeprefix(ASSUMED).partition("/")
            arn = Arn(
                partition=arn.partition, service="iam", account=arn.account, resource=f"role/{role}"
            )
            session = session or name
        if arn.service == "iam" and arn.resource == "root":
            raise ValueError(f"{principal} is an account's root user, which no policy limits")
        if arn.service != "iam" or not arn.resource.startswith(("role/", "user/")):
            raise ValueError(f"{principal!r} is the ARN of neither a role nor a user")
        if not (arn.account and arn.name):
            raise ValueError(f"{principal!r} lacks its account or its name")
        return cls(principal=arn, session=session)

    @property
    def needle(self) -> str:
        """A text that every record of the principal holds."""
        return self.session or self.principal.name

    def chooses(self, caller: Caller) -> bool:
        """Whether a call is the principal's, and of the session asked for."""
        return self._is_principal(caller) and caller.session.startswith(self.session)

    def within(self, time: str) -> bool:
        """Whether a record's time is among those asked for; a record without one may be."""
        return not time or (self.since <= time and (not self.until or time <= self.until))

    def may_choose(self, caller: Caller) -> bool:
        """Whether it may be: the principal made it, in a session that is not told."""
        return self._is_principal(caller) and not caller.session

    def _is_principal(self, caller: Caller) -> bool:
        asked, called_by = self.principal, caller.principal
        if (caller.account, caller.name) != (asked.account, asked.name):
            return False
        if asked.resource.startswith("role/") != (":role/" in called_by):
            return False
        # A path that was asked for must be the caller's where the record tells a path at all.
        return (
            called_by.count("/") <= 1 or asked.resource.count("/") <= 1 or called_by == str(asked)
        )

    def phase(self, caller: Caller) -> str:
        """What follows the prefix in the session's name."""
        return caller.session.removeprefix(self.session) if self.session else ""
