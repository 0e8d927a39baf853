"""The stages for which a serverless.yml and the files beside it have values.

https://www.serverless.com/framework/docs/guides/parameters
"""

import re
from collections.abc import Mapping
from typing import Any

from lambdas.model.definition.variables import Use
from local.new_process.folder import Folder
from local.new_process.reading.stages import chosen, likely
from local.new_process.reading.templates import mapping

STAGE_HERE = r"\$\{(?:opt:stage|sls:stage|self:provider\.stage|self:custom\.stage)[^}]*\}"
BY_STAGE = re.compile(r"\$\{self:custom((?:\.[\w-]+)*)\." + STAGE_HERE)
FILE_BY_STAGE = re.compile(r"\$\{file\((?:\./)?([^()]*?)" + STAGE_HERE + r"([^()]*?)\)")
PARAMETER = "${param:"


def stage_of(folder: Folder, text: str, service: Mapping[str, Any]) -> Use:
    """Stages that the file has values for, else any two."""
    known = _by_map(text, service) or _by_file(folder, text) or _by_parameter(text, service)
    return chosen(known)


def _by_map(text: str, service: Mapping[str, Any]) -> list[str]:
    """Keys of the maps in `custom` that are read by the stage."""
    for path in BY_STAGE.findall(text):
        place: object = service.get("custom")
        for step in path.strip(".").split(".") if path else ():
            place = mapping(place).get(step)
        names = [str(one) for one in mapping(place)]
        # Beside the stages stands all else that is custom.
        if found := names if path else likely(names):
            return found
    return []


def _by_file(folder: Folder, text: str) -> list[str]:
    """What stands in the names of files that are read by the stage."""
    return [
        one[len(before) : len(one) - len(after) or None]
        for before, after in FILE_BY_STAGE.findall(text)
        for one in folder.texts
        if one.startswith(before) and one.endswith(after) and len(one) > len(before + after)
    ]


def _by_parameter(text: str, service: Mapping[str, Any]) -> list[str]:
    """Stages that have parameters, where there are none for all stages."""
    given = mapping(service.get("params")) or mapping(service.get("stages"))
    return [] if PARAMETER not in text or "default" in given else [str(one) for one in given]
