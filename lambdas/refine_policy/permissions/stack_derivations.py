"""What a clean cycle does not show but the next deployment, or its failure, needs.

CloudFormation's registry lists for every resource type the actions of its handlers, about five
times more than one resource needs: a filter, not a list of grants. Of it we keep what belongs to
the stack's own resources: the type's main update, the undoing of what was seen done, its removal.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from lambdas.model.iam.action import Action
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference.actions import Handlers
from lambdas.reference.arn_parts import ArnParser, Reference, parsed
from lambdas.reference.stacks.containment import Means, row_of
from lambdas.reference.ways.escalation import escalates
from lambdas.refine_policy.observations import ANYTHING, Observations, Permission
from lambdas.refine_policy.permissions.handler_actions import (
    ROLLBACK,
    UPDATE,
    HandledType,
    belongs,
    removes,
)
from lambdas.refine_policy.permissions.opposites import undone_by
from lambdas.refine_policy.permissions.stack_reads import handed_to_stacks, made_by_stacks
from lambdas.refine_policy.permissions.system_tags import system_tag_permissions
from lambdas.refine_policy.resource_names.naming import Naming

_STACK_MADE = frozenset(
    {Action("cloudformation", "CreateStack"), Action("cloudformation", "DeleteStack")}
)
_NO_CHANGES = {"cloudformation:CreateChangeSet": "cloudformation:DeleteChangeSet"}


def handler_permissions(
    seen: Observations,
    tagged: frozenset[tuple[Action, str]],
    layout: ArnParser,
    naming: Naming,
    off: frozenset[str],
) -> Iterator[Permission]:
    """Updates and removals of the stack's own resources that the cycle did not show, and tags.

    Args:
        seen: the observations.
        tagged: tag actions that are derived, with their resources: tags can be taken off again.
        layout: the ARN formats.
        naming: how the policy will spell the resources.
        off: kinds that the process switches off.
    """
    if GroundKind.SYSTEM_TAGS not in off:
        yield from system_tag_permissions(seen)
    if ROLLBACK not in off:
        yield from _own_calls(seen.allowed)
    for made, declared in _by_type(seen, naming, layout.reference):
        tags = {one for one in tagged if one[1] in made.resources}
        done = made.done | {action for action, _ in tags}
        for kind, actions in ((UPDATE, declared.update), (ROLLBACK, declared.delete)):
            if kind in off or (kind == ROLLBACK and made.rolled_back):
                continue
            for action in actions:
                if not belongs(action, kind, made, done):
                    continue
                undone = undone_by(action, done, stack=made.stack)
                done |= {action}
                own = _on_own(action, kind, made, layout, naming)
                yield from _undone_there(own, undone, made.done_to | tags, naming)


def _rolled_back(
    seen: Iterable[Permission], creators: frozenset[Action], removers: frozenset[Action]
) -> bool:
    """Whether a phase `rollback` made things of the type and removed them: then that is seen."""
    there = {one.action for one in seen if any(line.phase == ROLLBACK for line in one.lines)}
    return not there.isdisjoint(creators) and not there.isdisjoint(removers)


def _own_calls(allowed: Iterable[Permission]) -> Iterator[Permission]:
    """What the deploying tool itself needs on a path that a clean cycle does not take."""
    for one in allowed:
        undone = _NO_CHANGES.get(str(one.action))
        if undone and not one.via:
            yield one._replace(
                action=Action.from_text(undone),
                kind=ROLLBACK,
                text="a deployment without changes deletes the change set that it made",
            )


def _by_type(
    seen: Observations, naming: Naming, reference: Reference
) -> Iterator[tuple[HandledType, Handlers]]:
    handed = handed_to_stacks(seen)
    types: dict[tuple[str, str], list[Permission]] = {}
    done_to: dict[tuple[str, str], set[Action]] = defaultdict(set)
    stacks = {one.principal for one in seen.allowed if one.action in _STACK_MADE}
    for one in seen.allowed:
        done_to[one.principal, one.resource].add(one.action)
    for one in made_by_stacks(seen):
        for resource_type in one.types:
            types.setdefault((one.principal, resource_type), []).append(one)
    for (principal, resource_type), calls in sorted(types.items()):
        declared = reference.handlers(resource_type)
        if declared is None:
            continue
        # Resources that the policy tells alike need it once: the first of them stands for all.
        alike: dict[tuple[str, Action], Permission] = {}
        for one in calls:
            alike.setdefault((_written_as(one.resource, naming), one.action), one)
        resources = frozenset(one.resource for one in calls)
        beside = {action for one in resources for action in done_to[principal, one]}
        made = HandledType(
            type=resource_type,
            done_to=frozenset((did, one) for one in resources for did in done_to[principal, one]),
            # Stacks of a role that was handed over were asked for by another principal.
            stack=principal in stacks or principal in handed,
            done=frozenset(action for _, action in alike) | beside,
            resources=resources,
            seen=tuple(alike.values()),
            creators=frozenset(declared.create),
            removers=(removers := frozenset(filter(removes, declared.delete))),
            rolled_back=_rolled_back(calls, frozenset(declared.create), removers),
        )
        yield made, declared


def _written_as(resource: str, naming: Naming) -> str:
    """By what the policy tells a resource: its spelling, and what a condition says of its id."""
    spelled = naming.of(resource).template
    arn = parsed(resource) if spelled.wild else None
    row = row_of(arn.service, arn.resource) if arn else None
    if row is None or row.by is Means.NOTHING:
        return spelled.text
    return f"{spelled.text} {row.id_in(arn.resource) if arn else ''}"


def _on_own(
    action: Action, kind: GroundKind, made: HandledType, layout: ArnParser, naming: Naming
) -> Iterator[Permission]:
    """The action on each resource of the type that IAM would ask it for."""
    reference = layout.reference
    text = f"{made.type} is part of the stack: {kind.because}"
    facts = reference.facts(action)
    if kind == UPDATE and facts and not facts.uses and not escalates(action):
        # UpdateResolver, SetSubscriptionAttributes: AWS asks for no resource.
        yield made.seen[0]._replace(action=action, resource=ANYTHING, kind=kind, text=text)
    found: set[str] = set()
    for one in made.seen:
        written = _written_as(one.resource, naming)
        if written in found or not _fits(action, one, reference, layout):
            continue
        found.add(written)
        yield one._replace(action=action, kind=kind, text=text)


def _undone_there(
    own: Iterable[Permission],
    undone: frozenset[Action],
    done_to: frozenset[tuple[Action, str]],
    naming: Naming,
) -> Iterator[Permission]:
    """Of an action that undoes something, only where that was done: no tags off what had none."""
    there = {naming.of(it).template.text for did, it in done_to if did in undone}
    for one in own:
        if not there or naming.of(one.resource).template.text in there:
            yield one


def _fits(action: Action, one: Permission, reference: Reference, layout: ArnParser) -> bool:
    arn = parsed(one.resource)
    if arn is None or one.action.service != action.service:
        return False
    if action.service == "apigateway":
        # A collection takes POST; what was made in it takes PATCH and DELETE.
        return one.action.name in ("GET", "PATCH", "PUT", "DELETE")
    known = reference.facts(action)
    if known is None:
        return False
    seen_kind, _ = layout.read(arn.service, arn.resource)
    return any(use.type.name == seen_kind for use in known.uses)
