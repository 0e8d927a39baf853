"""Denials as evidence of their own kind, in the names of the first cycle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.model.derivation import DENIED_IN_PROOF
from lambdas.model.evidence import Evidence, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdas.prove_policy.denials import Denial
    from lambdas.prove_policy.resource_mapping import ResourceMapping


def repairs(
    denied: Iterable[Denial],
    mapping: ResourceMapping,
    *,
    candidate: str,
    principal: str,
    round_id: str,
    time: str,
) -> tuple[Evidence, ...]:
    """One line of evidence for each resource that a denial stands for.

    Args:
        denied: what the candidate was refused.
        mapping: names of the proof become names of the first cycle, so that refinement sees one
            cycle only.
        candidate: the role of the proof.
        principal: the role of the first cycle, for which the policy is made.
        round_id: of the round's run.
        time: for denials that only the tools named.
    """
    return tuple(
        Evidence(
            action=one.action,
            resource=resource,
            outcome=Outcome.DENIED_IN_PROOF,
            principal=principal,
            session=f"{round_id}.{one.phase}",
            phase=one.phase,
            via=one.via,
            region=one.region,
            event_id=one.event_id or f"{round_id}/output/{index}",
            time=one.time or time,
            source="",
            name=str(one.action),
            error=DENIED_IN_PROOF,
        )
        for index, one in enumerate(denied)
        for resource in _resources(one, mapping, candidate, principal)
    )


def _resources(
    one: Denial, mapping: ResourceMapping, candidate: str, principal: str
) -> tuple[str, ...]:
    return (principal,) if one.resource == candidate else mapping.counterparts(one.resource)
