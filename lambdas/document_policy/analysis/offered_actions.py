"""How many actions Access Analyzer named, in whatever form its answer came."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
import json
from typing import Any


def actions_offered(generated: Mapping[str, Any] | None) -> int | None:
    """How many actions Access Analyzer's answer names, in whatever form they came."""
    if not generated:
        return None
    names: set[str] = set()
    result = generated.get("GeneratedPolicyResult") or {}
    for one in result.get("GeneratedPolicies") or ():
        names |= _actions_of(one.get("Policy", ""))
    return len(names)


def _actions_of(text: str) -> set[str]:
    try:
        document = json.loads(text)
    except ValueError:
        return set()  # refinement has made a finding of it
    statements = document.get("Statement", []) if isinstance(document, dict) else []
    found: set[str] = set()
    for statement in statements if isinstance(statements, list) else [statements]:
        actions = statement.get("Action", []) if isinstance(statement, dict) else []
        found |= {str(a) for a in ([actions] if isinstance(actions, str) else actions)}
    return found
