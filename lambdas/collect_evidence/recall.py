"""Records that repeat others but for time and ids: answered from memory, without being parsed.

A run polls: it asks the same of the same stack every few seconds, under the same session. Such
records differ in eventTime, eventID, requestID and access key alone; their evidence in the first
two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambdas.collect_evidence.translate import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambdas.collect_evidence.spool import Line
    from lambdas.model.finding import Finding

    Record = Mapping[str, Any]

REMEMBERED = 4_096  # records; each takes about a kilobyte or two
TRIED, WORTH_IT = 512, 0.25  # after so many records, how many must have repeated others
# What differs, in the order in which CloudTrail writes it.
_KEY, _TIME, _REQUEST, _EVENT = (
    b'"accessKeyId":"', b'"eventTime":"', b'"requestID":"', b'"eventID":"',
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stretch:
    """A record's bytes without what differs, and what stood there."""

    key: bytes
    time: str
    event_id: str


@dataclass(frozen=True, slots=True)
class _Lines:
    """What a record gave: of each line the order's end, and the text around id and time."""

    pieces: tuple[tuple[tuple[str, ...], str, str, str], ...]
    findings: tuple[Finding, ...]


class Recall:
    """Remembers what records gave."""

    def __init__(self) -> None:
        self._known: dict[bytes, _Lines] = {}
        self._asked = 0
        self._answered = 0
        self.useful = True

    def lines(self, stretch: Stretch) -> tuple[list[Line], tuple[Finding, ...]] | None:
        """What a record gives that repeats another; None when it repeats none."""
        known = self._known.get(stretch.key)
        self._asked += 1
        if known is None:
            if self._asked == TRIED:
                # Where calls do not repeat, remembering them costs more than it saves.
                self.useful = self._answered >= TRIED * WORTH_IT
            return None
        self._answered += 1
        time, event_id = stretch.time, stretch.event_id
        lines: list[Line] = [
            ((time, event_id, *rest), f"{head}{event_id}{middle}{time}{tail}")
            for rest, head, middle, tail in known.pieces
        ]
        return lines, known.findings

    def remember(
        self, stretch: Stretch, record: Record, lines: Sequence[Line], findings: Sequence[Finding]
    ) -> None:
        """Keep what a record gave, unless it teaches something by its time or ids."""
        same = (text_of(record, "eventTime"), text_of(record, "eventID"))
        if same != (stretch.time, stretch.event_id) or teaches(record):
            return
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        id_and_time = f'{stretch.event_id}","time":"{stretch.time}'
        pieces = []
        for order, text in lines:
            head, found, tail = text.partition(id_and_time)
            if not found or id_and_time in tail:
                return
            pieces.append((order[2:], head, '","time":"', tail))
        self._known[stretch.key] = _Lines(tuple(pieces), tuple(findings))


def stretch_of(text: bytes) -> Stretch | None:
    """Cut out of a record what differs; None when it cannot be told where that stands."""
    at = _after(text, _TIME, 0)
    until = text.find(b'"', at)
    event = _after(text, _EVENT, until)
    ended = text.find(b'"', event)
    if at < 0 or event < 0:
        return None
    key, request = _optional(text, _KEY, 0, at), _optional(text, _REQUEST, until, event)
    if key is None or request is None:
        return None
    time, event_id = text[at:until], text[event:ended]
    if b"\\" in time or b"\\" in event_id or not (time.isascii() and event_id.isascii()):
        return None
    cuts = (key, (at, until), request, (event, ended))
    begins = (0, *(end for _, end in cuts))
    ends = (*(begin for begin, _ in cuts), len(text))
    rest = b"".join(text[begin:end] for begin, end in zip(begins, ends, strict=True))
    return Stretch(rest, time.decode(), event_id.decode())


def teaches(record: Record) -> bool:
    """Whether a record tells of sessions, roles or paths that later records are judged by."""
    source = record.get("eventSource")
    if source == "sts.amazonaws.com":
        return True
    if source == "iam.amazonaws.com":
        return isinstance(record.get("responseElements"), dict)
    if source == "cloudformation.amazonaws.com":
        request = record.get("requestParameters")
        return isinstance(request, dict) and any(key.lower() == "rolearn" for key in request)
    return False


def _after(text: bytes, name: bytes, begin: int) -> int:
    """Where the only value of a name begins, or -1."""
    at = text.find(name, begin) if begin >= 0 else -1
    if at < 0 or text.find(name) != at or text.find(name, at + 1) >= 0:
        return -1
    return at + len(name)


def _optional(text: bytes, name: bytes, begin: int, end: int) -> tuple[int, int] | None:
    """Where a value that need not be there stands within bounds; empty where it is absent."""
    at = text.find(name)
    if at < 0:
        return begin, begin
    if not begin <= at < end or text.find(name, at + 1) >= 0:
        return None
    at += len(name)
    until = text.find(b'"', at)
    return (at, until) if until < end else None
