"""What a run shows of each type: its evidence, joined to the resources that it deployed.

An event names no logical id. It belongs to the resource whose ARN it is about, else to the type
that its operation makes or reads, else to the only type whose handlers list its action.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from foretell.changes import Change, changes
from foretell.knowledge.knowledge import Row
from foretell.requests import arn_of
from foretell.templates.stack import StackResource
from lambdas.model.iam.action import Action
from lambdas.model.iam.template import Template
from lambdas.model.iam.template_coverage import covers
from lambdas.model.trail.evidence import CLOUDFORMATION, Evidence, Outcome
from lambdas.reference.actions import handlers
from lambdas.reference.arn_formats import ArnContext
from lambdas.reference.operation_verbs import noun
from lambdas.reference.refused.refused_resources import is_open
from lambdas.reference.stacks.handler_actions import (
    Operation,
    handler_actions,
    is_tagging,
    looked_at,
)
from lambdas.reference.stacks.stack_types import prefix_of
from lambdas.reference.stacks.unknown import UNKNOWN, template_of

_VERB = re.compile(r"(?:Batch)?[A-Z][a-z]+")
_REMOVING = re.compile(
    r"Cancel|Deauthorize|Delete|Deregister|Detach|Disassociate|Release|Remove|Revoke|Schedule"
    r"|Terminate|Unsubscribe|Untag"
)
_CHANGING = re.compile(r"Update|Modify|Change")
_VERSION = re.compile(r"20[0-9]{6}(v[0-9]+)?$")  # Lambda's: CreateFunction20150331
_NOT_ASKED = (Outcome.DENIED, Outcome.DENIED_IN_PROOF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """What one phase of a run led to: the resources before it, and after."""

    phase: str
    before: tuple[StackResource, ...]
    after: tuple[StackResource, ...]


def learned(
    source: str,
    evidence: Iterable[Evidence],
    phases: Sequence[Deployed],
    place: ArnContext,
    tool: str,
) -> Iterator[Row]:
    """The rows of one run.

    Args:
        source: the name of its process.
        evidence: all lines of the run.
        phases: what each phase led to, in order.
        place: where it was deployed.
        tool: what deployed it, such as `serverless`.
    """
    lines: dict[str, list[Evidence]] = defaultdict(list)
    for one in evidence:
        if one.outcome not in _NOT_ASKED:
            lines[one.phase].append(one)
    handed = handed_to_stacks(one for some in lines.values() for one in some)
    for done in phases:
        own = lines.get(done.phase, [])
        ours = [one for one in own if by_a_stack(one, handed)]
        yield from _of_types(source, ours, changes(done.before, done.after), place)
        direct = sorted({_call(one) for one in own if not by_a_stack(one, handed)})
        if direct and tool:
            yield Row(
                subject=tool,
                operation=done.phase,
                properties=(),
                calls=tuple(direct),
                sources=(source,),
            )


def _of_types(
    source: str, lines: Iterable[Evidence], found: Sequence[Change], place: ArnContext
) -> Iterator[Row]:
    phase = _Phase(found, place)
    calls: dict[int, set[str]] = defaultdict(set)
    for line in lines:
        for index in phase.of(line):
            calls[index].add(_call(line))
            # Tags are authorised and not recorded: what the reader of trails derived was seen.
            calls[index].update(
                str(one.action)
                for one in line.implies
                if one.kind.startswith("tag-on-") and is_tagging(one.action.name)
            )
    for index, change in enumerate(found):
        yield Row(
            subject=change.resource.type,
            operation=change.operation.value,
            properties=tuple(sorted(change.telling)),
            calls=tuple(sorted(calls[index])),
            sources=(source,),
        )


def handed_to_stacks(lines: Iterable[Evidence]) -> frozenset[str]:
    """The roles that were handed to CloudFormation: what they call, a stack calls."""
    return frozenset(
        one.resource
        for line in lines
        for one in line.implies
        if ("iam:PassedToService", CLOUDFORMATION) in one.context
    )


def by_a_stack(line: Evidence, handed: frozenset[str]) -> bool:
    """Whether CloudFormation made the call."""
    return line.via[:1] == (CLOUDFORMATION,) or line.principal in handed


def _call(line: Evidence) -> str:
    return f"{line.source.removesuffix('.amazonaws.com')}:{_VERSION.sub('', line.name)}"


class _Phase:
    """The changes of one phase, to be asked whose an event is."""

    def __init__(self, found: Sequence[Change], place: ArnContext) -> None:
        self._found = found
        self._by_type: dict[str, list[int]] = defaultdict(list)
        self._arns: dict[int, Template] = {}
        for index, one in enumerate(found):
            self._by_type[one.resource.type].append(index)
            arn = arn_of(one.resource, place)
            if arn != UNKNOWN and not is_open(arn.replace(UNKNOWN, "*")):
                self._arns[index] = template_of(arn)

    def of(self, line: Evidence) -> list[int]:
        """The places of the changes that an event belongs to; empty where nobody can tell."""
        about = self._about(line, range(len(self._found)))
        kinds = {self._found[index].resource.type for index in about}
        # A queue's policy is about the queue, too: the handler that lists the call made it.
        listing = {kind for kind in self._by_type if self._lists(kind, line.action)}
        kinds = kinds & listing or (listing if len(listing) == 1 else kinds)
        made = [kind for kind in line.types if kind in self._by_type]
        named = [kind for kind in self._types(line) if not kinds or kind in kinds]
        sure = made[:1] if len(made) == 1 else named or (sorted(kinds) if len(kinds) == 1 else [])
        kind = next(iter(sure), "")
        own = [index for index in self._by_type.get(kind, ()) if self._suits(line, index)]
        return self._about(line, own) or own

    def _lists(self, kind: str, action: Action) -> bool:
        """Whether a handler of what is done with the type in this phase lists an action.

        What is made or changed is read afterwards, which its own handler need not list.
        """
        operations = {self._found[index].operation for index in self._by_type[kind]}
        if operations != {Operation.DELETE} and action in looked_at(kind):
            return True
        return any(
            one.action == action
            for operation in operations
            for one in handler_actions(kind, operation)
        )

    def _about(self, line: Evidence, places: Iterable[int]) -> list[int]:
        resource = Template.of(line.resource)
        return [
            index for index in places if index in self._arns and covers(self._arns[index], resource)
        ]

    def _types(self, line: Evidence) -> list[str]:
        """The types that an event may be of, the surest first."""
        own = [kind for kind in line.types if kind in self._by_type]
        word = noun(_VERB.sub("", line.name, count=1)).removesuffix("s")
        named = [
            kind
            for kind in sorted(self._by_type)
            if prefix_of(kind) == line.action.service
            and noun(kind.rsplit("::", 1)[-1]).removesuffix("s") == word
        ]
        handling = [kind for kind in sorted(self._by_type) if line.action in _handled(kind)]
        ours = [kind for kind in handling if prefix_of(kind) == line.action.service]
        only = [one for one in (ours, handling) if len(one) == 1]
        return [*own, *named, *(only[0] if only else ())]

    def _suits(self, line: Evidence, index: int) -> bool:
        operation = self._found[index].operation
        kind = self._found[index].resource.type
        there = {self._found[one].operation for one in self._by_type[kind]}
        if _REMOVING.match(line.name):
            return operation is (
                Operation.DELETE if Operation.DELETE in there else Operation.UPDATE
            )
        if _CHANGING.match(line.name) and Operation.UPDATE in there:
            return operation is Operation.UPDATE
        if Operation.CREATE in there:
            return operation is Operation.CREATE
        if Operation.UPDATE in there:
            return operation is Operation.UPDATE
        return True


def _handled(kind: str) -> frozenset[object]:
    declared = handlers(kind)
    if declared is None:
        return frozenset()
    return frozenset((*declared.create, *declared.update, *declared.delete, *declared.read))
