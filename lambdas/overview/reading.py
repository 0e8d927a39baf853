"""What the archive tells of a process, read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.gateways.archived_runs import finished_runs, manifest_of, proved_run
from lambdas.overview.process_row import NOTHING, Archived

if TYPE_CHECKING:
    from lambdas.gateways.archive import Archive
    from lambdas.model.platform import Platform


def archived(archive: Archive, process: str, platform: Platform) -> Archived:
    """Of a process, also one that has never run. On AWS, a proof that was emulated is none."""
    runs = finished_runs(archive, process)
    if not runs:
        return NOTHING
    newest = runs[-1]
    return Archived(
        newest=newest,
        manifest=manifest_of(archive, process, newest.manifest.run),
        proved=proved_run(archive, process, platform) or "",
        approved=next((one.manifest.run for one in reversed(runs) if one.stands), ""),
    )
