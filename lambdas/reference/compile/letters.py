"""Which three letters stand side by side in words: those of the names in botocore's models."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_OFTEN = 2  # one word alone may be an abbreviation


def compile_letters(models: Mapping[str, Any]) -> dict[str, Any]:
    """`{"three": "abaabc…"}`: three letters each, sorted, of the words of operations and shapes."""
    words = {word for name in _names(models) for word in _words(name)}
    seen = Counter(three for word in words for three in threes(word))
    return {"three": "".join(sorted(three for three, often in seen.items() if often >= _OFTEN))}


def threes(word: str) -> Iterator[str]:
    """`word` → `wor`, `ord`."""
    for (first, second), (_, third) in pairwise(pairwise(word)):
        yield first + second + third


def _names(models: Mapping[str, Any]) -> Iterator[str]:
    for model in models.values():
        yield from model["operations"]
        yield from model["shapes"]


def _words(name: str) -> Iterable[str]:
    return (word.lower() for word in _WORDS.findall(name))
