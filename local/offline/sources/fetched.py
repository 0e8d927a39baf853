"""Objects of a bucket, fetched side by side into a folder for as long as they are read.

A trail is read once for each link of a chain of roles; from a folder that costs no second request.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from lambdas.gateways.archive import s3_objects
from lambdas.gateways.aws_errors import UNANSWERED, reason
from lambdas.model.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from types_boto3_s3 import S3Client

    from lambdas.gateways.cloudtrail.trail import TrailFile
    from local.offline.sources.meter import Meter

SIDE_BY_SIDE = 16  # requests; a small object costs a round trip and hardly anything else
_MEGABYTE = 1 << 20
_PIECE = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class FetchedTrail:
    """Files that lie under numbers in a folder; what could not be fetched says so when opened."""

    places: dict[TrailFile, Path] = field(default_factory=dict)
    refused: dict[TrailFile, str] = field(default_factory=dict)

    def files(self) -> Iterator[TrailFile]:
        """See `Trail`."""
        yield from self.places
        yield from self.refused

    def open(self, file: TrailFile) -> BinaryIO:
        """See `Trail`."""
        if file in self.refused:
            raise OSError(self.refused[file])
        # The digests of log file validation are never fetched: they hold no records.
        return BytesIO() if file.is_digest else self.places[file].open("rb")


def fetch(
    s3: S3Client, bucket: str, files: Sequence[tuple[str, TrailFile]], folder: Path, meter: Meter
) -> FetchedTrail:
    """Fetch objects.

    Args:
        s3: the client.
        bucket: where they lie.
        files: each with its key; the file's name is how findings call it.
        folder: takes the bytes, under numbers: a key is no path.
        meter: is told of each.
    """
    trail, done, whole = FetchedTrail(), 0, sum(file.size for _, file in files) or 1
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        at_work = {
            pool.submit(_one, s3, bucket, key, file, folder / str(number)): (number, file)
            for number, (key, file) in enumerate(files)
        }
        try:
            for count, one in enumerate(as_completed(at_work), 1):
                number, file = at_work[one]
                refusal = one.result()
                if refusal:
                    trail.refused[file] = refusal
                else:
                    trail.places[file] = folder / str(number)
                done += file.size
                meter.show(done / whole, _words(count, len(files), done, whole))
        finally:
            pool.shutdown(cancel_futures=True)
    return trail


def _one(s3: S3Client, bucket: str, key: str, file: TrailFile, place: Path) -> str:
    """Fetch one; empty, or why it could not be."""
    if file.is_digest:
        return ""
    try:
        body = s3_objects.stream(s3, bucket, key)
        with place.open("wb") as out:
            for piece in body.iter_chunks(_PIECE):
                out.write(piece)
    except UNANSWERED as error:
        return reason(error)
    return ""


def _words(count: int, files: int, done: int, whole: int) -> str:
    size = f"{done / _MEGABYTE:,.0f} of {whole / _MEGABYTE:,.0f} MB"
    return f"fetched {count:,} of {counted(files, 'file')}, {size}"
