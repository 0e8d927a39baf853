"""Which of a handler's actions belong to what a stack does with a type: a filter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.model.action import Action
from lambdas.reference.operation_verbs import noun

if TYPE_CHECKING:
    from lambdas.refine_policy.observations import Observation

UPDATE = "update"
ROLLBACK = "rollback"
_VERB = re.compile(r"[A-Z][a-z]+")
_UPDATES = frozenset({"Update", "Modify", "Set", "Change", "Edit"})
_REMOVES = frozenset({"Delete", "Deregister", "Terminate", "Release", "Remove"})
# What undoes what; on the left the verb of the undoing.
_UNDOES = {
    "Delete": ("Put", "Create", "Add"),
    "Remove": ("Put", "Add"),
    "Detach": ("Attach",),
    "Disassociate": ("Associate",),
    "Disable": ("Enable",),
    "Untag": ("Tag",),
    "Unsubscribe": ("Subscribe",),
    "Deregister": ("Register",),
    "Revoke": ("Authorize",),
    "Stop": ("Start",),
    "Release": ("Allocate",),
    "Unassign": ("Assign",),
    "Withdraw": ("Provision", "Advertise"),
}
# What also makes what is undone by another name: an address of a gateway is associated with it.
_ALSO_MADE_BY = {"ec2:DisassociateAddress": ("ec2:CreateNatGateway", "ec2:RunInstances")}
# Verbs that make a thing or change it, so that only the making of a stack tells which.
_UPSERTS = frozenset({"Put", "Set"})
_MAKES = re.compile(
    r"(Create|Register|Run|Allocate|Import|Request|Copy|Restore|Publish|Provision)[A-Z]"
)
# What an update may say beside the type and still mean the thing itself, not one of its properties.
_WHOLE = frozenset(
    {"", "attributes", "code", "configuration", "config", "description", "settings", "options"}
    | {"properties", "assumepolicy"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandledType:
    """The resources of one type that CloudFormation handled for one principal.

    Attributes:
        done: all that was done to them.
        creators: what the type's create handler calls.
        stack: whether a stack of the principal was made or removed.
    """

    type: str
    stack: bool
    done: frozenset[Action]
    creators: frozenset[Action]
    resources: frozenset[str]
    observations: tuple[Observation, ...]


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
    if verb.group() in _REMOVES and rest == made:
        return kind == ROLLBACK and _was_made(made, of)
    also = _ALSO_MADE_BY.get(str(action), ())
    undone = _UNDOES.get(verb.group(), ())
    return any(str(one) in also for one in done) or any(
        Action(action.service, f"{did}{action.name[verb.end() :]}") in done
        and (did not in _UPSERTS or of.stack)
        for did in undone
    )


def _main_update(rest: str, made: str) -> bool:
    """`UpdateFunctionCode` updates a function; `UpdateTimeToLive` is one property of a table."""
    if rest and made.endswith(rest):  # ModifyRule, of a ListenerRule
        return True
    before, found, after = rest.partition(made)
    return bool(found) and f"{before}{after}" in _WHOLE


def _was_made(what: str, of: HandledType) -> bool:
    """Whether the calls made the thing: nothing is removed that was there before.

    Logs of updates alone show no making. Where the type is made by no verb that only makes
    (`PutRule`), that a stack was made or removed tells it.
    """
    creators = {one for one in of.creators if _makes(one, what)}
    return bool(creators & of.done) or (of.stack and not creators)


def _makes(action: Action, what: str) -> bool:
    match = _MAKES.match(action.name)
    return match is not None and noun(action.name[len(match[1]) :]) == what


def _plausible_verb(action: Action, kind: str, of: HandledType) -> bool:
    if kind == UPDATE:
        return action.name == "PATCH"
    made = {one.name for one in of.done if one.service == "apigateway"}
    return action.name == "DELETE" and ("POST" in made or (of.stack and "PUT" in made))
