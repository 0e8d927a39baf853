"""verify-archive and approve: the two commands that work on finished runs."""

from __future__ import annotations

import getpass
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lambdas.document_policy.archive_index.index import write_index
from lambdas.errors import ArchiveRefusedError, FencepostError, MissingObjectError
from lambdas.gateways.archive import Archive, FolderArchive, S3Archive
from lambdas.gateways.archived_runs import finished_runs, row_of
from lambdas.model.manifest import APPROVAL, FORMAT, MANIFEST, digest, sealed, unsealed
from lambdas.model.platform import Platform
from lambdas.model.text import counted, visible
from local.archive.verification import verify
from local.connection import Connection
from local.emulator import OUT, STATE
from local.output import NO, UNKNOWN, YES, complain, document

if TYPE_CHECKING:
    import argparse

    from local.archive.verification import Verification

S3 = "s3://"
BUCKET_OUTPUT = "ArchiveBucketName"  # of archive_stack
MOST = 20  # breaks and notes that are printed


def open_archive(place: str) -> Archive:
    """A folder, or `s3://bucket` with the credentials of the environment.

    Raises:
        ArchiveRefusedError: there is no such folder.
    """
    if place.startswith(S3):
        return S3Archive(place.removeprefix(S3).strip("/"))
    if not Path(place).is_dir():
        raise ArchiveRefusedError(f"{place} is no folder; give one, or s3://bucket")
    return FolderArchive(Path(place))


def chosen_archive(place: str | None) -> Archive:
    """The archive that was named, else that of the embedded AWS that is up, else `out`."""
    if place and not place.startswith(S3):
        return open_archive(place)
    bucket = place.removeprefix(S3).strip("/") if place else None
    return embedded_archive(bucket) or open_archive(place or str(OUT))


def embedded_archive(name: str | None) -> Archive | None:
    """The archive of the embedded AWS, when one is up and holds it (by this name, if any)."""
    connection = Connection.of(STATE)
    if connection is None or not connection.answers():
        return None
    stacks = connection.client("cloudformation").describe_stacks()["Stacks"]
    outputs = (one for stack in stacks for one in stack.get("Outputs", ()))
    bucket = next((o["OutputValue"] for o in outputs if o["OutputKey"] == BUCKET_OUTPUT), None)
    if bucket is None or name not in (None, bucket):
        return None
    return S3Archive(bucket, client=connection.client("s3"))


def verify_archive(arguments: argparse.Namespace) -> int:
    """Check every document and link, and say the first break when one is broken."""
    try:
        found = verify(chosen_archive(arguments.archive))
    except FencepostError as error:
        complain(f"cannot verify: {error}")
        return UNKNOWN
    status = NO if found.breaks else YES
    if arguments.json:
        breaks = [{"key": one.key, "problem": one.problem} for one in found.breaks]
        counts = {"runs": found.runs, "objects": found.objects}
        document("verify-archive", status, {**counts, "breaks": breaks, "notes": found.notes})
    else:
        _tell(found)
    return status


def _tell(found: Verification) -> None:
    for note in found.notes[:MOST]:
        print(f"note: {visible(note)}")
    checked = f"{counted(found.runs, 'run')}, {counted(found.objects, 'object')}"
    for number, one in enumerate(found.breaks[:MOST]):
        word = "first break" if number == 0 else "also"
        print(f"{word}: {visible(one.key)}: {visible(one.problem)}")
    print(
        f"BROKEN: {counted(len(found.breaks), 'break')} in {checked}"
        if found.breaks
        else f"intact: {checked}"
    )


def approve(arguments: argparse.Namespace) -> int:
    """Record who approved the policy of a run."""
    try:
        archive = chosen_archive(arguments.archive)
        by = arguments.by or _approver(arguments.archive)
    except FencepostError as error:
        complain(f"not approved: {error}")
        return UNKNOWN
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        platform = record_approval(
            archive,
            arguments.process,
            arguments.run,
            by=by,
            at=now,
            note=arguments.note,
            emulated=arguments.emulated,
        )
    except FencepostError as error:
        complain(f"not approved: {error}")
        return NO
    if arguments.json:
        fields = {"process": arguments.process, "run": arguments.run, "by": by, "at": now}
        document("approve", YES, {**fields, "shownOn": platform.value})
    else:
        run = f"{arguments.process}/{arguments.run}, shown on {platform}"
        print(f"approved: {run}, by {visible(by)}")
    return YES


def record_approval(  # noqa: PLR0913  # an approval's fields, each by name
    archive: Archive,
    process: str,
    run: str,
    *,
    by: str,
    at: str,
    note: str = "",
    emulated: bool = False,
) -> Platform:
    """Write `approval.json` into the run's folder, pinned to its manifest, and the lists anew.

    Args:
        archive: where the run lies.
        process: whose run it is.
        run: its id.
        by: who approves.
        at: when, in ISO 8601.
        note: why.
        emulated: says that the approver knows of an embedded AWS.

    Returns:
        Where the run took place.

    Raises:
        ArchiveRefusedError: the run has not finished, was changed, is approved already, or took
            place elsewhere than the approver says.
    """
    folder = f"{process}/{run}/"
    try:
        body = archive.get(f"{folder}{MANIFEST}")
        manifest = unsealed(body)
    except MissingObjectError as error:
        raise ArchiveRefusedError(
            f"{folder} has no manifest: only finished runs can be approved"
        ) from error
    except ValueError as error:
        raise ArchiveRefusedError(f"the manifest of {folder} was changed: {error}") from error
    if archive.exists(f"{folder}{APPROVAL}"):
        before = unsealed(archive.get(f"{folder}{APPROVAL}"))
        raise ArchiveRefusedError(
            f"{folder} is approved already, by {before['by']} at {before['at']}"
        )
    platform = Platform.read(manifest.get("shownOn"))
    if platform is Platform.EMBEDDED and not emulated:
        raise ArchiveRefusedError(
            f"{folder} took place on {platform}, so nothing of it was shown on AWS; say --emulated "
            "to approve it all the same"
        )
    if platform is Platform.AWS and emulated:
        raise ArchiveRefusedError(f"{folder} took place on AWS: leave --emulated out")
    policies = {
        one["name"]: one["sha256"]
        for one in manifest["objects"]
        if one["name"].startswith("policy") and one["name"].endswith(".json")
    }
    content = {
        "format": FORMAT,
        "process": process,
        "run": run,
        "by": by,
        "at": at,
        "note": note,
        "verdict": manifest["verdict"]["kind"],
        "shownOn": platform.value,
        "manifest": digest(body),
        "policies": policies,
    }
    archive.put(f"{folder}{APPROVAL}", sealed(content), "application/json")
    rows = [
        (row_of(archive, process, run) or row) if row.manifest.run == run else row
        for row in finished_runs(archive, process)
    ]
    write_index(archive, process, rows)
    return platform


def _approver(place: str | None) -> str:
    """Who signs: the caller's ARN on AWS, else the machine's user."""
    if place and place.startswith(S3):
        import boto3  # noqa: PLC0415  # only here, so that a folder needs no SDK

        return str(boto3.client("sts").get_caller_identity()["Arn"])
    return os.environ.get("FENCEPOST_APPROVER") or getpass.getuser()
