"""Process folders on disk, `<folder>/<name>/process.yaml`: every error has a file and a line."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from lambdas.errors import InvalidProcessError
from lambdas.model.definition.moved_keys import note
from lambdas.model.definition.process import Process
from lambdas.model.definition.process_parameter import refusal
from lambdas.model.definition.source import Source, SourceKind, by_https
from lambdas.model.yaml_text import YamlText, read
from stacks.processes.build_schema import refuse_wrong

DEFINITION = "process.yaml"
ADDRESS = re.compile(r"\w+://|[\w.-]+@[\w.-]+:")  # as Git is given one
OWN_FOLDER = Path(__file__).parents[2] / "processes"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFolder:
    """A process and where it lies.

    Attributes:
        path: the process's own folder. source: the folder that is packed and its commands run in;
            None when each build fetches the source.
        note: which keys stand where 0.1 had them, and where they stand now; mostly empty.
    """

    process: Process
    path: Path
    source: Path | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Definition:
    """A definition, and where it was read."""

    file: Path
    text: YamlText

    @property
    def value(self) -> object:
        """What it says."""
        return self.text.value

    def refuse(self, key: str, problem: str) -> NoReturn:
        """Say which key is wrong, at the line of it or of the nearest key that is written."""
        _refuse(self.file, self.text.line(key), key, problem)


def process_folders(*places: str) -> tuple[Path, ...]:
    """The repo's own processes and the further places, each a list joined by the path separator."""
    named = [one for place in places for one in place.split(os.pathsep) if one.strip()]
    return tuple(dict.fromkeys([OWN_FOLDER.resolve(), *(Path(one).resolve() for one in named)]))


def load_processes(folders: Sequence[Path]) -> tuple[ProcessFolder, ...]:
    """Every process of every folder, sorted by name.

    Raises:
        InvalidProcessError: definitions are wrong, or folders hold processes of one name; it has a
            line for each.
    """
    found, wrong = read_processes(folders)
    _refuse_all(wrong.values())
    return found


def read_processes(
    folders: Sequence[Path],
) -> tuple[tuple[ProcessFolder, ...], Mapping[str, InvalidProcessError]]:
    """The processes that can be read, sorted by name, and what is wrong with each other one.

    Raises:
        InvalidProcessError: a folder of processes is none.
    """
    found: dict[str, ProcessFolder] = {}
    wrong: dict[str, InvalidProcessError] = {}
    for path in _paths(folders):
        try:
            twin = found.get(path.name)
            if twin:
                taken = f"the name is taken by {twin.path}; rename a folder"
                _refuse(path / DEFINITION, 1, "", taken)
            found[path.name] = load_folder(path)
        except InvalidProcessError as error:
            wrong.setdefault(path.name, error)
    return tuple(found[name] for name in sorted(found) if name not in wrong), wrong


def refuse_local_sources(folders: Sequence[ProcessFolder]) -> None:
    """Refuse a repository of this machine, which no build of an account can reach.

    Raises:
        InvalidProcessError: names each definition.
    """
    problem = "is a path of this machine, which an account cannot reach; write its address"
    _refuse_all(
        InvalidProcessError(f"{_shown(one.path / DEFINITION)}: source.git", problem)
        for one in folders
        if one.process.source.local
    )


def load_process(folder: Path) -> Process:
    """The process that a folder defines; raises as `load_folder` does."""
    return load_folder(folder).process


def load_folder(folder: Path) -> ProcessFolder:
    """The process that a folder defines, with its places.

    Raises:
        InvalidProcessError: its text has the file, the line and the key.
    """
    path = folder.resolve()
    definition = _read(path / DEFINITION)
    try:
        process = Process.from_mapping(path.name, definition.value)
        refuse_wrong(process.build.codebuild)
    except InvalidProcessError as error:
        definition.refuse(error.key, error.problem)
    source = _folder(definition, path, process.source)
    if process.source.local:  # from wherever it is fetched, it is the same repository
        location = str((path / process.source.location.removeprefix("file://")).resolve())
        process = replace(process, source=replace(process.source, location=location))
    if problem := refusal(process):
        _refuse(definition.file, 0, "", problem)
    return ProcessFolder(process=process, path=path, source=source, note=note(definition.value))


def _folder(definition: _Definition, path: Path, source: Source) -> Path | None:
    """The folder to be packed; None when the source is fetched by each build."""
    if source.kind is not SourceKind.FOLDER:
        return None
    folder = path / source.location
    if ADDRESS.match(source.location):
        definition.refuse("source", f"is an address; write {{git: {by_https(source.location)}}}")
    if Path(source.location).is_absolute():
        definition.refuse("source", "is an absolute path; write one relative to this file")
    if not folder.is_dir():
        definition.refuse("source", f"there is no folder {source.location!r} beside this file")
    return folder.resolve()


def _paths(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        if (folder / DEFINITION).exists():
            _refuse(folder, 0, "", f"is a process itself; name {folder.parent}, which holds it")
        if not folder.is_dir():
            _refuse(folder, 0, "", "there is no such folder of processes")
        yield from sorted(
            one for one in folder.iterdir() if one.is_dir() and not one.name.startswith((".", "_"))
        )


def _read(file: Path) -> _Definition:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        _refuse(file, 0, "", "missing; every folder of processes/ holds one")
    except UnicodeDecodeError as error:
        _refuse(file, 1, "", f"is not UTF-8 text ({error.reason} at byte {error.start})")
    try:
        return _Definition(file, read(text))
    except InvalidProcessError as error:
        _refuse(file, error.line, error.key, error.problem)


def _refuse(file: Path, line: int, key: str, problem: str) -> NoReturn:
    where = f"{_shown(file)}:{line}" if line else str(_shown(file))
    raise InvalidProcessError(f"{where}: {key}" if key else where, problem) from None


def _refuse_all(errors: Iterable[InvalidProcessError]) -> None:
    """Each in a line of its own, so that all are corrected at once."""
    if told := "\n".join(map(str, errors)):
        raise InvalidProcessError("", told)


def _shown(file: Path) -> Path:
    """As short as it can be said from here."""
    here = Path.cwd()
    return file.relative_to(here) if file.is_relative_to(here) else file
