"""Refinement, whole: evidence in, a policy for each principal out, a reason for every grant."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lambdas.errors import PolicyTooLargeError
from lambdas.model.arn import Arn
from lambdas.model.finding import Finding, FindingKind, Severity
from lambdas.model.hints import ACCOUNT_VARIABLES
from lambdas.model.reason import ReasonKind
from lambdas.model.refinement import PrincipalPolicy, Refinement
from lambdas.reference.arn_parts import ArnParser, Reference
from lambdas.refine_policy.findings.ambiguous_variables import ambiguities
from lambdas.refine_policy.findings.bounds import require_bounds
from lambdas.refine_policy.findings.other_lengths import other_lengths
from lambdas.refine_policy.findings.other_principals import other_principals
from lambdas.refine_policy.findings.privilege_escalation import escalations
from lambdas.refine_policy.findings.review import review
from lambdas.refine_policy.findings.unused_hints import WithoutHints, unused_hints
from lambdas.refine_policy.gc_pause import uncollected
from lambdas.refine_policy.generated_names.told_names import ToldNames
from lambdas.refine_policy.grants.conditions import Settings, own_buckets
from lambdas.refine_policy.grants.grants import DraftGrant, grants_of
from lambdas.refine_policy.observations import gather
from lambdas.refine_policy.permissions.access_analyzer import (
    analyzer_actions,
    leave_out,
    missed_permissions,
    seen_permissions,
)
from lambdas.refine_policy.permissions.batch_deletes import version_deletes
from lambdas.refine_policy.permissions.headroom import headroom
from lambdas.refine_policy.permissions.hints import hinted_permissions
from lambdas.refine_policy.permissions.request_derivations import implied_permissions
from lambdas.refine_policy.permissions.role_split import execution_role, split, split_finding
from lambdas.refine_policy.permissions.stack_derivations import handler_permissions
from lambdas.refine_policy.permissions.stack_reads import handed_to_stacks, with_stacks
from lambdas.refine_policy.permissions.system_tags import unknown_system_tags
from lambdas.refine_policy.resource_names.naming import Naming
from lambdas.refine_policy.resource_names.volatility import VolatileNames, volatile_names
from lambdas.refine_policy.statements.managed_policies import Packs, packed
from lambdas.refine_policy.statements.statements import ShapedStatement, explained, shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lambdas.model.earlier_names import EarlierNames
    from lambdas.model.evidence import Evidence
    from lambdas.model.process import Process
    from lambdas.model.run import Run
    from lambdas.model.stack import Stack
    from lambdas.refine_policy.observations import Observations
    from lambdas.refine_policy.permissions.permission import Permission


@uncollected()
def refine(  # the seven things that a policy follows from, and nothing else  # noqa: PLR0913
    *,
    run: Run,
    process: Process,
    generated: Sequence[Mapping[str, Any]],
    evidence: Iterable[Evidence],
    reference: Reference,
    history: EarlierNames,
    stacks: Sequence[Stack] = (),
) -> Refinement:
    """Everything that the run's evidence proves or implies, narrowed as far as both allow.

    A pure function: same input, same bytes.

    Raises:
        ForbiddenActionError: the process forbids what its cycle needs.
    """
    hints = process.hints
    layout = ArnParser(reference)
    seen = with_stacks(gather(evidence), stacks)
    analyzer = analyzer_actions(generated, reference)
    values = variables(run, process)
    uses = (values, {**values, **process.spellings("prove")})
    fresh = volatile_names(seen, history, layout, ToldNames.of(stacks))
    naming = Naming(values, _fresh(process, fresh), layout, uses)

    derived = implied_permissions(
        seen, own_roles=own_roles(run.principal), off=hints.derivations_off
    )
    tags = frozenset(
        (one.action, one.resource) for one in derived.permissions if one.basis.startswith("tag-on-")
    )
    room = headroom(hints.headroom, run.principal, seen, naming, reference)
    needed = (
        *seen_permissions(seen.allowed, analyzer),
        *missed_permissions(seen.missed),
        *derived.permissions,
        *handler_permissions(seen, tags, layout, naming, hints.derivations_off),
        *hinted_permissions(hints, run.principal),
        *room.permissions,
    )
    execution = execution_role(process.name, Arn.from_text(run.principal)) if hints.split else ""
    permissions = tuple(split(needed, run.principal, execution)) if execution else needed

    settings = Settings(
        off=hints.conditions_off | hints.wildcards_off, own_buckets=own_buckets(permissions)
    )
    grants = grants_of(permissions, naming, reference, settings)
    require_bounds(grants, hints, uses)

    otherwise = WithoutHints()
    if hints.derivations_off or hints.conditions_off or hints.wildcards_off:
        unconditional = Settings(off=frozenset(), own_buckets=settings.own_buckets)
        otherwise = _otherwise(
            seen,
            (
                *handler_permissions(seen, tags, layout, naming, frozenset()),
                *version_deletes(seen.allowed),
            ),
            grants_of(permissions, naming, reference, unconditional),
        )
    left_out = leave_out(seen, analyzer)
    policies, unfit = _policies(run, grants, reference, uses)
    told_values = _told(values, process, policies)
    return Refinement(
        policies=policies,
        findings=tuple(
            sorted(
                (
                    *unfit,
                    *derived.findings,
                    *unknown_system_tags(seen),
                    *room.findings,
                    *((split_finding(execution),) if execution else ()),
                    *escalations(grants),
                    *other_principals(grants, {run.principal, execution}, handed_to_stacks(seen)),
                    *ambiguities(dict(told_values), grants),
                    *other_lengths(grants, naming, values, layout),
                    *review(grants, left_out, analyzer, reference),
                    *unused_hints(hints, grants, otherwise, reference),
                )
            )
        ),
        left_out=left_out,
        variables=told_values,
    )


def _otherwise(
    seen: Observations, derivable: Iterable[Permission], unconditional: Iterable[DraftGrant]
) -> WithoutHints:
    """What the hints could switch off, were it not for them."""
    kinds = {one.kind for one, _ in seen.implied} | {one.basis for one in derivable}
    grants = tuple(unconditional)
    return WithoutHints(
        kinds=frozenset(kinds),
        keys=frozenset(condition.key for one in grants for condition in one.conditions),
        families=any(reason.kind is ReasonKind.FAMILY for one in grants for reason in one.reasons),
    )


def _fresh(process: Process, found: VolatileNames) -> VolatileNames:
    """The process's own name is its owner's word, also where an id happens to be the same."""
    return replace(found, tokens=found.tokens - {process.name})


def variables(run: Run, process: Process) -> dict[str, str]:
    """What the policy leaves open, with the values of the first cycle."""
    return {
        **process.spellings("learn"),
        "account": run.account,
        "partition": Arn.from_text(run.principal).partition,
        "region": process.regions[0] if process.regions else run.region,
    }


def _told(
    values: Mapping[str, str], process: Process, policies: Iterable[PrincipalPolicy]
) -> tuple[tuple[str, str], ...]:
    """The variables of the account and the process, and of other spellings those that are used."""
    used = {name for one in policies for name in one.policy.variables}
    plain = {*process.values("learn"), *ACCOUNT_VARIABLES}
    return tuple(sorted((name, text) for name, text in values.items() if name in plain | used))


def own_roles(principal: str) -> frozenset[str]:
    """The role of the cycle and its siblings: the one for the proof and the build's own."""
    stem = principal.removesuffix("-sandbox")
    if stem == principal:
        return frozenset({principal})
    return frozenset({principal, f"{stem}-candidate", f"{stem}-build"})


def _policies(
    run: Run,
    grants: Sequence[DraftGrant],
    reference: Reference,
    uses: Sequence[Mapping[str, str]],
) -> tuple[tuple[PrincipalPolicy, ...], list[Finding]]:
    """One policy for each principal; the run's own role first."""
    principals = sorted(
        {one.principal for one in grants} | {run.principal},
        key=lambda principal: (principal != run.principal, principal),
    )
    policies: list[PrincipalPolicy] = []
    findings: list[Finding] = []
    for principal in principals:
        own = [one for one in grants if one.principal == principal]
        statements, packs, problem = _packed(own, uses)
        if problem:
            findings.append(_unfit(principal, problem))
        name = "policy" if principal == run.principal else f"policy.{_word(principal)}"
        policies.append(
            PrincipalPolicy(
                name=name,
                principal=principal,
                statements=tuple(explained(one, reference) for one in statements),
                packs=packs,
            )
        )
    return tuple(policies), findings


def _packed(
    grants: Sequence[DraftGrant], uses: Sequence[Mapping[str, str]]
) -> tuple[tuple[ShapedStatement, ...], Packs, str]:
    """Statements by purpose, or where those do not fit, with as few characters as there can be."""
    statements = shape(grants)
    try:
        return statements, packed([one.statement for one in statements], uses), ""
    except PolicyTooLargeError:
        statements = shape(grants, tight=True)
    try:
        return statements, packed([one.statement for one in statements], uses), ""
    except PolicyTooLargeError as error:
        return statements, (), str(error)


def _word(principal: str) -> str:
    return principal.rsplit("/", 1)[-1]


def _unfit(principal: str, problem: str) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        kind=FindingKind.POLICY_TOO_LARGE,
        subject=principal,
        detail=f"{problem}.",
    )
