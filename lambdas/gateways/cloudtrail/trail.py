"""CloudTrail's files: what they are called, and those in a folder (`trail_bucket`: in a bucket)."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

# account_CloudTrail_region_YYYYMMDDTHHmmZ_unique.json.gz; the time is the delivery's,
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
_DELIVERED = re.compile(r"_CloudTrail(?:-[A-Za-z]+)?_[\w-]+_(\d{8}T\d{4}Z)_")
_DIGESTS = "CloudTrail-Digest"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TrailFile:
    """One file: when it was delivered as its name tells, its name, and how large it is."""

    delivered: str
    name: str
    size: int = 0

    @classmethod
    def of(cls, name: str, size: int = 0) -> "TrailFile":
        """Read the name."""
        match = _DELIVERED.search(name)
        return cls(delivered=match[1] if match else "", name=name, size=size)

    @property
    def is_digest(self) -> bool:
        """Whether it holds hashes of files, as log file validation writes them, and no records."""
        return _DIGESTS in self.name


class Trail(Protocol):
    """What the steps ask of a trail."""

    def files(self) -> Iterator[TrailFile]:
        """Every file that can matter, in no order."""

    def open(self, file: TrailFile) -> BinaryIO:
        """The file's bytes as they lie there.

        Raises:
            OSError: they cannot be read.
        """


class FolderTrail:
    """A folder of files, or one file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def files(self) -> Iterator[TrailFile]:
        """See `Trail`."""
        if not self._path.is_dir():
            yield self._file(self._path, self._path.name)
            return
        seen: set[tuple[int, int]] = set()
        _is_new(self._path, seen)
        unreadable: list[OSError] = []
        for place, folders, names in os.walk(
            self._path, followlinks=True, onerror=unreadable.append
        ):
            # Links may lead back to where they stand, or twice to one place.
            folders[:] = sorted(one for one in folders if _is_new(Path(place, one), seen))
            for name in names:
                path = Path(place, name)
                if path.is_file() or path.is_symlink():
                    yield self._file(path, str(path.relative_to(self._path)))
        for error in unreadable:
            # It is listed all the same: opening it will say why it cannot be read.
            yield TrailFile.of(os.path.relpath(error.filename, self._path))

    @staticmethod
    def _file(path: Path, name: str) -> TrailFile:
        try:
            return TrailFile.of(name, path.stat().st_size)
        except OSError:
            return TrailFile.of(name)

    def open(self, file: TrailFile) -> BinaryIO:
        """See `Trail`."""
        path = self._path / file.name if self._path.is_dir() else self._path
        return path.open("rb")


def _is_new(folder: Path, seen: set[tuple[int, int]]) -> bool:
    try:
        found = folder.stat()
    except OSError:
        return True
    place = (found.st_dev, found.st_ino)
    is_new = place not in seen
    seen.add(place)
    return is_new


class ListedTrail:
    """A trail whose files are listed already."""

    def __init__(self, trail: Trail, files: Sequence[TrailFile]) -> None:
        self._trail = trail
        self._files = files

    def files(self) -> Iterator[TrailFile]:
        """See `Trail`."""
        return iter(self._files)

    def open(self, file: TrailFile) -> BinaryIO:
        """See `Trail`."""
        return self._trail.open(file)
