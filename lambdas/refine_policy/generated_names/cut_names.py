"""Names that CloudFormation made up: `<stack>-<logical id>-<suffix>`, cut where they did not fit.

How much is left of each part depends on the lengths of all of them, so with another value of a
variable the cut falls elsewhere. What a policy may hold of such a name is what every value leaves.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lambdas.model.iam.template import ANY, Part, Template, Variable
from lambdas.reference.shards import shard
from lambdas.refine_policy.generated_names.name_limits import (
    HYPHENS,
    Limit,
    of_stack_in,
    suffix_lengths,
)

REASON = (
    "CloudFormation cuts the name to the length that is allowed, and where it cuts depends on the "
    "lengths of the stack's name and of the logical id"
)
CUT_AWAY = "CloudFormation cut the name before the end of what tells this stack from others"
_NAME = re.compile(r"(?P<stack>.+)-(?P<logical_id>[0-9A-Za-z]+)-(?P<suffix>[0-9A-Za-z]+)")


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
        least, _ = self.limit.of_stack(len(self.logical_id))
        return len(self.kept) == len(self.stack.name) and longest <= least

    @property
    def left(self) -> int:
        """How many characters of the stack's name stand in it for every value."""
        return min(self.stack.fixed, len(self.kept), *self.limit.of_stack(len(self.logical_id)))

    def beginning(self) -> Iterator[Part]:
        """What every value leaves of a stack's name that is cut."""
        yield self.kept[: self.left]
        left = {len(self.kept), *self.limit.of_stack(len(self.logical_id))}
        if left != {self.left}:
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


@dataclass(frozen=True, slots=True)
class CloudFormationName:
    """A name by its parts: whose stack, which logical id as far as it is left, and the limit.

    Attributes:
        lower: whether it is in small letters whatever the stack's name, as a bucket's is.
    """

    stack: str
    logical_id: str
    suffix: str
    limit: Limit
    lower: bool

    @property
    def turns(self) -> frozenset[int]:
        """How long the stack's name may be before the id is cut, and before it is cut itself."""
        length = len(self.logical_id)
        return frozenset(
            {*(room - length for room in self.limit.rooms), *self.limit.of_stack(length)}
        )

    def of(self, stack: str, suffix: str) -> str:
        """The name of the same resource in a stack of another name."""
        room = self.limit.longest - len(suffix) - HYPHENS
        first = of_stack_in(room, len(self.logical_id))
        second = max(room // 2, room - len(stack))
        kept = stack[:first].lower() if self.lower else stack[:first]
        return f"{kept}-{self.logical_id[:second]}-{suffix}"


def made_of(name: str, stacks: Iterable[str], limit: Limit) -> CloudFormationName | None:
    """The parts of a name that holds its stack's whole name; None where no limit is known."""
    match = _matched(name)
    if match is None or not len(name) <= limit.longest:
        return None
    for stack in sorted(stacks):
        if stack.lower() == match["stack"].lower():
            lower = name == name.lower()
            return CloudFormationName(stack, match["logical_id"], match["suffix"], limit, lower)
    return None


def read(name: str, stacks: Iterable[Stack], limit: Limit) -> GeneratedName | None:
    """A name that CloudFormation cut, or would cut for another value; None for every other."""
    match = _matched(name)
    if match is None:
        return None
    found = [
        generated
        for stack in stacks
        if (generated := _of_stack(name, match["stack"], match["logical_id"], stack, limit))
    ]
    # Of several stacks that may have made it, the one of which the least is certain.
    return min(found, key=lambda one: (one.left, one.stack.name), default=None)


def _matched(name: str) -> re.Match[str] | None:
    match = _NAME.fullmatch(name)
    return match if match and len(match["suffix"]) in suffix_lengths() else None


def _of_stack(
    name: str, kept: str, logical_id: str, stack: Stack, limit: Limit
) -> GeneratedName | None:
    if limit.longest and len(name) > limit.longest:
        return None  # a person's: CloudFormation would have cut it
    if not stack.name.lower().startswith(kept.lower()):
        return None
    whole = len(kept) == len(stack.name)
    if not whole and name.lower().startswith(f"{stack.name.lower()}-"):
        return None  # all of the stack's name is there: what follows is no id and no suffix
    was_cut = _is_as_long(name, logical_id, limit) or _as_if_longest(name, logical_id, limit)
    if whole and not was_cut and not _would_be_cut(logical_id, stack, limit):
        return None
    if not whole and not was_cut:
        return None  # a name that a person chose, and that begins like the stack's
    return GeneratedName(stack, kept, logical_id, Limit(longest=limit.longest or len(name)))


def _is_as_long(name: str, logical_id: str, limit: Limit) -> bool:
    """Whether a name has the length at which it is cut: the type's, else any that is known."""
    if limit.longest:
        return len(name) == limit.longest
    lengths = shard("generated_names")["longest"].values()
    return len(name) in lengths and _is_id_like(logical_id, name)


def _is_id_like(logical_id: str, name: str) -> bool:
    """Where a name has capitals, a word in small letters is no logical id but somebody's own."""
    return logical_id != logical_id.lower() or name == name.lower()


def _as_if_longest(name: str, logical_id: str, limit: Limit) -> bool:
    """Whether a shorter suffix follows what was cut for the longest: one character is missing."""
    missing = max(suffix_lengths()) - len(name.rpartition("-")[2])
    return _is_id_like(logical_id, name) and missing > 0 and len(name) == limit.longest - missing


def _would_be_cut(logical_id: str, stack: Stack, limit: Limit) -> bool:
    """Whether it does not fit under a value that is known: the proof's, as a rule."""
    longest = max(stack.others, default=0)
    return bool(limit.longest) and longest + len(logical_id) > limit.room
