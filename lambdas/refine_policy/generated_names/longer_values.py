"""What a longer value of a variable leaves of a name that this cycle saw whole.

CloudFormation cuts a name as soon as stack name and logical id do not fit together. Beside the name
as it was seen, a policy holds what is left of it under values of up to `LONGEST` characters.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

from lambdas.model.definition.variables import ACCOUNT_VARIABLES
from lambdas.model.iam.template import ANY, Part, Variable, Wildcard
from lambdas.refine_policy.generated_names.cut_names import CloudFormationName

SPELLINGS = 3  # at most: the logical id cut; the stack's name cut beside either suffix
_PLAIN = re.compile(r"[-0-9A-Za-z]+")
LONGEST = 20  # characters of a value for which a policy holds
REASON = f"with a value of up to {LONGEST} characters CloudFormation cuts the name here"


def shortened(
    made: CloudFormationName, stack: Sequence[Part], lengths: Mapping[str, int]
) -> Iterator[tuple[Part, ...]]:
    """The spellings of a name that longer values lead to, beside the one that was seen.

    Args:
        made: the name by its parts.
        stack: the stack's name, spelled as it stands in the name.
        lengths: of the variables' longest values.
    """
    longest = sum(longest_of(part, lengths) for part in stack)
    limit, logical_id = made.limit, len(made.logical_id)
    if longest + logical_id <= limit.room:
        return
    ending = tuple(limit.ending(made.logical_id))
    if logical_id > limit.half:
        yield (*stack, *ending)
    for left in sorted(set(limit.of_stack(logical_id))):
        if longest > left:
            yield (*first_of(stack, lengths, left), *ending)


def longest_values(
    values: Mapping[str, str], others: Iterable[Mapping[str, str]]
) -> Mapping[str, int]:
    """How long each variable may become: as long as `LONGEST`, or as a value that is known.

    Account and region keep their length.
    """
    known = {
        name: max([len(value), *(len(one.get(name, "")) for one in others)])
        for name, value in values.items()
    }
    return {
        name: length if name in ACCOUNT_VARIABLES else max(LONGEST, length)
        for name, length in known.items()
    }


def longest_of(part: Part, lengths: Mapping[str, int]) -> int:
    """How long a part of a name is under the longest value."""
    if isinstance(part, Variable):
        return lengths.get(part.name, LONGEST)
    return len(part) if isinstance(part, str) else LONGEST


def first_of(stack: Sequence[Part], lengths: Mapping[str, int], left: int) -> Iterator[Part]:
    """The first characters of a stack's name, which is longer than that under some value."""
    at = 0
    while (longest := longest_of(stack[at], lengths)) <= left:
        at, left = at + 1, left - longest
    if at and not _is_fixed(stack[at - 1]):
        # A shorter value leaves more of what follows it: both are cut together.
        at, left = at - 1, left + longest_of(stack[at - 1], lengths)
    before = all(map(_is_fixed, stack[:at]))
    yield from stack[:at]
    part, rest = stack[at], stack[at + 1 :]
    if isinstance(part, str):
        yield part[:left]
    elif isinstance(part, Variable) and left:
        tail = tuple(takewhile(_is_plain, rest))
        yield replace(part, length=left, tail="".join(map(str, tail)))
        rest = rest[len(tail) :]
    if isinstance(part, Wildcard) or not all(map(_is_plain, rest)) or not before:
        yield ANY


def _is_plain(part: Part) -> bool:
    """What CloudFormation allows in a stack's name."""
    return isinstance(part, str) and bool(_PLAIN.fullmatch(part))


def _is_fixed(part: Part) -> bool:
    """Whether it is as long under every value."""
    return isinstance(part, str) or (isinstance(part, Variable) and part.name in ACCOUNT_VARIABLES)
