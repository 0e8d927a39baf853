"""Reading a trail's files in several processes: one Python unpacks no faster than one core can."""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, cast

from lambdas.collect_evidence.collect import Part
from lambdas.reference.shards import shard

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from lambdas.collect_evidence.collect import Pass
    from lambdas.collect_evidence.principals import Selection
    from lambdas.collect_evidence.spool import Line, Spool
    from lambdas.gateways.trail import Trail, TrailFile

WORTH_IT = 4 << 20  # packed bytes below which starting processes costs more than it saves
SHARED = ("events", "pass_role", "resources", "types")
BATCH = 400  # lines handed over at a time
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
        part: Part,
    ) -> None:
        """Read the files by a pass, into the part."""
        if self._workers < 2 or sum(file.size for file in files) < WORTH_IT:  # noqa: PLR2004
            read(trail, files, selection, part)
            return
        for name in SHARED:  # read once, before the processes part
            shard(name)
        context = multiprocessing.get_context()
        largest = sorted(files, key=lambda file: (-file.size, file))
        at_work: dict[Connection, BaseProcess] = {}
        for worker in range(self._workers):
            mine = sorted(largest[worker :: self._workers])
            ours, theirs = context.Pipe(duplex=False)
            known = Part(followed=part.followed.copy(), last=part.last)
            process = context.Process(
                target=_work, args=(theirs, read, trail, mine, selection, known), daemon=True
            )
            process.start()
            theirs.close()
            at_work[ours] = process
        _join(at_work, part)


def _join(at_work: dict[Connection, BaseProcess], part: Part) -> None:
    while at_work:
        for ready in wait(list(at_work)):
            connection = cast("Connection", ready)
            try:
                kind, content = connection.recv()
            except EOFError:
                process = at_work.pop(connection)
                process.join()
                if process.exitcode:
                    raise ChildProcessError("a process that read the trail has died") from None
                continue
            if kind == "rest":
                part.absorb(content)
            else:
                spool = part.own if kind == "own" else part.handed
                for line in content:
                    spool.add(line)


class _Sender:
    """Takes lines as a spool does, and hands them on."""

    def __init__(self, kind: str, connection: Connection) -> None:
        self._kind = kind
        self._connection = connection
        self._lines: list[Line] = []

    def add(self, line: Line) -> None:
        self._lines.append(line)
        if len(self._lines) >= BATCH:
            self.flush()

    def flush(self) -> None:
        self._connection.send((self._kind, self._lines))
        self._lines = []


def _work(
    connection: Connection,
    read: Pass,
    trail: Trail,
    files: Sequence[TrailFile],
    selection: Selection,
    known: Part,
) -> None:
    own, handed = _Sender("own", connection), _Sender("handed", connection)
    known.own, known.handed = cast("Spool", own), cast("Spool", handed)
    read(trail, files, selection, known)
    own.flush()
    handed.flush()
    rest = Part(ledger=known.ledger, followed=known.followed, paths=known.paths, last=known.last)
    connection.send(("rest", rest))
    connection.close()
