"""Whether one template grants all that another grants, whatever the variables' values are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, TypeVar

from lambdas.model.template import ANY, Template, Variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.model.template import Part

# Private-use characters stand for what is no literal text in the template that is looked at.
_STAR, _MARK, _OPEN, _CLOSE = "\ue000", "\ue001", "\ue002", "\ue003"
_WILD = re.compile(f"[{_STAR}{_MARK}]")
T = TypeVar("T")


def covers(wide: Template, narrow: Template) -> bool:
    """Whether every text that `narrow` matches is matched by `wide`."""
    if wide == narrow:
        return True
    return wide.wild and bool(_pattern(wide).fullmatch(_flat(narrow)))


@dataclass(slots=True)
class CoverageIndex(Generic[T]):
    """Things by their templates, to be asked which of them cover another template."""

    _exact: dict[Template, list[T]] = field(default_factory=dict)
    _wild: dict[str, list[tuple[Template, T]]] = field(default_factory=dict)
    _lengths: set[int] = field(default_factory=set)

    def add(self, template: Template, thing: T) -> None:
        """Remember a thing."""
        self._exact.setdefault(template, []).append(thing)
        if template.wild:
            # Most templates differ before their first wildcard: that is looked up first.
            prefix = _WILD.split(_flat(template), maxsplit=1)[0]
            self._wild.setdefault(prefix, []).append((template, thing))
            self._lengths.add(len(prefix))

    def of(self, template: Template) -> Iterator[T]:
        """The things whose template covers this one: the same first, then by their beginnings."""
        yield from self._exact.get(template, ())
        flat = _flat(template)
        for length in sorted(self._lengths):
            for wide, thing in self._wild.get(flat[:length], ()):
                if wide != template and covers(wide, template):
                    yield thing


@lru_cache(maxsize=65_536)
def _flat(template: Template) -> str:
    return "".join(map(_symbol, template.parts))


def _symbol(part: Part) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Variable):
        return f"{_OPEN}{part.name}{_CLOSE}"
    return _STAR if part == ANY else _MARK


@lru_cache(maxsize=65_536)
def _pattern(template: Template) -> re.Pattern[str]:
    return re.compile(
        "".join(
            re.escape(_symbol(part))
            if isinstance(part, (str, Variable))
            else ".*"
            if part == ANY
            # One character, and not a part of a variable's name or another wildcard for many.
            else f"[^{_STAR}{_OPEN}{_CLOSE}]"
            for part in template.parts
        ),
        re.DOTALL,
    )
