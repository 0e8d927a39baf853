"""A made-up name from its parts: the room shared, each part cut to its share."""

import re
import secrets
from collections.abc import Mapping
from typing import Any

from embedded_aws.services.cloudformation.naming.rules import Rule

_NOTHING: Mapping[str, Any] = {}


def shares(room: int, stack: int, logical: int) -> tuple[int, int]:
    """How many characters of stack name and logical id are kept: half each.

    The odd one is the stack's; what one leaves of its half, the other takes.
    """
    half = room // 2
    kept = min(logical, max(half, room - stack))
    return min(stack, room - kept), kept


def kept_parts(
    rule: Rule, stack: str, logical: str, *, suffix: int, properties: Mapping[str, Any] = _NOTHING
) -> dict[str, str]:
    """What is kept of each part before a suffix of so many characters."""
    clean = re.sub("-{2,}", "-", stack).lstrip("-")
    texts = {"stack": clean, "logical": logical}
    if rule.separator != "-":
        texts = {name: text.replace("-", rule.separator) for name, text in texts.items()}
    joints = len(rule.parts) - (not suffix)
    taken = len(rule.prefix) + suffix + joints * len(rule.separator)
    room = max(0, rule.limit - taken - len(ending_of(rule, properties)))
    if rule.parts == ("logical",):
        return {"logical": texts["logical"][:room]}
    first, second = shares(room, len(texts["stack"]), len(texts["logical"]))
    return {"stack": texts["stack"][:first], "logical": texts["logical"][:second]}


def composed(
    rule: Rule, stack: str, logical: str, suffix: str, properties: Mapping[str, Any] = _NOTHING
) -> str:
    """The name with this suffix."""
    kept = kept_parts(rule, stack, logical, suffix=len(suffix), properties=properties)
    parts = [kept[name] for name in rule.parts] + ([suffix] if suffix else [])
    name = rule.prefix + rule.separator.join(parts) + ending_of(rule, properties)
    return name.lower() if rule.lowercase else name


def ending_of(rule: Rule, properties: Mapping[str, Any]) -> str:
    """`.fifo`, where a property says so."""
    said = [text for name, text in rule.ending.items() if _is_true(properties.get(name))]
    return "".join(said)


def drawn_suffix(rule: Rule) -> str:
    """A suffix by chance alone, of any alphabet and length that the type is seen with."""
    if not rule.suffixes:
        return ""
    alphabet = secrets.choice(rule.suffixes)
    length = secrets.choice(alphabet.lengths)
    return "".join(secrets.choice(alphabet.letters) for _ in range(length))


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"
