"""What the process's owner forbids, and the ceiling that the policy may not exceed."""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from lambdas.errors import ForbiddenActionError
from lambdas.model.definition.hints import Hints
from lambdas.model.iam.template import Template
from lambdas.model.iam.template_coverage import covers, filled, overlaps
from lambdas.refine_policy.grants.grants import DraftGrant

_NAMED = 5  # how many violations an error spells out


def require_bounds(
    grants: Iterable[DraftGrant], hints: Hints, uses: Sequence[Mapping[str, str]]
) -> None:
    """Stop when the policy holds what it must not.

    Args:
        grants: of all principals.
        hints: what is forbidden, and the bounds.
        uses: the variables' values in each cycle: what is forbidden is looked for in the policies
            that these give, while bounds hold for every value.

    Raises:
        ForbiddenActionError: names each grant, and the owner's reason.
    """
    problems: list[str] = []
    for one in grants:
        name = f"{one.action} on {one.resource}"
        problems += [
            f"{name} is forbidden: {rule.reason}"
            for rule in hints.forbid
            if matches(rule.action, one) and _meet(rule.resource, one.resource, uses)
        ]
        if hints.bounds and not any(
            matches(bound.action, one) and covers(bound.resource, one.resource)
            for bound in hints.bounds
        ):
            problems.append(f"{name} exceeds the bounds")
    if problems:
        more = f"; and {len(problems) - _NAMED} more" if len(problems) > _NAMED else ""
        raise ForbiddenActionError(
            "process.yaml does not allow what the cycle needs: "
            + "; ".join(problems[:_NAMED])
            + more
            + ". Change the process so that it does not need them, or the hint"
        )


def matches(pattern: str, one: DraftGrant) -> bool:
    """Whether an action's pattern means the grant."""
    return fnmatchcase(str(one.action).lower(), pattern.lower())


def _meet(rule: Template, granted: Template, uses: Sequence[Mapping[str, str]]) -> bool:
    return any(overlaps(filled(rule, values), filled(granted, values)) for values in uses)
