"""Names that earlier cycles saw: what differs between runs varies, what never does is fixed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """The names of one earlier cycle.

    Attributes:
        id: the run's id.
        values: of the account's and the process's variables in that cycle, sorted by name.
        resources: every resource that its evidence names, sorted.
    """

    id: str
    values: tuple[tuple[str, str], ...]
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EarlierNames:
    """Earlier cycles of the process, newest first; none for a first run."""

    runs: tuple[PastRun, ...] = ()
