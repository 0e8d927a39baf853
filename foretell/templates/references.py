"""Which resources of its template a property names.

What is known of a resource only when it is made is one wildcard before and after a change: that a
property names another resource than before is then told by its references alone.
"""

import re
from collections.abc import Iterator
from typing import Any

_PLACE = re.compile(r"\$\{([A-Za-z0-9]+)[^{}]*\}")
_DEEPEST = 200


def references(value: Any) -> frozenset[str]:  # noqa: ANN401 (whatever a template holds)
    """The logical ids, and the parameters, that a value's functions name."""
    return frozenset(_named(value, _DEEPEST))


def _named(value: Any, depth: int) -> Iterator[str]:  # noqa: ANN401 (as above)
    if depth and isinstance(value, dict):
        for name, one in value.items():
            yield from _by_function(str(name), one)
            yield from _named(one, depth - 1)
    elif depth and isinstance(value, list):
        for one in value:
            yield from _named(one, depth - 1)


def _by_function(name: str, argument: Any) -> Iterator[str]:  # noqa: ANN401 (as above)
    first = argument[0] if isinstance(argument, list) and argument else argument
    if not isinstance(first, str):
        return
    if name == "Ref":
        yield first
    elif name == "Fn::GetAtt":
        yield first.partition(".")[0]
    elif name == "Fn::Sub":
        yield from _PLACE.findall(first)
