"""What a run waited for, as findings: nobody should have to look into the execution for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas.model.finding import Finding, Severity
from lambdas.model.waits import quota_waits

if TYPE_CHECKING:
    from collections.abc import Mapping


def waited(waits: Mapping[str, Any]) -> tuple[Finding, ...]:
    """A note for each wait of the state machine, by the state's name."""
    return tuple(
        Finding(
            severity=Severity.NOTE,
            kind="waited-for-a-quota",
            subject=one.name,
            detail=one.words,
            action=f"If it is often so, raise it: {one.place}" if one.place else "",
        )
        for one in quota_waits(waits)
    )
