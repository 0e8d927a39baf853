"""Processes to synthesise, as small as they can be."""

from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]


def definition(**changes: Any) -> Json:
    """A valid definition, with changes; a key set to None is left out."""
    whole = {
        "description": "A process of the tests",
        "owner": "team@example.com",
        "phases": {"deploy": ["true"], "remove": ["true"]},
        **changes,
    }
    return {key: value for key, value in whole.items() if value is not None}


def write_process(folder: Path, name: str, **changes: Any) -> Path:
    """A folder of a process, with one file of source."""
    path = folder / name
    path.mkdir(parents=True)
    (path / "process.yaml").write_text(yaml.safe_dump(definition(**changes), sort_keys=False))
    (path / "source.txt").write_text("a source\n")
    return path
