"""Whether one template grants all that another grants, whatever the variables' values are."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from lambdas.model.template import ANY, Template, Variable

if TYPE_CHECKING:
    from lambdas.model.template import Part

# Private-use characters stand for what is no literal text in the template that is looked at.
_STAR, _MARK, _OPEN, _CLOSE = "\ue000", "\ue001", "\ue002", "\ue003"


def covers(wide: Template, narrow: Template) -> bool:
    """Whether every text that `narrow` matches is matched by `wide`."""
    if wide == narrow:
        return True
    return wide.wild and bool(_pattern(wide).fullmatch(_flat(narrow)))


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
