"""What the process's owner forbids, and the ceiling that the policy may not exceed."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from lambdas.errors import ForbiddenActionError
from lambdas.model.template_coverage import covers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdas.model.hints import Hints
    from lambdas.model.template import Template
    from lambdas.refine_policy.grants.grants import DraftGrant

_NAMED = 5  # how many violations an error spells out


def require_bounds(grants: Iterable[DraftGrant], hints: Hints) -> None:
    """Stop when the policy holds what it must not.

    Raises:
        ForbiddenActionError: names each grant, and the owner's reason.
    """
    problems: list[str] = []
    for one in grants:
        name = f"{one.action} on {one.template}"
        problems += [
            f"{name} is forbidden: {rule.reason}"
            for rule in hints.forbid
            if matches(rule.action, one) and _overlaps(rule.resource, one.template)
        ]
        if hints.bounds and not any(
            matches(bound.action, one) and covers(bound.resource, one.template)
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


def _overlaps(rule: Template, granted: Template) -> bool:
    return covers(rule, granted) or covers(granted, rule)
