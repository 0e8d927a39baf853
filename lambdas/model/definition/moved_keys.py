"""The flat keys of 0.1's process.yaml, and where each stands now. They are still read."""

from collections.abc import Mapping
from typing import Any

from lambdas.errors import InvalidProcessError

MOVED = {
    "node": "build.runtimes.nodejs",
    "secretsForRevisions": "build.secretsForRevisions",
    "prove": "proof.attempt",
    "dropUnused": "proof.dropUnused",
    "conditions": "policy.conditions",
    "derivations": "policy.derivations",
    "wildcards": "policy.wildcards",
    "grants": "policy.grants",
    "bounds": "policy.bounds",
    "split": "policy.split",
}


def moved_keys(definition: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys of a definition that stand where 0.1 had them."""
    return tuple(key for key in definition if key in MOVED)


def note(definition: object) -> str:
    """What to write instead of 0.1's keys; empty when the definition has none."""
    found = moved_keys(definition) if isinstance(definition, dict) else ()
    moves = ", ".join(f"{key} is {MOVED[key]}" for key in found)
    return f"keys of 0.1 are still read; write them where they stand now: {moves}" if moves else ""


def with_moved_keys(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The same definition with every key where it stands now.

    Raises:
        InvalidProcessError: a key stands in both places.
    """
    found = {key: value for key, value in definition.items() if key not in MOVED}
    for key in moved_keys(definition):
        _put(found, key, definition[key])
    return found


def as_written(key: str, definition: object) -> str:
    """A key of today's as the definition spells it: `grants.add[0]` for `policy.grants.add[0]`."""
    for old in moved_keys(definition) if isinstance(definition, dict) else ():
        new = MOVED[old]
        if key == new or key.startswith((f"{new}.", f"{new}[")):
            return old + key.removeprefix(new)
    return key


def _put(definition: dict[str, Any], old: str, value: object) -> None:
    *groups, last = MOVED[old].split(".")
    mapping = definition
    for group in groups:
        within = mapping.get(group, {})
        if not isinstance(within, dict):
            return  # the reader refuses the group
        mapping[group] = dict(within)
        mapping = mapping[group]
    if last in mapping:
        raise InvalidProcessError(old, f"says what {MOVED[old]} says; delete it")
    mapping[last] = value
