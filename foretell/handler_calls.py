"""The calls that CloudFormation will make for a change, and how sure each is.

What runs showed of a type comes first. What the registry lists besides is documented where its name
says that it makes, changes, removes or reads the resource itself, or that a property asks for it,
unless runs with the same property did without it. The rest is possible.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from foretell.changes import Change
from foretell.knowledge.expected import actions_of_call, expected_calls
from foretell.knowledge.knowledge import Knowledge, Row
from foretell.needs import Certainty
from lambdas.model.iam.action import Action
from lambdas.reference.actions import AccessLevel, facts
from lambdas.reference.stacks.handler_actions import (
    HandlerAction,
    Operation,
    Reason,
    handler_actions,
    is_tagging,
    looked_at,
)
from lambdas.reference.stacks.stack_types import prefix_of, stack_type

Rows = Mapping[tuple[str, str], tuple[Row, ...]]

CUSTOM = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-custom-resources.html"
)
# Types that call nothing for the account.
CALL_NOTHING = frozenset(
    {
        "AWS::CDK::Metadata",
        "AWS::CloudFormation::WaitCondition",
        "AWS::CloudFormation::WaitConditionHandle",
    }
)
_CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")
_DOES = {Operation.CREATE: "make", Operation.UPDATE: "change", Operation.DELETE: "remove"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerCall:
    """One call of a handler."""

    service: str
    operation: str
    certainty: Certainty
    because: str
    source: str

    @property
    def reads(self) -> bool:
        """Whether it only looks: then nothing that the resource sets is sent."""
        known = (
            facts(actions[0])
            if (actions := actions_of_call(f"{self.service}:{self.operation}"))
            else None
        )
        looks = known is not None and known.access_level in (AccessLevel.READ, AccessLevel.LIST)
        return looks or self.operation.startswith(("Get", "Describe", "List"))


def tags_were_left_out(change: Change, action: Action, rows: Rows) -> bool:
    """Whether runs made such a resource with tags, and no tagging was asked for."""
    own = rows.get((change.resource.type, change.operation.value), ())
    known = stack_type(change.resource.type)
    tried = [row for row in own if known and known.tags in row.properties]
    return bool(tried) and not any(str(action) in row.calls for row in tried)


def is_custom(kind: str) -> bool:
    """Whether a function or a topic of somebody's handles the type."""
    return kind.startswith(_CUSTOM[0]) or kind == _CUSTOM[1]


def handler_calls(change: Change, rows: Rows, knowledge: Knowledge) -> tuple[HandlerCall, ...]:
    """The calls of a change; none where nobody knows the type."""
    kind = change.resource.type
    if is_custom(kind):
        return (_custom(change),)
    own = rows.get((kind, change.operation.value), ())
    seen = tuple(_seen(change, own, knowledge))
    covered = {
        action for one in seen for action in actions_of_call(f"{one.service}:{one.operation}")
    }
    return (*seen, *_documented(change, own, covered))


def _custom(change: Change) -> HandlerCall:
    token = str(change.resource.properties.get("ServiceToken", ""))
    service, operation = ("sns", "Publish") if ":sns:" in token else ("lambda", "Invoke")
    return HandlerCall(
        service=service,
        operation=operation,
        certainty=Certainty.DOCUMENTED,
        because=f"CloudFormation asks its ServiceToken to {_DOES[change.operation]} it",
        source=CUSTOM,
    )


def _seen(change: Change, own: Sequence[Row], knowledge: Knowledge) -> Iterator[HandlerCall]:
    kind, operation = change.resource.type, change.operation
    for one in expected_calls(kind, operation, change.telling, own):
        service, _, name = one.call.partition(":")
        if is_tagging(name) and operation is not Operation.UPDATE:
            continue  # on what, and whether at all, the request tells
        runs = knowledge.runs_named(one.sources)
        yield HandlerCall(
            service=service,
            operation=name,
            certainty=Certainty.SEEN if one.sure else Certainty.POSSIBLE,
            because=f"to {_DOES[operation]} {kind}, CloudFormation called {name}"
            + ("" if one.sure else " for some resources of the type and not for others"),
            source=f"runs of {runs}",
        )


def _documented(change: Change, own: Sequence[Row], covered: set[Action]) -> Iterator[HandlerCall]:
    for one in handler_actions(change.resource.type, change.operation):
        if is_tagging(one.action.name) and change.operation is not Operation.UPDATE:
            continue  # the tags of what is made are read off the request
        if covered.issuperset(actions_of_call(str(one.action))) or _is_implied(one):
            continue
        certainty = _certainty(one, change, own)
        if certainty is not None:
            yield HandlerCall(
                service=one.action.service,
                operation=one.action.name,
                certainty=certainty,
                because=_because(one, change, certainty),
                source=f"the registry's {change.operation} handler of {change.resource.type}",
            )
            covered.add(one.action)
    if change.operation is not Operation.DELETE:
        yield from _looked_at(change, covered)


def _looked_at(change: Change, covered: set[Action]) -> Iterator[HandlerCall]:
    """What was made or changed is read; which of the reads a resource has, runs alone tell."""
    kind = change.resource.type
    for action in looked_at(kind):
        found = HandlerCall(
            service=action.service,
            operation=action.name,
            certainty=Certainty.POSSIBLE,
            because=f"what it has made of {kind} CloudFormation may read with {action.name}",
            source=f"the registry's read handler of {kind}",
        )
        if found.reads and action not in covered:
            yield found


def _is_implied(one: HandlerAction) -> bool:
    """Roles, keys and objects are read off the request that hands them over."""
    return (one.action.service == "kms" and one.reason is Reason.UNCLEAR) or str(one.action) in (
        "iam:PassRole",
        "iam:CreateServiceLinkedRole",
        "s3:GetObject",
        "s3:GetObjectVersion",
    )


def _certainty(one: HandlerAction, change: Change, own: Sequence[Row]) -> Certainty | None:
    asked = change.telling.intersection(one.properties)
    if one.reason is Reason.TAGS:
        return _of_tags(one, change, own)
    if change.operation is Operation.UPDATE and not change.telling - _tags_of(change):
        return None  # tags alone are set, and nothing else is changed
    if one.properties and not asked:
        return None  # what would ask for it is not set
    if one.reason is Reason.UNCLEAR:
        return Certainty.POSSIBLE
    meant = change.telling - _tags_of(change)
    if not one.properties and meant and meant <= _explained_by_others(change):
        return Certainty.POSSIBLE  # each has a call of its own
    # Runs that set the same did without it.
    asking = frozenset(one.properties) or (
        meant if change.operation is Operation.UPDATE else frozenset()
    )
    tried = [row for row in own if not asking or asking.intersection(row.properties)]
    return Certainty.POSSIBLE if tried else Certainty.DOCUMENTED


def _explained_by_others(change: Change) -> frozenset[str]:
    """Properties that an update has calls of their own for: a function's code."""
    if change.operation is not Operation.UPDATE:
        return frozenset()
    found = handler_actions(change.resource.type, change.operation)
    return frozenset(
        name for one in found if one.reason is Reason.PROPERTY for name in one.properties
    )


def _tags_of(change: Change) -> frozenset[str]:
    known = stack_type(change.resource.type)
    return frozenset({known.tags} if known and known.tags else ())


def _of_tags(one: HandlerAction, change: Change, own: Sequence[Row]) -> Certainty | None:
    """Of tags that are set, or taken away, by an update; which are there is perhaps looked up."""
    name = one.action.name
    if not is_tagging(name):
        return Certainty.POSSIBLE  # they are looked up
    takes_away = name.lower().startswith(("untag", "remove", "delete"))
    asked = change.untagged if takes_away else change.tagged
    if not asked or one.action.service != prefix_of(change.resource.type):
        return None
    tried = [row for row in own if _tags_of(change).intersection(row.properties)]
    return Certainty.POSSIBLE if tried else Certainty.DOCUMENTED


def _because(one: HandlerAction, change: Change, certainty: Certainty) -> str:
    does = f"to {_DOES[change.operation]} {change.resource.type}"
    asked = sorted(change.telling.intersection(one.properties))
    by = f" with {', '.join(asked)}" if asked else ""
    if certainty is Certainty.POSSIBLE:
        return f"{does}{by}, its handler may call {one.action.name}"
    return f"{does}{by}, its handler calls {one.action.name}"
