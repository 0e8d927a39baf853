"""`python -m local.new_process.key_tables`: the schema's derivations and docs/process.md."""

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

from lambdas.model.definition.moved_keys import MOVED
from lambdas.model.definition.process_schema import SCHEMA_FILE, described, keys, schema
from lambdas.model.definition.team_file import TEAM, TEAM_FILE
from lambdas.model.trail.ground_kind import DERIVATIONS
from local.deploy.synthesis import ROOT

PAGE = ROOT / "docs" / "process.md"
TABLE = re.compile(r"(<!-- keys of (?P<group>[a-z0-9. ]+) -->\n)(?:\n?(?:\|.*\n)+)?")
SWITCHES = re.compile(
    r'("derivations": \{\s+"type": "object",\s+"additionalProperties": false,\s+"properties": \{\n)'
    r'(?:\s+"[a-z-]+": \{"type": "boolean"\},?\n)+'
)
GROUPS = ("build", "proof", "policy")
WHOLE, OLD = "process.yaml", "0.1"
TEAMS = {TEAM_FILE: TEAM, f"policy in {TEAM_FILE}": f"{TEAM}.policy"}


def table(group: str) -> str:
    """The table of a group of keys, of the whole file or of 0.1's keys."""
    if group in TEAMS:
        return "\n".join([*_of_the_team(TEAMS[group]), ""])
    return "\n".join([*(_moved() if group == OLD else _rows(group)), ""])


def page(text: str) -> str:
    """The page with its tables as the schema has them now."""
    return TABLE.sub(lambda found: f"{found[1]}\n{table(found['group'])}", text)


def with_derivations(text: str) -> str:
    """The schema's text with a switch for every derivation that there is now."""
    switches = ",\n".join(f'            "{one}": {{"type": "boolean"}}' for one in DERIVATIONS)
    return SWITCHES.sub(lambda found: f"{found[1]}{switches}\n", text)


def _rows(group: str) -> Iterator[str]:
    found = schema() if group == WHOLE else schema()["properties"][group]
    required = (*found.get("required", ()), *found.get("else", {}).get("required", ()))
    yield from ("| key | default | says |", "| --- | --- | --- |")
    for key, one in found["properties"].items():
        default = "required" if key in required else _default(one)
        words = f"{one['description']}{_choices(one)}"
        if group == WHOLE and key in GROUPS:
            words += f" [Its keys](#{key})."
        yield f"| `{key}` | {default} | {words} |"


def _of_the_team(path: str) -> Iterator[str]:
    yield from ("| key | says |", "| --- | --- |")
    for key in keys(path):
        yield f"| `{key}` | {described(f'{path}.{key}')['description']} |"


def _default(one: dict[str, Any]) -> str:
    default = one["default"]
    return "none" if default in ("", [], {}) else f"`{json.dumps(default).strip(chr(34))}`"


def _choices(key: dict[str, Any]) -> str:
    """What may be written, where that is one of a few words or switches."""
    switches = key.get("properties", {})
    words = [one for one in key.get("enum", ()) if one]
    names, said = (switches, "They are") if _is_switches(switches) else (words, "One of")
    return f" {said} {', '.join(f'`{one}`' for one in names)}." if len(names) > 1 else ""


def _is_switches(keys_of: dict[str, Any]) -> bool:
    return bool(keys_of) and all(one == {"type": "boolean"} for one in keys_of.values())


def _moved() -> Iterator[str]:
    yield from ("| 0.1 | now |", "| --- | --- |")
    yield from (f"| `{old}` | `{new}` |" for old, new in MOVED.items())


def main() -> int:
    """Write the schema, then the page, which reads it."""
    SCHEMA_FILE.write_text(
        with_derivations(SCHEMA_FILE.read_text(encoding="utf-8")), encoding="utf-8"
    )
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
