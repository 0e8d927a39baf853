"""CloudTrail's summaries of data events: calls that their counts prove, and what they leave open.

A summary counts the calls of five minutes by one dimension, and the same calls again by others. It
says who called and what was called, not who called what. Where the counts leave no other way, a
call is told as any other record tells it; the rest is named with its number.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aggregated-events.html
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from lambdas.collect_evidence.principals.caller import Caller
from lambdas.collect_evidence.principals.followed import FollowedPrincipals
from lambdas.collect_evidence.principals.selection import Selection
from lambdas.collect_evidence.record import AGGREGATED, Record, text_of
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.iam.arn import Arn, is_arn

Counts = Mapping[str, int]
_SERVICES = (".amazonaws.com", ".amazonaws.com.cn")
_NAMES = {  # the dimensions that say who did what; the API's spelling of errors has an s
    "userIdentity": "who",
    "eventName": "what",
    "resourceARN": "where",
    "errorCode": "outcome",
    "errorCodes": "outcome",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose calls are asked for.

    Attributes:
        is_theirs: whether a record is theirs.
        may_be_theirs: whether it may be, as its session is not told.
        unnamed: whether calls of which nobody is named may be theirs.
    """

    is_theirs: Callable[[Record, Caller], bool]
    may_be_theirs: Callable[[Caller], bool] = lambda _: False
    unnamed: bool = False

    @classmethod
    def of_selection(cls, selection: Selection) -> Self:
        """The principal's own."""
        return cls(
            is_theirs=lambda _, caller: selection.chooses(caller),
            may_be_theirs=selection.may_choose,
            unnamed=True,
        )

    @classmethod
    def of_followed(cls, followed: FollowedPrincipals, selection: Selection) -> Self:
        """Those of the sessions that it assumed and of the roles that it handed on."""

        def is_theirs(record: Record, caller: Caller) -> bool:
            known = followed.session_of(caller, record) is not None or followed.handed_to(caller)
            return known and not selection.chooses(caller)

        return cls(is_theirs)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a summary tells of those who are asked for.

    Attributes:
        by: the dimension that it was made by; others sum up the same calls.
        calls: records of those calls that its counts prove, and who made them.
        untold: how many more calls of an operation may be theirs.
    """

    by: str
    calls: Sequence[tuple[Record, Caller]]
    untold: Counts


def is_summary(record: Record) -> bool:
    """Whether a record sums up many calls."""
    return record.get("eventCategory") == AGGREGATED


def summary_of(record: Record, asked: Asked) -> Summary | None:
    """Read a summary; None when it counts nothing."""
    by, counts = _counts(record)
    total = sum(counts.get(by, {}).values())
    if not total:
        return None
    theirs: dict[str, int] = {}
    others = 0
    for name, count in counts.get("who", {}).items():
        one = _call(record, name)
        caller = Caller.of(one)
        if caller is not None and asked.is_theirs(one, caller):
            theirs[name] = count
        elif not (asked.may_be_theirs(caller) if caller else _is_unclear(name)):
            others += count
    possible = total - others if asked.unnamed else sum(theirs.values())
    failed = counts.get("outcome", {})
    outcomes = {"": total - sum(failed.values()), **failed}
    calls: list[tuple[Record, Caller]] = []
    proved: Counter[str] = Counter()
    for (who, what, where, outcome), number in _certain(
        total, (theirs, counts.get("what", {}), counts.get("where", {}), outcomes)
    ):
        one = _call(record, who, what, where, outcome)
        caller = Caller.of(one)
        if caller is not None:
            calls.append((one, caller))
            proved[what] += number
    source, operations = text_of(record, "eventSource"), counts.get("what", {})
    unnamed = total - sum(operations.values())
    untold = {
        f"{source}:{what}" if what else source: left
        for what, count in {**operations, "": unnamed}.items()
        if (left := min(count, possible) - proved[what]) > 0
    }
    return Summary(by, calls, untold)


@dataclass(slots=True)
class UntoldCalls:
    """What the summaries of one file leave open: calls by operation, by what they are summed up."""

    _by: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, summary: Summary) -> None:
        """Take up what one of them leaves open."""
        self._by.setdefault(summary.by, Counter()).update(summary.untold)

    def finding(self, file: str) -> Finding | None:
        """What must be said of the file; None when nothing is open."""
        most: Counter[str] = Counter()
        for counts in self._by.values():
            most |= counts  # each sums up the same calls
        if not most:
            return None
        named = ", ".join(f"{number} of {name}" for name, number in sorted(most.items()))
        return Finding(
            severity=Severity.WARNING,
            kind=FindingKind.AGGREGATED_EVENTS,
            subject=file,
            detail="The file holds counts of data events. Counts do not say who made which call on "
            f"what, so no permission was derived from them: {named}.",
            action="Collect from the data events themselves; they lie in the folder CloudTrail.",
        )


def _counts(record: Record) -> tuple[str, dict[str, Counts]]:
    """The dimension that a summary was made by, and how often each name of each one occurs."""
    summary = record.get("summary")
    summary = summary if isinstance(summary, dict) else {}
    details = summary.get("details")
    primary = summary.get("primaryDimension")
    found: dict[str, Counts] = {}
    for one in (primary, *(details if isinstance(details, list) else ())):
        if isinstance(one, dict):
            found[_dimension(one)] = _statistics(one.get("statistics"))
    return _dimension(primary) if isinstance(primary, dict) else "", found


def _dimension(raw: Mapping[str, Any]) -> str:
    name = str(raw.get("dimension"))
    return _NAMES.get(name, name)


def _statistics(raw: object) -> Counts:
    return {
        one["name"]: int(one["value"])
        for one in (raw if isinstance(raw, list) else ())
        if isinstance(one, dict)
        and isinstance(one.get("name"), str)
        and isinstance(one.get("value"), int | float)
        and one["value"] >= 1
    }


def _certain(total: int, dimensions: Sequence[Counts]) -> Sequence[tuple[tuple[str, ...], int]]:
    """The combinations that some calls must have had, and how many calls at least.

    Of ten calls, seven by one caller and six of one operation, three at least are both.
    """
    found: list[tuple[tuple[str, ...], int]] = [((), total)]
    for counts in dimensions:
        found = [
            ((*names, name), both)
            for names, known in found
            for name, count in sorted(counts.items())
            if (both := known + count - total) > 0
        ]
    return found


def _call(
    summary: Record, who: str, what: str = "", where: str = "", outcome: str = ""
) -> dict[str, Any]:
    """A call of a summary as a record of its own."""
    window = summary.get("timeWindow")
    call = {
        "userIdentity": _identity(who),
        # Of the window's end it is certain that it came after what a call in it builds upon.
        "eventTime": text_of(window, "windowEnd") if isinstance(window, dict) else "",
        "eventSource": text_of(summary, "eventSource"),
        "eventName": what,
        "awsRegion": text_of(summary, "awsRegion"),
        "requestParameters": _request(where),
        "resources": [{"ARN": where}],
        "eventID": text_of(summary, "eventId") or text_of(summary, "eventID"),
        "eventType": text_of(summary, "eventType"),
        "eventCategory": AGGREGATED,
        "recipientAccountId": text_of(summary, "accountId"),
    }
    return {**call, "errorCode": outcome} if outcome else call


def _identity(name: str) -> dict[str, Any]:
    if ":role/" in name and is_arn(name):
        return {"sessionContext": {"sessionIssuer": {"type": "Role", "arn": name}}}
    return {"arn": name}


def _is_unclear(name: str) -> bool:
    """Whether it is the name of anybody: neither of an account's root nor of a service."""
    return not is_arn(name) and not name.endswith(_SERVICES)


def _request(resource: str) -> dict[str, str] | None:
    """Of S3 a summary names the bucket alone, whatever object of it was asked for."""
    arn = Arn.from_text(resource) if is_arn(resource) else None
    if arn is None or arn.service != "s3" or "/" in arn.resource or ":" in arn.resource:
        return None
    return {"bucketName": arn.resource}
