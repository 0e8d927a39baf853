"""One pass over the evidence: what was called, where, in which phase, and with what outcome."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lambdas.model.trail.evidence import Outcome
from lambdas.reference.operation_verbs import creating

# What an action does, told by its first word: enough for counting, never for granting.
VERBS = {
    "create": re.compile(
        rf"({creating('Launch', 'Publish', 'Subscribe', 'Upload', 'Provision', 'Start', 'Issue')}"
        r"|Schedule)[A-Z]|(POST|CreateStack|ExecuteChangeSet)$"
    ),
    "remove": re.compile(
        r"(Delete|Remove|Deregister|Terminate|Release|Detach|Unsubscribe|Revoke|Disassociate|Stop|"
        r"Cancel|Untag|Disable|Purge)[A-Z]|DELETE$"
    ),
    "read": re.compile(
        r"(Get|List|Describe|Head|Search|Lookup|BatchGet|Query|Scan|Select|View|Check|Validate|"
        r"Simulate|Test|Estimate|Download|Poll|Receive|Discover|Detect|Filter)[A-Z]|GET$|Scan$"
        r"|Query$|Decrypt$"
    ),
}


@dataclass(slots=True)
class CallSurvey:
    """Counts over the evidence of a run.

    Attributes:
        lines: evidence lines. events: different events.
        outcomes: lines by outcome.
        calls: lines that were not denied, by (service, phase).
        verbs: lines that succeeded, by (phase, create | change | remove | read).
        types: CloudFormation resource types that the run made or changed.
        types_of: the same by action.
        through: lines by the outermost service that called for the principal; empty when direct.
    """

    lines: int = 0
    events: int = 0
    first: str = ""
    last: str = ""
    outcomes: Counter[str] = field(default_factory=Counter)
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    verbs: Counter[tuple[str, str]] = field(default_factory=Counter)
    types: set[str] = field(default_factory=set)
    types_of: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    through: Counter[str] = field(default_factory=Counter)

    def services(self) -> tuple[str, ...]:
        """Service prefixes, the busiest first."""
        totals: Counter[str] = Counter()
        for (service, _), calls in self.calls.items():
            totals[service] += calls
        return tuple(sorted(totals, key=lambda service: (-totals[service], service)))


def survey(lines: Iterable[str | bytes]) -> CallSurvey:
    """Read evidence lines, one JSON object each; empty lines are passed over."""
    seen = CallSurvey()
    events: set[str] = set()
    for line in lines:
        if line.strip():
            _count(seen, json.loads(line), events)
    seen.events = len(events)
    return seen


def verb(action: str) -> str:
    """`create`, `remove`, `read` or `change`, for an action such as `s3:CreateBucket`."""
    name = action.partition(":")[2]
    return next((word for word, pattern in VERBS.items() if pattern.match(name)), "change")


def _count(seen: CallSurvey, line: dict[str, Any], events: set[str]) -> None:
    action, phase, time = line["action"], line.get("phase", ""), line["time"]
    seen.lines += 1
    events.add(line["event_id"])
    seen.first = min(seen.first or time, time)
    seen.last = max(seen.last, time)
    seen.outcomes[line["outcome"]] += 1
    seen.through[(line.get("via") or [""])[0]] += 1
    if line["outcome"] == Outcome.DENIED:
        return
    seen.calls[action.partition(":")[0], phase] += 1
    if line["outcome"] == Outcome.SUCCEEDED:
        seen.verbs[phase, verb(action)] += 1
    for one in line.get("types", ()):
        seen.types.add(one)
        seen.types_of[action].add(one)
