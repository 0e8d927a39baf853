"""Reading a trail's files in several processes: one Python unpacks no faster than one core can."""

import multiprocessing
import os
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory

from lambdas.collect_evidence.collect import PartialEvidence, Pass
from lambdas.collect_evidence.output.sorted_spool import SortedSpool
from lambdas.collect_evidence.principals.selection import Selection
from lambdas.gateways.cloudtrail.trail import Trail, TrailFile
from lambdas.reference.shards import shard

WORTH_IT = 4 << 20  # packed bytes below which starting processes costs more than it saves
SHARED = ("events", "pass_role", "resources", "types")
MOST = 8


class SideBySide:
    """A way to read: files dealt out to processes, what they find joined here."""

    def __init__(self, workers: int | None = None) -> None:
        self._workers = workers or min(os.cpu_count() or 1, MOST)

    def __call__(
        self,
        read: Pass,
        trail: Trail,
        files: Sequence[TrailFile],
        selection: Selection,
        part: PartialEvidence,
    ) -> None:
        """Read the files by a pass, into the part."""
        if self._workers < 2 or sum(file.size for file in files) < WORTH_IT:  # noqa: PLR2004
            read(trail, files, selection, part)
            return
        for name in SHARED:  # read once, before the processes part
            shard(name)
        with TemporaryDirectory() as folder:
            _join(self._started(folder, read, trail, files, selection, part), part)

    def _started(
        self,
        folder: str,
        read: Pass,
        trail: Trail,
        files: Sequence[TrailFile],
        selection: Selection,
        part: PartialEvidence,
    ) -> list[tuple[Connection, BaseProcess]]:
        context = multiprocessing.get_context()
        largest = sorted(files, key=lambda file: (-file.size, file))
        at_work: list[tuple[Connection, BaseProcess]] = []
        for worker in range(self._workers):
            mine = sorted(largest[worker :: self._workers])
            ours, theirs = context.Pipe(duplex=False)
            known = PartialEvidence(
                own=SortedSpool(Path(folder)),
                handed=SortedSpool(Path(folder)),
                followed=part.followed.copy(),
                last=part.last,
            )
            process = context.Process(
                target=_work, args=(theirs, read, trail, mine, selection, known), daemon=True
            )
            process.start()
            theirs.close()
            at_work.append((ours, process))
        return at_work


def _join(at_work: Sequence[tuple[Connection, BaseProcess]], part: PartialEvidence) -> None:
    """Take over what each process found; the lines themselves stay on disk."""
    for connection, process in at_work:
        try:
            found: PartialEvidence
            found, own, handed = connection.recv()
        except EOFError:
            raise ChildProcessError("a process that read the trail has died") from None
        process.join()
        part.absorb(found)
        part.own.take_over(own)
        part.handed.take_over(handed)


def _work(
    connection: Connection,
    read: Pass,
    trail: Trail,
    files: Sequence[TrailFile],
    selection: Selection,
    known: PartialEvidence,
) -> None:
    # What is freed of this size once, glibc keeps from then on instead of giving it back: windows
    # and lines then cost no page faults, which were a tenth of the time.
    bytes(1 << 24)
    read(trail, files, selection, known)
    own, handed = known.own.hand_over(), known.handed.hand_over()
    connection.send((known, own, handed))
    connection.close()
