"""`python -m lambdas.reference.compile`: sources in, small files out, the same bytes every time."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from lambdas.reference.compile.authorized_actions import compile_authorized_actions
from lambdas.reference.compile.error_codes import compile_error_codes
from lambdas.reference.compile.events import compile_events, homes_of
from lambdas.reference.compile.letters import compile_letters
from lambdas.reference.compile.operation_models import compile_operation_models
from lambdas.reference.compile.services import compile_services
from lambdas.reference.compile.sources import read_curated, read_sources
from lambdas.reference.compile.stack_types import compile_stack_types
from lambdas.reference.compile.types import compile_types, tag_properties
from lambdas.reference.shards import FOLDER, SERVICES

# The embedded AWS decides by a copy of its own.
JUDGE = FOLDER.parents[1] / "embedded_aws/iam/requirements"
COPIED = "authorized_actions"
REGISTRY = FOLDER.parents[1] / "embedded_aws/services/cloudformation/registry"

if TYPE_CHECKING:
    from pathlib import Path

    from lambdas.reference.compile.sources import Sources


def compile_reference(sources: Sources) -> dict[str, dict[str, Any]]:
    """Every file by its path below the package."""
    shards = compile_services(sources)
    events = compile_events(sources, shards)
    types = compile_types(sources, shards)
    return {
        **{f"services/{prefix}": content for prefix, content in shards.items()},
        "events": events,
        "authorized_actions": compile_authorized_actions(
            sources, events["operations"], homes_of(sources, shards)
        ),
        **types,
        "stack_types": compile_stack_types(sources, types["cloudformation"], types["types"]),
        "operation_models": compile_operation_models(sources, shards),
        "resources": read_curated("resources"),
        "generated_names": read_curated("generated_names"),
        "letters": compile_letters(sources.models),
        "error_codes": compile_error_codes(sources),
        "deployment_checks": read_curated("deployment_checks"),
        "escalation": read_curated("escalation"),
        "implied": read_curated("implied"),
        "pass_role": read_curated("pass_role"),
        "versions": dict(sources.versions),
    }


def main() -> None:
    """Write what changed, remove what is no more, and say how much there is."""
    SERVICES.mkdir(exist_ok=True)
    sources = read_sources()
    wanted = {
        FOLDER / f"{name}.json": text_of(content)
        for name, content in compile_reference(sources).items()
    }
    wanted[JUDGE / f"{COPIED}.json"] = wanted[FOLDER / f"{COPIED}.json"]
    wanted[REGISTRY / "tag_properties.json"] = text_of(tag_properties(sources))
    for stale in set(SERVICES.glob("*.json")) - set(wanted):
        stale.unlink()
    for path, text in wanted.items():
        _write(path, text)
    size = sum(len(text) for text in wanted.values())
    sys.stdout.write(f"{len(wanted)} files, {size / 1e6:.1f} MB\n")


def text_of(content: dict[str, Any]) -> str:
    """A file as it is written."""
    return json.dumps(content, separators=(",", ":"), ensure_ascii=True) + "\n"


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="ascii") != text:
        path.write_text(text, encoding="ascii")


if __name__ == "__main__":
    main()
