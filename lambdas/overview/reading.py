"""What the archive tells of processes, read; one whose documents were changed stops no other."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from lambdas.errors import ArchiveRefusedError, MissingObjectError
from lambdas.gateways.archive.archived_runs import manifest_of, remembered
from lambdas.gateways.archive.documents import Archive
from lambdas.model.archive.fleet import FLEETS, REPORT
from lambdas.model.execution.platform import Platform
from lambdas.overview.process_row import NOTHING, Archived

AT_ONCE = 16  # questions to the archive


def archived(archive: Archive, process: str, platform: Platform) -> Archived:
    """Of a process, also one that has never run. On AWS, a proof that was emulated is none."""
    runs = remembered(archive, process)
    if not runs:
        return NOTHING
    newest = runs[-1]
    counting = [
        one
        for one in reversed(runs)
        if platform is not Platform.AWS or one.platform is not Platform.EMBEDDED
    ]
    manifest, broken = None, ""
    try:
        manifest = manifest_of(archive, process, newest.manifest.run)
    except (ArchiveRefusedError, MissingObjectError) as error:
        broken = str(error)
    return Archived(
        newest=newest,
        manifest=manifest,
        proved=next((one.manifest.run for one in counting if one.proved), ""),
        approved=next((one.manifest.run for one in reversed(runs) if one.stands), ""),
        broken=broken,
    )


def everything(archive: Archive) -> dict[str, Archived]:
    """All processes that the archive has finished runs of.

    Once one ran on AWS, the archive is of AWS, and what was emulated proves nothing.
    """
    names = [one for one in archive.folders("") if one != FLEETS]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        newest = [runs[-1] for runs in pool.map(partial(remembered, archive), names) if runs]
        on_aws = any(one.platform is Platform.AWS for one in newest)
        platform = Platform.AWS if on_aws else Platform.UNKNOWN
        found = pool.map(lambda name: archived(archive, name, platform), names)
        return {name: one for name, one in zip(names, found, strict=True) if one.newest}


def newest_report(archive: Archive) -> str:
    """The key of the newest fleet's report; empty while there is none."""
    for fleet in reversed(archive.folders(f"{FLEETS}/")):
        key = f"{FLEETS}/{fleet}/{REPORT}"
        if archive.exists(key):
            return key
    return ""
