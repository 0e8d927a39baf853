"""The pages that list runs and processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambdas.model.history import Row


def process_page(process: str, rows: Sequence[Row]) -> str:
    """`<process>/index.html`: its runs, the newest first."""
    return f"{process} {len(rows)}"


def shelf_page(newest: Mapping[str, Row]) -> str:
    """`index.html`: every process with its newest run."""
    return f"{len(newest)}"
