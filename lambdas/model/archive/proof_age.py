"""How long a process has been without a proved run."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

STARTED = "%Y%m%dT%H%M%SZ"  # what a run's id begins with; see model.run


def days_unproved(proved: str | None, runs: Iterable[str], now: datetime) -> float | None:
    """Days since the newest proved run, or since the first run while none is proved.

    Nothing when there was no run: then there is no policy that could be stale.

    Args:
        proved: id of the newest proved run.
        runs: ids of all runs; other names are passed over.
        now: with its time zone.
    """
    started = [found for run in ([proved] if proved else runs) if (found := started_at(run))]
    return (now - min(started)) / timedelta(days=1) if started else None


def started_at(run: str) -> datetime | None:
    """When a run began, as its id tells; nothing when the name is no run's id."""
    try:
        return datetime.strptime(run.partition("-")[0], STARTED).replace(tzinfo=UTC)
    except ValueError:
        return None
