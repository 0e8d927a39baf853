"""Records as finished lines. What calls have in common is translated and written once.

A run asks the same again and again: a deployment polls its stack, a reader reads its parameters.
Apart from who asked and when, the same request with the same answer proves the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lambdas.collect_evidence.translate import Maker, Proof, text_of, translate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.collect_evidence.spool import Line
    from lambdas.model.finding import Finding

    Record = Mapping[str, Any]

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
_encode = json.JSONEncoder(separators=(",", ":")).encode
_quoted = json.encoder.encode_basestring_ascii


@dataclass(frozen=True, slots=True)
class _Written:
    """A proof with the ends of its line."""

    action: str
    resource: str
    head: str
    tail: str


class Writer:
    """Writes evidence lines just as `Evidence.to_line` does, and remembers what it wrote."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[_Written, ...], tuple[Finding, ...]]] = {}

    def write(self, record: Record, maker: Maker) -> tuple[list[Line], tuple[Finding, ...]]:
        """The evidence in a record, each line with its order, and the findings, without its id."""
        time, event_id = text_of(record, "eventTime"), text_of(record, "eventID")
        place = _quoted(text_of(record, "awsRegion"))
        middle = f',"region":{place},"event_id":{_quoted(event_id)},"time":{_quoted(time)}'
        who = _who(maker)
        written, findings = self._written(record, maker.principal)
        lines: list[Line] = [
            (
                (time, event_id, one.action, one.resource, maker.principal),
                f"{one.head}{who}{middle}{one.tail}",
            )
            for one in written
        ]
        return lines, findings

    def _written(
        self, record: Record, principal: str
    ) -> tuple[tuple[_Written, ...], tuple[Finding, ...]]:
        key = _key(record, principal)
        known = self._known.get(key)
        if known is None:
            translation = translate(record, principal)
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            proofs = tuple(_write(one, record) for one in translation.proofs)
            known = self._known[key] = (proofs, translation.findings)
        return known


def _key(record: Record, principal: str) -> str:
    """Everything that a translation depends on."""
    return repr([principal, *map(record.get, _DEPENDS_ON)])


def _write(one: Proof, record: Record) -> _Written:
    action, resource = str(one.action), one.resource
    outcome = one.outcome.value
    head = f'{{"action":{_quoted(action)},"resource":{_quoted(resource)},"outcome":"{outcome}"'
    source, name = text_of(record, "eventSource"), text_of(record, "eventName")
    tail = f',"source":{_quoted(source)},"name":{_quoted(name)}'
    if one.error:
        tail += f',"error":{_quoted(one.error)}'
    if one.implies:
        tail += f',"implies":{_encode([implied.to_json() for implied in one.implies])}'
    if one.types:
        tail += f',"types":{_encode(list(one.types))}'
    if one.context:
        tail += f',"context":{_encode(dict(one.context))}'
    return _Written(action, resource, head, tail + "}")


@lru_cache(maxsize=1_024)
def _who(maker: Maker) -> str:
    text = _encode(
        {
            "principal": maker.principal,
            "session": maker.session,
            "phase": maker.phase,
            "via": list(maker.via),
        }
    )
    return f",{text[1:-1]}"
