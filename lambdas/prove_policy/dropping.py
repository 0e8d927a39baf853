"""What a proved round did without is dropped.

Above all calls that only a refused round made, such as a tool that looks into the trail after an
error: they are no need of the process, whatever a repair granted for them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from lambdas.model.dossier.verdict import VerdictKind
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.text import counted
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.prove_policy.rounds import Decision, Next, Round


def only_in_refused_rounds(
    first: Sequence[Evidence], proved: Iterable[Evidence], earlier: Iterable[Round]
) -> tuple[Evidence, ...]:
    """Lines of repairs for calls that neither the first cycle nor the proved round made.

    Only denials that the trail recorded tell which call it was; what a call needs besides, such as
    PassRole, goes with its call.

    Args:
        first: evidence of the first cycle, with the repairs so far.
        proved: evidence of the round that was proved.
        earlier: the rounds before it.
    """
    made = {
        (line.source, line.name)
        for line in (*first, *proved)
        if line.outcome is not Outcome.DENIED_IN_PROOF
    }
    calls = {
        one.event_id: one.call
        for round_ in earlier
        for one in round_.repaired
        if one.event_id and one.call
    }
    return tuple(
        line
        for line in first
        if line.outcome is Outcome.DENIED_IN_PROOF
        and line.event_id in calls
        and tuple(calls[line.event_id].split(":", 1)) not in made
    )


def findings(dropped: Iterable[Evidence]) -> tuple[Finding, ...]:
    """One for each grant that is dropped."""
    return tuple(
        Finding(
            severity=Severity.NOTE,
            kind=FindingKind.DROPPED_GRANT,
            subject=f"{action} on {resource}",
            detail="Only a round that was denied something else made this call. A repair granted "
            "it, and it was dropped again because the whole cycle does not make the call.",
        )
        for action, resource in sorted({(str(one.action), one.resource) for one in dropped})
    )


def settled(this: Round, decision: Decision) -> Decision:
    """A proved round whose policy loses what only refused rounds called, none of it on `*`."""
    lines = tuple(f"dropped, as only a refused round called it: {one}" for one in this.dropped)
    return replace(decision, next=Next.SETTLE, details=(*decision.details, *lines))


def proved_once_more(this: Round, decision: Decision) -> Decision:
    """A proved round whose spare grants are dropped: the rest is to be proved once more."""
    grants = counted(len(this.dropped), "grant")
    return replace(
        decision,
        next=Next.REPAIR,
        kind=VerdictKind.NOT_PROVED,
        reason=f"round {this.number} was proved; {grants} that no cycle used dropped since",
    )


def words(dropped: Iterable[Evidence]) -> tuple[str, ...]:
    """Each grant once, sorted."""
    return tuple(sorted({f"{one.action} on {one.resource}" for one in dropped}))
