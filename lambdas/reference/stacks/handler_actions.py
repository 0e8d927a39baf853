"""Which calls the handlers of CloudFormation's types make, and which property brings each about.

The registry lists for every handler all that any property may need, several times more than one
resource needs. Compiled from its schemas and from `curated/handler_properties.yaml`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from lambdas.model.iam.action import Action
from lambdas.reference.actions import actions_of, handlers
from lambdas.reference.shards import shard
from lambdas.reference.stacks.stack_types import prefix_of, stack_type


class Operation(StrEnum):
    """What CloudFormation does with a resource."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Reason(StrEnum):
    """Why a handler calls something."""

    OWN = "own"  # it makes, changes or removes the thing itself
    READ = "read"  # it looks at the thing itself
    PROPERTY = "property"  # a property asks for it
    TAGS = "tags"
    UNCLEAR = "unclear"  # the registry lists it, and nothing says when it is called


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerAction:
    """An action of a handler, and what brings it about.

    Attributes:
        action: of API Gateway the operation, whose path and verb its request tells.
        properties: of which at least one must be set; empty where none is known.
    """

    action: Action
    reason: Reason
    properties: tuple[str, ...] = ()


_VERB = re.compile(r"[A-Z][a-z]+")
_READS = frozenset({"Batch", "Describe", "Get", "Head", "List", "Lookup", "Search"})
_UPDATES = frozenset({"Change", "Edit", "Modify", "Replace", "Set", "Update"})
_REMOVES = frozenset(
    {"Cancel", "Deauthorize", "Delete", "Deregister", "Detach", "Disable", "Disassociate"}
    | {"Release", "Remove", "Revoke", "Schedule", "Stop", "Terminate", "Unsubscribe"}
)
_VERBS_ON_PATHS = "apigateway"
_TAGS = re.compile(r"(?:\w*Tags?|Untag\w+|Tag\w+|\w+Tags(?:To|From|For|Of)\w+)")
# Verbs of calls that a property alone brings about; what is associated may go with the making.
_BROUGHT_ABOUT = frozenset(
    {"Add", "Attach", "Authorize", "Create", "Enable", "Put", "Register", "Set", "Subscribe"}
    | {"Update"}
)


def is_tagging(name: str) -> bool:
    """Whether an action or an operation sets tags or takes them away, by its name."""
    return _TAGS.fullmatch(name) is not None and _verb(name) not in _READS


@lru_cache(maxsize=8_192)
def handler_actions(kind: str, operation: Operation) -> tuple[HandlerAction, ...]:
    """What the handler of a type may call, each action with what brings it about.

    A type without handlers is made and removed by the operations that bear its name, if the
    service has any.
    """
    declared = handlers(kind)
    if declared is None:
        return tuple(_by_name(kind, operation))
    actions: tuple[Action, ...] = getattr(declared, operation.value)
    found = [one for one in actions if one.service != _VERBS_ON_PATHS]
    return (
        *_on_paths(kind, operation),
        *(_narrowed(kind, action, operation) for action in found),
    )


def looked_at(kind: str) -> tuple[Action, ...]:
    """What the type's read handler may call: CloudFormation reads what it has made.

    For ten of eleven types a public trail shows reads after a creation that no other handler lists:
    https://github.com/abefarris/cfn-least-privilege
    """
    declared = handlers(kind)
    found = declared.read if declared else ()
    others = tuple(one for one in found if one.service != _VERBS_ON_PATHS)
    if others == found:
        return found
    return (*others, Action(_VERBS_ON_PATHS, f"Get{kind.rsplit('::', 1)[-1]}"))


@lru_cache(maxsize=2_048)
def writing_actions(kind: str) -> frozenset[Action]:
    """All that the type's handlers may call, less what only reads or tags."""
    # What tags other things may be the thing itself: Lake Formation's tags and their associations.
    aside = {Reason.READ} if "Tag" in kind.rsplit("::", 1)[-1] else {Reason.READ, Reason.TAGS}
    return frozenset(
        one.action
        for operation in Operation
        for one in handler_actions(kind, operation)
        if one.reason not in aside and _verb(one.action.name) not in _READS
    )


def _narrowed(kind: str, action: Action, operation: Operation) -> HandlerAction:
    content, registry = shard("stack_types"), _places()
    row = content["types"].get(kind) or ["", "", [], [], {}, ""]
    place = registry[str(action)]
    causes = tuple(content["properties"][one] for one in row[4].get(str(place), ()))
    own = place in row[3]
    services = {content_of.partition(":")[0] for content_of in _texts(row[3])}
    reason = _reason(action, operation, own=own, causes=causes)
    if reason is Reason.PROPERTY and action.service not in services | {prefix_of(kind)}:
        reason = Reason.UNCLEAR  # words of another service's action mean another thing
    return HandlerAction(action=action, reason=reason, properties=causes)


def _on_paths(kind: str, operation: Operation) -> Iterator[HandlerAction]:
    """API Gateway's handlers name verbs of HTTP: its operations are told by the type's name."""
    noun = kind.rsplit("::", 1)[-1]
    named = {f"{verb}{noun}" for verb in _BY_NAME[operation]}
    for name in _operations_of(_VERBS_ON_PATHS).get(kind, ()):
        if name in named:
            yield HandlerAction(action=Action(_VERBS_ON_PATHS, name), reason=Reason.OWN)


def _reason(action: Action, operation: Operation, *, own: bool, causes: tuple[str, ...]) -> Reason:
    verb = _verb(action.name)
    if _TAGS.fullmatch(action.name):
        return Reason.TAGS
    if verb in _READS:
        return Reason.READ if own else Reason.UNCLEAR
    if own:
        return Reason.OWN if _suits(verb, operation) else Reason.UNCLEAR
    if not causes:
        return Reason.UNCLEAR
    brought = verb in _BROUGHT_ABOUT if operation is Operation.CREATE else verb not in _REMOVES
    if operation is Operation.DELETE:
        brought = verb in _REMOVES
    return Reason.PROPERTY if brought else Reason.UNCLEAR


def _suits(verb: str, operation: Operation) -> bool:
    """Whether an operation's handler does with the thing what a verb says."""
    if operation is Operation.DELETE:
        return verb in _REMOVES
    if operation is Operation.UPDATE:
        return verb not in _REMOVES | {"Allocate", "Create", "Enable", "Register", "Run"}
    return verb not in _REMOVES and verb not in _UPDATES


def _verb(name: str) -> str:
    match = _VERB.match(name)
    return match.group() if match else name


_BY_NAME = {
    Operation.CREATE: ("Create", "Put", "Register", "Add"),
    Operation.UPDATE: ("Update", "Modify", "Put"),
    Operation.DELETE: ("Delete", "Deregister", "Remove"),
}


def _by_name(kind: str, operation: Operation) -> Iterator[HandlerAction]:
    if not kind.startswith("AWS::") or stack_type(kind) is None:
        return
    noun = kind.rsplit("::", 1)[-1]
    for prefix in dict.fromkeys((prefix_of(kind), kind.split("::")[1].lower())):
        known = set(actions_of(prefix))
        found = [Action(prefix, f"{verb}{noun}") for verb in _BY_NAME[operation]]
        for action in [one for one in found if one in known][:1]:
            yield HandlerAction(action=action, reason=Reason.OWN)


@lru_cache(maxsize=8)
def _operations_of(service: str) -> dict[str, list[str]]:
    """A service's operations by the type that they make, change or remove."""
    found: dict[str, list[str]] = {}
    for name, kinds in shard("types").get(service, {}).items():
        for kind in kinds:
            found.setdefault(kind, []).append(name)
    return found


def _texts(places: list[int]) -> list[str]:
    table = shard("cloudformation")["actions"]
    return [table[place] for place in places]


@lru_cache(maxsize=1)
def _places() -> dict[str, int]:
    return {text: place for place, text in enumerate(shard("cloudformation")["actions"])}
