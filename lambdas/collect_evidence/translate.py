"""One record of the run in, evidence or findings out; never neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lambdas.collect_evidence.formats import Place
from lambdas.collect_evidence.implied import implied_by
from lambdas.collect_evidence.outcome import Answer, answer_of
from lambdas.collect_evidence.resources import ANY, Call, is_required, resources_of
from lambdas.model.action import Action
from lambdas.model.evidence import Evidence, Outcome
from lambdas.model.finding import Finding, Severity
from lambdas.reference.actions import ActionFacts, facts, types_made_by
from lambdas.reference.events import Meaning, Need, meaning

Record = Mapping[str, Any]
# What CloudTrail writes about the account that nobody called,
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/non-api-aws-service-events.html
_NOT_CALLED = {
    "AwsServiceEvent": "the service did it, not the principal",
    "AwsCloudTrailInsight": "CloudTrail's own observation",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Whose evidence a record is: decided before it is translated."""

    principal: str
    session: str = ""
    phase: str = ""
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Translation:
    """What one record proves."""

    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Finding, ...] = ()


def translate(record: Record, maker: Maker) -> Translation:
    """Translate a record that is known to be the maker's."""
    source, name = _text(record, "eventSource"), _text(record, "eventName")
    subject = f"{source}:{name}"
    if not (source and name):
        return Translation(findings=(_strange(record, "it has no eventSource or no eventName"),))
    reason = _NOT_CALLED.get(_text(record, "eventType"))
    if reason:
        return Translation(findings=(_note("service-event", subject, reason, record),))
    request = record.get("requestParameters")
    request = request if isinstance(request, dict) else {}
    meant = meaning(source, name, request)
    answer = answer_of(record)
    if meant is None:
        return _unmapped(record, maker, subject, answer)
    if meant.nothing and answer.action is None:
        return Translation(findings=(_note("needs-nothing", subject, meant.nothing, record),))
    call = Call.of(record, meant.operation, _place(record, maker))
    if answer.outcome is Outcome.DENIED:
        return _denied(record, maker, meant, answer, call)
    return _allowed(record, maker, meant, answer, call)


def _allowed(
    record: Record, maker: Maker, meant: Meaning, answer: Answer, call: Call
) -> Translation:
    known = _known(meant.needs)
    implied = implied_by(call, meant, [one for _, one in known])
    types = types_made_by(meant.service, meant.operation)
    evidence, findings = [], []
    for need, one in known:
        resources = resources_of(call, need, one)
        for resource in resources:
            # What the request implies is said once, with its first action and resource.
            evidence.append(
                _line(
                    record,
                    maker,
                    one.action,
                    resource,
                    answer,
                    implies=() if evidence else implied,
                    types=types,
                )  # fmt: skip
            )
        if resources == (ANY,) and is_required(one):
            findings.append(_unknown_resource(record, one))
    if not evidence:
        findings.append(_note("needs-nothing", meant.operation, "no case of it applies", record))
    return Translation(tuple(evidence), tuple(findings))


def _denied(
    record: Record, maker: Maker, meant: Meaning, answer: Answer, call: Call
) -> Translation:
    """A refusal names its action and resource; where it does not, the call's own are meant."""
    findings = _doubts(record, answer)
    if answer.action is not None:
        resources: Sequence[str] = (answer.resource,)
        if not answer.resource.startswith(("arn:", ANY)):
            resources = _resources_of_named(call, meant, answer)
        evidence = [_line(record, maker, answer.action, one, answer) for one in resources]
        return Translation(tuple(evidence), findings)
    evidence = [
        _line(record, maker, one.action, resource, answer)
        for need, one in _known(meant.needs)
        for resource in resources_of(call, need, one)
    ]
    if not evidence:
        findings += (_note("needs-nothing", meant.operation, "refused, yet needs nothing", record),)
    return Translation(tuple(evidence), findings)


def _resources_of_named(call: Call, meant: Meaning, answer: Answer) -> Sequence[str]:
    """The resource of an action that a refusal names without a full ARN."""
    assert answer.action is not None  # noqa: S101 (the caller checked)
    known = facts(answer.action)
    own = next((need for need in meant.needs if need.action == answer.action), None)
    if known is None:
        return (ANY,)
    return resources_of(call, own or Need(action=known.action), known)


def _unmapped(record: Record, maker: Maker, subject: str, answer: Answer) -> Translation:
    """Nothing is known of the operation, but a refusal may say what it was about."""
    finding = Finding(
        severity=Severity.ERROR,
        kind="unmapped-event",
        subject=subject,
        detail="The reference does not know this operation, so no permission was derived from it.",
        action="Find the IAM action in the service's documentation and grant it by hand.",
        source=_text(record, "eventID"),
    )
    findings = (finding, *_doubts(record, answer))
    if answer.outcome is Outcome.DENIED and answer.action is not None:
        resource = answer.resource if answer.resource.startswith("arn:") else ANY
        line = _line(record, maker, answer.action, resource, answer)
        return Translation((line,), findings)
    return Translation((), findings)


def _known(needs: Sequence[Need]) -> list[tuple[Need, ActionFacts]]:
    pairs = [(need, facts(need.action)) for need in needs]
    return [(need, known) for need, known in pairs if known is not None]


def _line(  # noqa: PLR0913 (the parts of a line)
    record: Record,
    maker: Maker,
    action: Action,
    resource: str,
    answer: Answer,
    **more: Any,  # noqa: ANN401 (what only some lines have)
) -> Evidence:
    return Evidence(
        action=action,
        resource=resource,
        outcome=answer.outcome,
        principal=maker.principal,
        session=maker.session,
        phase=maker.phase,
        via=maker.via,
        region=_text(record, "awsRegion"),
        event_id=_text(record, "eventID"),
        time=_text(record, "eventTime"),
        source=_text(record, "eventSource"),
        name=_text(record, "eventName"),
        error=answer.code,
        **more,
    )


def _place(record: Record, maker: Maker) -> Place:
    partition, account = maker.principal.split(":")[1:5:3]
    recipient = _text(record, "recipientAccountId")
    return Place(
        partition=partition, region=_text(record, "awsRegion"), account=recipient or account
    )


def _doubts(record: Record, answer: Answer) -> tuple[Finding, ...]:
    if not answer.strange:
        return ()
    return (
        Finding(
            severity=Severity.WARNING,
            kind="unknown-action-denied",
            subject=answer.strange,
            detail="A refusal names an action that the reference does not know.",
            action="Check the spelling in the service's documentation.",
            source=_text(record, "eventID"),
        ),
    )


def _unknown_resource(record: Record, one: ActionFacts) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        kind="unknown-resource",
        subject=str(one.action),
        detail="The action can be limited to resources, but the event does not tell which it was.",
        action="Name the resource by hand, or accept the wildcard.",
        source=_text(record, "eventID"),
    )


def _note(kind: str, subject: str, reason: str, record: Record) -> Finding:
    return Finding(
        severity=Severity.NOTE,
        kind=kind,
        subject=subject,
        detail=f"No permission follows from this event: {reason}.",
        source=_text(record, "eventID"),
    )


def _strange(record: Record, problem: str) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        kind="strange-record",
        subject=_text(record, "eventID") or "a record without eventID",
        detail=f"The record cannot be understood: {problem}.",
        action="Look at it in the trail.",
        source=_text(record, "eventID"),
    )


def _text(record: Record, key: str) -> str:
    value = record.get(key)
    return value if isinstance(value, str) else ""
