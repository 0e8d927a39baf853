"""Names in which CloudFormation cut the stack's name in the middle of a word.

Load balancers have room for a few characters of it: `shop-d-Publi-1A2B3C4D5E6F` of `shop-dev`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

REASON = "CloudFormation cut the stack's name here, within what another stage calls otherwise"
_WORD = re.compile(r"[0-9A-Za-z]+")


def cut_names(stacks: Iterable[str], values: Collection[str]) -> dict[str, int]:
    """What is left of a stack's name that was cut within a variable's value → where that begins."""
    return {
        stack[:end].lower(): word.start()
        for stack in stacks
        for word in _WORD.finditer(stack)
        if word.group() in values
        for end in range(word.start() + 1, word.end())
    }


def cut_word(name: str, cuts: Mapping[str, int]) -> tuple[int, int] | None:
    """Where in the name the beginning of a value stands that was cut."""
    end = name.find("-") if cuts else -1
    while end > 0:
        start = cuts.get(name[:end].lower())
        if start is not None:
            return start, end
        end = name.find("-", end + 1)
    return None
