"""CloudTrail files as records: only those that can matter are parsed, nothing else is even cut.

A delivered file is one line, `{"Records":[{…},{…}]}`. Where a record begins is known by its first
key: `},{"eventVersion":` cannot stand inside a string, whose quotes would be escaped. Records that
hold none of the texts looked for are passed over as bytes, which makes reading about as fast as
unpacking. Whatever is not of that form, or not packed and thus without a checksum, is read record
by record, and what cannot be read is reported.
"""

import json
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from lambdas.collect_evidence.reading.decompression import Report, unpacked
from lambdas.collect_evidence.reading.envelopes import unwrapped
from lambdas.collect_evidence.reading.file_syntax import (
    BEGIN,
    END,
    FIRST_KEY,
    NEXT,
    NEXT_LENGTH,
    SEAM,
    after_separator,
    left_open,
)
from lambdas.collect_evidence.reading.prefilter import Prefilter
from lambdas.collect_evidence.record import Record
from lambdas.model.findings.finding import FindingKind

BROKEN, TRUNCATED = FindingKind.BROKEN_RECORD, FindingKind.TRUNCATED_JSON
# Unpacked bytes looked at together; a record that is larger makes it grow. What fits into a
# processor's cache is searched a quarter faster than what is four times as large.
WINDOW = 1 << 17
LARGEST = 32 << 20  # what is larger than this is no record; CloudTrail's own limit is 256 KB
TOLD = 256  # bytes that tell how a file begins
_TAIL = b" \t\r\n,]}\0"
_IDENTITY = b'"userIdentity":{'
_DECODER = json.JSONDecoder()
Passed = Callable[[bytes], bool]
Placed = tuple[int, Record]  # where it begins in the unpacked file, and the record


def records_in(
    file: BinaryIO, needles: Prefilter, report: Report, passed: Passed | None = None
) -> Iterator[Placed]:
    """The records that may matter, and those that have no identity to judge by.

    Args:
        file: its bytes, packed or not.
        needles: texts of which a record must hold one.
        report: takes what is wrong, and where.
        passed: is asked first, and told a record's bytes: whether it need not be parsed.
    """
    reader = RecordScanner(needles=needles, report=report, passed=passed)
    damages: list[FindingKind] = []

    def damaged(kind: FindingKind, offset: int, detail: str) -> None:
        damages.append(kind)
        report(kind, offset, detail)

    seen = False
    for data, reader.sound in unpacked(file, damaged):
        seen = True
        yield from reader.feed(data)
    if seen or not damages:  # of a file of which nothing could be read enough is said
        yield from reader.finish()


@dataclass(slots=True, kw_only=True)
class RecordScanner:
    """What is left of the bytes so far, and how the file separates its records."""

    needles: Prefilter
    report: Report
    passed: Passed | None = None
    rest: bytes = b""
    offset: int = 0  # of the rest in the unpacked file
    separator: bytes = b""
    started: bool = False
    sound: bool = False  # a checksum vouches for the bytes, so none need be looked at twice
    opened: bytes = b""  # the brackets around the records, which the file must close
    ended: bytes = b""  # the last bytes of it
    refused: bool = False
    skipping: bool = False
    pending: list[bytes] = field(default_factory=list)
    size: int = 0

    def feed(self, data: bytes) -> Iterator[Placed]:
        """Take more bytes, and give the records that they complete."""
        if self.refused:
            return
        self.pending.append(data)
        self.size += len(data)
        if self.size >= max(WINDOW, len(self.rest)):
            yield from self._look(last=False)

    def finish(self) -> Iterator[Placed]:
        """Give the last records, and report an end that is none."""
        yield from self._look(last=True)
        if self.rest.strip(_TAIL):
            self.report(TRUNCATED, self.offset, "the file ends within a record, left out")
        elif self.opened and not END.search(self.ended):
            self.report(TRUNCATED, self.offset, "the file ends within its list of records")

    def _look(self, *, last: bool) -> Iterator[Placed]:
        data = self.rest + b"".join(self.pending)
        self.pending, self.size = [], 0
        if not (self.started or last) and len(data) < TOLD:
            self.rest = data
            return
        if not self.started:
            data = self._start(data)
        if self.refused:
            self.rest = b""
            return
        if self.skipping:
            data = self._skip(data)
        self.rest, self.ended = data, data[-NEXT_LENGTH:] or self.ended
        if self._is_regular(data, last=last):
            yield from self._fast(data, last=last)
        else:
            yield from self._slow(data)
        if len(self.rest) > LARGEST:
            self.report(FindingKind.HUGE_RECORD, self.offset, "larger than can be read, left out")
            self.skipping = True
            self.rest = self._skip(self.rest)

    def _skip(self, data: bytes) -> bytes:
        """Drop the rest of a record, up to where the next begins."""
        following = NEXT.search(data)
        self.skipping = following is None
        begin = following.end() if following else max(0, len(data) - NEXT_LENGTH)
        self.offset += begin
        return data[begin:]

    def _start(self, data: bytes) -> bytes:
        """Pass over the head of the file, and learn how its records are separated."""
        self.started = True
        if data[:256].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"{", b"["):
            detail = "it does not begin as JSON does" if data else "it is empty"
            self.report(FindingKind.NOT_A_TRAIL_FILE, 0, detail)
            self.refused = True
            return b""
        match = BEGIN.match(data)
        begin = match.end() if match else 0
        self.opened = left_open(b"", data[:begin])
        self.opened += b"[" if self.opened == b"{" else b""  # the list is named, and must come
        first = FIRST_KEY.match(data, begin)
        self.separator = b"}," + first.group() if first else b""
        self.offset += begin
        return data[begin:]

    def _is_regular(self, data: bytes, *, last: bool) -> bool:
        """Whether each record has its identity and begins as the first one did."""
        if not (self.separator and self.sound):
            return False
        begun = data.count(self.separator[2:])
        identities = data.count(_IDENTITY)
        if last:  # where another file's records begin amidst, that file's end is to be looked at
            return begun == identities == data.count(self.separator) + 1
        # The last record of a window may be cut before its identity.
        return begun - 1 <= identities <= begun and self.separator in data

    def _fast(self, data: bytes, *, last: bool) -> Iterator[Placed]:
        separator, find = self.separator, self.needles.find
        # Without a separator one record fills the window, and more of it must come.
        end = len(data) if last else data.rfind(separator) + 1
        begin = 0
        position = find(data, 0, end)
        while position >= 0:
            before = data.rfind(separator, begin, position)
            begin = before + 2 if before >= 0 else begin
            after = data.find(separator, position, end)
            stop = after + 1 if after >= 0 else end
            yield from self._parsed(data[begin:stop], self.offset + begin)
            begin = stop + 1
            position = find(data, begin, end)
        self._keep(data, end if last or not end else end + 1)

    def _parsed(self, text: bytes, offset: int) -> Iterator[Placed]:
        # What holds two beginnings is no record: one file ends in it, and another begins.
        if self.passed is not None and text.find(self.separator[2:], 1) < 0 and self.passed(text):
            return
        try:
            value = _DECODER.decode(text.decode("utf-8", "surrogatepass"))
            for record in unwrapped(value, offset, self.report):
                yield offset, record
        except (ValueError, RecursionError):
            # The last record of a file brings the file's own end along.
            stopped = yield from self._through(text, offset)
            if text[stopped:].strip(_TAIL) and not END.match(text, stopped):
                self.report(BROKEN, offset + stopped, "it is not JSON and was left out")

    def _slow(self, data: bytes) -> Iterator[Placed]:
        begin = 0
        while True:
            begin += yield from self._through(data[begin:], self.offset + begin)
            broken = NEXT.search(data, begin + 1)
            if broken is None:
                break  # its end may yet come
            self.report(BROKEN, self.offset + begin, "it is not JSON and was left out")
            begin = broken.end()
        self._keep(data, begin)

    def _through(self, data: bytes, offset: int) -> Generator[Placed, None, int]:
        """Records, and what stands between files put together; returns where it could not go on."""
        begin = 0
        while True:
            begin += yield from self._scanned(data[begin:], offset + begin)
            seam = SEAM.match(data, begin)
            if seam is None:
                return begin
            begin = seam.end()
            self.opened = left_open(self.opened, seam.group())

    def _scanned(self, data: bytes, offset: int) -> Generator[Placed, None, int]:
        """One record after the other by the JSON scanner; returns where it could not go on."""
        text = data.decode("utf-8", "surrogateescape")
        reached, counted = 0, 0
        position = after_separator(text, 0)
        while position < len(text):
            try:
                value, end = _DECODER.raw_decode(text, position)
            except (ValueError, RecursionError):
                break
            reached += _length(text[counted:position])
            counted = position
            for record in unwrapped(value, offset + reached, self.report):
                if self._matters(record, text[position:end]):
                    yield offset + reached, record
            position = after_separator(text, end)
        return reached + _length(text[counted:position])

    def _matters(self, record: Record, text: str) -> bool:
        data = text.encode("utf-8", "surrogateescape")
        found = self.needles.find(data, 0, len(data)) >= 0
        return found or not isinstance(record.get("userIdentity"), dict)

    def _keep(self, data: bytes, begin: int) -> None:
        self.rest = data[begin:]
        self.offset += begin


def _length(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))
