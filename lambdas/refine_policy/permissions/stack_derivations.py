"""What a clean cycle does not show but the next deployment, or its failure, needs.

CloudFormation's registry lists for every resource type the actions of its handlers, about five
times more than one resource needs: a filter, not a list of grants. Of it we keep what belongs to
the stack's own resources: the type's main update, the undoing of what was seen done, its removal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.model.action import Action
from lambdas.model.derivation import BECAUSE
from lambdas.reference.arn_parts import parsed
from lambdas.reference.operation_verbs import noun
from lambdas.refine_policy.permissions.permission import Permission

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lambdas.reference.arn_parts import ArnParser, Reference
    from lambdas.refine_policy.observations import Observation, Observations
    from lambdas.refine_policy.resource_names.naming import Naming

CLOUDFORMATION = "cloudformation.amazonaws.com"
_TO_CLOUDFORMATION = ("iam:PassedToService", CLOUDFORMATION)
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
}


_NO_CHANGES = {"cloudformation:CreateChangeSet": "cloudformation:DeleteChangeSet"}
# What an update may say beside the type and still mean the thing itself, not one of its properties.
_WHOLE = frozenset(
    {"", "attributes", "code", "configuration", "config", "description", "settings", "options"}
    | {"properties", "assumepolicy"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """The resources of one type that CloudFormation handled for one principal."""

    type: str
    done: frozenset[Action]
    resources: frozenset[str]
    observations: tuple[Observation, ...]


def handler_permissions(
    seen: Observations,
    tagged: frozenset[tuple[Action, str]],
    layout: ArnParser,
    naming: Naming,
    off: frozenset[str],
) -> Iterator[Permission]:
    """Updates and removals of the stack's own resources that the cycle did not show.

    Args:
        seen: the observations.
        tagged: tag actions that are derived, with their resources: tags can be taken off again.
        layout: the ARN formats.
        naming: how the policy will spell the resources.
        off: kinds that the process switches off.
    """
    if ROLLBACK not in off:
        yield from _own_calls(seen.allowed)
    for made in _by_type(seen, naming):
        declared = layout.reference.handlers(made.type)
        if declared is None:
            continue
        done = made.done | {action for action, resource in tagged if resource in made.resources}
        for kind, actions in ((UPDATE, declared.update), (ROLLBACK, declared.delete)):
            if kind in off:
                continue
            for action in actions:
                if not _plausible(action, kind, made.type, done):
                    continue
                done |= {action}
                yield from _on_own(action, kind, made, layout, naming)


def _own_calls(allowed: Iterable[Observation]) -> Iterator[Permission]:
    """What the deploying tool itself needs on a path that a clean cycle does not take."""
    for one in allowed:
        undone = _NO_CHANGES.get(str(one.action))
        if undone and not one.via:
            yield Permission(
                principal=one.principal,
                action=Action.from_text(undone),
                resource=one.resource,
                basis=ROLLBACK,
                because="a deployment without changes deletes the change set that it made",
                observation=one,
            )


def _by_type(seen: Observations, naming: Naming) -> Iterator[_Made]:
    handed = frozenset(one.resource for one, _ in seen.implied if _TO_CLOUDFORMATION in one.context)
    types: dict[tuple[str, str], list[Observation]] = {}
    for one in seen.allowed:
        if one.via[:1] == (CLOUDFORMATION,) or one.principal in handed:
            for resource_type in one.types:
                types.setdefault((one.principal, resource_type), []).append(one)
    for (_, resource_type), observations in sorted(types.items()):
        # Resources that the policy spells alike need it once: the first of them stands for all.
        alike: dict[tuple[str, Action], Observation] = {}
        for one in observations:
            alike.setdefault((naming.of(one.resource).template.text, one.action), one)
        yield _Made(
            type=resource_type,
            done=frozenset(action for _, action in alike),
            resources=frozenset(one.resource for one in observations),
            observations=tuple(alike.values()),
        )


def _plausible(action: Action, kind: str, resource_type: str, done: frozenset[Action]) -> bool:
    """Whether a handler's action belongs to what this stack does with the type."""
    own_services = {one.service for one in done}
    if action.service not in own_services or action.service == "apigateway":
        return action.service == "apigateway" and _plausible_verb(action, kind)
    verb = _VERB.match(action.name)
    if verb is None:
        return False
    made = noun(resource_type.rsplit("::", 1)[-1])
    rest = noun(action.name[verb.end() :])
    if verb.group() in _UPDATES and kind == UPDATE:
        return _main_update(rest, made)
    if verb.group() in _REMOVES and rest == made:
        return kind == ROLLBACK
    undone = _UNDOES.get(verb.group(), ())
    return any(
        Action(action.service, f"{did}{action.name[verb.end() :]}") in done for did in undone
    )


def _main_update(rest: str, made: str) -> bool:
    """`UpdateFunctionCode` updates a function; `UpdateTimeToLive` is one property of a table."""
    if rest and made.endswith(rest):  # ModifyRule, of a ListenerRule
        return True
    before, found, after = rest.partition(made)
    return bool(found) and f"{before}{after}" in _WHOLE


def _plausible_verb(action: Action, kind: str) -> bool:
    return action.name == ("PATCH" if kind == UPDATE else "DELETE")


def _on_own(
    action: Action, kind: str, made: _Made, layout: ArnParser, naming: Naming
) -> Iterator[Permission]:
    """The action on each resource of the type that IAM would ask it for."""
    reference = layout.reference
    found: set[str] = set()
    for one in made.observations:
        spelled = naming.of(one.resource).template.text
        if spelled in found or not _fits(action, one, reference, layout, kind):
            continue
        found.add(spelled)
        yield Permission(
            principal=one.principal,
            action=action,
            resource=one.resource,
            basis=kind,
            because=f"{made.type} is part of the stack: {BECAUSE[kind]}",
            observation=one,
        )


def _fits(
    action: Action, one: Observation, reference: Reference, layout: ArnParser, kind: str
) -> bool:
    arn = parsed(one.resource)
    if arn is None or one.action.service != action.service:
        return False
    if action.service == "apigateway":
        # A collection takes POST; what was made in it takes PATCH and DELETE.
        return one.action.name in ("GET", "PATCH", "PUT", "DELETE") and bool(kind)
    known = reference.facts(action)
    if known is None:
        return False
    seen_kind, _ = layout.read(arn.service, arn.resource)
    return any(use.type.name == seen_kind for use in known.uses)
