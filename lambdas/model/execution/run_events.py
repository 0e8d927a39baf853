"""Events of a run for other systems, as EventBridge takes them; docs/schemas has their schema.

An event may come twice (a repeated state puts it again): its kind and its run name it.
"""

import json
from enum import StrEnum
from typing import Any

from lambdas.model.execution.run import Run
from lambdas.model.limits import EVENT_LIMIT
from lambdas.model.text import visible

SOURCE = "fencepost"
VERSION = "1"  # of the schema; it grows when a field changes its meaning or goes
TEXT_LIMIT = 1_000  # characters of any text that came from elsewhere


class EventKind(StrEnum):
    """The event's `detail-type`."""

    PUBLISHED = "Policy Published"
    NOT_PROVED = "Policy Not Proved"
    WIDENED = "Access Widened"
    FAILED = "Run Failed"


def entry(
    kind: EventKind, run: Run, detail: dict[str, Any], *, shorten: str = ""
) -> dict[str, Any]:
    """An entry of PutEvents.

    Args:
        kind: what happened.
        run: the run that it happened in.
        detail: what else there is to tell.
        shorten: a list in the detail, cut at its end until the entry fits; `<list>Left` tells by
            how much.
    """
    content = {**_about(run), **detail}
    if shorten:
        whole = content[shorten]
        kept = len(whole)
        while kept and size_of(content) > EVENT_LIMIT:
            kept //= 2
            content |= {shorten: whole[:kept], f"{shorten}Left": len(whole) - kept}
    return {"Source": SOURCE, "DetailType": kind.value, "Detail": content}


def size_of(detail: dict[str, Any]) -> int:
    """Bytes of a detail, spelled in the longest way that JSON has."""
    return len(json.dumps(detail))


def event_text(text: str) -> str:
    """Text that came from elsewhere: one line in which nothing hides, of bounded length."""
    shown = visible(text)
    return shown if len(shown) <= TEXT_LIMIT else f"{shown[: TEXT_LIMIT - 1]}…"


def _about(run: Run) -> dict[str, Any]:
    return {
        "version": VERSION,
        "process": run.process,
        "run": run.id,
        "account": run.account,
        "region": run.region,
        "executionArn": run.execution_arn,
        "shownOn": run.platform.value,
    }
