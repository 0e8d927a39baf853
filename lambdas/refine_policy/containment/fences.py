"""Conditions that tell the process's own things from others' where a name cannot.

Only what AWS documents, at the moment of the call: a tag is there from the call on that makes the
thing until it is removed, and only if the policy lets CloudFormation put it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from lambdas.model.dossier.containment import Carried
from lambdas.model.iam.action import Action
from lambdas.model.iam.policy import Condition
from lambdas.model.iam.template import Template
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.model.trail.stack import Stack
from lambdas.reference.actions import AccessLevel, ActionFacts
from lambdas.reference.arn_parts import parsed
from lambdas.reference.stacks.containment import (
    FUNCTION_ARN,
    STACK_TAG,
    Means,
    Row,
    row_of,
    tagged_on_create,
)
from lambdas.reference.stacks.system_tags import system_tags
from lambdas.refine_policy.containment.tagged_types import makes_it, tagged_types
from lambdas.refine_policy.observations import ANYTHING, Permission
from lambdas.refine_policy.resource_names.naming import Naming

OFF = "containment"  # the hint's word
# What was seen to be asked of a thing that is there, or is asked of it as it is.
OF_WHAT_IS_THERE = frozenset({GroundKind.OBSERVED, GroundKind.UPDATE, GroundKind.ROLLBACK})
UNTAGGED = (
    "its template does not give it tags whenever it is made, so nothing shows that CloudFormation "
    "may tag it under this policy"
)
_UNTAGS = re.compile(r"Untag|Delete|Remove")
_NOT_THERE = re.compile(r"NotFound|NoSuch|NotExist|Gone$|^404")


class Judged(NamedTuple):
    """The conditions that a grant may rest on, or why there is none, as a clause."""

    conditions: tuple[Condition, ...] = ()
    because: str = ""


@dataclass(frozen=True, slots=True)
class Fences:
    """What is known of the run's own things.

    Attributes:
        stacks: the names of the stacks by the ids of what they made.
        with_type: the names of the stacks that hold a type of CloudFormation's.
        functions: ARNs of functions by the mapping that invokes them.
        tagged: principals, and types of which they make every one with tags.
        off: whether the process switches the conditions off.
    """

    stacks: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    with_type: Mapping[str, frozenset[str]] = field(default_factory=dict)
    functions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    tagged: frozenset[tuple[str, str]] = frozenset()
    off: bool = False

    @classmethod
    def of(
        cls,
        permissions: Sequence[Permission],
        stacks: Iterable[Stack],
        *,
        off: bool,
    ) -> Self:
        """Read the stacks of a run and what its policy will hold."""
        made: dict[str, set[tuple[str, str]]] = defaultdict(set)
        with_type: dict[str, set[str]] = defaultdict(set)
        for stack in stacks:
            name = stack.id.split("/")[1]
            for one in stack.resources:
                with_type[one.type].add(name)
                if one.type in tagged_on_create():
                    made[re.split(r"[/:](?=[^/:]*$)", one.physical_id)[-1]].add((one.type, name))
                    made[one.physical_id].add((one.type, name))
        functions: dict[str, set[str]] = defaultdict(set)
        for asked in permissions:
            for line in asked.lines:
                for function in (value for key, value in line.context if key == FUNCTION_ARN):
                    functions[line.resource].add(function)
                    place = function.partition(":function:")[0]
                    for generated in line.generated_ids:
                        functions[f"{place}:event-source-mapping:{generated}"].add(function)
        return cls(
            stacks={key: frozenset(some) for key, some in made.items()},
            with_type={key: frozenset(some) for key, some in with_type.items()},
            functions={key: frozenset(some) for key, some in functions.items() if some},
            tagged=tagged_types(permissions),
            off=off,
        )

    def judge(
        self,
        action: Action,
        facts: ActionFacts | None,
        template: Template,
        permissions: Sequence[Permission],
        naming: Naming,
    ) -> Judged:
        """The conditions on a grant whose resource is open."""
        if not template.wild:
            return Judged()
        rows = [_row(one.resource) for one in permissions]
        known = [one for one in rows if one is not None]
        if len(known) < len(rows):
            return Judged(because="")
        if because := self._never(action, facts, permissions, known):
            return Judged(because=because)
        if known[0].by is Means.FUNCTION:
            return self._by_function(permissions, naming)
        return self._by_stack(permissions, known, naming)

    def carried(self, permissions: Iterable[Permission]) -> Iterator[Carried]:
        """What the things carry that the grants are about."""
        for one in permissions:
            row = _row(one.resource)
            if row is not None and row.by is Means.STACK_TAG:
                for stack in self._stacks_of(row, one.resource):
                    yield Carried(resource=one.resource, key=STACK_TAG, value=stack)
            elif row is not None and row.by is Means.FUNCTION:
                for function in self.functions.get(one.resource, ()):
                    yield Carried(resource=one.resource, key=FUNCTION_ARN, value=function)

    def stack_of(self, resource: str) -> str:
        """The stack that made a resource, where it is known; empty else."""
        row = _row(resource)
        return min(self._stacks_of(row, resource), default="") if row else ""

    def _never(
        self,
        action: Action,
        facts: ActionFacts | None,
        permissions: Sequence[Permission],
        rows: Sequence[Row],
    ) -> str:
        row = rows[0]
        level = facts.access_level if facts else None
        reads = level is not None and level.reads
        itself = any(makes_it(action, one.resource) for one in permissions)
        tags = level is AccessLevel.TAGGING and not _UNTAGS.match(action.name)
        gone = any(_NOT_THERE.search(code) for one in permissions for code in one.failed)
        found = (
            (row.by is Means.NOTHING, row.why),
            (any(one.by is not row.by for one in rows), "it covers several types of resources"),
            (tags, "it is tagged while it is created, so it has no tag before"),
            (itself, "it is created, so it has no tag before"),
            (
                not all(one.lists(action, facts) for one in rows),
                row.but or "AWS's reference does not list the tag's key for the action there",
            ),
            (self.off, "process.yaml switches the condition off"),
            (reads and any(one.via for one in permissions), _READS),
            (
                any(one.kind not in OF_WHAT_IS_THERE for one in permissions),
                "the cycle does not show that the resource carries the tag",
            ),
            (gone, "the call asked about something missing, and must be told so"),
        )
        return next((because for met, because in found if met), "")

    def _by_function(self, permissions: Sequence[Permission], naming: Naming) -> Judged:
        found: set[Template] = set()
        for one in permissions:
            functions = self.functions.get(one.resource)
            if not functions:
                return Judged(because="no event tells which function it invokes")
            found |= {naming.of(function).template for function in functions}
        values = tuple(sorted(found, key=str))
        wild = any(value.wild for value in values)
        operator = "ArnLike" if wild else "ArnEquals"
        return Judged((Condition(operator=operator, key=FUNCTION_ARN, values=values),))

    def _by_stack(
        self, permissions: Sequence[Permission], rows: Sequence[Row], naming: Naming
    ) -> Judged:
        found: set[Template] = set()
        for one, row in zip(permissions, rows, strict=True):
            if one.kind == GroundKind.OBSERVED and _id_of(row, one.resource) == ANYTHING:
                return Judged(because="no event tells which of them the call asked about")
            names = self._stacks_of(row, one.resource)
            if not names or not names <= naming.stacks.keys():
                return Judged(because="no stack that was read says that it created the resource")
            if not self._is_tagged(one, row):
                return Judged(because=UNTAGGED)
            found |= {naming.stacks[name] for name in names}
        values = tuple(sorted(found, key=str))
        operator = "StringLike" if any(one.wild for one in values) else "StringEquals"
        return Judged((Condition(operator=operator, key=STACK_TAG, values=values),))

    def _stacks_of(self, row: Row, resource: str) -> frozenset[str]:
        made = self._made(row, resource)
        names = {name for _, name in made}
        return frozenset(names | self.with_type.get(row.also, frozenset()) if names else names)

    def _made(self, row: Row, resource: str) -> set[tuple[str, str]]:
        """Types and stacks; of whatever is derived for any of a type, those of all."""
        own = _id_of(row, resource)
        if own == ANYTHING:
            kinds = row.types & self.with_type.keys() & tagged_on_create()
            return {(kind, name) for kind in kinds for name in self.with_type[kind]}
        return {one for one in self.stacks.get(own, ()) if one[0] in row.types}

    def _is_tagged(self, one: Permission, row: Row) -> bool:
        """Whether the policy lets the tag be put, or nobody asks for that."""
        kinds = {kind for kind, _ in self._made(row, one.resource)}
        free = all(
            (known := system_tags(kind)) and known.known and not known.asks for kind in kinds
        )
        return free or all((one.principal, kind) in self.tagged for kind in kinds)


_READS = "CloudFormation may read it after it is deleted, and must then be told that it is gone"


def _id_of(row: Row, resource: str) -> str:
    arn = parsed(resource)
    return row.id_in(arn.resource) if arn else ""


def _row(resource: str) -> Row | None:
    arn = parsed(resource)
    return row_of(arn.service, arn.resource) if arn else None
