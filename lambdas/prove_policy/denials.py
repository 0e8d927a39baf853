"""Denials of a round: read from the trail's evidence and from what the tools themselves said."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

from lambdas.model.execution.run import CLOSING
from lambdas.model.iam.action import Action
from lambdas.model.iam.arn import Arn, is_arn
from lambdas.model.trail.evidence import CLOUDFORMATION, Evidence, Outcome
from lambdas.reference.arn_formats import ArnContext
from lambdas.reference.condition_keys import VIA_SERVICE
from lambdas.reference.events import mapping_of
from lambdas.reference.refused.refusals import refusals, without_escapes
from lambdas.reference.refused.refused_resources import is_open, narrowest, resources_named

_STACK_EVENT = re.compile(r"Resource handler returned message|_FAILED\b|HandlerErrorCode")
# As the AWS CLI and SDKs say it: "when calling the PutObject operation"
_OPERATION = re.compile(r"when calling the (\w+) operation|operation error [\w ]+: (\w+),")
KMS = "kms"
_BEFORE = 300  # characters of output before a sentence that tell who passes it on
_AFTER = 400


class Source(StrEnum):
    """Where a denial was read."""

    TRAIL = "trail"
    OUTPUT = "output"  # of the tools, CloudFormation's stack events among them


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Denial:
    """One action that the candidate was refused on one resource.

    Attributes:
        resource: an ARN as it was named, or `*` where none was.
        via: the services that asked for the candidate; empty when it asked itself.
        obstacle: what denied it when it was not the lack of a grant: `an explicit deny`,
            `permissions boundary`, …; nothing that the policy could hold would help.
        event_id: of the trail; empty for what only the tools said.
        call: event source and name of the call, `sqs.amazonaws.com:CreateQueue`, where it is known.
    """

    action: Action
    resource: str
    phase: str
    via: tuple[str, ...]
    region: str
    obstacle: str
    source: Source
    event_id: str = ""
    time: str = ""
    call: str = ""

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        return cls(
            **{
                **raw,
                "action": Action.from_text(raw["action"]),
                "via": tuple(raw["via"]),
                "source": Source(raw["source"]),
            }
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values, in a fixed order."""
        return {
            "action": str(self.action),
            "resource": self.resource,
            "phase": self.phase,
            "via": list(self.via),
            "region": self.region,
            "obstacle": self.obstacle,
            "source": self.source.value,
            "event_id": self.event_id,
            "time": self.time,
            "call": self.call,
        }

    @property
    def words(self) -> str:
        """One line for the document and the mail."""
        through = f", through {' and '.join(self.via)}" if self.via else ""
        stopped = f"; denied by {self.obstacle}" if self.obstacle else ""
        phase = f" in {self.phase}" if self.phase else ""
        return f"{self.action} on {self.resource}{phase}{through}{stopped}"


def denials(
    evidence: Iterable[Evidence], output: str, *, candidate: str, prefix: str, region: str
) -> tuple[Denial, ...]:
    """Everything that the candidate's sessions of the round were refused, each once, sorted.

    Args:
        evidence: of the round.
        output: what the tools printed last.
        candidate: the candidate role's ARN.
        prefix: of its session names in this round.
        region: for denials that only the output names, when their ARN has none.
    """
    found: dict[tuple[Action, str], Denial] = {}
    for one in _recorded(evidence, candidate):
        known = found.setdefault((one.action, one.resource), one)
        if one.action.service == KMS and one.via and not known.via:
            found[one.action, one.resource] = one  # it says through which service
    for one in _printed(output, candidate=candidate, prefix=prefix, region=region):
        if is_open(one.resource) and any(action == one.action for action, _ in found):
            continue  # the trail names the resource
        known = found.setdefault((one.action, one.resource), one)
        # Only the sentence says whether a grant would have helped.
        found[one.action, one.resource] = replace(known, obstacle=known.obstacle or one.obstacle)
    return tuple(sorted(found.values()))


def _recorded(evidence: Iterable[Evidence], candidate: str) -> Iterator[Denial]:
    for line in sorted(evidence, key=lambda one: one.order):
        if line.outcome is not Outcome.DENIED or line.principal != candidate:
            continue
        if line.phase != CLOSING:
            yield Denial(
                action=line.action,
                resource=line.resource,
                phase=line.phase,
                via=line.via,
                region=line.region,
                obstacle=line.obstacle,
                source=Source.TRAIL,
                event_id=line.event_id,
                time=line.time,
                call=f"{line.source}:{line.name}",
            )


def _printed(output: str, *, candidate: str, prefix: str, region: str) -> Iterator[Denial]:
    place = ArnContext.of(candidate, region)
    own = f":assumed-role/{candidate.rsplit('/', 1)[-1]}/{prefix}"
    text = without_escapes(output)
    previous = 0
    for one in refusals(text):
        _, is_own, phase = one.who.partition(own)
        before = text[max(previous, one.start - _BEFORE) : one.start]
        previous = one.end
        if one.who and not is_own:
            continue  # somebody else's: a function's own role, another round
        action = one.action or Action.from_text(one.spelled)
        behind = text[one.end : one.end + _AFTER].partition("\n")[0]
        forwarded = _STACK_EVENT.search(before) or "HandlerErrorCode" in behind
        call = _key_user(action, before)
        via = (call.partition(":")[0],) if call and not call.startswith(f"{KMS}.") else ()
        for resource in resources_named(one, place) or (narrowest(action, place),):
            yield Denial(
                action=action,
                resource=resource,
                phase=phase,
                via=(CLOUDFORMATION,) if forwarded else via,
                region=(Arn.from_text(resource).region if is_arn(resource) else "") or region,
                obstacle=one.obstacle,
                source=Source.OUTPUT,
                call=call,
            )


def _key_user(action: Action, before: str) -> str:
    """The call that was refused a key, by what a tool printed before: service and operation.

    Empty where it is no key, or where several services that use keys have such an operation.
    """
    named = [one[1] or one[2] for one in _OPERATION.finditer(before)]
    if action.service != KMS or not named:
        return ""
    hosts = [f"{service}.amazonaws.com" for service in sorted({KMS, *VIA_SERVICE})]
    users = [host for host in hosts if mapping_of(host, named[-1])]
    return f"{users[0]}:{named[-1]}" if len(users) == 1 else ""
