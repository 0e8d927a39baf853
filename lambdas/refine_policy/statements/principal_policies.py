"""Grants become policies: one for each principal, packed as IAM takes them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lambdas.errors import PolicyTooLargeError
from lambdas.model.dossier.refinement import ExplainedStatement, PrincipalPolicy
from lambdas.model.execution.run import Run
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.trail.ground_kind import Purpose
from lambdas.reference.arn_parts import Reference
from lambdas.refine_policy.grants.grants import DraftGrant
from lambdas.refine_policy.statements.managed_policies import Packs, packed
from lambdas.refine_policy.statements.statements import statements_of


def principal_policies(
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
        statements, packs, problem = _packed(own, reference, uses)
        if problem:
            findings.append(_unfit(principal, problem))
        name = "policy" if principal == run.principal else f"policy.{_word(principal)}"
        policies.append(
            PrincipalPolicy(
                name=name,
                principal=principal,
                statements=statements,
                packs=packs,
            )
        )
    return tuple(policies), findings


def _packed(
    grants: Sequence[DraftGrant], reference: Reference, uses: Sequence[Mapping[str, str]]
) -> tuple[tuple[ExplainedStatement, ...], Packs, str]:
    """Statements by purpose; if those do not fit, the cycle's and the next change's are joined.

    That takes fewer characters, and nothing gets wider.
    """
    statements = statements_of(grants, reference)
    try:
        return statements, packed([one.statement for one in statements], uses), ""
    except PolicyTooLargeError:
        statements = statements_of(map(_as_of_the_cycle, grants), reference)
    try:
        return statements, packed([one.statement for one in statements], uses), ""
    except PolicyTooLargeError as error:
        return statements, (), str(error)


def _as_of_the_cycle(one: DraftGrant) -> DraftGrant:
    return replace(one, purpose=Purpose.CYCLE) if one.purpose is Purpose.NEXT else one


def _word(principal: str) -> str:
    return principal.rsplit("/", 1)[-1]


def _unfit(principal: str, problem: str) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        kind=FindingKind.POLICY_TOO_LARGE,
        subject=principal,
        detail=f"{problem}.",
    )
