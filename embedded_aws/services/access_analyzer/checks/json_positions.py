"""Where a value stands in a JSON text."""

import json
import re
from collections.abc import Iterator, Sequence

Step = str | int  # a key or an index
_SPACE = re.compile(r"[\s]*")
_decoder = json.JSONDecoder()


def span_of(text: str, path: Sequence[Step]) -> tuple[int, int]:
    """The offsets of the value at a path; of the last value on the way that is there."""
    position = _skip(text, 0)
    for step in path:
        found = dict(_children(text, position)).get(step)
        if found is None:
            break
        position = found
    return position, _end(text, position)


def _children(text: str, position: int) -> Iterator[tuple[Step, int]]:
    """The members of an object or an array, each with the offset of its value."""
    opening, index = text[position], 0
    if opening not in "{[":
        return
    position = _skip(text, position + 1)
    while text[position] not in "}]":
        key: Step = index
        if opening == "{":
            key, position = _decoder.raw_decode(text, position)
            position = _skip(text, _skip(text, position) + 1)
        yield key, position
        position = _skip(text, _end(text, position))
        if text[position] == ",":
            position = _skip(text, position + 1)
        index += 1


def _end(text: str, position: int) -> int:
    return _decoder.raw_decode(text, position)[1]


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position
