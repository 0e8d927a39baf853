"""What a run's definition says of a boundary, applied to what the run shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

from lambdas.model.definition.boundary_use import BoundaryUse
from lambdas.model.definition.process import Process
from lambdas.model.dossier.refinement import LeftOut, PrincipalPolicy
from lambdas.model.execution.run import Run
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.iam.role_boundary import BOUNDARY, BOUNDARY_ARN, RoleBoundary, boundary_arn
from lambdas.reference.arn_parts import Reference
from lambdas.reference.ways.held_grants import HeldGrants
from lambdas.refine_policy.grants.grants import DraftGrant
from lambdas.refine_policy.observations import Observations
from lambdas.refine_policy.resource_names.naming import Naming
from lambdas.refine_policy.role_boundaries.bounded_grants import (
    boundary_findings,
    bounded,
    require_boundary,
)
from lambdas.refine_policy.role_boundaries.given_statements import Created, created
from lambdas.refine_policy.role_boundaries.role_boundary import role_boundary

NO_POLICIES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryOfRun:
    """Whether the process wants a boundary, which, and what it created.

    Attributes:
        use: none, too, where the run's role is no deployment's sandbox role.
        arn: of the boundary; empty then.
        ignored: findings about a boundary that is asked for and cannot be.
    """

    use: BoundaryUse
    arn: str
    created: Created
    ignored: tuple[Finding, ...] = ()

    @staticmethod
    def variable(run: Run, process: Process) -> dict[str, str]:
        """The boundary's name as a variable; nothing when there is no boundary."""
        arn = boundary_arn(run.principal, process.name)
        if not arn or process.boundary is BoundaryUse.NONE:
            return {}
        return {BOUNDARY: arn.rsplit("/", 1)[-1]}

    @classmethod
    def of(cls, run: Run, process: Process, seen: Observations, managed: Mapping[str, str]) -> Self:
        """Read the run.

        Raises:
            RoleWithoutBoundaryError: a created role has not the boundary that is required.
        """
        arn = boundary_arn(run.principal, process.name)
        use = process.boundary if arn else BoundaryUse.NONE
        found = created(seen, managed)
        if use is BoundaryUse.REQUIRED:
            require_boundary(found.boundaries, arn)
        ignored = () if use is process.boundary else (_ignored(run, process),)
        return cls(use=use, arn=arn, created=found, ignored=ignored)

    def asked_by(
        self, grants: tuple[DraftGrant, ...], reference: Reference
    ) -> tuple[tuple[DraftGrant, ...], tuple[LeftOut, ...]]:
        """The grants, under the condition on the boundary when it is required."""
        if self.use is not BoundaryUse.REQUIRED:
            return grants, ()
        return bounded(grants, BOUNDARY_ARN, reference)

    def boundary(
        self, policies: Sequence[PrincipalPolicy], grants: Iterable[DraftGrant], naming: Naming
    ) -> RoleBoundary | None:
        """The boundary itself."""
        if self.use is BoundaryUse.NONE:
            return None
        return role_boundary(
            self.created,
            [one for one in grants if one.principal in self.created.boundaries],
            HeldGrants.of_policies(policies),
            naming,
            self.arn.rsplit("/", 1)[-1],
            required=self.use is BoundaryUse.REQUIRED,
        )

    def findings(self, boundary: RoleBoundary | None) -> tuple[Finding, ...]:
        """What a person must know of it; nothing when there is none."""
        if boundary is None:
            return self.ignored
        further = boundary_findings(boundary, self.created.boundaries, self.arn)
        return (*self.created.findings, *further)


def _ignored(run: Run, process: Process) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        kind=FindingKind.BOUNDARY_IGNORED,
        subject=run.principal,
        detail=f"The definition says policy.boundary: {process.boundary}, and this is no sandbox "
        "role of a deployment: there is no boundary, and the policy asks for none.",
        action="Run the process by the workflow to have its boundary.",
    )
