"""What stands beside the runs: `latest.json` and `index.html` per process, and the first page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lambdas.document_policy.index import process_page, shelf_page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambdas.model.history import Row


def shelf(process: str, rows: Sequence[Row]) -> dict[str, bytes]:
    """The pages of one process, by key."""
    return {
        f"{process}/latest.json": latest(process, rows),
        f"{process}/index.html": process_page(process, rows).encode(),
    }


def first_page(newest: Mapping[str, Row]) -> dict[str, bytes]:
    """The page of the whole archive: every process with its newest run."""
    return {"index.html": shelf_page(newest).encode()}


def latest(process: str, rows: Sequence[Row]) -> bytes:
    """Points to the newest proved run (null while none is), and lists all in their order."""
    proved = next((row for row in reversed(rows) if row.proved), None)
    approved = next((row for row in reversed(rows) if row.approval), None)
    content: dict[str, Any] = {
        "process": process,
        "run": proved.manifest.run if proved else None,
        "policy": f"{process}/{proved.manifest.run}/policy.json" if proved else None,
        "approved": approved.manifest.run if approved else None,
        "finished": rows[-1].manifest.run if rows else None,
        "runs": [row.to_json() for row in rows],
    }
    return (json.dumps(content, indent=1) + "\n").encode()
