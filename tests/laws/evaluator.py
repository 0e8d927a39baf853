"""IAM's evaluation of identity policies, as far as refined policies go: Allow statements only."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from lambdas.model.trail.evidence import Evidence

GLOBAL_CONTEXT = ("aws:RequestedRegion", "aws:ResourceAccount", "aws:CalledVia")


def allows(
    document: Mapping[str, Any], action: str, resource: str, context: Mapping[str, Any]
) -> bool:
    """Whether one statement matches action, resource and conditions."""
    return any(
        _any(statement["Action"], action, fold=True)
        and _any(statement["Resource"], resource)
        and all(
            _holds(operator, key, values, context)
            for operator, tests in statement.get("Condition", {}).items()
            for key, values in tests.items()
        )
        for statement in document["Statement"]
    )


def context_of(line: Evidence, account: str) -> dict[str, Any]:
    """The context that IAM would have seen for the call."""
    context: dict[str, Any] = {
        "aws:RequestedRegion": line.region,
        "aws:ResourceAccount": account,
    }
    if line.via:
        context["aws:CalledVia"] = list(line.via)
        nearest = line.via[-1].removesuffix(".amazonaws.com")
        context["kms:ViaService"] = f"{nearest}.{line.region}.amazonaws.com"
    return context | dict(line.context)


def allows_line(document: Mapping[str, Any], line: Evidence, account: str) -> bool:
    """Whether the call that a line of evidence shows would be allowed."""
    return allows(document, str(line.action), line.resource, context_of(line, account))


def _any(patterns: str | list[str], text: str, *, fold: bool = False) -> bool:
    many = [patterns] if isinstance(patterns, str) else patterns
    if fold:
        return any(_pattern(one.lower()).fullmatch(text.lower()) for one in many)
    return any(_pattern(one).fullmatch(text) for one in many)


@lru_cache(maxsize=200_000)
def _pattern(text: str) -> re.Pattern[str]:
    parts = re.split(r"(\$\{[*?$]\}|[*?])", text)
    known = {"*": ".*", "?": ".", "${*}": r"\*", "${?}": r"\?", "${$}": r"\$"}
    return re.compile("".join(known.get(part, re.escape(part)) for part in parts), re.DOTALL)


def _holds(operator: str, key: str, values: str | list[str], context: Mapping[str, Any]) -> bool:
    wanted = [values] if isinstance(values, str) else values
    actual = context.get(key)
    if operator == "Null":
        return (actual is None) == (wanted == ["true"])
    if actual is None:
        return False
    if operator == "ForAnyValue:StringEquals":
        return any(one in wanted for one in actual)
    if operator in ("ArnEquals", "ArnLike", "StringLike"):
        return _any(wanted, actual)
    assert operator == "StringEquals", operator
    return actual in wanted
