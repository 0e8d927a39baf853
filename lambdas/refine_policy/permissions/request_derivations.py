"""Permissions that follow from an event although no event shows them, each kind switchable."""

from collections.abc import Iterator
from dataclasses import dataclass

from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.findings.finding_ledger import FindingLedger
from lambdas.model.iam.action import Action
from lambdas.model.text import listed
from lambdas.model.trail.evidence import Implied
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference.condition_keys import SURE_KEYS
from lambdas.refine_policy.observations import Observations, Permission
from lambdas.refine_policy.permissions.batch_deletes import unknown_versions, version_deletes


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What was derived, and what a person should know of it."""

    permissions: tuple[Permission, ...]
    findings: tuple[Finding, ...]


def implied_permissions(
    seen: Observations, *, own_roles: frozenset[str], off: frozenset[str]
) -> Derived:
    """What requests needed beside their own action.

    Args:
        seen: the observations.
        own_roles: the roles under which the process runs: a role that may pass itself is an
            escalation.
        off: kinds that the process switches off.
    """
    permissions: list[Permission] = []
    findings: list[Finding] = []
    for one, by in seen.implied:
        if one.kind in off:
            findings.append(_switched_off(one.kind, one.action))
        elif one.kind == GroundKind.PASS_ROLE and one.resource in own_roles | {by.principal}:
            findings.append(_passes_itself(one, by))
        else:
            permissions.append(_permission(one, by))
            findings += _doubts(one)
    deletes = tuple(version_deletes(seen.allowed))
    if GroundKind.VERSIONS_DELETED in off:
        findings += [_switched_off(one.kind, one.action) for one in deletes]
    else:
        permissions += deletes
    findings += unknown_versions(seen.allowed)
    return Derived(
        permissions=tuple(permissions), findings=tuple(FindingLedger.of(findings).sorted())
    )


def _permission(one: Implied, by: Permission) -> Permission:
    return by._replace(
        action=one.action,
        resource=one.resource,
        kind=one.kind,
        text=f"{listed(by.names)} needs it: {one.kind.because}",
        context=tuple(pair for pair in one.context if pair[0] in SURE_KEYS),
    )


def _doubts(one: Implied) -> Iterator[Finding]:
    keys = {key for key, _ in one.context}
    if one.kind == GroundKind.PASS_ROLE and "iam:PassedToService" not in keys:
        yield Finding(
            severity=Severity.WARNING,
            kind=FindingKind.PASS_ROLE_TO_UNKNOWN_SERVICE,
            subject=one.resource,
            detail="A request named the role, but not the service that receives it, so "
            "iam:PassRole on it is not limited to a service.",
            action="Say which service it is: forbid the grant and add one with the condition.",
        )


def _switched_off(kind: str, action: Action) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        kind=FindingKind.DERIVATION_SWITCHED_OFF,
        subject=f"{kind}: {action}",
        detail="The request needed it, but process.yaml switches this kind of derivation off.",
        action="Expect a denial in the next cycle, or switch the derivation on again.",
    )


def _passes_itself(one: Implied, by: Permission) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        kind=FindingKind.PASS_ROLE_OF_OWN_ROLE,
        subject=one.resource,
        detail=f"{', '.join(by.names)} named a role under which the process itself runs. "
        "A role that may pass itself can give a service everything that it may do, so this is "
        "not granted.",
        action="Give the service a role of its own.",
        source=by.first_event,
    )
