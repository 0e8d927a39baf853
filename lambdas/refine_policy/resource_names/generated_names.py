"""Names that CloudFormation made up: `<stack>-<logical id>-<suffix>`, cut where they did not fit.

How much is left of each part depends on the lengths of all of them, so with another value of a
variable the cut falls elsewhere. What a policy may hold of such a name is what every value leaves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.model.template import ANY, Variable, Wildcard
from lambdas.reference.shards import shard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lambdas.model.template import Part, Template

REASON = (
    "CloudFormation cuts the name to the length that is allowed, and where it cuts depends on the "
    "lengths of the stack's name and of the logical id"
)
CUT_AWAY = "CloudFormation cut the name before the end of what tells this stack from others"
_NAME = re.compile(r"(?P<stack>.+)-(?P<logical_id>[0-9A-Za-z]+)-(?P<suffix>[0-9A-Za-z]+)")
_HYPHENS = 2


@dataclass(frozen=True, slots=True)
class Stack:
    """The name of a stack that was seen.

    Attributes:
        name: as it was. fixed: how many of its first characters are the same for every value.
        others: how long it is under other values of the variables that are known.
    """

    name: str
    fixed: int
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """Where names of a type are cut: at a length, or each part at its own."""

    longest: int = 0
    fixed: tuple[int, int] = (0, 0)

    @property
    def room(self) -> int:
        """What stack name and logical id share beside the longest suffix and two hyphens."""
        return min(self.rooms)

    @property
    def rooms(self) -> tuple[int, ...]:
        """The same beside a suffix of each length."""
        return tuple(self.longest - one - _HYPHENS for one in shard("generated_names")["suffix"])

    @property
    def half(self) -> int:
        """What is left of a logical id at least, however long the stack's name."""
        return self.fixed[1] or self.room // 2

    def of_stack(self, logical_id: int) -> tuple[int, int]:
        """What is left of a stack's name, beside so many characters of a logical id.

        At least, and at most: it depends on the length of the suffix.
        """
        left = {max(room - room // 2, room - logical_id) for room in self.rooms}
        return min(left), max(left)


@dataclass(frozen=True, slots=True)
class GeneratedName:
    """A name that was cut, or would be under another value.

    Attributes:
        stack: whose it is. kept: what is left of the stack's name. logical_id: the same of the id.
        limit: where it is cut.
    """

    stack: Stack
    kept: str
    logical_id: str
    limit: Limit

    @property
    def whole(self) -> bool:
        """Whether the stack's name stands in it uncut, for every value that is known."""
        longest = max(len(self.stack.name), *self.stack.others)
        most = self.limit.fixed[0] or self.limit.of_stack(len(self.logical_id))[0]
        return len(self.kept) == len(self.stack.name) and longest <= most

    @property
    def left(self) -> int:
        """How many characters of the stack's name stand in it for every value."""
        return min(self.stack.fixed, len(self.kept), *self._kept_by_others)

    @property
    def _kept_by_others(self) -> tuple[int, ...]:
        """Of how many characters the same may be left under another suffix or value."""
        return () if self.limit.fixed[0] else self.limit.of_stack(len(self.logical_id))

    def beginning(self) -> Iterator[Part]:
        """What every value leaves of a stack's name that is cut."""
        yield self.kept[: self.left]
        more = len(self.kept) - self.left
        if self.limit.fixed[0] and more == 1 and self.left == self.stack.fixed:
            yield Wildcard("?")  # the first character of the value, whatever it is
        elif more or any(one != self.left for one in self._kept_by_others):
            yield ANY

    def ending(self) -> Iterator[Part]:
        """What every value leaves of the logical id, and the suffix."""
        half = self.limit.half
        yield f"-{self.logical_id[:half]}"
        # As long as half of the room, the id may go on beside a shorter name or suffix.
        if self.limit.fixed[0] or len(self.logical_id) < half:
            yield "-"
        yield ANY


def stack_of(name: str, template: Template, others: Iterable[Mapping[str, str]]) -> Stack:
    """A stack's name as far as it is fixed, and its lengths under other values."""
    first = template.parts[0] if template.parts else ""
    lengths = {
        sum(
            len(values.get(part.name, "") if isinstance(part, Variable) else str(part))
            for part in template.parts
        )
        for values in others
    }
    return Stack(name, len(first) if isinstance(first, str) else 0, tuple(sorted(lengths)))


def limit_of(service: str, kind: str) -> Limit:
    """Where names of a type of resource are cut; nowhere that is known, where it says nothing."""
    table = shard("generated_names")
    key = f"{service}/{kind}"
    fixed = table["fixed"].get(key)
    if fixed:
        return Limit(fixed=(fixed[0], fixed[1]))
    return Limit(longest=table["longest"].get(key, 0))


def read(name: str, stacks: Iterable[Stack], limit: Limit) -> GeneratedName | None:
    """A name that CloudFormation cut, or would cut for another value; None for every other."""
    match = _NAME.fullmatch(name)
    if match is None or len(match["suffix"]) not in shard("generated_names")["suffix"]:
        return None
    found = [
        generated
        for stack in stacks
        if (generated := _of_stack(name, match["stack"], match["logical_id"], stack, limit))
    ]
    # Of several stacks that may have made it, the one of which the least is certain.
    return min(found, key=lambda one: (one.left, one.stack.name), default=None)


def _of_stack(
    name: str, kept: str, logical_id: str, stack: Stack, limit: Limit
) -> GeneratedName | None:
    if not stack.name.lower().startswith(kept.lower()):
        return None
    whole = len(kept) == len(stack.name)
    if limit.fixed[0]:
        cut = not whole or len(logical_id) > limit.fixed[1]
        return GeneratedName(stack, kept, logical_id, limit) if cut else None
    was_cut = len(name) in _lengths(limit)
    if whole and not was_cut and not _would_be_cut(logical_id, stack, limit):
        return None
    if not whole and not was_cut:
        return None  # a name that a person chose, and that begins like the stack's
    return GeneratedName(
        stack, kept, logical_id, Limit(longest=len(name) if was_cut else limit.longest)
    )


def _lengths(limit: Limit) -> frozenset[int]:
    """At which lengths a name was cut: the type's, or where none is known any that is."""
    if limit.longest:
        return frozenset({limit.longest})
    return frozenset(shard("generated_names")["longest"].values())


def _would_be_cut(logical_id: str, stack: Stack, limit: Limit) -> bool:
    """Whether it does not fit under a value that is known: the proof's, as a rule."""
    longest = max(stack.others, default=0)
    return bool(limit.longest) and longest + len(logical_id) > limit.room
