"""Which archive is meant: a folder, a bucket, or that of the embedded AWS that is up."""

from pathlib import Path
from typing import Any

from lambdas.errors import ArchiveRefusedError
from lambdas.gateways.archive.documents import Archive, FolderArchive, S3Archive
from lambdas.model.text import visible
from local.connection import Connection
from local.emulator import OUT, STATE

S3 = "s3://"
BUCKET_OUTPUT = "ArchiveBucketName"  # of archive_stack


def open_archive(place: str) -> Archive:
    """A folder, or `s3://bucket` with the credentials of the environment.

    Raises:
        ArchiveRefusedError: there is no such folder.
    """
    if place.startswith(S3):
        return S3Archive(place.removeprefix(S3).strip("/"))
    if not Path(place).is_dir():
        raise ArchiveRefusedError(
            f"there is no folder {visible(place)}: name an archive's folder or s3://bucket, or run "
            "a process first (fencepost run PROCESS), which makes one"
        )
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


def embedded_client(service: str) -> Any:
    """A client of the embedded AWS that is up, and whose archive was chosen."""
    connection = Connection.of(STATE)
    return connection.client(service) if connection else None
