"""What a person must know of records that could not be read as evidence, or not to the end."""

import re

from lambdas.collect_evidence.call.call import Call
from lambdas.collect_evidence.call.outcome import CallOutcome
from lambdas.collect_evidence.implied.authorized_actions import perhaps
from lambdas.collect_evidence.implied.authorized_rows import page_of
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.text import listed
from lambdas.reference.actions import ActionFacts

# What a call says that asks about all: how many at once, which page, in which order.
_PAGING = re.compile(
    r"\w*token|\w*marker|max\w*|\w*limit|page\w*|order\w*|sort\w*|ascending"
    r"|(?:filter|include|exclude|show)\w*"
)


def names_nothing(call: Call) -> bool:
    """Whether a request says no more than how it wants the answer."""
    return all(_PAGING.fullmatch(str(key).lower()) for key in call.parameters)


def unmapped(subject: str) -> Finding:
    """That the reference does not know an operation."""
    return Finding(
        severity=Severity.ERROR,
        kind=FindingKind.UNMAPPED_EVENT,
        subject=subject,
        detail="The reference does not know this operation, so no permission was derived from it.",
        action="Find the IAM action in the service's documentation and grant it by hand.",
    )


def doubts(outcome: CallOutcome) -> tuple[Finding, ...]:
    """What a refusal names and the reference does not know."""
    if not outcome.strange:
        return ()
    return (
        Finding(
            severity=Severity.WARNING,
            kind=FindingKind.UNKNOWN_ACTION_DENIED,
            subject=outcome.strange,
            detail="A denial names an action that the reference does not know.",
            action="Check the spelling in the service's documentation.",
        ),
    )


def proves_nothing(call: Call) -> Finding:
    """That a call failed so early that it tells nothing about permissions."""
    return Finding(
        severity=Severity.NOTE,
        kind=FindingKind.FAILED_BEFORE_IAM,
        subject=f"{call.service}:{call.operation}",
        detail=f"The call failed with {call.outcome.code}, which a service may answer before it "
        "asks IAM. So this call proves no permission. The permissions that other calls prove are "
        "still granted.",
    )


def unknown_error(call: Call) -> Finding:
    """That nobody knows whether IAM had been asked; the process made the call, so it is granted."""
    return Finding(
        severity=Severity.NOTE,
        kind=FindingKind.UNKNOWN_ERROR,
        subject=f"{call.service}:{call.operation}",
        detail=f"The call failed with {call.outcome.code or 'a message alone'}, an error that the "
        "reference does not know. It counts as authorised, because a call that is not allowed is "
        "refused instead.",
        action="Remove the call from the process if the process works without it.",
    )


def unknown_resource(one: ActionFacts, call: Call) -> Finding:
    """That an event does not tell what an action was asked for: it asked for all, or for which."""
    if one.access_level.reads and names_nothing(call):
        return Finding(
            severity=Severity.NOTE,
            kind=FindingKind.LISTS_ALL,
            subject=str(one.action),
            detail="The call names no resource: it asks about all of them.",
        )
    return Finding(
        severity=Severity.WARNING,
        kind=FindingKind.UNKNOWN_RESOURCE,
        subject=str(one.action),
        detail="The action can be limited to resources, but the event does not name the resource.",
        action="Name the resource by hand, or accept the wildcard.",
    )


def perhaps_authorized(call: Call) -> tuple[Finding, ...]:
    """That AWS may ask for more, and no page says in which calls."""
    actions = listed(sorted(map(str, perhaps(call))))
    if not actions:
        return ()
    return (
        Finding(
            severity=Severity.NOTE,
            kind=FindingKind.PERHAPS_AUTHORIZED,
            subject=f"{call.service}:{call.operation}",
            detail=f"AWS lists {actions} for some calls of this operation and does not say for "
            f"which ({page_of(call.service)}): it is not granted, and a proof on the embedded AWS "
            "does not check it.",
            action="If AWS refuses the call without it, grant it by hand.",
        ),
    )


def unnamed_role(profile: str) -> Finding:
    """That an event does not tell which role was passed."""
    return Finding(
        severity=Severity.WARNING,
        kind=FindingKind.UNKNOWN_PASSED_ROLE,
        subject=profile,
        detail="The role in this instance profile is passed to EC2; the event does not name the "
        "role.",
        action="Grant iam:PassRole on it, unless the process itself put the role there.",
    )


def note(kind: FindingKind, subject: str, reason: str) -> Finding:
    """Why no permission follows from an event."""
    return Finding(
        severity=Severity.NOTE,
        kind=kind,
        subject=subject,
        detail=f"No permission follows from this event: {reason}.",
    )


def strange(problem: str) -> Finding:
    """That a record cannot be understood."""
    return Finding(
        severity=Severity.ERROR,
        kind=FindingKind.STRANGE_RECORD,
        subject="a record of the principal",
        detail=f"The record cannot be understood: {problem}.",
        action="Look at it in the trail.",
    )
