"""What a policy should be, and where this run could not show it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lambdas.document_policy.analysis.exercised_paths import EVERY_CYCLE, ROLLBACK, paths
from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.document_policy.claim import Claim
from lambdas.model.dossier.containment import Containment, Whose
from lambdas.model.dossier.refinement import ExplainedStatement, Grant
from lambdas.model.findings.finding import FindingKind, Severity
from lambdas.model.iam.way_up import WayOutcome
from lambdas.model.text import counted, listed
from lambdas.model.trail.ground_kind import GroundKind

# Findings by what they put in doubt; whatever else is an error counts against sufficiency.
WIDE = frozenset(
    {
        FindingKind.ANY_RESOURCE,
        FindingKind.DATES,
        FindingKind.FAMILY,
        FindingKind.REACHES_OTHERS,
        FindingKind.UNKNOWN_RESOURCE,
        FindingKind.UNUSED_GRANT,
    }
)
NAMES = frozenset({FindingKind.AMBIGUOUS_VARIABLE})
LENGTHS = frozenset({FindingKind.OTHER_LENGTHS})
UNREAD = frozenset(
    {
        FindingKind.GENERATED_POLICY_NOT_UNDERSTOOD,
        FindingKind.DIGEST_FILES,
        FindingKind.NOT_A_TRAIL_FILE,
        FindingKind.NO_IDENTITY,
        FindingKind.STRANGE_RECORD,
        FindingKind.UNMAPPED_EVENT,
        FindingKind.UNKNOWN_ACTION_DENIED,
    }
)


def claims(facts: RunFacts) -> tuple[Claim, ...]:
    """Sufficient, minimal, general, explained, no way up, contained."""
    found = (
        _sufficient(facts),
        _minimal(facts),
        _general(facts),
        _explained(facts),
        no_way_up(facts.checks.get("waysUp")),
        contained(facts.refinement.containment),
    )
    return tuple(replace(one, platform=facts.run.platform) for one in found)


def _sufficient(facts: RunFacts) -> Claim:
    taken = {one.name for one in paths(facts) if one.exercised}
    untaken = [name for name in EVERY_CYCLE if name not in taken]
    errors = {one.kind for one in facts.findings if one.severity is Severity.ERROR}
    doubts = sorted(errors - WIDE - NAMES - UNREAD - LENGTHS)
    if not facts.verdict.proved:
        gap = "no whole cycle has succeeded with this policy alone"
        return Claim(name="sufficient", shown="", gaps=(gap,))
    return Claim(
        name="sufficient",
        shown="A whole cycle succeeded with this policy alone; "
        + ("a rollback was run." if ROLLBACK in taken else "a rollback was derived, not run."),
        gaps=(
            *_if(untaken, f"the cycle took no path of {listed(untaken)}"),
            *_untried(facts),
            *_if(doubts, f"there are errors: {listed(doubts)}"),
        ),
    )


def _untried(facts: RunFacts) -> tuple[str, ...]:
    """The candidate stands in for the run's own role alone, unless that one was split in two."""
    others = [] if facts.process.hints.split else facts.refinement.policies[1:]
    names = [one.principal.rsplit("/", 1)[-1] for one in others]
    return _if(names, f"no cycle has tried the policies of other roles: {listed(names)}")


def _minimal(facts: RunFacts) -> Claim:
    grants = list(_grants(facts))
    unseen = sum(
        all(ground.kind != GroundKind.OBSERVED for ground in one.grounds) for one in grants
    )
    wide = sum(one.count for one in facts.findings if one.kind in WIDE)
    seen = f"Events show {len(grants) - unseen:,} of {counted(len(grants), 'grant')}."
    return Claim(
        name="minimal",
        shown="" if grants and unseen == len(grants) else seen,
        gaps=(
            *_if(
                unseen,
                f"{counted(unseen, 'grant')} derived or asked for by a hint, unseen",
            ),
            *_if(
                wide,
                f"wider than what was used in {counted(wide, 'place')}; the findings say why",
            ),
        ),
    )


def _general(facts: RunFacts) -> Claim:
    others = [one.name for one in facts.process.variables]
    unclear = sum(one.count for one in facts.findings if one.kind in NAMES)
    alike = [one.name for one in facts.process.variables if len(one.learn) == len(one.prove)]
    outside = sum(one.count for one in facts.findings if one.kind in LENGTHS)
    if not facts.verdict.proved:
        return Claim(name="general", shown="", gaps=("no cycle has run under other names",))
    if not others:
        gap = "the process has no variables, so both cycles used the same names"
        return Claim(name="general", shown="", gaps=(gap,))
    return Claim(
        name="general",
        shown=f"The second cycle had another {listed(others)}, in the same account.",
        gaps=(
            *_if(unclear, f"{counted(unclear, 'name')} can be read in two ways"),
            *_if(alike, f"both values of {listed(alike)} have the same length"),
            *_if(outside, f"{counted(outside, 'resource')} would fall outside with other lengths"),
        ),
    )


def _explained(facts: RunFacts) -> Claim:
    bare = sum(not one.grounds for one in _grants(facts))
    mute = sum(map(_without_reason, _statements(facts)))
    unread = sum(one.count for one in facts.findings if one.kind in UNREAD)
    blinds = sum(one.is_blind_spot for one in facts.findings)
    return Claim(
        name="explained",
        shown="" if bare or mute else "Every grant has its grounds, every wildcard its reason.",
        gaps=(
            *_if(bare, f"{counted(bare, 'grant')} without a ground"),
            *_if(mute, f"{counted(mute, 'wildcard')} without a reason"),
            *_if(unread, f"records or answers that were not understood: {unread:,}"),
            *_if(blinds, f"{counted(blinds, 'blind spot')} of the trail"),
        ),
    )


def no_way_up(tried: Sequence[Mapping[str, Any]] | None) -> Claim:
    """Whether whoever holds the policy can come by it to more than it grants.

    `tried` is what CheckPolicy kept of the known ways that it tried; None where it tried none.
    """
    if tried is None:
        return Claim(name="no way up", shown="", gaps=("no known way was tried",), asked=False)
    refused = [one for one in tried if one["outcome"] == WayOutcome.REFUSED]
    still = [one for one in tried if one["outcome"] == WayOutcome.OPEN]
    ways = sorted({one["path"] for one in still})
    untested = {one["path"] for one in tried if one["outcome"] == WayOutcome.NO_TEST}
    unclear = sorted(untested - set(ways))
    attempts = counted(len(refused), "attempt")
    shown = (
        f"The policy refuses {attempts} to gain more than it grants; without the boundary of the "
        f"created roles {'it' if len(refused) == 1 else 'they'} would succeed"
        if refused
        else "The policy leads to none of the known ways to more permissions"
    )
    needed = [one for one in still if not one.get("unseen")]  # runs before 0.2 did not tell
    phases = sorted({each for one in needed for each in one["phases"]})
    unseen = sorted(set(ways) - {one["path"] for one in needed})
    return Claim(
        name="no way up",
        shown="" if (ways or unclear) and not refused else shown,
        gaps=(
            *_if(
                ways,
                "whoever holds the policy can gain more than it grants, by "
                f"{counted(len(ways), 'known way')}: {listed(ways)}"
                + (f"; the process needs what they take in {listed(phases)}" if phases else "")
                + (f"; not needed by the cycle: {listed(unseen)}" if unseen else ""),
            ),
            *_if(
                unclear,
                f"{counted(len(unclear), 'known way')} met another refusal, which shows nothing: "
                f"{listed(unclear)}",
            ),
        ),
    )


def contained(found: Containment | None) -> Claim:
    """What of the policy reaches others' things, by simulation."""
    if found is None or not found.grants:
        return Claim(name="contained", shown="", gaps=("nothing was tried on others",), asked=False)
    reads = sum(one.reads for one in found.reaches)
    only = ", only reading" if reads == len(found.reaches) else f", {reads:,} of them only reading"
    whose = listed([one for one in Whose if any(one in it.whose for it in found.reaches)])
    return Claim(
        name="contained",
        shown=f"By simulation, the policy refuses {found.refused:,} of "
        f"{counted(found.calls, 'call')} on things of another stage, stack or process.",
        gaps=_if(
            found.reaches,
            f"whoever holds it still reaches things of {whose}, production included, by "
            f"{counted(len(found.reaches), 'grant')}{only if reads else ''}; the findings say why",
        ),
    )


def _if(there: object, words: str) -> tuple[str, ...]:
    return (words,) if there else ()


def _without_reason(one: ExplainedStatement) -> int:
    reasoned = {wildcard.resource for wildcard in one.wildcards if wildcard.reason}
    return sum(
        resource.wild and str(resource) not in reasoned for resource in one.statement.resources
    )


def _statements(facts: RunFacts) -> Iterator[ExplainedStatement]:
    return (one for policy in facts.refinement.policies for one in policy.statements)


def _grants(facts: RunFacts) -> Iterator[Grant]:
    return (grant for one in _statements(facts) for grant in one.grants)
