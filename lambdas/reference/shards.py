"""Where the compiled facts lie, and how they are read: one small file per service, on demand."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
SERVICES = FOLDER / "services"


@cache
def service_shard(prefix: str) -> dict[str, Any]:
    """The facts of one IAM service prefix; empty when there is no such service."""
    path = SERVICES / f"{prefix}.json"
    # A prefix comes from events and handlers: it must not lead out of the folder.
    if not prefix.replace("-", "").replace("_", "").isalnum() or not path.is_file():
        return {}
    return _read(path)


@cache
def shard(name: str) -> dict[str, Any]:
    """A file that spans services: `events`, `resources`, `types`, `versions` and others."""
    return _read(FOLDER / f"{name}.json")


@cache
def service_prefixes() -> tuple[str, ...]:
    """Every service prefix that IAM knows, sorted."""
    return tuple(sorted(path.stem for path in SERVICES.glob("*.json")))


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_bytes())
    return content
