"""Which of a handler's actions belong to what a stack does with a type: a filter."""

import re
from dataclasses import dataclass

from lambdas.model.iam.action import Action
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference.operation_verbs import creating, noun
from lambdas.refine_policy.observations import Permission
from lambdas.refine_policy.permissions.opposites import undone_by

UPDATE, ROLLBACK = GroundKind.UPDATE, GroundKind.ROLLBACK
_VERB = re.compile(r"[A-Z][a-z]+")
_UPDATES = frozenset({"Update", "Modify", "Set", "Change", "Edit"})
_REMOVES = frozenset({"Delete", "Deregister", "Terminate", "Release", "Remove"})
_MAKES = re.compile(rf"({creating('Publish', 'Provision')})[A-Z]")
# What an update may say beside the type and still mean the thing itself, not one of its properties.
_WHOLE = frozenset(
    {"", "attributes", "code", "configuration", "config", "description", "settings", "options"}
    | {"properties", "assumepolicy"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandledType:
    """The resources of one type that CloudFormation handled for one principal.

    Attributes:
        seen: their calls, one of those that the policy will not tell apart.
        done: all that was done to them.
        done_to: the same, each with the resource.
        creators: what the type's create handler calls.
        removers: what its delete handler calls that removes something.
        stack: whether a stack of the principal was made or removed.
        rolled_back: whether a phase `rollback` made some of them and removed them.
    """

    type: str
    stack: bool
    done: frozenset[Action]
    done_to: frozenset[tuple[Action, str]]
    creators: frozenset[Action]
    removers: frozenset[Action]
    resources: frozenset[str]
    seen: tuple[Permission, ...]
    rolled_back: bool = False


def removes(action: Action) -> bool:
    """Whether an action says that it removes something."""
    verb = _VERB.match(action.name)
    return verb is not None and verb.group() in _REMOVES


def belongs(action: Action, kind: str, of: HandledType, done: frozenset[Action]) -> bool:
    """Whether a handler's action belongs to what this stack does with the type."""
    own_services = {one.service for one in done}
    if action.service not in own_services or action.service == "apigateway":
        return action.service == "apigateway" and _plausible_verb(action, kind, of)
    verb = _VERB.match(action.name)
    if verb is None:
        return False
    made = noun(of.type.rsplit("::", 1)[-1])
    rest = noun(action.name[verb.end() :])
    if verb.group() in _UPDATES and kind == UPDATE:
        return _main_update(rest, made)
    if verb.group() in _REMOVES and _same(rest, made):
        makers = {one for one in of.creators if _same(_made_by(one), made)}
        return kind == ROLLBACK and _was_made(makers, of)
    if kind == ROLLBACK and _removes_alone(action, rest, made, of):
        makers = {one for one in of.creators if rest.removesuffix("s") in _made_by(one)}
        return _was_made(makers, of)
    return bool(undone_by(action, done, stack=of.stack))


def _main_update(rest: str, made: str) -> bool:
    """`UpdateFunctionCode` updates a function; `UpdateTimeToLive` is one property of a table."""
    if rest and made.endswith(rest):  # ModifyRule, of a ListenerRule
        return True
    before, found, after = rest.partition(made)
    return bool(found) and f"{before}{after}" in _WHOLE


def _removes_alone(action: Action, rest: str, made: str, of: HandledType) -> bool:
    """`DeleteNamespace` removes an HttpNamespace, where nothing else that is called removes."""
    others = {one for one in of.removers if one.service == action.service} - {action}
    within = rest.removesuffix("s") in made and not made.endswith("version")
    return bool(rest) and within and action in of.removers and not others


def _was_made(makers: set[Action], of: HandledType) -> bool:
    """Whether the calls made the thing: nothing is removed that was there before.

    Logs of updates alone show no making. Where the type is made by no verb that only makes
    (`PutRule`), that a stack was made or removed tells it.
    """
    return bool(makers & of.done) or (of.stack and not makers)


def _made_by(action: Action) -> str:
    match = _MAKES.match(action.name)
    return noun(action.name[len(match[1]) :]) if match else ""


def _same(one: str, other: str) -> bool:
    """`RunInstances` makes an instance."""
    return one.removesuffix("s") == other.removesuffix("s")


def _plausible_verb(action: Action, kind: str, of: HandledType) -> bool:
    if kind == UPDATE:
        return action.name == "PATCH"
    made = {one.name for one in of.done if one.service == "apigateway"}
    return action.name == "DELETE" and ("POST" in made or (of.stack and "PUT" in made))
