"""Evidence out of CloudTrail files that exist already: no emulator, no account."""

import gc
import json
import sys
from argparse import Namespace
from collections.abc import Iterable

from lambdas.collect_evidence.collect import collect
from lambdas.collect_evidence.principals.selection import Selection
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.text import counted
from lambdas.model.trail.evidence import Line
from local.offline.parallel_reading import SideBySide
from local.offline.sources.logs import Logs, UnusableLogsError
from local.offline.sources.places import asked, opened
from local.output import NO, UNKNOWN, YES, complain, leave_in_peace

SELDOM = 200_000  # objects between two searches for cycles


def evidence(args: Namespace) -> int:
    """Print evidence as JSON lines, findings to standard error as JSON lines.

    Args:
        args: what `sources.places` reads.
    """
    try:
        selection, days = asked(args)
        with opened(args, selection, days) as logs:
            return _print(logs, selection)
    except UnusableLogsError as error:
        complain(str(error))
        return UNKNOWN


def _print(logs: Logs, selection: Selection) -> int:
    gc.set_threshold(SELDOM)  # records come and go without cycles; looking for some takes time
    part = collect(logs.trail, selection, SideBySide())
    part.ledger.extend(logs.findings)
    printed = _printed(part.lines())
    if not printed:
        part.ledger.add(_nothing(selection, files=sum(1 for _ in logs.trail.files())))
    for finding in part.ledger.sorted():
        print(json.dumps(finding.to_json()), file=sys.stderr)
    return YES if printed else NO


def _printed(lines: Iterable[Line]) -> int:
    """How many lines were printed; a reader such as `head` may leave when it has seen enough."""
    write, count = sys.stdout.write, 0
    try:
        for _, line in lines:
            count += 1
            write(f"{line}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        leave_in_peace()
    return count


def _nothing(selection: Selection, *, files: int) -> Finding:
    session = f" in a session that begins with {selection.session!r}" if selection.session else ""
    return Finding(
        severity=Severity.WARNING,
        kind=FindingKind.NO_EVIDENCE,
        subject=str(selection.principal),
        detail=f"Nothing in {counted(files, 'file')} is evidence of what it did{session}.",
        action="Check the account, the name and the days of the files.",
    )
