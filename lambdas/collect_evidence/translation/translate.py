"""One record of the run in, evidence or findings out; never neither."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial

from lambdas.collect_evidence.call.call import Call
from lambdas.collect_evidence.implied.implied import implied_by
from lambdas.collect_evidence.implied.pass_role import unnamed_roles
from lambdas.collect_evidence.record import Record, additional_facts, object_of, text_of
from lambdas.collect_evidence.resources.candidates import ANY
from lambdas.collect_evidence.resources.resolve import is_untold, resources_of
from lambdas.collect_evidence.translation.condition_context import context_of
from lambdas.collect_evidence.translation.findings import (
    doubts,
    note,
    perhaps_authorized,
    proves_nothing,
    strange,
    unknown_error,
    unknown_resource,
    unmapped,
    unnamed_role,
)
from lambdas.collect_evidence.translation.generated_ids import generated_ids
from lambdas.collect_evidence.translation.given_policies import given_policy
from lambdas.collect_evidence.translation.key_users import service_by_context, service_refused
from lambdas.collect_evidence.translation.stack_types import types_of
from lambdas.collect_evidence.translation.translation import Translation
from lambdas.model.findings.finding import Finding, FindingKind
from lambdas.model.iam.action import Action
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.reference.actions import ActionFacts, facts
from lambdas.reference.arn_formats import ArnContext
from lambdas.reference.events import OperationMapping, RequiredAction, mapping_of
from lambdas.reference.refused.error_codes import Authorization
from lambdas.reference.refused.refused_resources import narrowest, resources_named

Proves = Callable[..., Evidence]  # what a record proves: who called when and where is known
Proved = tuple[
    tuple[Evidence, ...], tuple[Finding, ...]
]  # what a call proves, and what must be said

# What CloudTrail writes about the account that nobody called,
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/non-api-aws-service-events.html
_NOT_CALLED = {
    "AwsServiceEvent": "the service did it, not the principal",
    "AwsCloudTrailInsight": "CloudTrail's own observation",
    "AwsVpceEvent": "the endpoint saw it pass, the service that was called records it too",
}


def translate(record: Record, principal: str) -> Translation:
    """Translate a record that is known to be the principal's."""
    source, name = (text_of(record, key).strip() for key in ("eventSource", "eventName"))
    subject = f"{source}:{name}"
    if not (source and name):
        return Translation(findings=(strange("it has no eventSource or no eventName"),))
    reason = _NOT_CALLED.get(text_of(record, "eventType"))
    if reason:
        return Translation(findings=(note(FindingKind.SERVICE_EVENT, subject, reason),))
    request = object_of(record, "requestParameters")
    mapping = mapping_of(source, name, request, additional_facts(record))
    place = _place(principal, text_of(record, "awsRegion"), text_of(record, "recipientAccountId"))
    call = Call.of(record, mapping or OperationMapping(service="", operation=name), place)
    proves = partial(
        Evidence,
        principal=principal,
        region=text_of(record, "awsRegion"),
        event_id=text_of(record, "eventID"),
        time=text_of(record, "eventTime"),
        source=text_of(record, "eventSource"),
        name=text_of(record, "eventName"),
    )
    if mapping is None:
        evidence, findings = _unmapped(subject, call, proves)
    elif mapping.nothing and call.outcome.action is None:
        return Translation(findings=(note(FindingKind.NEEDS_NOTHING, subject, mapping.nothing),))
    elif call.outcome.kind is Outcome.DENIED:
        evidence, findings = _denied(call, proves)
    else:
        evidence, findings = _allowed(call, proves)
    return Translation(
        evidence=evidence,
        findings=findings,
        through=service_refused(call.outcome.action, source),
        hidden=service_by_context(call, source),
    )


def _allowed(call: Call, proves: Proves) -> Proved:
    if call.outcome.proves_nothing:
        return (), (proves_nothing(call),)
    known = _known(call)
    implied = implied_by(call, [one for _, one in known])
    types = types_of(call)
    succeeded = call.outcome.kind is Outcome.SUCCEEDED
    generated = generated_ids(call) if succeeded else ()
    given = given_policy(call) if succeeded else ""
    evidence: list[Evidence] = []
    findings: list[Finding] = []
    for required, one in known:
        resources = resources_of(call, required, one)
        evidence += [
            proves(
                action=one.action,
                resource=resource,
                outcome=call.outcome.kind,
                error=call.outcome.code,
                # What the request implies is said once, with its first action and resource.
                implies=() if evidence or index else implied,
                generated_ids=() if evidence or index else generated,
                document="" if evidence or index else given,
                types=types,
                context=context_of(one, call),
            )
            for index, resource in enumerate(resources)
        ]
        if is_untold(resources, one, call):
            findings.append(unknown_resource(one, call))
    if not evidence:
        findings.append(note(FindingKind.NEEDS_NOTHING, call.operation, "no case of it applies"))
    if call.outcome.authorization is Authorization.UNKNOWN:
        findings.append(unknown_error(call))
    findings += (*perhaps_authorized(call), *map(unnamed_role, unnamed_roles(call)))
    return tuple(evidence), tuple(findings)


def _denied(call: Call, proves: Proves) -> Proved:
    """A refusal names its action and resource; where it does not, they are the call's own."""
    findings = doubts(call.outcome)
    if call.outcome.action:
        return _refused_by_name(call, proves), findings
    own = [(one.action, _asked(call, required, one)) for required, one in _known(call)]
    evidence = _refusals(own, call, proves)
    if not evidence:
        findings += (
            note(FindingKind.NEEDS_NOTHING, call.operation, "refused, yet it needs nothing"),
        )
    return evidence, findings


def _refusals(
    pairs: Sequence[tuple[Action, Sequence[str]]], call: Call, proves: Proves
) -> tuple[Evidence, ...]:
    return tuple(
        proves(
            action=action,
            resource=resource,
            outcome=call.outcome.kind,
            error=call.outcome.code,
            obstacle=call.outcome.obstacle,
            context=context_of(known, call) if (known := facts(action)) else (),
        )
        for action, resources in pairs
        for resource in resources
    )


def _refused_by_name(call: Call, proves: Proves) -> tuple[Evidence, ...]:
    """The action that a refusal names, on what it names, else on what the call was about."""
    refusal, refused = call.outcome.refusal, call.outcome.action
    if not (refusal and refused):
        return ()
    resources = resources_named(refusal, call.place)
    known = facts(refused)
    if not resources and known:
        bare = RequiredAction(action=refused)
        own = next((one for one in call.required if one.action == refused), bare)
        resources = _asked(call, own, known)
    return _refusals([(refused, resources)], call, proves)


def _asked(call: Call, required: RequiredAction, known: ActionFacts) -> tuple[str, ...]:
    """The resources of a call; where it tells none, any of the type that the action must have."""
    found = resources_of(call, required, known)
    return found if found != (ANY,) else (narrowest(known.action, call.place),)


def _unmapped(subject: str, call: Call, proves: Proves) -> Proved:
    """Nothing is known of the operation, but a refusal may say what it was about."""
    return _refused_by_name(call, proves), (unmapped(subject), *doubts(call.outcome))


def _known(call: Call) -> list[tuple[RequiredAction, ActionFacts]]:
    return [(one, known) for one in call.required if (known := facts(one.action)) is not None]


_place = lru_cache(maxsize=1_024)(ArnContext.of)
