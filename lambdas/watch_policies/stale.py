"""Which processes have become stale since the last look, in a mail that names them."""

import json
from collections.abc import Mapping

from lambdas.model.limits import SUBJECT_LIMIT
from lambdas.model.text import counted

BETWEEN_LOOKS = 1.05  # days; rather told twice than never, when a look comes late
NAMED = 20  # processes in a mail


def stale_mail(ages: Mapping[str, float], limit: float) -> tuple[str, str] | None:
    """Subject and text when a process has reached the limit since the last look; else None.

    Args:
        ages: days without a proved run, by process.
        limit: days from which on a process is stale.
    """
    stale = {process: days for process, days in ages.items() if days >= limit}
    new = sorted(process for process, days in stale.items() if days < limit + BETWEEN_LOOKS)
    if not new:
        return None
    summary = f"{counted(len(new), 'process')} without a proved run for {limit:g} days"
    subject = f"Fencepost: {summary}: {', '.join(new)}"
    subject = subject if len(subject) <= SUBJECT_LIMIT else f"Fencepost: {summary}"
    oldest = sorted(stale.items(), key=lambda one: (-one[1], one[0]))
    left = len(stale) - NAMED
    lines = [
        f"Since yesterday: {_listed(new)}.",
        "",
        f"{counted(len(stale), 'process')} in all, the longest first:",
        *(f"  {process}: {days:.0f} days" for process, days in oldest[:NAMED]),
        *([f"  and {left:,} more; the archive's first page has all"] if left > 0 else []),
        "",
        "Read why they were not proved, or run them again as a fleet (docs/operations.md):",
        json.dumps({"choose": {"names": new[:NAMED]}}),
    ]
    return subject, "\n".join(lines)


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more}"
