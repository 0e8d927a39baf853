"""The rule of each resource type: how long its made-up names are, and of what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from embedded_aws.services.cloudformation.registry.types import registered

TABLE = Path(__file__).parent / "rules.yaml"
LONGEST = 128  # characters, where neither a row nor the registry knows

# Types named by the general rule for want of a public name, as they were asked for.
findings: list[str] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Alphabet:
    """What a suffix is made of."""

    letters: str
    lengths: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How names of a type are made up."""

    limit: int = LONGEST
    parts: tuple[str, ...] = ("stack", "logical")  # those that share the room
    prefix: str = ""
    separator: str = "-"
    lowercase: bool = False
    suffixes: tuple[Alphabet, ...] = ()
    ending: Mapping[str, str] = field(default_factory=dict)  # property that is true -> text
    known: bool = False  # by a public name


def rule_of(kind: str) -> Rule:
    """A type's rule; where no public name tells it, the general one, which is a finding."""
    rule = _rule_of(kind)
    if not rule.known and kind not in findings and is_named(kind):
        findings.append(kind)
    return rule


@cache
def is_named(kind: str) -> bool:
    """Whether the type has a name that can be made up; others have ids, which services give."""
    table = content()
    return kind in table["known"] or kind in table["open"] or bool(registered(kind).naming)


@cache
def _rule_of(kind: str) -> Rule:
    table = content()
    if kind in table["known"]:
        return _rule(table["known"][kind], known=True)
    listed = table["open"].get(kind)
    form = registered(kind).form_of_name() if listed is None else {}
    return _rule({**form, **(listed or {})}, known=False)


@cache
def content() -> dict[str, Any]:
    """The table as it is written."""
    loaded: dict[str, Any] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return loaded


@cache
def alphabets() -> Mapping[str, Alphabet]:
    """The alphabets by their names."""
    return {
        name: Alphabet(letters=row["letters"], lengths=tuple(row["lengths"]))
        for name, row in content()["alphabets"].items()
    }


def _rule(row: Mapping[str, Any], *, known: bool) -> Rule:
    suffixes = row.get("suffixes", list(alphabets()))
    return Rule(
        limit=row.get("limit", LONGEST),
        parts=tuple(row.get("parts", Rule().parts)),
        prefix=row.get("prefix", ""),
        separator=row.get("separator", "-"),
        lowercase=row.get("lowercase", False),
        suffixes=tuple(alphabets()[name] for name in suffixes),
        ending=row.get("ending", {}),
        known=known,
    )
