"""A team's folder as values: what its files are called, and what the small ones say."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

SKIPPED = frozenset(
    {"node_modules", "__pycache__", "cdk.out", "venv", "vendor", "dist", "build", "target"}
)
KEPT = frozenset({".chalice"})  # of the folders whose names begin with a dot
DEEPEST = 5  # levels of folders
MOST = 2_000  # files whose names are looked at
LARGEST = 256 * 1024  # bytes of a file whose text is looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """What a folder holds.

    Attributes:
        name: the folder's own. texts: by path, for every file; empty for what is no text or is
            large. whole: whether these are all files.
    """

    name: str
    texts: Mapping[str, str] = field(default_factory=dict)
    whole: bool = True

    def first(self, *names: str) -> str:
        """The first of some paths that is there, or empty."""
        return next((one for one in names if one in self.texts), "")

    def matching(self, *patterns: str) -> tuple[str, ...]:
        """Paths that fit one of some patterns, those nearest to the top first."""
        found = {one for one in self.texts for pattern in patterns if fnmatch(one, pattern)}
        return tuple(sorted(found, key=lambda one: (one.count("/"), one)))

    def below(self, place: str) -> "Folder":
        """What one of its folders holds."""
        kept = {
            name.removeprefix(f"{place}/"): text
            for name, text in self.texts.items()
            if name.startswith(f"{place}/")
        }
        return Folder(name=place.rpartition("/")[2], texts=kept)

    def yaml(self, name: str) -> Any:
        """A YAML or JSON document, its tags left out; None when it cannot be read."""
        try:
            return yaml.load(self.texts.get(name, ""), Loader=_Tagless)  # noqa: S506 (a SafeLoader)
        except (yaml.YAMLError, ValueError, RecursionError):
            return None

    def mapping(self, name: str) -> dict[str, Any]:
        """A YAML, JSON or TOML document that is a mapping; empty when it is none."""
        try:
            if name.endswith(".toml"):
                return tomllib.loads(self.texts.get(name, ""))
            found = json.loads(self.texts[name]) if name.endswith(".json") else self.yaml(name)
        except (ValueError, KeyError, RecursionError):
            found = self.yaml(name)  # JSON with comments or commas too many
        return found if isinstance(found, dict) else {}


def read(path: Path) -> Folder:
    """Look at a folder, level by level; links are not followed, and nothing is changed."""
    texts: dict[str, str] = {}
    whole = True
    level = [path]
    for _ in range(DEEPEST + 1):
        further: list[Path] = []
        for place in level:
            for one in _entries(place):
                if one.is_dir() and not one.is_symlink():
                    further += [one] if _is_looked_at(one.name) else []
                elif len(texts) < MOST:
                    texts[one.relative_to(path).as_posix()] = _text(one)
                else:
                    whole = False
        level = further
    return Folder(name=path.name, texts=texts, whole=whole)


def _entries(place: Path) -> list[Path]:
    try:
        return sorted(one for one in place.iterdir() if one.name.isprintable())
    except OSError:
        return []


def _is_looked_at(name: str) -> bool:
    return name not in SKIPPED and (not name.startswith(".") or name in KEPT)


def _text(path: Path) -> str:
    try:
        if not path.is_file() or path.is_symlink() or path.stat().st_size > LARGEST:
            return ""
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


class _Tagless(yaml.SafeLoader):
    """Reads `!Sub text` as `text`: CloudFormation's and Ansible's tags say nothing here."""


def _untagged(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


_Tagless.add_multi_constructor("!", _untagged)
