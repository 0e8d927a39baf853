"""A round is over: everything that follows from it, as values."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.trail.evidence import Outcome
from lambdas.prove_policy import dropping, minimality
from lambdas.prove_policy.denials import denials
from lambdas.prove_policy.repair_plan import Before, plan
from lambdas.prove_policy.repairs import repairs
from lambdas.prove_policy.resource_mapping import ResourceMapping
from lambdas.prove_policy.rounds import LIMIT, Next, Round, decide
from lambdas.reference.refused.refused_resources import ANY
from lambdas.reference.stacks.deployment_checks import only_warns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambdas.model.definition.process import Process
    from lambdas.model.dossier.refinement import Grant, PrincipalPolicy
    from lambdas.model.execution.run import Run
    from lambdas.model.iam.action import Action
    from lambdas.model.trail.evidence import Evidence
    from lambdas.prove_policy.denials import Denial
    from lambdas.prove_policy.proof_record import Proof
    from lambdas.prove_policy.repair_plan import Repair
    from lambdas.prove_policy.rounds import Build, Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a round left behind.

    Attributes:
        policy: what the candidate held; `rendered_with`: the values of the proof.
        first: evidence of the first cycle, with the repairs so far.
        second: evidence of the round.
        removed: what the sandbox role took away afterwards.
        left_behind: why something may be left in the sandbox all the same, or empty.
    """

    run: Run
    proof: Proof
    process: Process
    policy: PrincipalPolicy
    rendered_with: Mapping[str, str]
    first: Sequence[Evidence]
    second: Sequence[Evidence]
    build: Build
    removed: tuple[str, ...]
    left_behind: str
    earlier: tuple[Round, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What follows.

    Attributes:
        rounds: with this one, which knows its repair.
        repaired: evidence for refinement to start from; nothing unless there is a repair.
        findings: grants that the proof did without.
        process: the definition for the rounds to come, without what was dropped.
    """

    decision: Decision
    rounds: tuple[Round, ...]
    repaired: tuple[Evidence, ...]
    findings: tuple[Finding, ...]
    process: Process


def judge(case: Case) -> Judgement:
    """Decide, and work out what the next state needs."""
    this = _round(case)
    mapping = _mapping(case)
    planned = plan([one for one in this.denied if one not in this.granted], _before(case, mapping))
    decision = decide(
        this,
        case.earlier,
        expected=_expected(case, this.denied, mapping),
        hopeless={one.denial: one.hopeless for one in planned if one.hopeless},
    )
    spare, calls = _spare(case) if decision.next is Next.PROVED else ((), ())
    drop = spare if _may_drop(case) else ()
    if drop or (any(one.resource == ANY for one in calls) and case.proof.number < LIMIT):
        return _dropping(case, this, decision, drop, calls)
    calls = tuple(one for one in calls if one.resource != ANY)
    if calls:
        this = replace(this, dropped=dropping.words(calls))
        decision = dropping.settled(this, decision)
    return Judgement(
        decision=_after_drop(case, decision),
        rounds=(*case.earlier, replace(this, repaired=decision.repair)),
        repaired=_without(case, calls) if calls else _repaired(case, decision, planned),
        findings=(*minimality.findings(spare), *dropping.findings(calls), *_left_behind(case)),
        process=case.process,
    )


def _may_drop(case: Case) -> bool:
    """Once, on the owner's request, and while there is a round left to prove the rest."""
    again = any(one.dropped for one in case.earlier)
    return case.process.drop_unused and not again and case.proof.number < LIMIT


def _spare(case: Case) -> tuple[tuple[Grant, ...], tuple[Evidence, ...]]:
    """What a proved round did without: grants on a person's word, and calls of refused rounds."""
    return (
        minimality.unused(case.policy, case.second, case.rendered_with),
        dropping.only_in_refused_rounds(case.first, case.second, case.earlier),
    )


def _dropping(
    case: Case, this: Round, decision: Decision, spare: Sequence[Grant], calls: Sequence[Evidence]
) -> Judgement:
    words = tuple(f"{one.action} on {one.resource}" for one in spare)
    this = replace(this, dropped=(*words, *dropping.words(calls)))
    process = case.process
    if spare:
        hints = process.hints.dropping({(one.action, str(one.resource)) for one in spare})
        process = replace(process, hints=hints)
    return Judgement(
        decision=dropping.proved_once_more(this, decision),
        rounds=(*case.earlier, this),
        repaired=_without(case, calls) if calls else (),
        findings=(*minimality.dropped(spare), *dropping.findings(calls)),
        process=process,
    )


def _without(case: Case, calls: Sequence[Evidence]) -> tuple[Evidence, ...]:
    return tuple(one for one in case.first if one not in calls)


def _after_drop(case: Case, decision: Decision) -> Decision:
    """What is published is not what was proved: a failure after a drop says what was."""
    before = next((one for one in case.earlier if one.dropped), None)
    if before is None or decision.next is not Next.STOP:
        return decision
    grounds = f"round {before.number} was proved with what was dropped since"
    return replace(
        decision,
        reason=f"{decision.reason}; {grounds}",
        details=(*decision.details, *(f"{one}, dropped" for one in before.dropped)),
    )


def _left_behind(case: Case) -> tuple[Finding, ...]:
    if not case.left_behind:
        return ()
    return (
        Finding(
            severity=Severity.ERROR,
            kind=FindingKind.SANDBOX_NOT_CLEAN,
            subject=case.proof.run,
            detail=f"Something of this round may be left in the sandbox: {case.left_behind}.",
            action="Look at the build's log, and remove what is left by hand.",
        ),
    )


def _round(case: Case) -> Round:
    denied = denials(
        case.second,
        case.build.tail,
        candidate=case.proof.candidate,
        prefix=case.proof.prefix,
        region=case.run.region,
    )
    return Round(
        number=case.proof.number,
        run=case.proof.run,
        build=_shown(case),
        denied=denied,
        granted=tuple(
            one for one in denied if minimality.allows(case.policy, one, case.rendered_with)
        ),
        removed=case.removed,
    )


def _shown(case: Case) -> Build:
    """A cycle of which the trail shows nothing has not been seen to succeed."""
    if any(line.principal == case.proof.candidate for line in case.second):
        return case.build
    return replace(case.build, succeeded=False)


def _repaired(case: Case, decision: Decision, planned: Sequence[Repair]) -> tuple[Evidence, ...]:
    if decision.next is not Next.REPAIR:
        return ()
    added = repairs(
        [one for one in planned if one.denial in decision.repair],
        principal=case.run.principal,
        round_id=case.proof.run,
        time=case.run.ended_at or case.run.started_at,
    )
    return (*case.first, *added)


def _before(case: Case, mapping: ResourceMapping) -> Before:
    return Before(
        mapping=mapping,
        policy=case.policy,
        first=case.first,
        earlier=case.earlier,
        candidate=case.proof.candidate,
        principal=case.run.principal,
    )


def _mapping(case: Case) -> ResourceMapping:
    return ResourceMapping.of(
        case.policy,
        case.first,
        case.process.variables,
        learn={**case.rendered_with, **case.process.spellings("learn")},
        prove=case.rendered_with,
    )


def _expected(case: Case, denied: Sequence[Denial], mapping: ResourceMapping) -> frozenset[Denial]:
    """Denied in the first cycle, too, and never allowed there: the sandbox's own guard forbids it.

    On the same resource: what an administrator may not do elsewhere excuses nothing here.
    What CloudFormation asks for to warn is expected, too, unless it is all that stopped a cycle.
    """
    harmless = case.build.succeeded or not all(only_warns(one.action, one.via) for one in denied)
    met: dict[Action, set[str]] = defaultdict(set)
    for line in case.first:
        if line.outcome is Outcome.DENIED:
            met[line.action].add(line.resource)
    for line in case.first:
        if line.outcome is not Outcome.DENIED:
            met.pop(line.action, None)
    return frozenset(
        one
        for one in denied
        if (harmless and only_warns(one.action, one.via))
        or (
            one.action in met
            and met[one.action] & {one.resource, *mapping.counterparts(one.resource, one.action)}
        )
    )
