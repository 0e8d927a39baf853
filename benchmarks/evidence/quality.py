"""How true the actions are that a tool found, by what the generator knows."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Actions found against actions that were needed."""

    true: int
    found: int
    missing: tuple[str, ...]
    false: tuple[str, ...]

    @classmethod
    def of(cls, actions: set[str], truth: frozenset[str]) -> "Quality":
        """Compare."""
        return cls(
            true=len(truth),
            found=len(actions & truth),
            missing=tuple(sorted(truth - actions)),
            false=tuple(sorted(actions - truth)),
        )


def of_evidence(lines: bytes, truth: frozenset[str]) -> Quality:
    """Of evidence lines; calls that were refused prove no need."""
    allowed = (json.loads(line) for line in lines.splitlines())
    return Quality.of({one["action"] for one in allowed if one["outcome"] != "denied"}, truth)


def of_policy(document: dict[str, Any], truth: frozenset[str]) -> Quality:
    """Of a policy."""
    actions: set[str] = set()
    for statement in document["Statement"]:
        named = statement["Action"]
        actions.update([named] if isinstance(named, str) else named)
    return Quality.of(actions, truth)
