"""Refinement, whole: evidence in, a policy for each principal out, a reason for every grant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lambdas.model.definition.process import Process
from lambdas.model.definition.variables import ACCOUNT_VARIABLES
from lambdas.model.dossier.refinement import PrincipalPolicy, Refinement
from lambdas.model.execution.run import Run
from lambdas.model.findings.reason import ReasonKind
from lambdas.model.iam.arn import Arn
from lambdas.model.iam.role_boundary import BOUNDARY, RoleBoundary
from lambdas.model.trail.earlier_names import EarlierNames
from lambdas.model.trail.evidence import Evidence
from lambdas.model.trail.stack import Stack
from lambdas.reference.arn_parts import ArnParser, Reference
from lambdas.refine_policy.containment.fences import OFF as FENCES
from lambdas.refine_policy.containment.fences import Fences
from lambdas.refine_policy.containment.neighbours import Neighbourhood
from lambdas.refine_policy.findings.ambiguous_variables import ambiguities
from lambdas.refine_policy.findings.bounds import require_bounds
from lambdas.refine_policy.findings.other_lengths import other_lengths
from lambdas.refine_policy.findings.other_principals import other_principals
from lambdas.refine_policy.findings.privilege_escalation import closed_ways, open_ways, ways_of
from lambdas.refine_policy.findings.reach import containment, reaching_others
from lambdas.refine_policy.findings.review import review
from lambdas.refine_policy.findings.types_without_calls import types_without_calls
from lambdas.refine_policy.findings.unused_hints import WithoutHints, unused_hints
from lambdas.refine_policy.gc_pause import uncollected
from lambdas.refine_policy.generated_names.stack_names import StackNames
from lambdas.refine_policy.grants.conditions import Settings, own_buckets
from lambdas.refine_policy.grants.grants import DraftGrant, grants_of
from lambdas.refine_policy.observations import Observations, Permission, gather
from lambdas.refine_policy.permissions.access_analyzer import (
    analyzer_actions,
    leave_out,
    with_listed,
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
from lambdas.refine_policy.role_boundaries.boundary_of_run import NO_POLICIES, BoundaryOfRun
from lambdas.refine_policy.statements.principal_policies import principal_policies


@uncollected()
def refine(  # the things that a policy follows from, and nothing else  # noqa: PLR0913
    *,
    run: Run,
    process: Process,
    generated: Sequence[Mapping[str, Any]],
    evidence: Iterable[Evidence],
    reference: Reference,
    history: EarlierNames,
    stacks: Sequence[Stack] = (),
    managed: Mapping[str, str] = NO_POLICIES,
) -> Refinement:
    """Everything that the run's evidence proves or implies, narrowed as far as both allow.

    A pure function: same input, same bytes.

    `managed` are documents of the managed policies that created roles were given, by ARN.

    Raises:
        ForbiddenActionError: the process forbids what its cycle needs.
        RoleWithoutBoundaryError: it creates roles without the boundary that it requires.
    """
    hints = process.hints
    layout = ArnParser(reference)
    seen = with_stacks(gather(evidence), stacks)
    analyzer = analyzer_actions(generated, reference)
    values = {**variables(run, process), **BoundaryOfRun.variable(run, process)}
    uses = (values, {**values, **process.spellings("prove")})
    fresh = volatile_names(seen, history, layout, StackNames.of(stacks))
    naming = Naming(values, _fresh(process, fresh), layout, uses)

    derived = implied_permissions(
        seen, own_roles=own_roles(run.principal), off=hints.derivations_off
    )
    tags = frozenset(
        (one.action, one.resource) for one in derived.permissions if one.kind.startswith("tag-on-")
    )
    room = headroom(hints.headroom, run.principal, seen, naming, reference)
    needed = (
        *with_listed(seen.allowed, analyzer),
        *seen.denied_in_proof,
        *derived.permissions,
        *handler_permissions(seen, tags, layout, naming, hints.derivations_off),
        *hinted_permissions(hints, run.principal),
        *room.permissions,
    )
    execution = execution_role(process.name, Arn.from_text(run.principal)) if hints.split else ""
    permissions = tuple(split(needed, run.principal, execution)) if execution else needed

    settings = Settings(
        off=hints.conditions_off | hints.wildcards_off,
        own_buckets=own_buckets(permissions),
        fences=Fences.of(permissions, stacks, off=FENCES in hints.conditions_off),
    )
    grants = grants_of(permissions, naming, reference, settings)
    require_bounds(grants, hints, uses)
    bound = BoundaryOfRun.of(run, process, seen, managed)
    grants, removals = bound.asked_by(grants, reference)
    around = Neighbourhood(naming, layout, *uses)
    contained = containment(grants, around, settings.fences, values, reference)

    otherwise = WithoutHints()
    if hints.derivations_off or hints.conditions_off or hints.wildcards_off:
        fences = replace(settings.fences, off=False)
        unconditional = replace(settings, off=frozenset(), fences=fences)
        otherwise = _otherwise(
            seen,
            (
                *handler_permissions(seen, tags, layout, naming, frozenset()),
                *version_deletes(seen.allowed),
            ),
            grants_of(permissions, naming, reference, unconditional),
        )
    policies, unfit = principal_policies(run, grants, reference, uses)
    boundary = bound.boundary(policies, grants, naming)
    ways = ways_of(policies, boundary)
    left_out = tuple(sorted((*leave_out(seen, analyzer), *removals, *closed_ways(ways))))
    dossier_values = _dossier_values(values, process, policies, boundary)
    return Refinement(
        policies=policies,
        findings=tuple(
            sorted(
                (
                    *unfit,
                    *derived.findings,
                    *unknown_system_tags(seen),
                    *types_without_calls(seen, stacks),
                    *room.findings,
                    *((split_finding(execution),) if execution else ()),
                    *open_ways(ways, bounded=bool(boundary and boundary.required)),
                    *bound.findings(boundary),
                    *other_principals(grants, {run.principal, execution}, handed_to_stacks(seen)),
                    *ambiguities(dict(dossier_values), grants),
                    *other_lengths(grants, naming, values, layout),
                    *reaching_others(contained),
                    *review(grants, left_out, analyzer, reference),
                    *unused_hints(hints, grants, otherwise, reference),
                )
            )
        ),
        left_out=left_out,
        variables=dossier_values,
        boundary=boundary,
        containment=contained,
    )


def _otherwise(
    seen: Observations, derivable: Iterable[Permission], unconditional: Iterable[DraftGrant]
) -> WithoutHints:
    """What the hints could switch off, were it not for them."""
    kinds = {one.kind for one, _ in seen.implied} | {one.kind for one in derivable}
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


def _dossier_values(
    values: Mapping[str, str],
    process: Process,
    policies: Iterable[PrincipalPolicy],
    boundary: RoleBoundary | None,
) -> tuple[tuple[str, str], ...]:
    """The variables of the account and the process, and of other spellings those that are used."""
    used = {name for one in policies for name in one.policy.variables}
    used |= {BOUNDARY, *boundary.variables} if boundary else set()
    plain = {*process.values("learn"), *ACCOUNT_VARIABLES}
    return tuple(sorted((name, text) for name, text in values.items() if name in plain | used))


def own_roles(principal: str) -> frozenset[str]:
    """The role of the cycle and its siblings: the one for the proof and the build's own."""
    stem = principal.removesuffix("-sandbox")
    if stem == principal:
        return frozenset({principal})
    return frozenset({principal, f"{stem}-candidate", f"{stem}-build"})
