"""From a trail to evidence: of the principal, the sessions it assumed, the roles it handed on.

Sorted, each event once, in bounded memory, the same bytes in whatever order the files come.
One pass reads the principal's own records and learns what it assumed and handed on. Where that was
something, further passes read the records of those, until nothing new is learned.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import merge
from itertools import groupby
from typing import Self

from lambdas.collect_evidence.output.line_writer import FOREIGN, LineWriter
from lambdas.collect_evidence.output.repeats import SplitRecord, split_record
from lambdas.collect_evidence.output.sorted_spool import SortedSpool
from lambdas.collect_evidence.principals.caller import Caller, hides_service, services_via
from lambdas.collect_evidence.principals.followed import FollowedPrincipals
from lambdas.collect_evidence.principals.iam_paths import IamPaths
from lambdas.collect_evidence.principals.selection import Selection
from lambdas.collect_evidence.reading.prefilter import Prefilter
from lambdas.collect_evidence.reading.summaries import Asked
from lambdas.collect_evidence.reading.trail_reader import Reader
from lambdas.collect_evidence.record import Record, text_of
from lambdas.collect_evidence.translation.attribution import Attribution
from lambdas.gateways.cloudtrail.trail import Trail, TrailFile
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.findings.finding_ledger import FindingLedger
from lambdas.model.trail.evidence import CLOUDFORMATION, Line

MOST_PASSES = 8  # chains of roles are short: each link lives an hour at most
# How long after the run's last own call CloudFormation may still be at work for it.
AFTERWARDS = timedelta(minutes=15)


@dataclass(slots=True)
class PartialEvidence:
    """What one reading of some files gave; parts of all files, joined, are the whole.

    Attributes:
        own: evidence of the principal and of the sessions that it assumed.
        handed: evidence of roles that CloudFormation used; whether for the run is decided last.
        last: when the run made its last own call.
    """

    own: SortedSpool = field(default_factory=SortedSpool)
    handed: SortedSpool = field(default_factory=SortedSpool)
    ledger: FindingLedger = field(default_factory=FindingLedger)
    followed: FollowedPrincipals = field(default_factory=FollowedPrincipals)
    paths: IamPaths = field(default_factory=IamPaths)
    last: str = ""

    def note(self, record: Record, caller: Caller, phase: str) -> None:
        """Take up what a record of the run hands over, and that the run was at work then."""
        self.followed.learn(record, phase)
        self.paths.learn(record, caller)
        self.last = max(self.last, text_of(record, "eventTime"))

    def keep(
        self,
        lines: Iterable[Line],
        findings: Iterable[Finding],
        event_id: str,
        *,
        handed: bool = False,
    ) -> None:
        """Keep what a record proves."""
        spool = self.handed if handed else self.own
        for line in lines:
            spool.add(line)
        for finding in findings:
            self.ledger.add(finding, event_id)

    def lines(self) -> Iterator[Line]:
        """All evidence in order, each line once."""
        merged = merge(self.own.sorted(), self._operated(self.handed.sorted()))
        yield from self.paths.completed(line for line, _ in groupby(merged))

    def absorb(self, other: Self) -> None:
        """Take over what another part holds."""
        self.own.absorb(other.own)
        self.handed.absorb(other.handed)
        self.ledger.extend(other.ledger.sorted())
        self.followed.join(other.followed)
        self.paths.join(other.paths)
        self.last = max(self.last, other.last)

    def close(self) -> None:
        """Give back the disk."""
        self.own.close()
        self.handed.close()

    def _operated(self, lines: Iterator[Line]) -> Iterator[Line]:
        """Of the stacks' roles, what they did from the hand-over until the run had ended."""
        until = _later(self.last)
        for order, text in lines:
            time, principal = order[0], order[-1]
            handed = self.followed.handed_at(principal, time)
            if handed is not None and time <= until:
                raw = json.loads(text)
                raw["phase"] = handed.phase
                yield order, json.dumps(raw, separators=(",", ":"))


Pass = Callable[[Trail, Sequence[TrailFile], Selection, PartialEvidence], None]
Reading = Callable[[Pass, Trail, Sequence[TrailFile], Selection, PartialEvidence], None]


def collect(trail: Trail, selection: Selection, reading: Reading | None = None) -> PartialEvidence:
    """Read a trail.

    Args:
        trail: where the files are.
        selection: whose records are wanted.
        reading: how a pass reads the files; in turn when not given.
    """
    reading, files = reading or in_turn, sorted(trail.files())
    own = PartialEvidence()
    reading(read_own, trail, files, selection, own)
    known = own.followed
    for passes in range(1, MOST_PASSES + 1):
        if not known.needles():
            return own
        more = PartialEvidence(followed=known.copy(), last=own.last)
        reading(read_followed, trail, files, selection, more)
        complete = more.followed == known
        if complete or passes == MOST_PASSES:
            own.absorb(more)
            if not complete:
                own.ledger.add(too_deep(selection))
            break
        # Sessions of sessions: what was read is not all, and is read again by what is known now.
        more.close()
        known = more.followed
    return own


def in_turn(
    read: Pass,
    trail: Trail,
    files: Sequence[TrailFile],
    selection: Selection,
    part: PartialEvidence,
) -> None:
    """Read one file after the other."""
    read(trail, files, selection, part)


def read_own(
    trail: Trail, files: Sequence[TrailFile], selection: Selection, part: PartialEvidence
) -> None:
    """Read the principal's own records."""
    writer = LineWriter()
    split: SplitRecord | None = None

    def passed(text: bytes) -> bool:
        nonlocal split
        split = split_record(text) if writer.repeats() else None
        known = writer.recalled(split) if split else None
        if split is None or known is None:
            return False
        if not selection.within(split.time):
            return True
        if known is not FOREIGN:
            part.last = max(part.last, split.time)
        part.keep(*known, split.event_id)
        return True

    def take(record: Record, caller: Caller) -> None:
        nonlocal split
        if selection.chooses(caller) and not selection.within(text_of(record, "eventTime")):
            pass  # of another day; what is like it may be of the days asked for
        elif selection.chooses(caller):
            phase = selection.phase(caller)
            part.note(record, caller, phase)
            written = writer.write(record, _attribution(record, caller, phase), split)
            part.keep(*written, text_of(record, "eventID"))
        else:
            writer.foreign(record, split)
        split = None

    needles, asked = Prefilter([selection.needle]), Asked.of_selection(selection)
    reader = Reader(trail, needles, asked, ledger=part.ledger, untold=part.ledger)
    reader.read(files, take, passed)
    part.paths.assume(str(selection.principal))


def read_followed(
    trail: Trail, files: Sequence[TrailFile], selection: Selection, part: PartialEvidence
) -> None:
    """Read the records of the followed as far as the part knows them, and learn of further ones."""
    known = part.followed.copy()
    writer = LineWriter()

    def take(record: Record, caller: Caller) -> None:
        if selection.chooses(caller) or not selection.within(text_of(record, "eventTime")):
            return
        assumed = known.session_of(caller, record)
        if assumed is not None:
            part.note(record, caller, assumed.phase)
            written = writer.write(record, _attribution(record, caller, assumed.phase))
            part.keep(*written, text_of(record, "eventID"))
        elif known.handed_to(caller):
            # A stack's own role: CloudFormation does not call on for the one who asked.
            part.paths.learn(record, caller)
            written = writer.write(record, _attribution(record, caller, "", CLOUDFORMATION))
            part.keep(*written, text_of(record, "eventID"), handed=True)

    # What is wrong with the files was said when the principal's own records were read.
    needles, asked = Prefilter(known.needles()), Asked.of_followed(known, selection)
    reader = Reader(trail, needles, asked, ledger=FindingLedger(), untold=part.ledger)
    reader.read(files, take)


def _attribution(record: Record, caller: Caller, phase: str, *own: str) -> Attribution:
    return Attribution(
        principal=caller.principal,
        session=caller.session,
        phase=phase,
        via=services_via(record, own=own),
        hides=hides_service(record),
    )


def _later(time: str) -> str:
    try:
        moment = datetime.fromisoformat(time) + AFTERWARDS
    except (ValueError, OverflowError):
        return time
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def too_deep(selection: Selection) -> Finding:
    """That sessions assumed sessions for longer than is followed."""
    return Finding(
        severity=Severity.ERROR,
        kind=FindingKind.TOO_MANY_ROLES,
        subject=str(selection.principal),
        detail=f"The chain of assumed roles is longer than {MOST_PASSES}; its end was not read.",
        action="Collect the evidence of the last role on its own.",
    )
