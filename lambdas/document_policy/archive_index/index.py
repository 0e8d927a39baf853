"""What stands beside the runs: `latest.json` and `index.html` per process, and the first page."""

from collections.abc import Sequence
from typing import Any

from lambdas.document_policy.archive_index.pages import process_page
from lambdas.gateways.archive.archived_runs import finished_runs
from lambdas.gateways.archive.documents import Archive
from lambdas.model.archive.archived_runs import RunSummary
from lambdas.model.archive.manifest import sealed, sealed_page
from lambdas.model.execution.platform import Platform
from lambdas.overview.first_page import write_first_page


def process_index(process: str, rows: Sequence[RunSummary]) -> dict[str, bytes]:
    """The pages of one process, by key."""
    return {
        f"{process}/latest.json": latest(process, rows),
        f"{process}/index.html": sealed_page(process_page(process, rows)),
    }


def write_index(
    archive: Archive,
    process: str,
    rows: Sequence[RunSummary] | None = None,
    *,
    of_all: bool = True,
) -> None:
    """Make the pages beside the runs anew; they hold nothing that the manifests do not.

    The first page tells of all processes: the runs of a fleet leave it to the fleet (`of_all`).
    """
    pages = process_index(process, rows or finished_runs(archive, process))
    for key, body in pages.items():
        archive.put(key, body, _type(key), replace=True)
    if of_all:
        write_first_page(archive)


def _type(key: str) -> str:
    return "text/html; charset=utf-8" if key.endswith(".html") else "application/json"


def latest(process: str, rows: Sequence[RunSummary]) -> bytes:
    """Points to the newest proved run (null while none is), and lists all in their order.

    Once a run took place on AWS, none of an embedded AWS is pointed to.
    """
    on_aws = any(row.platform is Platform.AWS for row in rows)
    meant = [row for row in reversed(rows) if not (on_aws and row.platform is Platform.EMBEDDED)]
    proved = next((row for row in meant if row.proved), None)
    approved = next((row for row in meant if row.stands), None)
    return sealed(_content(process, rows, proved, approved))


def _content(
    process: str, rows: Sequence[RunSummary], proved: RunSummary | None, approved: RunSummary | None
) -> dict[str, Any]:
    return {
        "process": process,
        "run": proved.manifest.run if proved else None,
        "shownOn": proved.platform.value if proved else None,
        "policy": f"{process}/{proved.manifest.run}/policy.json" if proved else None,
        "approved": approved.manifest.run if approved else None,
        "finished": rows[-1].manifest.run if rows else None,
        "runs": [row.to_json() for row in rows],
    }
