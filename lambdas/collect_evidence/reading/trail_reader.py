"""The files of a trail in turn: records to whoever asks, everything odd to the findings."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lambdas.collect_evidence.principals.caller import Caller, issuer_of
from lambdas.collect_evidence.reading.decompression import Report
from lambdas.collect_evidence.reading.envelopes import kind_on_bus
from lambdas.collect_evidence.reading.prefilter import Prefilter
from lambdas.collect_evidence.reading.record_scanner import Passed, records_in
from lambdas.collect_evidence.reading.summaries import Asked, UntoldCalls, is_summary, summary_of
from lambdas.collect_evidence.record import Record
from lambdas.gateways.cloudtrail.trail import Trail, TrailFile
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.findings.finding_ledger import FindingLedger
from lambdas.model.iam.arn import is_arn

Take = Callable[[Record, Caller], None]


_AGAIN = "Fetch the file again; if the bucket's copy is damaged, events are missing."
_LOOK = "Look at the file at this offset: the record may be the run's."
_ACTIONS = {
    FindingKind.CORRUPT_GZIP: _AGAIN,
    FindingKind.TRUNCATED_JSON: _AGAIN,
    FindingKind.UNREADABLE_FILE: "Allow Fencepost to read the file, and collect again.",
    FindingKind.NOT_A_TRAIL_FILE: "If it holds events, keep it as JSON, packed or not.",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads files and gives the records that hold one of the needles, with who made them.

    Attributes:
        asked: whose calls are taken out of summaries.
        ledger: takes what is wrong with the files.
        untold: takes what summaries leave open.
    """

    trail: Trail
    needles: Prefilter
    asked: Asked
    ledger: FindingLedger
    untold: FindingLedger

    def read(self, files: Iterable[TrailFile], take: Take, passed: Passed | None = None) -> None:
        """Give every record that may matter to `take`, unless `passed` has dealt with it."""
        for file in files:
            if file.is_digest:
                self.ledger.add(_digests())
            else:
                self._file(file, take, passed)

    def _file(self, file: TrailFile, take: Take, passed: Passed | None) -> None:
        def report(kind: FindingKind, offset: int, detail: str) -> None:
            self.ledger.add(_finding(kind, file.name, offset, detail))

        untold = UntoldCalls()
        try:
            with self.trail.open(file) as opened:
                for offset, record in records_in(opened, self.needles, report, passed):
                    caller = Caller.of(record)
                    if caller is not None:
                        take(record, caller)
                    elif is_summary(record):
                        self._summary(record, offset, take, untold, report)
                    else:
                        self._without_caller(record, offset, report)
        except OSError as error:
            report(FindingKind.UNREADABLE_FILE, 0, str(error))
        open_calls = untold.finding(file.name)
        if open_calls is not None:
            self.untold.add(open_calls)

    def _summary(
        self, record: Record, offset: int, take: Take, untold: UntoldCalls, report: Report
    ) -> None:
        summary = summary_of(record, self.asked)
        if summary is None:
            report(FindingKind.STRANGE_RECORD, offset, "it is a summary that counts nothing")
            return
        for call, caller in summary.calls:
            take(call, caller)
        untold.add(summary)

    def _without_caller(self, record: Record, offset: int, report: Report) -> None:
        if _is_insight(record):
            self.ledger.add(_insights())
        elif kind_on_bus(record):
            self.ledger.add(_other_events(kind_on_bus(record)))
        elif not isinstance(record.get("userIdentity"), dict):
            report(FindingKind.NO_IDENTITY, offset, "it has no userIdentity to judge by")
        elif _is_garbled(record["userIdentity"].get("arn")):
            report(FindingKind.NO_IDENTITY, offset, "its userIdentity has no ARN to judge by")
        elif ":role/" in issuer_of(record["userIdentity"]):
            report(
                FindingKind.NO_IDENTITY,
                offset,
                "its userIdentity names one role and is a session of another",
            )


def _is_garbled(arn: object) -> bool:
    """Services have no ARN; what is there must be one."""
    return isinstance(arn, str) and arn != "" and not is_arn(arn)


def _is_insight(record: Record) -> bool:
    return record.get("eventCategory") == "Insight"


def _digests() -> Finding:
    return Finding(
        severity=Severity.NOTE,
        kind=FindingKind.DIGEST_FILES,
        subject="CloudTrail-Digest",
        detail="These files hold hashes of other files and no events; they were not read.",
    )


def _insights() -> Finding:
    return Finding(
        severity=Severity.NOTE,
        kind=FindingKind.INSIGHT_EVENTS,
        subject="AwsCloudTrailInsight",
        detail="CloudTrail's own observations describe no single call; they were not read.",
    )


def _other_events(kind: str) -> Finding:
    return Finding(
        severity=Severity.NOTE,
        kind=FindingKind.OTHER_EVENTS,
        subject=kind,
        detail="This event of EventBridge describes no call; events of this kind were not read.",
    )


def _finding(kind: FindingKind, name: str, offset: int, detail: str) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        kind=kind,
        subject=name,
        detail=f"At byte {offset}: {detail}.",
        action=_ACTIONS.get(kind, _LOOK),
        source=f"{name}@{offset}",
    )
