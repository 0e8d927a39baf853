"""The boundary of created roles: as wide as the fence of the cycle, or what is to be published."""

from collections.abc import Mapping
from typing import Any

from lambdas.errors import BoundaryTooLongError, ServiceRefusedError
from lambdas.gateways.iam.managed_policies import ManagedPolicies
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.execution.run import Run
from lambdas.model.iam.policy import policy_size
from lambdas.model.iam.role_boundary import boundary_arn
from lambdas.model.limits import MANAGED_POLICY_LIMIT

BOUNDED = "RolesWithoutBoundary"  # the fence's statement that lets no role go without a boundary


def fence_arn(principal: str) -> str:
    """Of the fence: the boundary of the sandbox role itself."""
    return principal.replace(":role/", ":policy/").removesuffix("-sandbox") + "-boundary"


def open_boundary(boundary: ManagedPolicies, run: Run) -> str:
    """Let created roles do what the cycle may, and tell the boundary's ARN.

    No cycle must fail for the lack of a boundary while nobody knows yet what it must allow.

    Raises:
        ServiceRefusedError: there is no fence to copy, or IAM does not take the boundary.
    """
    arn = boundary_arn(run.principal, run.process)
    boundary.put(arn, _fence(boundary, run))
    return arn


def narrow_boundary(
    boundary: ManagedPolicies, run: Run, refinement: Refinement, values: Mapping[str, str]
) -> bool:
    """Let created roles do what the boundary to be published allows, and nothing else.

    Where the fence lets no role go without a boundary, its denies hold for created roles, too.

    Raises:
        BoundaryTooLongError: with the fence's denies it is longer than IAM takes.
    """
    if refinement.boundary is None:
        return False
    document = refinement.boundary.render(values)
    fence = _fence(boundary, run)
    if any(one.get("Sid") == BOUNDED for one in fence["Statement"]):
        denies = [one for one in fence["Statement"] if one["Effect"] == "Deny"]
        document = {**document, "Statement": [*document["Statement"], *denies]}
        size = policy_size(document)
        if size > MANAGED_POLICY_LIMIT:
            raise BoundaryTooLongError(
                f"with the denies of the fence the boundary has {size:,} characters and IAM takes "
                f"{MANAGED_POLICY_LIMIT:,}; deploy without -c boundedRoles=true, or split the "
                "process"
            )
    return boundary.put(boundary_arn(run.principal, run.process), document)


def _fence(boundary: ManagedPolicies, run: Run) -> Mapping[str, Any]:
    arn = fence_arn(run.principal)
    document = boundary.document(arn)
    if document is None:
        raise ServiceRefusedError(f"there is no {arn}; deploy the sandbox's stack again")
    return document
