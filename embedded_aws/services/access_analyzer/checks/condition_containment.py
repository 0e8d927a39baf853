"""Which of two statements is the more conditional one."""

from collections.abc import Mapping
from typing import Any

from embedded_aws.services.access_analyzer.checks.patterns import contains, listed, texts

Statement = Mapping[str, Any]


def conditions_within(inner: Statement, outer: Statement) -> bool:
    """Whether the inner statement is at least as conditional as the outer one."""
    given = _conditions(inner)
    for key, allowed in _conditions(outer).items():
        values = given.get(key)
        if values is None:
            return False
        operator = key[0].lower()
        negated = "not" in operator or operator.startswith("forallvalues")
        if negated and sorted(values) != sorted(allowed):
            return False
        like = "like" in operator or "arn" in operator
        if not negated and not all(
            any(contains(known, value) if like else known == value for known in allowed)
            for value in values
        ):
            return False
    return True


def _conditions(statement: Statement) -> dict[tuple[str, str], list[str]]:
    return {
        (operator, key.lower()): texts(listed(values))
        for operator, keys in (statement.get("Condition") or {}).items()
        for key, values in keys.items()
    }
