"""Values of other lengths: whether the policy holds for the names that CloudFormation would make.

A cycle shows names of one length. With a longer value CloudFormation cuts a name that was whole,
and a policy that holds the whole name does not allow what is left of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lambdas.model.definition.variables import ACCOUNT_VARIABLES, in_title_case
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.iam.template import Template
from lambdas.model.iam.template_coverage import covers, filled
from lambdas.model.text import counted
from lambdas.reference.arn_parts import ArnParser, parsed
from lambdas.refine_policy.generated_names.cut_names import CloudFormationName, made_of
from lambdas.refine_policy.generated_names.name_limits import (
    limit_of,
    suffix_lengths,
    without_ending,
)
from lambdas.refine_policy.grants.grants import DraftGrant
from lambdas.refine_policy.observations import ANYTHING
from lambdas.refine_policy.resource_names.naming import Naming
from lambdas.refine_policy.resource_names.variables import TITLE

LENGTHS = (1, 2, 8, 20)
_USUAL = len("production")  # values up to here are expected: one that falls outside is a warning


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A resource whose name CloudFormation made: what stands around the name, and its parts."""

    resource: str
    before: Template
    after: Template
    name: CloudFormationName

    def under(self, stack: Template, values: Mapping[str, str]) -> Iterator[Template]:
        """The same resource with other values of the variables, beside suffixes of all lengths."""
        before, after = filled(self.before, values), filled(self.after, values)
        for length in suffix_lengths():
            name = self.name.of(filled(stack, values).text, "0" * length)
            yield Template.of(*before.parts, name, *after.parts)


def other_lengths(
    grants: Iterable[DraftGrant],
    naming: Naming,
    values: Mapping[str, str],
    layout: ArnParser,
) -> Iterator[Finding]:
    """For each variable, the shortest value with which a name falls outside of the policy.

    Args:
        grants: each with the resources that it rests on.
        naming: how names are spelled, those of stacks among them.
        values: of the variables, in the first cycle.
        layout: reads the ARNs.
    """
    allowed: dict[str, set[Template]] = defaultdict(set)
    for grant in grants:
        if str(grant.resource) != ANYTHING:
            for permission in grant.permissions:
                allowed[permission.resource].add(grant.resource)
    stacks = naming.stacks
    made = tuple(
        one
        for one in _made_up(allowed, naming, layout)
        if _allowed(allowed[one.resource], one.under(stacks[one.name.stack], values), values)
    )  # else its end is no suffix: an account's number, a word
    named = {name for one in stacks.values() for name in one.variables} & values.keys()
    for variable in sorted({name.removesuffix(TITLE) for name in named} - ACCOUNT_VARIABLES):
        concerned = [one for one in made if _holds(stacks[one.name.stack], variable)]
        outside = _outside(allowed, concerned, stacks, values, variable)
        if outside:
            yield _finding(variable, outside)


def _made_up(resources: Iterable[str], naming: Naming, layout: ArnParser) -> Iterator[MadeUp]:
    """What of the resources CloudFormation may have named."""
    for resource in sorted(resources):
        arn = parsed(resource)
        if arn is None:
            continue
        kind, slots = layout.read(arn.service, arn.resource)
        limit = limit_of(arn.service, kind)
        at = len(resource) - len(arn.resource)
        for slot in slots:
            name = slot.text.rpartition("/")[2] if slot.placeholder else ""
            at += len(slot.text)
            stem, ending = without_ending(name)
            found = made_of(stem, naming.stacks, limit.beside(ending))
            if found:
                before, after = resource[: at - len(name)], ending + resource[at:]
                yield MadeUp(resource, _spelled(before, naming), naming.value(after), found)
                break


def _spelled(before: str, naming: Naming) -> Template:
    """An ARN's beginning: the name's own variables come from the stack."""
    head, colon, rest = before.rpartition(":")
    return Template.of(f"{head}{colon}", *naming.value(rest).parts)


def _holds(template: Template, variable: str) -> bool:
    return bool(template.variables & {variable, f"{variable}{TITLE}"})


def _outside(
    allowed: Mapping[str, set[Template]],
    made: Sequence[MadeUp],
    stacks: Mapping[str, Template],
    values: Mapping[str, str],
    variable: str,
) -> dict[str, int]:
    """The resources that fall outside, with the shortest value for which they do."""
    outside: dict[str, int] = {}
    for one in made:
        template = stacks[one.name.stack]
        beside = len(filled(template, _trial(values, variable, 1)).text) - 1
        turns = {at - beside + more for at in one.name.turns for more in (0, 1)}
        for length in sorted({*LENGTHS, *turns}):
            if not 0 < length <= LENGTHS[-1]:
                continue
            trial = _trial(values, variable, length)
            if not _allowed(allowed[one.resource], one.under(template, trial), trial):
                outside[one.resource] = length
                break
    return outside


def _allowed(
    granted: Iterable[Template], resources: Iterable[Template], values: Mapping[str, str]
) -> bool:
    """Whether each of the resources is covered by one of the templates under these values."""
    policy = [filled(one, values) for one in granted]
    return all(any(covers(one, resource) for one in policy) for resource in resources)


def _trial(values: Mapping[str, str], variable: str, length: int) -> dict[str, str]:
    value = "z" * length
    return {**values, variable: value, f"{variable}{TITLE}": in_title_case(value)}


def _finding(variable: str, outside: Mapping[str, int]) -> Finding:
    first = min(outside, key=lambda resource: (outside[resource], resource))
    shortest = outside[first]
    cut = counted(len(outside), "resource")
    return Finding(
        severity=Severity.WARNING if shortest <= _USUAL else Severity.NOTE,
        kind=FindingKind.OTHER_LENGTHS,
        subject=variable,
        detail=f"With a value of {counted(shortest, 'character')} or more, CloudFormation "
        f"cuts the names of {cut} so that the policy no longer allows them; {first} is the first.",
        action=f"Keep values of {variable} shorter, or learn with one as long as the longest.",
        count=len(outside),
    )
