"""What a team decides of its process, in a file of its source, and what stays the platform's.

The file comes from whoever may push to the repository. It adds to what process.yaml says: mappings
are joined by name, lists one after the other, and nothing that process.yaml says is changed.
"""

import re
from collections.abc import Mapping
from typing import Any

from lambdas.errors import ForbiddenKeyError, InvalidProcessError
from lambdas.model.definition.process_schema import keys

TEAM_FILE = "fencepost.yaml"
TEAM_FILE_LIMIT = 16_384  # bytes; a definition has at most 7,168 characters
TEAM = "$team"  # what the file may say, in the schema
WHOLE = "phases"  # their order is what they mean, so they are one side's
INDEX = re.compile(r"(?P<list>.+?)\[(?P<index>\d+)\](?P<rest>.*)", re.DOTALL)


def with_team(definition: Mapping[str, Any], team: object) -> dict[str, Any]:
    """A process's definition with what its team decides.

    Args:
        definition: what the platform says, as `Process.to_mapping` writes it.
        team: what the team's file says.

    Raises:
        ForbiddenKeyError: the file says what the team may not decide, or process.yaml has decided.
        InvalidProcessError: it is no mapping, or has a key that there is not.
    """
    if isinstance(team, dict) and isinstance(team.get("environment"), dict):
        for name in team["environment"]:
            if name in definition.get("secrets", {}):
                raise ForbiddenKeyError(f"environment.{name}", "is a secret of process.yaml")
    return _joined("", definition, team)


def as_team_wrote(key: str, definition: Mapping[str, Any]) -> str:
    """A key of the whole as the team's file has it, whose lists follow those of `definition`."""
    found = INDEX.fullmatch(key)
    if not found:
        return key
    ours: Any = definition
    for name in found["list"].split("."):
        ours = ours.get(name, {}) if isinstance(ours, dict) else {}
    return f"{found['list']}[{max(int(found['index']) - len(ours), 0)}]{found['rest']}"


def _joined(key: str, ours: Mapping[str, Any], theirs: object) -> dict[str, Any]:
    known = _known(key)
    if not isinstance(theirs, dict):
        raise InvalidProcessError(key, f"is {theirs!r}; write a mapping of {', '.join(known)}")
    found = dict(ours)
    for name, value in theirs.items():
        at = f"{key}.{name}" if key else str(name)
        if name not in known:
            raise _refusal(at, name, keys(key), known)
        found[name] = _both(at, ours.get(name), value)
    return found


def _refusal(at: str, name: object, every: tuple[str, ...], known: tuple[str, ...]) -> Exception:
    allowed = f"a team decides {', '.join(known)}"
    if name in every:
        return ForbiddenKeyError(at, f"is the platform's to say, in process.yaml; {allowed}")
    return InvalidProcessError(at, f"unknown key; {allowed}")


def _known(key: str) -> tuple[str, ...]:
    """The keys of a mapping of the team's file; none where names are free, or it is no mapping."""
    try:
        return keys(f"{TEAM}.{key}" if key else TEAM)
    except KeyError:
        return ()


def _both(at: str, ours: object, theirs: object) -> object:
    if _known(at):
        return _joined(at, ours if isinstance(ours, dict) else {}, theirs)
    if ours is None or ours in ({}, [], ""):
        return theirs
    if isinstance(ours, dict) and isinstance(theirs, dict) and at != WHOLE:
        for name in theirs:
            if name in ours:
                raise _decided(f"{at}.{name}")
        return {**ours, **theirs}
    if isinstance(ours, list) and isinstance(theirs, list):
        return [*ours, *theirs]
    raise _decided(at)


def _decided(at: str) -> ForbiddenKeyError:
    return ForbiddenKeyError(at, "is decided by process.yaml of the platform; delete it here")
