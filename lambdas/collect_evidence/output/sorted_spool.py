"""Evidence sorted in bounded memory: sorted runs on disk, merged at the end, duplicates dropped.

CloudTrail may deliver an event twice. Both copies give the same lines with the same sort key, so
they meet in the merge, whichever files they came from.
"""

import heapq
import pickle
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Self, cast

from lambdas.model.trail.evidence import Line

HELD = 20_000  # lines kept in memory before they go to disk
_BATCH = 500  # lines read back at a time
_MOST_RUNS = 64  # open at a time


class SortedSpool:
    """Takes lines in any order, gives them sorted and once."""

    def __init__(self, folder: Path | None = None, *, held: int = HELD) -> None:
        self._folder = folder
        self._held = held
        self._lines: list[Line] = []
        self._runs: list[BinaryIO] = []

    def add(self, line: Line) -> None:
        """Take a line."""
        self._lines.append(line)
        if len(self._lines) >= self._held:
            self._spill(sorted(set(self._lines)))
            self._lines = []

    def sorted(self) -> Iterator[Line]:
        """All lines in order, each once. The spool is empty afterwards."""
        runs = [_read(run) for run in self._runs]
        merged = heapq.merge(*runs, sorted(self._lines)) if runs else iter(sorted(self._lines))
        last: Line | None = None
        for line in merged:
            if line != last:
                yield line
            last = line
        self.close()

    def absorb(self, other: Self) -> None:
        """Take over the lines of another spool, which is empty afterwards."""
        self._runs += other._runs
        other._runs = []
        for line in other._lines:
            self.add(line)
        other._lines = []

    def hand_over(self) -> list[Path]:
        """Write all lines to files of the folder, for another process to `take_over`."""
        if self._lines:
            self._spill(sorted(set(self._lines)))
        names = [Path(run.name) for run in self._runs]
        self.close()
        return names

    def take_over(self, names: Iterable[Path]) -> None:
        """Take what another process has handed over; its files then lose their names."""
        for name in names:
            self._runs.append(name.open("rb"))
            name.unlink()

    def close(self) -> None:
        """Give back the disk."""
        for run in self._runs:
            run.close()
        self._runs, self._lines = [], []

    def _spill(self, lines: Iterable[Line]) -> None:
        if len(self._runs) >= _MOST_RUNS:
            lines = heapq.merge(*map(_read, self._runs), lines)
            old, self._runs = self._runs, []
            self._write(lines)
            for run in old:
                run.close()
        else:
            self._write(lines)

    def _write(self, lines: Iterable[Line]) -> None:
        file = self._file()
        batch: list[Line] = []
        for line in lines:
            batch.append(line)
            if len(batch) == _BATCH:
                pickle.dump(batch, file, pickle.HIGHEST_PROTOCOL)
                batch = []
        pickle.dump(batch, file, pickle.HIGHEST_PROTOCOL)
        file.flush()
        self._runs.append(file)

    def _file(self) -> BinaryIO:
        """A file of which nothing is left: it has no name, or is in a folder that is deleted."""
        if self._folder is None:
            return cast("BinaryIO", tempfile.TemporaryFile())
        file = tempfile.NamedTemporaryFile(dir=self._folder, delete=False)  # noqa: SIM115
        return cast("BinaryIO", file)


def _read(run: BinaryIO) -> Iterator[Line]:
    run.seek(0)
    while True:
        try:
            # Our own temporary file, open since we wrote it.
            yield from pickle.load(run)  # noqa: S301
        except EOFError:
            return
