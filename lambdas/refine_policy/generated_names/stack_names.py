"""Which endings CloudFormation made up, and which words somebody chose, as the stacks tell.

A stack tells each resource's logical id and its name, so that `<stack>-<logical id>-<suffix>` needs
no guess; and its template tells which names it gives itself.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from lambdas.model.trail.stack import Stack, StackResource
from lambdas.refine_policy.generated_names.name_limits import without_ending

_MADE = re.compile(r"(?:(?P<stack>.*)-)?(?P<logical_id>[0-9A-Za-z]+)-(?P<suffix>[0-9A-Za-z]{8,13})")
_LETTERS = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class StackNames:
    """What the stacks tell of their names.

    Attributes:
        suffixes: that CloudFormation appended: others in the next run.
        words: of letters alone, at the end of names that a template gives: the same in the next.
    """

    suffixes: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()

    @classmethod
    def of(cls, stacks: Iterable[Stack]) -> Self:
        """Read the stacks of a run."""
        suffixes, words = set(), set()
        for stack in stacks:
            for one in stack.resources:
                name, _ = without_ending(re.split(r"[/:|]", one.physical_id)[-1])
                if one.given:
                    words.add(name.rpartition("-")[2])
                elif suffix := _suffix(name, one, stack.id.split("/")[1]):
                    suffixes.add(suffix)
        chosen = {one for one in words if _LETTERS.fullmatch(one)}
        return cls(frozenset(suffixes), frozenset(chosen - suffixes))


def _suffix(name: str, resource: StackResource, stack: str) -> str:
    """What follows stack and logical id in a name, each perhaps cut."""
    match = _MADE.fullmatch(name)
    if match is None:
        return ""
    whole = resource.logical_id.lower()
    kept, logical_id = match["stack"], match["logical_id"].lower()
    of_logical_id = whole == logical_id if kept is None else whole.startswith(logical_id)
    of_stack = kept is None or stack.lower().startswith(kept.lower())
    return match["suffix"] if of_logical_id and of_stack else ""


def stacks_seen(resources: Iterable[str]) -> tuple[str, ...]:
    """The names of the stacks among resources, sorted."""
    names = {
        resource.split(":stack/", 1)[1].split("/")[0]
        for resource in resources
        if ":cloudformation:" in resource and ":stack/" in resource
    }
    return tuple(sorted(names - {""}))
