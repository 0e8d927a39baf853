"""Wildcard patterns of IAM: what contains what, and what meets what."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any


@cache
def contains(outer: str, inner: str) -> bool:
    """Whether everything that the inner pattern matches is matched by the outer one.

    Sound but not complete: an undecided case counts as not contained.
    """
    # A star within the inner pattern is anything, so only a star of the outer one may meet it.
    expression = "".join(
        {"*": ".*", "?": "[^*]"}.get(character, re.escape(character)) for character in outer
    )
    return re.fullmatch(expression, inner, re.DOTALL) is not None


@cache
def meet(one: str, other: str) -> bool:
    """Whether some text is matched by both patterns."""
    # reached[j]: the pattern read so far and the first j characters of the other can go together.
    reached = [True] + [False] * len(other)
    for j, letter in enumerate(other):
        reached[j + 1] = reached[j] and letter == "*"
    for character in one:
        row = [reached[0] and character == "*"]
        for j, letter in enumerate(other):
            skipped = (character == "*" and (row[j] or reached[j + 1])) or (
                letter == "*" and (row[j] or reached[j + 1])
            )
            same = character == letter or "?" in (character, letter)
            row.append(skipped or (reached[j] and same))
        reached = row
    return reached[-1]


def listed(value: Any) -> list[Any]:
    """A policy element as a list: IAM allows one value without its brackets."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def actions(statement: Mapping[str, Any], element: str = "Action") -> list[str]:
    """A statement's action patterns, in the one case in which they are compared."""
    return [str(action).lower() for action in listed(statement.get(element))]


def texts(values: Sequence[Any]) -> list[str]:
    """Values of a condition as IAM compares them."""
    return [str(value).lower() if isinstance(value, bool) else str(value) for value in values]
