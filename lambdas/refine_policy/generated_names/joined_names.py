"""Names that CloudFormation made without hyphens: `<stack><logical id><suffix>`, as of topic rules.

Nothing tells where one part ends, so the stack's name has to be known, and what may be the suffix
is taken from the end.
"""

from collections.abc import Iterator, Mapping
from itertools import takewhile

from lambdas.model.iam.template import ANY, Part, Template, Variable
from lambdas.refine_policy.generated_names.longer_values import longest_of
from lambdas.refine_policy.generated_names.name_limits import Limit, suffix_lengths

REASON = "CloudFormation ends the name with random characters, and puts no hyphen before them"


def joined(
    name: str,
    stacks: Mapping[str, Template],
    limit: Limit,
    lengths: Mapping[str, int],
) -> tuple[Part, ...]:
    """How a policy spells such a name; empty when no stack that is known made it.

    Args:
        name: without hyphens.
        stacks: names, and how they are spelled.
        limit: where it is cut.
        lengths: of the variables' longest values.
    """
    found = [
        spelled
        for stack, template in stacks.items()
        if (spelled := tuple(_of_stack(name, stack.replace("-", ""), template, limit, lengths)))
    ]
    # Of several stacks whose names begin alike, the one that leaves the least to others.
    return max(found, key=lambda parts: (len(parts), *map(str, parts)), default=())


def _of_stack(  # what a name is read by
    name: str,
    stack: str,
    template: Template,
    limit: Limit,
    lengths: Mapping[str, int],
) -> Iterator[Part]:
    suffix = max(suffix_lengths())
    same = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(name, stack, strict=False))
    )
    logical_id = name[same:-suffix]
    longest = sum(longest_of(part, lengths) for part in template.parts)
    was_cut = len(name) > limit.longest - suffix and same >= limit.half // 2
    if same < len(stack) and not was_cut:
        return
    if same < len(stack) or longest + len(logical_id) + suffix > limit.longest:
        first = template.parts[0]
        yield str(first).replace("-", "")[:same] if isinstance(first, str) else ""
        yield ANY
        return
    yield from map(_without_hyphens, template.parts)
    yield logical_id
    yield ANY


def _without_hyphens(part: Part) -> Part:
    if isinstance(part, Variable):
        return Variable(part.name, joined=True)
    return part.replace("-", "") if isinstance(part, str) else part
