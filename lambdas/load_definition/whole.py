"""A process as platform and team have it together."""

from collections.abc import Mapping
from typing import Any

from lambdas.errors import InvalidProcessError
from lambdas.model.definition.process import Process
from lambdas.model.definition.process_parameter import size_refusal
from lambdas.model.definition.team_file import TEAM_FILE, as_team_wrote, with_team
from lambdas.model.text import visible
from lambdas.model.yaml_text import read_plain

LONGEST = 1_000  # characters of a problem, which quotes the file


def whole(name: str, definition: Mapping[str, Any], text: str) -> tuple[Process, frozenset[str]]:
    """The process, and the names of the environment that its team decides.

    Args:
        name: the process's.
        definition: what the platform says, which was valid when it was deployed.
        text: of the team's file.

    Raises:
        ForbiddenKeyError: the team's file says what the team may not decide.
        InvalidProcessError: it says what cannot be meant; either names file, line and key.
    """
    try:
        said = read_plain(text)
    except InvalidProcessError as error:
        raise _placed(error, error.key, error.line) from error
    try:
        process = _complete(Process.from_mapping(name, with_team(definition, said.value)))
    except InvalidProcessError as error:
        key = as_team_wrote(error.key, definition)
        raise _placed(error, key, said.line(key)) from error
    team = said.value if isinstance(said.value, dict) else {}
    return process, frozenset(team.get("environment", ()))


def _complete(process: Process) -> Process:
    if not process.phases:
        raise InvalidProcessError("phases", "missing; every process needs it")
    refused = size_refusal(process)
    if refused:
        raise InvalidProcessError("", refused)
    return process


def _placed(error: InvalidProcessError, key: str, line: int) -> InvalidProcessError:
    where = f"{TEAM_FILE}:{line}: {key}" if key else f"{TEAM_FILE}:{line}"
    return type(error)(visible(where), visible(error.problem)[:LONGEST], line=line)
