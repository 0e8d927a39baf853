"""A file's bytes, unpacked piece by piece; damage is reported, never raised."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from lambdas.model.findings.finding import FindingKind

if TYPE_CHECKING:
    from zlib import _Decompress as Decompress

fast: Any
try:  # the same module with its work done twice as fast; Lambda's packages do without
    from zlib_ng import zlib_ng as fast
except ImportError:
    fast = zlib

PACKED = 1 << 15  # bytes read at a time
UNPACKED = 1 << 18  # bytes unpacked at a time, however well they were packed
STEP = 16  # packed bytes at a time, on the way to a damage
_GZIP = b"\x1f\x8b"

Report = Callable[[FindingKind, int, str], None]  # kind, offset in the unpacked file, detail


def unpacked(file: BinaryIO, report: Report) -> Iterator[tuple[bytes, bool]]:
    """The bytes of a file until its end or its damage, and whether a checksum vouches for them."""
    position = 0
    try:
        first = file.read(PACKED)
        packed = first.startswith(_GZIP)
        for piece in _gunzipped(first, file) if packed else _plain(first, file):
            position += len(piece)
            yield piece, packed
    except (fast.error, EOFError) as error:
        report(FindingKind.CORRUPT_GZIP, position, f"{error}; what stood before it was read")
    except OSError as error:
        report(FindingKind.UNREADABLE_FILE, position, f"{error}; what stood before it was read")


def _plain(first: bytes, file: BinaryIO) -> Iterator[bytes]:
    while first:
        yield first
        first = file.read(PACKED)


def _gunzipped(packed: bytes, file: BinaryIO) -> Iterator[bytes]:
    """Unpack one gzip member after the other; zeros behind the last are padding."""
    member: Decompress = fast.decompressobj(wbits=31)
    while True:
        before = member.copy()
        try:
            data = member.decompress(packed, UNPACKED)
        except fast.error:
            yield from _salvaged(before, packed)
            raise
        if data:
            yield data
        packed = member.unconsumed_tail or (member.unused_data if member.eof else b"")
        if member.eof:
            packed = (packed or file.read(PACKED)).lstrip(b"\0")
            if not packed:
                return
            member = fast.decompressobj(wbits=31)
        elif not packed:
            packed = file.read(PACKED)
            if not packed:
                raise EOFError("the file ends before its data does")


def _salvaged(member: Decompress, packed: bytes) -> Iterator[bytes]:
    """What can be unpacked of a damaged piece: all that stands before the damage."""
    try:
        for begin in range(0, len(packed), STEP):
            yield member.decompress(packed[begin : begin + STEP])
    except fast.error:
        return
