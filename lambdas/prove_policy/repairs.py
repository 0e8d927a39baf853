"""Repairs as evidence of their own kind, in the names of the first cycle."""

from collections.abc import Iterable

from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.model.trail.ground_kind import OPENED_BY_REPAIR, GroundKind
from lambdas.prove_policy.repair_plan import Repair


def repairs(
    planned: Iterable[Repair], *, principal: str, round_id: str, time: str
) -> tuple[Evidence, ...]:
    """One line of evidence for each thing that is to be granted, each once.

    Args:
        planned: what the denials lead to.
        principal: the role of the first cycle, for which the policy is made.
        round_id: of the round's run.
        time: for denials that only the tools named.
    """
    lines = {
        (grant, one.denial.phase): Evidence(
            action=grant.action,
            resource=grant.resource,
            outcome=Outcome.DENIED_IN_PROOF,
            principal=principal,
            session=f"{round_id}.{one.denial.phase}",
            phase=one.denial.phase,
            via=grant.via,
            region=one.denial.region,
            event_id=one.denial.event_id or f"{round_id}/output/{index}",
            time=one.denial.time or time,
            source="",
            name=str(grant.action),
            error=GroundKind.DENIED_IN_PROOF,
            generated_ids=(OPENED_BY_REPAIR,) if grant.opened else (),
        )
        for index, one in enumerate(planned)
        for grant in one.grants
    }
    return tuple(lines.values())
