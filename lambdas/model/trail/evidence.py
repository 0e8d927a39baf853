"""Evidence: what one CloudTrail event proves about permissions."""

import gzip
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from lambdas.model.iam.action import Action
from lambdas.model.trail.ground_kind import GroundKind

# In `source` as an event source, in `via` as the service that made the call for the principal.
CLOUDFORMATION = "cloudformation.amazonaws.com"
_encode = json.JSONEncoder(separators=(",", ":")).encode
_quoted = json.encoder.encode_basestring_ascii

Order = tuple[str, str, str, str, str]  # time, event id, action, resource, principal
Line = tuple[Order, str]  # evidence as its file has it, one JSON object, and where it stands there


class Outcome(StrEnum):
    """What the service answered."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"  # authorised, then failed: not found, exists, throttled, invalid
    DENIED = "denied"  # not authorised: proves nothing is needed
    DENIED_IN_PROOF = "missed"  # not authorised in a proof: the policy lacked what the cycle needs


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Implied:
    """A permission that a request needed beside its own, read from what it sent.

    Attributes:
        kind: the derivation it serves.
        action: the IAM action.
        resource: the ARN as sent, or `*`.
        context: IAM condition keys with the values the service would have set,
            such as (`iam:PassedToService`, `lambda.amazonaws.com`); sorted.
    """

    kind: GroundKind
    action: Action
    resource: str
    context: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        return cls(
            kind=GroundKind(raw["kind"]),
            action=Action.from_text(raw["action"]),
            resource=raw["resource"],
            context=tuple(sorted(raw.get("context", {}).items())),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values, in a fixed order."""
        return {
            "kind": self.kind,
            "action": str(self.action),
            "resource": self.resource,
            "context": dict(self.context),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One action on one resource by one principal, proved by one event.

    An event that touched several resources, or needed several actions, gives several of these.

    Attributes:
        resource: an ARN, or `*` where the action has no resource or it cannot be known.
        principal: the IAM ARN (role or user) whose permissions were asked, never a session's ARN.
        session: the role session's name; empty for users.
        phase: the phase of the cycle, from the session's name; empty when it says none.
        via: the services that made the call for the principal, outermost first; empty when direct.
        region: CloudTrail's awsRegion.
        time: CloudTrail's eventTime, ISO 8601 in UTC.
        source: CloudTrail's eventSource, such as `lambda.amazonaws.com`.
        name: CloudTrail's eventName.
        error: CloudTrail's errorCode, or empty.
        obstacle: what denied it when it was not the lack of a grant, in words; empty otherwise.
        implies: further permissions that the request needed; refinement decides on them.
        types: CloudFormation resource types that this event made or changed, when known.
        context: IAM condition keys that the request set, such as `iam:PolicyARN`; sorted.
        generated_ids: ids that the service made up for what the event made; sorted.
        document: the IAM policy that the event gave a role or user, or made, as sent; else empty.
    """

    action: Action
    resource: str
    outcome: Outcome
    principal: str
    session: str = ""
    phase: str = ""
    via: tuple[str, ...] = ()
    region: str
    event_id: str
    time: str
    source: str
    name: str
    error: str = ""
    obstacle: str = ""
    implies: tuple[Implied, ...] = ()
    types: tuple[str, ...] = ()
    context: tuple[tuple[str, str], ...] = ()
    generated_ids: tuple[str, ...] = ()
    document: str = ""

    @property
    def order(self) -> Order:
        """Time, then ids: the same evidence sorts the same way whatever order it came in."""
        return (self.time, self.event_id, str(self.action), self.resource, self.principal)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what `to_line` wrote."""
        return cls(
            action=Action.from_text(raw["action"]),
            resource=raw["resource"],
            outcome=Outcome(raw["outcome"]),
            principal=raw["principal"],
            session=raw.get("session", ""),
            phase=raw.get("phase", ""),
            via=tuple(raw.get("via", ())),
            region=raw["region"],
            event_id=raw["event_id"],
            time=raw["time"],
            source=raw["source"],
            name=raw["name"],
            error=raw.get("error", ""),
            obstacle=raw.get("obstacle", ""),
            implies=tuple(Implied.from_json(one) for one in raw.get("implies", ())),
            types=tuple(raw.get("types", ())),
            context=tuple(sorted(raw["context"].items())) if "context" in raw else (),
            generated_ids=tuple(raw.get("made", ())),
            document=raw.get("document", ""),
        )

    def to_line(self) -> str:
        """One JSON line, ASCII only, so that names cannot break lines or terminals."""
        before, after = self.line_ends()
        caller = caller_in_line(self.principal, self.session, self.phase, self.via)
        return f"{before}{caller}{event_in_line(self.region, self.event_id, self.time)}{after}"

    def line_ends(self) -> tuple[str, str]:
        """What stands before and behind the caller and the event in its line."""
        before = {
            "action": str(self.action),
            "resource": self.resource,
            "outcome": self.outcome.value,
        }
        after: dict[str, Any] = {"source": self.source, "name": self.name}
        if self.error:
            after["error"] = self.error
        if self.obstacle:
            after["obstacle"] = self.obstacle
        if self.implies:
            after["implies"] = [one.to_json() for one in self.implies]
        if self.types:
            after["types"] = self.types
        if self.context:
            after["context"] = dict(self.context)
        if self.generated_ids:
            after["made"] = self.generated_ids
        if self.document:
            after["document"] = self.document
        return _encode(before)[:-1], f",{_encode(after)[1:]}"


def caller_in_line(principal: str, session: str, phase: str, via: Sequence[str]) -> str:
    """Who called, as a line has it."""
    caller = {"principal": principal, "session": session, "phase": phase, "via": via}
    return f",{_encode(caller)[1:-1]}"


def event_in_line(region: str, event_id: str, time: str) -> str:
    """Which event it was, as a line has it."""
    return f',"region":{_quoted(region)},"event_id":{_quoted(event_id)},"time":{_quoted(time)}'


def with_order(text: str) -> Line:
    """A line's text, with where it stands."""
    raw = json.loads(text)
    return (
        (raw["time"], raw["event_id"], raw["action"], raw["resource"], raw["principal"]),
        text,
    )


def evidence_in(packed: bytes, mark: bytes = b"") -> Iterator[Evidence]:
    """The lines of a gzipped evidence file that hold a mark, one at a time."""
    with gzip.open(io.BytesIO(packed)) as lines:
        for line in lines:
            if mark in line:
                yield Evidence.from_json(json.loads(line))
