"""Resources as refinement names them, at the place of its tests."""

from lambdas.model.trail.evidence import Evidence
from tests.unit.refine_policy.builders import (
    ACCOUNT,
    REGION,
    granted,
    refined,
    seen,
)

AT = f"{REGION}:{ACCOUNT}"
AT_TEMPLATE = "${region}:${account}"


def resource_of(action: str, *lines: Evidence, **more: object) -> set[str]:
    return granted(refined(lines, **more))[action]  # type: ignore[arg-type]


def stack_of(name: str) -> Evidence:
    return seen("cloudformation:CreateStack", f"arn:aws:cloudformation:{AT}:stack/{name}/*")
