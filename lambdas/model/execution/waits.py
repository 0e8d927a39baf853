"""What the state machine waited for, as it counts it in `waits`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.model.execution.quotas import quota_of
from lambdas.model.text import counted, visible


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaWait:
    """A wait for what others held of a quota.

    Attributes:
        state: that met it. name, place: of the quota; the error's name and nothing when it is of
            none. minutes: of all waits of the state together. cause: AWS's words.
    """

    state: str
    name: str
    place: str
    minutes: int
    cause: str

    @property
    def words(self) -> str:
        """`RunCycle waited 7 minutes …`."""
        return (
            f"{self.state} waited {counted(self.minutes, 'minute')}, asking every minute, for what "
            f"others held of the quota. AWS said: {self.cause}"
        )


def quota_waits(waits: Mapping[str, Any]) -> tuple[QuotaWait, ...]:
    """Read `waits`, sorted by state; what is no wait for a quota is left to others."""
    return tuple(
        _of(state, wait)
        for state, wait in sorted(waits.items())
        if isinstance(wait, dict) and "error" in wait
    )


def _of(state: str, wait: Mapping[str, Any]) -> QuotaWait:
    error, cause = str(wait["error"]), str(wait.get("cause", ""))
    quota = quota_of(error, cause)
    return QuotaWait(
        state=visible(state),
        name=quota.name if quota else visible(error),
        place=quota.place if quota else "",
        minutes=int(wait.get("minutes", 0)),
        cause=visible(cause),
    )
