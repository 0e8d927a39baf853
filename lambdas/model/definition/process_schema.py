"""The keys of process.yaml, from `process.schema.json`: that file is their one list.

Editors complete and check by the same file, and `docs/process.md` shows its descriptions.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

SCHEMA_FILE = Path(__file__).with_name("process.schema.json")


@cache
def schema() -> dict[str, Any]:
    """The whole JSON Schema."""
    found: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return found


@cache
def keys(path: str = "") -> tuple[str, ...]:
    """The keys of a mapping, by its path such as `policy.grants`; of the whole file by default.

    Raises:
        KeyError: the schema has no such mapping.
    """
    return tuple(described(path)["properties"])


def choices(path: str) -> tuple[str, ...]:
    """The values that a key can have, by its path.

    Raises:
        KeyError: the schema has no such key, or it names no values for it.
    """
    return tuple(described(path)["enum"])


def described(path: str) -> dict[str, Any]:
    """What the schema says of a key, by its path; `$` names a part of it, such as `$team.phases`.

    Raises:
        KeyError: the schema has no such key.
    """
    found = schema()
    for name in path.split(".") if path else ():
        found = schema()["$defs"][name[1:]] if name.startswith("$") else found["properties"][name]
        if "$ref" in found:
            found = _referred(found["$ref"])
    return found


def _referred(pointer: str) -> dict[str, Any]:
    """What `#/properties/phases` points to."""
    found = schema()
    for name in pointer.removeprefix("#/").split("/"):
        found = found[name]
    return found
