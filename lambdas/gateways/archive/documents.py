"""The archive: finished runs, kept as they were.

Keys are `<process>/<run>/<document>`. A run is finished when its `manifest.json` is there: from
then on a document may be written again with the same bytes (retries, redrive), never with others.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol, Self

from lambdas.errors import (
    ArchiveRefusedError,
    FencepostError,
    MissingObjectError,
    ServiceUnavailableError,
)
from lambdas.gateways import clients
from lambdas.gateways.archive import s3_objects
from lambdas.gateways.aws_errors import UNANSWERED, is_transient, reason
from lambdas.model.archive.manifest import MANIFEST
from lambdas.model.execution.platform import Platform, platform_of
from lambdas.model.execution.setting import Setting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import ListObjectsV2OutputTypeDef

RUN_KEY_PARTS = 3  # process, run, document


class Archive(Protocol):
    """What the steps ask of the archive."""

    def get(self, key: str) -> bytes:
        """The object's bytes.

        Raises:
            MissingObjectError: there is no such object.
            ArchiveRefusedError: the archive does not let us read.
            ServiceUnavailableError: nobody answers, or not the archive; so of every method.
        """

    def exists(self, key: str) -> bool:
        """Whether there is such an object."""

    def put(self, key: str, body: bytes, content_type: str, *, replace: bool = False) -> None:
        """Write an object; nothing is written when the same bytes are there already.

        Raises:
            ArchiveRefusedError: a finished run holds other bytes there (unless `replace`), or the
                archive does not let us write.
        """

    def keys(self, prefix: str) -> tuple[str, ...]:
        """All keys that begin with the prefix, sorted."""

    def folders(self, prefix: str) -> tuple[str, ...]:
        """The names right below the prefix (empty, or ending in `/`) that hold keys, sorted."""


class S3Archive:
    """The archive bucket.

    Attributes:
        is_given: whether its client was given: that of an embedded AWS.
    """

    def __init__(self, bucket: str, client: S3Client | None = None) -> None:
        self._bucket = bucket
        self.is_given = client is not None
        self._s3: S3Client = client or clients.client("s3")

    @classmethod
    def deployed(cls) -> Self:
        """The archive of the deployment, as a function's environment names it."""
        return cls(os.environ[Setting.ARCHIVE_BUCKET])

    @property
    def bucket(self) -> str:
        """Its name."""
        return self._bucket

    @property
    def place(self) -> str:
        """How people call it; keys follow."""
        return f"s3://{self._bucket}/"

    @property
    def platform(self) -> Platform:
        """Where the calls of this function go."""
        return platform_of(os.environ, str(self._s3.meta.endpoint_url))

    @property
    def region(self) -> str:
        """Where it lies, which is where Fencepost is; the shell may be elsewhere."""
        try:
            answer = self._s3.head_bucket(Bucket=self._bucket)
        except UNANSWERED as error:
            raise _refused("look at", self._bucket, "", error) from error
        return str(answer.get("BucketRegion") or self._s3.meta.region_name)

    def version(self, key: str) -> str:
        """The newest version of an object; empty where versions are not kept."""
        try:
            return s3_objects.version(self._s3, self._bucket, key)
        except UNANSWERED as error:
            raise _refused("look for", self._bucket, key, error) from error

    def get(self, key: str) -> bytes:
        """See `Archive`."""
        try:
            return s3_objects.read(self._s3, self._bucket, key)
        except UNANSWERED as error:
            if s3_objects.is_absent(error):
                raise MissingObjectError(key, f"s3://{self._bucket}") from error
            raise _refused("read", self._bucket, key, error) from error

    def exists(self, key: str) -> bool:
        """See `Archive`."""
        try:
            return s3_objects.exists(self._s3, self._bucket, key)
        except UNANSWERED as error:
            raise _refused("look for", self._bucket, key, error) from error

    def put(self, key: str, body: bytes, content_type: str, *, replace: bool = False) -> None:
        """See `Archive`."""
        if not needs_writing(self, key, body, replace=replace):
            return
        try:
            s3_objects.write(self._s3, self._bucket, key, body, content_type)
        except UNANSWERED as error:
            raise _refused("write", self._bucket, key, error) from error

    def keys(self, prefix: str) -> tuple[str, ...]:
        """See `Archive`."""
        pages = self._pages(prefix)
        return tuple(sorted(one["Key"] for page in pages for one in page.get("Contents", ())))

    def folders(self, prefix: str) -> tuple[str, ...]:
        """See `Archive`."""
        pages = self._pages(prefix, delimiter="/")
        found = (one["Prefix"] for page in pages for one in page.get("CommonPrefixes", ()))
        return tuple(sorted(one.removeprefix(prefix).rstrip("/") for one in found))

    def _pages(self, prefix: str, delimiter: str = "") -> Iterator[ListObjectsV2OutputTypeDef]:
        try:
            yield from s3_objects.pages(self._s3, self._bucket, prefix, delimiter=delimiter)
        except UNANSWERED as error:
            raise _refused("list", self._bucket, prefix, error) from error


class FolderArchive:
    """The same in a folder: for the laptop and for tests."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def get(self, key: str) -> bytes:
        """See `Archive`."""
        try:
            return self._path(key).read_bytes()
        except (FileNotFoundError, IsADirectoryError) as error:
            raise MissingObjectError(key, str(self._root)) from error
        except OSError as error:
            raise _refused("read", str(self._root), key, error) from error

    def exists(self, key: str) -> bool:
        """See `Archive`."""
        return self._path(key).is_file()

    def put(self, key: str, body: bytes, content_type: str, *, replace: bool = False) -> None:  # noqa: ARG002  # a folder keeps no types
        """See `Archive`."""
        if not needs_writing(self, key, body, replace=replace):
            return
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        except OSError as error:
            raise _refused("write", str(self._root), key, error) from error

    def keys(self, prefix: str) -> tuple[str, ...]:
        """See `Archive`."""
        below = self._path(prefix.rpartition("/")[0])
        found = (
            path.relative_to(self._root).as_posix() for path in below.rglob("*") if path.is_file()
        )
        return tuple(sorted(key for key in found if key.startswith(prefix)))

    def folders(self, prefix: str) -> tuple[str, ...]:
        """See `Archive`."""
        folder = self._path(prefix)
        found = folder.iterdir() if folder.is_dir() else ()
        return tuple(sorted(path.name for path in found if path.is_dir()))

    def _path(self, key: str) -> Path:
        path = self._root / key
        if not path.resolve().is_relative_to(self._root.resolve()):
            raise ArchiveRefusedError(f"{key!r} leads out of the archive {self._root}")
        return path


def needs_writing(archive: Archive, key: str, body: bytes, *, replace: bool) -> bool:
    """Whether a put has anything to do; the rule that both archives keep.

    Raises:
        ArchiveRefusedError: a finished run holds other bytes at this key.
    """
    try:
        there = archive.get(key)
    except MissingObjectError:
        return True
    if there == body:
        return False
    if not replace and finished(archive, key):
        raise ArchiveRefusedError(
            f"{key} belongs to a finished run and holds other bytes; finished runs are not "
            "rewritten: start a new run instead"
        )
    return True


def finished(archive: Archive, key: str) -> bool:
    """Whether the key belongs to a run whose manifest is written."""
    parts = key.split("/")
    return len(parts) >= RUN_KEY_PARTS and archive.exists("/".join([*parts[:2], MANIFEST]))


def _refused(verb: str, place: str, key: str, cause: Exception) -> FencepostError:
    what = f"cannot {verb} {repr(key) if key else 'what is'} in {place}: {reason(cause)}"
    if is_transient(cause):
        return ServiceUnavailableError(f"{what}; start again when the service has recovered")
    return ArchiveRefusedError(
        f"{what}; check that whoever asks (in a run the step's role) may use the bucket and its "
        "key, and that no retention forbids it"
    )
