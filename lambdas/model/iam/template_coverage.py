"""What templates match: whether one grants all that another does, and whether two meet.

The only place where this is decided. A variable stands for any one text, the same wherever its
name stands, cut alike; its name is never read as text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, TypeVar

from lambdas.model.iam.template import ANY, Part, Template, Variable, Wildcard

ONE = Wildcard("?")
Symbols = tuple["Part", ...]  # characters, variables and wildcards, one each
T = TypeVar("T")


def covers(wide: Template, narrow: Template) -> bool:
    """Whether every text that `narrow` matches is matched by `wide`, whatever variables hold.

    Sound. It misses only what several wildcards cover together, or what depends on a variable
    not being empty.
    """
    if wide == narrow:
        return True
    return wide.wild and _covers(symbols_of(wide), symbols_of(narrow))


def overlaps(one: Template, other: Template) -> bool:
    """Whether some text is matched by both, for some values of the variables.

    Exact for templates without variables. Each occurrence of a variable counts as any text, so two
    that hold one may be said to meet although no single value makes them.
    """
    here, there = _head(one), _head(other)
    if not (here.startswith(there) or there.startswith(here)):
        return False  # most differ before anything is open
    return _meet(tuple(map(_open, symbols_of(one))), tuple(map(_open, symbols_of(other))))


def filled(template: Template, values: Mapping[str, str]) -> Template:
    """The template with the values of its variables as text; those without a value stay."""
    return Template.of(
        *(
            part.of(values[part.name])
            if isinstance(part, Variable) and part.name in values
            else part
            for part in template.parts
        )
    )


def matches(pattern: str, text: str) -> bool:
    """IAM's own matching of resources: `*` and `?`, and `${*}` for a real star."""
    return pattern == "*" or bool(_compiled(pattern).fullmatch(text))


@dataclass(slots=True)
class CoverageIndex(Generic[T]):
    """Things by their templates, to be asked which of them cover another template."""

    _exact: dict[Template, list[T]] = field(default_factory=dict)
    _wild: dict[Symbols, list[tuple[Template, T]]] = field(default_factory=dict)
    _lengths: set[int] = field(default_factory=set)

    def add(self, template: Template, thing: T) -> None:
        """Remember a thing."""
        self._exact.setdefault(template, []).append(thing)
        if template.wild:
            # Most templates differ before their first wildcard: that is looked up first.
            symbols = symbols_of(template)
            first = next(at for at, one in enumerate(symbols) if isinstance(one, Wildcard))
            self._wild.setdefault(symbols[:first], []).append((template, thing))
            self._lengths.add(first)

    def of(self, template: Template) -> Iterator[T]:
        """The things whose template covers this one: the same first, then by their beginnings."""
        yield from self._exact.get(template, ())
        symbols = symbols_of(template)
        for length in sorted(one for one in self._lengths if one <= len(symbols)):
            for wide, thing in self._wild.get(symbols[:length], ()):
                if wide != template and covers(wide, template):
                    yield thing


@lru_cache(maxsize=65_536)
def symbols_of(template: Template) -> Symbols:
    """The template character by character; variables and wildcards are one symbol each."""
    return tuple(
        symbol for part in template.parts for symbol in (part if isinstance(part, str) else (part,))
    )


def _covers(pattern: Symbols, text: Symbols) -> bool:
    """Glob matching over symbols; a star remembers where to come back to."""
    at = position = 0
    star, resume = -1, 0
    while position < len(text):
        if at < len(pattern) and pattern[at] == ANY:
            star, resume = at, position
            at += 1
        elif at < len(pattern) and _covers_one(pattern[at], text[position]):
            at, position = at + 1, position + 1
        elif star >= 0:
            resume += 1
            at, position = star + 1, resume
        else:
            return False
    return all(one == ANY for one in pattern[at:])


def _covers_one(pattern: Part, symbol: Part) -> bool:
    if pattern == ONE:
        return isinstance(symbol, str) or symbol == ONE
    return pattern == symbol


def _open(symbol: Part) -> Part:
    return ANY if isinstance(symbol, Variable) else symbol


def _head(template: Template) -> str:
    """What is fixed at its beginning."""
    first = template.parts[0] if template.parts else ""
    return first if isinstance(first, str) else ""


def _meet(one: Symbols, other: Symbols) -> bool:
    # reached[j]: what was read of the one, and the first j of the other, can go together.
    reached = [True]
    for letter in other:
        reached.append(reached[-1] and letter == ANY)
    for symbol in one:
        row = [reached[0] and symbol == ANY]
        for j, letter in enumerate(other):
            skipped = ANY in (symbol, letter) and (row[j] or reached[j + 1])
            same = symbol == letter or ONE in (symbol, letter)
            row.append(skipped or (reached[j] and same))
        reached = row
    return reached[-1]


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(\$\{[*?$]\}|[*?])", pattern)
    return re.compile(
        "".join(
            ".*" if part == "*" else "." if part == "?" else re.escape(_unescaped(part))
            for part in parts
        ),
        re.DOTALL,
    )


def _unescaped(part: str) -> str:
    return part[2] if re.fullmatch(r"\$\{[*?$]\}", part) else part
