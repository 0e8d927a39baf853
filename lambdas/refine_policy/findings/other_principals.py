"""What the policies of further roles rest on: nobody ran a cycle under them."""

from collections.abc import Iterator, Sequence

from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.text import counted, listed
from lambdas.model.trail.evidence import Evidence
from lambdas.refine_policy.findings.blind_spots import has_data_events, is_data_event
from lambdas.refine_policy.grants.grants import DraftGrant
from lambdas.refine_policy.observations import distinct

_OF_A_SERVICE = ":role/aws-service-role/"


def other_principals(
    grants: Sequence[DraftGrant], own: set[str], handed: frozenset[str]
) -> Iterator[Finding]:
    """A finding for each role that the cycle assumed or handed on.

    Args:
        grants: of all principals.
        own: the run's own role, whose policy is proved, and what is split from it.
        handed: roles that CloudFormation was given; what it does with them are no data events.
    """
    for other in sorted({one.principal for one in grants} - own):
        if _OF_A_SERVICE in other:
            continue
        seen = [
            line
            for one in grants
            if one.principal == other
            for permission in one.permissions
            for line in permission.lines
        ]
        yield _finding(other, seen, by_cloudformation=other in handed)


def _finding(role: str, seen: Sequence[Evidence], *, by_cloudformation: bool) -> Finding:
    actions = {one.action for one in seen}
    phases = distinct(one.phase for one in seen)
    data = sorted({str(one) for one in actions if is_data_event(one)})
    hidden = not (data or by_cloudformation) and any(
        has_data_events(one.service) for one in actions
    )
    what = f"It was seen making calls of {counted(len(actions), 'action')}"
    when = f" in {listed(phases)}" if phases else ""
    of_data = (
        f"; of data events, {listed(data)}."
        if data
        else ", and no data event: the trail records those of roles that -c dataEventRoles names."
    )
    return Finding(
        severity=Severity.WARNING if hidden else Severity.NOTE,
        kind=FindingKind.POLICY_OF_ANOTHER_ROLE,
        subject=role,
        detail=f"{what}{when}{of_data} No cycle ran under this policy; the proof covers the run's "
        "own role alone.",
        action="Name the role in -c dataEventRoles, if it reads or writes data, and run again."
        if hidden
        else "",
    )
