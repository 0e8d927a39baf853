"""Records as finished lines. What calls have in common is translated once.

A run asks the same again and again: a deployment polls its stack, a reader reads its parameters.
Apart from who asked and when, the same request with the same answer proves the same.
"""

from collections.abc import Sequence
from typing import TypeVar

from lambdas.collect_evidence.output.repeats import (
    IdentityKey,
    SplitRecord,
    is_one_value,
    stands_as_cut,
    teaches,
)
from lambdas.collect_evidence.record import INTERNAL, Record, additional_facts, is_internal, text_of
from lambdas.collect_evidence.translation.attribution import Attribution
from lambdas.collect_evidence.translation.translate import translate
from lambdas.collect_evidence.translation.translation import Translation
from lambdas.model.findings.finding import Finding
from lambdas.model.trail.evidence import Line

# Where of so many calls hardly one comes again, the next are not asked whether they do.
TRIAL, TURN = 1_000, 10_000
WORTH_IT = 8  # one in so many
REMEMBERED = 16_384  # different calls, a kilobyte or two each; hundreds of names of dozens of kinds
# What a translation depends on, beside the principal.
_DEPENDS_ON = (
    "eventSource",
    "eventName",
    "requestParameters",
    "responseElements",
    "errorCode",
    "errorMessage",
    "resources",
    "awsRegion",
    "recipientAccountId",
    "eventType",
)
# What differs in every event, though it says nothing of what was called.
_SINGULAR = frozenset({"additionalEventData", "sharedEventID"})
_INTERNAL = INTERNAL.encode()
_UNKNOWN = Attribution(principal="")

Lines = tuple[Sequence[Line], Sequence[Finding]]
FOREIGN: Lines = ((), ())  # what a record gives that is not the run's
Key = TypeVar("Key")
Value = TypeVar("Value")


class LineWriter:
    """Gives the lines of records, and remembers what it translated."""

    def __init__(self) -> None:
        self._known: dict[str, Translation] = {}
        self._recalled: dict[tuple[str, bool, tuple[bytes, bytes, bytes]], Translation] = {}
        self._attributions: dict[IdentityKey, Attribution | None] = {}
        self._seen = self._again = 0
        self._repeats = True

    def write(
        self, record: Record, attribution: Attribution, split: SplitRecord | None = None
    ) -> Lines:
        """The evidence in a record, each line with its order, and the findings, without its id.

        Args:
            record: as parsed.
            attribution: who made the call.
            split: its bytes; records that differ in what was cut out of them are then recalled.
        """
        if split is not None and self._remember(record, attribution, split):
            once = _SINGULAR.isdisjoint(record)  # nothing else could tell that it comes again
            known = (translate if once else self._of)(record, attribution.principal)
            key = attribution.principal, _internal(split), split.fingerprint
            _limited(self._recalled)[key] = known
        else:
            known = (self._of if self._repeats else translate)(record, attribution.principal)
        time, event_id = text_of(record, "eventTime"), text_of(record, "eventID")
        return known.lines(attribution, event_id, time), known.findings

    def repeats(self) -> bool:
        """Whether of late enough calls came again that one more record is looked up."""
        if self._seen == TURN:
            self._seen = self._again = 0
        self._seen += 1
        self._repeats = self._seen <= TRIAL or self._again * WORTH_IT >= self._seen
        return self._repeats

    def foreign(self, record: Record, split: SplitRecord | None) -> None:
        """Remember that a record is not the run's."""
        if split is not None:
            self._remember(record, None, split)

    def recalled(self, split: SplitRecord) -> Lines | None:
        """What `write` would give for a record; None when it must be parsed to be known."""
        attribution = self._attributions.get(split.identity_key, _UNKNOWN)
        if attribution is None:
            self._again += 1
            return FOREIGN
        known = self._recalled.get((attribution.principal, _internal(split), split.fingerprint))
        if known is None:
            return None
        self._again += 1
        return known.lines(attribution, split.event_id, split.time), known.findings

    def _remember(
        self, record: Record, attribution: Attribution | None, split: SplitRecord
    ) -> bool:
        """Remember whose a record is; whether what it proves can be told by its split."""
        if not stands_as_cut(split, record):
            return False
        if split.identity_key not in self._attributions:
            if not is_one_value(split.identity):
                return False
            _limited(self._attributions)[split.identity_key] = attribution
        return not teaches(record)

    def _of(self, record: Record, principal: str) -> Translation:
        key = _key(record, principal)
        known = self._known.get(key)
        if known is None:
            known = _limited(self._known)[key] = translate(record, principal)
        else:
            self._again += 1
        return known


def _internal(split: SplitRecord) -> bool:
    return _INTERNAL in split.identity


def _limited(remembered: dict[Key, Value]) -> dict[Key, Value]:
    if len(remembered) >= REMEMBERED:
        remembered.clear()
    return remembered


def _key(record: Record, principal: str) -> str:
    """Everything that a translation depends on."""
    return repr(
        [principal, is_internal(record), additional_facts(record), *map(record.get, _DEPENDS_ON)]
    )
