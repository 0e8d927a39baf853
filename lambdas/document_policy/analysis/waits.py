"""What a run waited for, as findings: nobody should have to look into the execution for it."""

from collections.abc import Iterator, Mapping
from typing import Any

from lambdas.model.execution.waits import quota_waits
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.text import counted, listed


def waited(waits: Mapping[str, Any]) -> tuple[Finding, ...]:
    """A note for each wait of the state machine, by the state's name."""
    return (*_quotas(waits), *_trails(waits))


def _quotas(waits: Mapping[str, Any]) -> Iterator[Finding]:
    yield from (
        Finding(
            severity=Severity.NOTE,
            kind=FindingKind.WAITED_FOR_A_QUOTA,
            subject=one.name,
            detail=one.words,
            action=f"Look there if it is often so: {one.place}" if one.place else "",
        )
        for one in quota_waits(waits)
    )


def _trails(waits: Mapping[str, Any]) -> Iterator[Finding]:
    for state, wait in sorted(waits.items()):
        trail = wait.get("trail")
        if not trail:
            continue
        later = listed([f"{region} ({at})" for region, at in sorted(trail["later"].items())])
        yield Finding(
            severity=Severity.NOTE,
            kind=FindingKind.WAITED_FOR_THE_TRAIL,
            subject=state,
            detail=f"The trail was taken for complete {_minutes(trail['seconds'])} after the end "
            f"of the cycle: the {_minutes(trail['allowed'])} that AWS's published delivery allows "
            "for had passed, and a marker made after two thirds of them was delivered in "
            f"{later}. CloudTrail guarantees neither a time nor an order.",
        )


def _minutes(seconds: int) -> str:
    return counted(round(seconds / 60), "minute") if seconds >= 60 else counted(seconds, "second")  # noqa: PLR2004
