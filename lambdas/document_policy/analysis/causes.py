"""Which change brought an access, as far as the two runs can tell; never more than that."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.document_policy.analysis.access import Access
from lambdas.document_policy.analysis.call_survey import verb
from lambdas.model.archive.archived_runs import Baseline
from lambdas.model.dossier.refinement import ExplainedStatement, Ground, Refinement
from lambdas.model.execution.source_revision import PACKED, SourceRevision
from lambdas.model.iam.template import Template
from lambdas.model.text import listed
from lambdas.model.trail.evidence import CLOUDFORMATION
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference.stacks.stack_types import prefix_of

Made = Mapping[Template, frozenset[str]]  # CloudFormation's types by what it made of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """What this run knows of itself, for comparing with the baseline.

    Attributes:
        types_of: CloudFormation types by action. definition: the process, as a mapping.
        revision: of the source.
    """

    types: frozenset[str]
    types_of: Mapping[str, frozenset[str]]
    versions: Mapping[str, str]
    definition: Mapping[str, Any]
    revision: SourceRevision = PACKED


def made_by_cloudformation(refinement: Refinement, now: Now) -> Made:
    """What CloudFormation alone made, by the resources that the policy names."""
    made: dict[Template, frozenset[str]] = defaultdict(frozenset)
    for policy in refinement.policies:
        for grant in (one for statement in policy.statements for one in statement.grants):
            seen = [ground for ground in grant.grounds if ground.kind == GroundKind.OBSERVED]
            ours = seen and all(ground.via[:1] == (CLOUDFORMATION,) for ground in seen)
            if ours and verb(str(grant.action)) == "create":
                made[grant.resource] |= now.types_of.get(str(grant.action), frozenset())
    return dict(made)


def likely_cause(
    access: Access,
    statement: ExplainedStatement,
    baseline: Baseline,
    now: Now,
    *,
    made: Made,
    gone: bool = False,
) -> str:
    """A sentence; it says so when the cause is not known.

    `made` is what CloudFormation made in the run that has the access and not in the other.
    """
    changed = set(baseline.types) - now.types if gone else now.types - set(baseline.types)
    known = now.types_of.get(str(access.action), frozenset()) & changed
    by_service = {one for one in changed if prefix_of(one) == access.action.service}
    types = sorted(known or by_service)
    if types:
        verb_ = "no longer holds" if gone else "brought"
        return f"The template {verb_} {listed(types)}."
    if further := sorted(made.get(access.resource, ())):
        word = "holds one less of" if gone else "brought another"
        return f"The template {word} {listed(further)}."
    return _from_grounds(_grounds(access, statement), gone=gone)


def _grounds(access: Access, statement: ExplainedStatement) -> list[Ground]:
    """Those of the access itself; of the whole statement when none of its grants is spelled so."""
    ours = [
        ground
        for grant in statement.grants
        if (grant.action, grant.resource) == (access.action, access.resource)
        for ground in grant.grounds
    ]
    return ours or [ground for grant in statement.grants for ground in grant.grounds]


def _from_grounds(grounds: Iterable[Ground], *, gone: bool) -> str:
    kinds = {ground.kind for ground in grounds}
    callers = {ground.via[:1] for ground in grounds if ground.kind == GroundKind.OBSERVED}
    if kinds == {GroundKind.HINT}:
        return f"A hint of the process definition{' asked' if gone else ' asks'} for it."
    if kinds == {GroundKind.HEADROOM}:
        return f"The process definition {'asked' if gone else 'asks'} room for it."
    if GroundKind.OBSERVED not in kinds:
        return f"It {'was' if gone else 'is'} derived ({listed(sorted(kinds))}), not observed."
    if callers == {(CLOUDFORMATION,)}:
        return "Only CloudFormation made the call, so the template asked for it."
    return "Not known: the process called it directly, so look at its tools and its source."


def causes_of_the_whole(baseline: Baseline, now: Now) -> tuple[str, ...]:
    """What differs between the two runs, whatever it changed."""
    moved = now.revision.since(baseline.revision)
    return (
        *((moved,) if moved else ()),
        *_types("The template brought", now.types - set(baseline.types)),
        *_types("The template no longer holds", set(baseline.types) - now.types),
        *_definition(baseline.definition, now.definition),
        *_versions(baseline.versions, now.versions),
    )


def _types(words: str, types: Iterable[str]) -> tuple[str, ...]:
    names = sorted(types)
    return (f"{words} {listed(names)}.",) if names else ()


def _definition(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    keys = sorted(
        key for key in {*before, *now} if before and now and before.get(key) != now.get(key)
    )
    return (f"The process definition changed: {listed(keys)}.",) if keys else ()


def _versions(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        f"{name} went from {before.get(name, 'nothing')} to {now.get(name, 'nothing')}."
        for name in sorted({*before, *now})
        if before and before.get(name) != now.get(name)
    )
