"""The keys of process.yaml, from `process.schema.json`: that file is their one list.

Editors complete and check by the same file, and `docs/process.md` shows its descriptions.
"""

from __future__ import annotations

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
    return tuple(_at(path)["properties"])


def choices(path: str) -> tuple[str, ...]:
    """The values that a key can have, by its path.

    Raises:
        KeyError: the schema has no such key, or it names no values for it.
    """
    return tuple(_at(path)["enum"])


def _at(path: str) -> dict[str, Any]:
    found = schema()
    for name in path.split(".") if path else ():
        found = schema()["$defs"][name[1:]] if name.startswith("$") else found["properties"][name]
    return found
