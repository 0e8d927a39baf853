"""A team's own commands: scripts, targets of a Makefile, scripts of package.json."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from local.new_process.folder import Folder
from local.new_process.reading.packages import scripts
from local.new_process.reading.stages import likely

FOLDERS = ("", "scripts/", "bin/", "ci/", "script/", "deploy/", "tools/")
ENDINGS = (("", ""), (".sh", "bash "), (".py", "python3 "))
MAKEFILES = ("Makefile", "makefile", "GNUmakefile")
# Letters that no shell and no make reads as anything else: what else a name has is not run.
NAME = re.compile(r"[A-Za-z0-9][\w:.-]*")
TARGET = re.compile(r"^([A-Za-z0-9][\w.-]*)\s*:(?![=:])", re.MULTILINE)
# A variable that is the stage, as the shell and make read it.
VARIABLE = re.compile(
    r"\$[({]?((?:STAGE|ENV|ENVIRONMENT)(?:_?NAME)?|(?:DEPLOY(?:MENT)?|APP|TARGET)_?(?:ENV|STAGE))\b"
)
FIRST_ARGUMENT = re.compile(
    r"^\s*(?:local |export |readonly )?(?:STAGE|ENV|ENVIRONMENT)(?:_?NAME)?=\"?\$\{?1\b",
    re.MULTILINE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCommand:
    """A command of the team's own.

    Attributes:
        line: as the shell reads it. stages: that its variants have in their names, else empty.
        variable: the variable of the environment from which it takes the stage, else empty.
    """

    line: str
    stages: tuple[str, ...] = ()
    variable: str = ""


def own_command(folder: Folder, words: tuple[str, ...]) -> OwnCommand | None:
    """The command that is named by one of some words, the first word first."""
    for word in words:
        for place in FOLDERS:
            for ending, runner in ENDINGS:
                if (name := f"{place}{word}{ending}") in folder.texts:
                    return _script(name, runner, folder.texts[name])
    for word in words:
        if found := _target(folder, word) or _node_script(folder, word):
            return found
    return None


def own_commands(folder: Folder, words: tuple[str, ...]) -> tuple[str, ...]:
    """All commands whose names begin with one of some words, as they are typed."""
    files = (
        f"{runner}{place}{one}"
        for place in FOLDERS
        for one in (folder.below(place.rstrip("/")).texts if place else folder.texts)
        for ending, runner in ENDINGS[1:]
        if one.endswith(ending) and one.startswith(words) and NAME.fullmatch(one)
    )
    made = (f"make {one}" for one in _targets(folder) if one.startswith(words))
    named = (f"npm run {one}" for one in _scripts(folder) if one.startswith(words))
    return tuple(sorted({*files, *made, *named}))


def _script(name: str, runner: str, text: str) -> OwnCommand:
    line = f"{runner or './'}{shlex.quote(name)}"
    if FIRST_ARGUMENT.search(text):
        return OwnCommand(line=f'{line} "$STAGE"')
    return OwnCommand(line=line, variable=_variable(text))


def _target(folder: Folder, word: str) -> OwnCommand | None:
    text = folder.texts.get(folder.first(*MAKEFILES), "")
    name, stages = _named(_targets(folder), word)
    if not name:
        return None
    if stages:
        return OwnCommand(line=f'make "{name}"', stages=stages)
    variable = _variable(text)
    # What make is given in its line counts, whatever the file says.
    given = f' {variable}="$STAGE"' if variable else ""
    return OwnCommand(line=f"make {name}{given}")


def _node_script(folder: Folder, word: str) -> OwnCommand | None:
    known = _scripts(folder)
    name, stages = _named(known, word)
    if not name:
        return None
    if stages:
        return OwnCommand(line=f'npm run "{name}"', stages=stages)
    return OwnCommand(line=f"npm run {name}", variable=_variable(known[name]))


def _named(names: Mapping[str, str], word: str) -> tuple[str, tuple[str, ...]]:
    """The one of that name; or `deploy:$STAGE`, and the stages, where there is one for each."""
    if word in names:
        return word, ()
    for mark in ":-_":
        ends = [one.removeprefix(word + mark) for one in names if one.startswith(word + mark)]
        if stages := likely(ends):
            return f"{word}{mark}$STAGE", tuple(sorted(stages))
    return "", ()


def _targets(folder: Folder) -> dict[str, str]:
    text = folder.texts.get(folder.first(*MAKEFILES), "")
    return dict.fromkeys(TARGET.findall(text), "")


def _scripts(folder: Folder) -> dict[str, str]:
    return {name: text for name, text in scripts(folder).items() if NAME.fullmatch(name)}


def _variable(text: str) -> str:
    found = sorted(set(_variables(text)))
    return "" if "STAGE" in found or not found else found[0]


def _variables(text: str) -> Iterator[str]:
    yield from (match[1] for match in VARIABLE.finditer(text))
