"""Where a variable's value stands in a name: as a whole word, or as a hump of camel case."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

TITLE = "_title"  # what the name of a variable in title case ends with
_SHORTEST = 3  # letters of a value that is looked for within words; shorter ones turn up by chance
_HUMP = re.compile(r"[A-Z][a-z][0-9A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Cutter:
    """Values, and the pattern that finds them."""

    variables: Mapping[str, str]  # value → name
    pattern: re.Pattern[str] | None

    def cut(self, text: str) -> Iterator[tuple[str, str]]:
        """Pairs of a variable's name, or nothing, and the stretch of text."""
        position = 0
        for match in self.pattern.finditer(text) if self.pattern else ():
            if match.start() > position:
                yield "", text[position : match.start()]
            yield self.variables[match.group()], match.group()
            position = match.end()
        if position < len(text):
            yield "", text[position:]


class Words:
    """The variables' values, in every spelling that names have for them."""

    def __init__(self, values: Mapping[str, str]) -> None:
        """`values` may hold `stage_title` beside `stage`; what a process names so itself wins."""
        named = {name: value for name, value in sorted(values.items()) if name != "partition"}
        humps = {
            name: value
            for name, value in named.items()
            if name.endswith(TITLE) and name.removesuffix(TITLE) in named
        }
        words = {value: name for name, value in named.items() if name not in humps}
        self._humps = {
            value: name
            for name, value in humps.items()
            if value not in words and len(value) >= _SHORTEST and _HUMP.fullmatch(value)
        }
        self.plain = Cutter(words, _either(map(_word, _longest_first(words))))
        self._hump = _either(map(_camel, _longest_first(self._humps)))
        self._words = words

    def within(self, name: str) -> Cutter:
        """How to cut this name.

        Where the value stands as a word, its capitals are another word: in `orders-dev-OrdersTable`
        the table is called so in every stage.
        """
        found = set(self._hump.findall(name)) if self._hump else set()
        if not found:
            return self.plain
        used = {variable for variable, _ in self.plain.cut(name)}
        humps = frozenset(
            value for value in found if self._humps[value].removesuffix(TITLE) not in used
        )
        return self._with(humps) if humps else self.plain

    def vary(self, name: str) -> bool:
        """Whether the name holds a variable."""
        return any(variable for variable, _ in self.within(name).cut(name))

    @lru_cache(maxsize=64)  # noqa: B019  # lives as long as one refinement
    def _with(self, humps: frozenset[str]) -> Cutter:
        patterns = (*map(_word, _longest_first(self._words)), *map(_camel, _longest_first(humps)))
        return Cutter({**self._words, **self._humps}, _either(patterns))


def _longest_first(values: Iterable[str]) -> list[str]:
    return sorted(values, key=lambda value: (-len(value), value))


def _either(patterns: Iterable[str]) -> re.Pattern[str] | None:
    text = "|".join(patterns)
    return re.compile(text) if text else None


def _word(value: str) -> str:
    return rf"(?<![0-9A-Za-z]){re.escape(value)}(?![0-9A-Za-z])"


def _camel(value: str) -> str:
    return rf"(?<![A-Z]){re.escape(value)}(?![0-9a-z])"
