"""The YAML of a definition: what it says, and the line on which it says it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import yaml

from lambdas.errors import InvalidProcessError

DEEPEST = 6  # levels that a definition has: build, codebuild, Environment, Fleet, its keys


@dataclass(frozen=True, slots=True)
class YamlText:
    """What the YAML says, and the line on which each key stands, as `grants.add[0].reason`."""

    value: object
    lines: dict[str, int] = field(default_factory=dict)

    def line(self, key: str) -> int:
        """The line of a key, or of the nearest one above it that is written; 1 without any."""
        known = key
        while known and known not in self.lines:
            known = known[: max(known.rfind("."), known.rfind("["), 0)]
        return self.lines.get(known, 1)


def read(text: str) -> YamlText:
    """Read a definition.

    Raises:
        InvalidProcessError: it is not YAML, or a key stands twice; with its line.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        value = _value(root)
    except yaml.MarkedYAMLError as error:
        problem = f"is not YAML: {error.problem or error.context}"
        raise InvalidProcessError("", problem, line=_line(error)) from error
    except yaml.YAMLError as error:
        raise InvalidProcessError("", f"is not YAML: {error}", line=1) from error
    except ValueError as error:  # such as the date 2026-99-99
        problem = f"holds a value that cannot be read: {error}"
        raise InvalidProcessError("", problem, line=1) from error
    return YamlText(value, _lines(root))


def read_plain(text: str) -> YamlText:
    """Read a definition of somebody who is not trusted: plain values, each written out.

    An alias repeats what it names, a few of them more than any memory holds; a tag asks for
    another type; what is deeper than a definition asks for a deeper stack.

    Raises:
        InvalidProcessError: as `read`, and for each of these.
    """
    with suppress(yaml.YAMLError):  # read says what is wrong, and where
        _refuse_what_is_not_plain(text)
    return read(text)


def _refuse_what_is_not_plain(text: str) -> None:
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise InvalidProcessError("", "has an anchor or an alias; write it out", line=line)
        if getattr(event, "tag", None) and isinstance(event, yaml.NodeEvent):
            raise InvalidProcessError("", "has a tag such as !!str; write none", line=line)
        if isinstance(event, yaml.ScalarEvent) and (hidden := _hidden(event.value)):
            problem = f"holds {hidden}, which nobody sees; write it without"
            raise InvalidProcessError("", problem, line=line)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST or documents > 1:
            raise InvalidProcessError("", "is deeper than a definition, or several", line=line)


def _hidden(text: str) -> str:
    """A character that is not shown, by its number; empty without one."""
    return next((f"U+{ord(one):04X}" for one in text if not _shown(one)), "")


def _shown(one: str) -> bool:
    return one.isprintable() or one in "\n\t"


def _value(root: yaml.Node | None) -> object:
    # The composed tree is turned into values by the loader's own constructor: nothing but
    # plain YAML types can come out of it.
    loader = yaml.SafeLoader("")
    try:
        return None if root is None else loader.construct_document(root)
    finally:
        loader.dispose()


def _lines(node: yaml.Node | None, path: str = "", depth: int = 0) -> dict[str, int]:
    """Line by key. A key that stands twice is refused: YAML would drop the first without a word."""
    lines: dict[str, int] = {}
    if depth > DEEPEST:
        return lines  # an anchor may hold itself: what is deeper is refused for its kind
    for name, line, value in _children(node, path):
        if name in lines:
            problem = f"stands here again, first in line {lines[name]}"
            raise InvalidProcessError(name, problem, line=line)
        lines[name] = line
        lines |= _lines(value, name, depth + 1)
    return lines


def _children(node: yaml.Node | None, path: str) -> Iterator[tuple[str, int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = f"{path}.{_scalar(key)}" if path else str(_scalar(key))
            yield name, key.start_mark.line + 1, value
    elif isinstance(node, yaml.SequenceNode):
        for index, one in enumerate(node.value):
            yield f"{path}[{index}]", one.start_mark.line + 1, one


def _scalar(node: yaml.Node) -> Any:  # noqa: ANN401 (a scalar's value is what YAML says it is)
    return node.value if isinstance(node, yaml.ScalarNode) else "?"


def _line(error: yaml.MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return mark.line + 1 if mark else 1
