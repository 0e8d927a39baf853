"""The build that a process's commands run in, by CodeBuild's own names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from lambdas.errors import InvalidProcessError
from lambdas.model.variables import matching

if TYPE_CHECKING:
    from collections.abc import Mapping

# https://docs.aws.amazon.com/codebuild/latest/userguide/available-runtimes.html
RUNTIMES = ("dotnet", "golang", "java", "nodejs", "php", "python", "ruby")
VERSION = re.compile(r"[a-z]*\d+(\.\d+)*|latest")
KEYS = ("runtimes",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What a process says of its build; nothing means CodeBuild's standard image as it is.

    Attributes:
        runtimes: versions by CodeBuild's names of runtimes, sorted.
    """

    runtimes: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_mapping(cls, definition: Mapping[str, Any]) -> Self:
        """Read `build`, and `node` as 0.1 spelled it.

        Raises:
            InvalidProcessError: names the key, what is wrong with it, and what to write.
        """
        raw = definition.get("build", {})
        if not isinstance(raw, dict):
            raise InvalidProcessError("build", f"is {raw!r}; write {{runtimes: …}}")
        for key in raw:
            if key not in KEYS:
                raise InvalidProcessError(
                    f"build.{key}", f"unknown key; known are {', '.join(KEYS)}"
                )
        return cls(runtimes=_runtimes(raw.get("runtimes", {}), definition.get("node", "")))

    def to_mapping(self) -> dict[str, Any]:
        """What `from_mapping` reads at `build`."""
        return {"runtimes": dict(self.runtimes)}


def _runtimes(raw: object, node: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(raw, dict):
        raise InvalidProcessError("build.runtimes", 'is no mapping; write {nodejs: "22"}')
    versions = dict(raw)
    if node != "":
        if "nodejs" in versions:
            raise InvalidProcessError("node", "says what build.runtimes.nodejs says; delete it")
        versions["nodejs"] = _version("node", node)
    for name, version in versions.items():
        if name not in RUNTIMES:
            raise InvalidProcessError(
                f"build.runtimes.{name}", f"unknown runtime; known are {', '.join(RUNTIMES)}"
            )
        _version(f"build.runtimes.{name}", version)
    return tuple(sorted(versions.items()))


def _version(key: str, raw: object) -> str:
    return matching(key, raw, VERSION, 'a version in quotes, such as "22"')
