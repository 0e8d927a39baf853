"""Room for types that a process will use one day: what CloudFormation will need for them.

No event shows it. It comes from the registry's handlers, narrowed to what makes, changes, removes,
reads and tags the thing itself and what one of its properties asks for: the same table by which
`fencepost check` foretells. It is granted
on names as CloudFormation makes them up, `<stack>-…`, and where a type's names do not say the stack
on any of the type.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.iam.action import Action
from lambdas.model.iam.template import ANY, Part, Template, Variable
from lambdas.model.text import visible
from lambdas.model.trail.evidence import CLOUDFORMATION
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference.actions import ActionFacts
from lambdas.reference.arn_formats import formats_of
from lambdas.reference.arn_parts import ArnPart, Reference
from lambdas.reference.operation_verbs import noun, what_it_makes
from lambdas.reference.shards import shard
from lambdas.reference.stacks.handler_actions import (
    HandlerAction,
    Operation,
    Reason,
    handler_actions,
)
from lambdas.reference.stacks.stack_types import prefix_of
from lambdas.refine_policy.observations import Observations, Permission
from lambdas.refine_policy.permissions.stack_reads import handed_to_stacks
from lambdas.refine_policy.resource_names.naming import Naming

_OWN = (Reason.OWN, Reason.READ, Reason.TAGS, Reason.PROPERTY)
_STACKS = ("CreateChangeSet", "CreateStack", "UpdateStack")
_PLACES = {"Partition": "partition", "Region": "region", "Account": "account"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Headroom:
    """What is granted for types that were not used, and what could not be."""

    permissions: tuple[Permission, ...] = ()
    findings: tuple[Finding, ...] = ()


def headroom(
    types: Sequence[str], principal: str, seen: Observations, naming: Naming, reference: Reference
) -> Headroom:
    """The permissions of every type that the process asks room for.

    Args:
        types: CloudFormation's names of them.
        principal: the run's own role.
        seen: the observations: they tell the stacks, and the role that works on them.
        naming: how the policy spells the stacks' names.
        reference: IAM's facts.
    """
    if not types:
        return Headroom()
    stacks = tuple(dict.fromkeys(_stacks(seen, naming)))
    if not stacks:
        return Headroom(findings=tuple(_without_stack(kind) for kind in types))
    handed = sorted(handed_to_stacks(seen))
    worker, via = (handed[0], ()) if handed else (principal, (CLOUDFORMATION,))
    permissions: list[Permission] = []
    findings: list[Finding] = []
    for kind in types:
        found = [
            _permission(worker, action, template, kind, via)
            for action in sorted({one.action for one in _actions(kind, reference)})
            if (facts := reference.facts(action)) is not None
            for template in _resources(facts, kind, stacks)
        ]
        permissions += found
        findings += [] if found else [_unknown(kind)]
    return Headroom(permissions=tuple(permissions), findings=tuple(findings))


def _permission(
    principal: str, action: Action, template: Template, kind: str, via: tuple[str, ...]
) -> Permission:
    return Permission(
        principal=principal,
        action=action,
        resource=template.text,
        template=template,
        kind=GroundKind.HEADROOM,
        text=f"room for {kind}, as process.yaml asks; no cycle has used it: its handlers call this",
        via=via,
    )


def _actions(kind: str, reference: Reference) -> Iterator[HandlerAction]:
    """What is surely about the thing itself; what a property asks for only where it is on one."""
    words = _own_words(kind)
    for operation in Operation:
        for one in handler_actions(kind, operation):
            if one.reason in _OWN and one.action.service == prefix_of(kind):
                facts = reference.facts(one.action)
                about = facts is not None and any(noun(u.type.name) in words for u in facts.uses)
                if one.reason is not Reason.PROPERTY or about:
                    yield one


def _own_words(kind: str) -> frozenset[str]:
    """What IAM may call the type: as CloudFormation does, or as what makes it does: `db`."""
    making = [
        what_it_makes(one.action.service, one.action.name)
        for one in handler_actions(kind, Operation.CREATE)
        if one.reason is Reason.OWN
    ]
    return frozenset((noun(kind.rsplit("::", 1)[-1]), *filter(None, making)))


def _stacks(seen: Observations, naming: Naming) -> Iterator[tuple[Part, ...]]:
    """The stacks' names as the policy spells them."""
    for one in seen.allowed:
        if one.action.service == "cloudformation" and one.action.name in _STACKS:
            name = _between(naming.of(one.resource).template.parts, ":stack/", "/")
            if name and ANY not in name:
                yield name


def _between(parts: Sequence[Part], before: str, behind: str) -> tuple[Part, ...]:
    """What stands in a template between two texts; empty when either is missing."""
    found: list[Part] = []
    begun = False
    for part in parts:
        if not isinstance(part, str):
            found += [part] if begun else []
            continue
        if not begun:
            _, begins, part = part.partition(before)  # noqa: PLW2901 (what is left of it)
            begun = bool(begins)
        if begun:
            text, ends, _ = part.partition(behind)
            found += [text] if text else []
            if ends:
                return tuple(found)
    return ()


def _resources(
    facts: ActionFacts, kind: str, stacks: Sequence[tuple[Part, ...]]
) -> Iterator[Template]:
    if not facts.uses:
        yield Template.of(ANY)
        return
    words = _own_words(kind)
    own = [use for use in facts.uses if noun(use.type.name) in words]
    # What it stands in, or uses, is there already under a name of its own.
    others = [use for use in facts.uses if use.required and use not in own]
    for use in own or others or facts.uses[:1]:
        for form in formats_of(use.type)[:1]:
            last = form.variables[-1] if form.variables else ""
            named = bool(last) and not ArnPart("", last).is_id and _says_the_stack(kind)
            for name in (_spelled(one, kind) for one in stacks) if named else [(ANY,)]:
                yield _filled(form.template, last, name)
    for use in others if own else ():
        for form in formats_of(use.type)[:1]:
            yield _filled(form.template, "", ())


def _says_the_stack(kind: str) -> bool:
    return kind not in shard("generated_names")["without_stack"]


def _spelled(stack: tuple[Part, ...], kind: str) -> tuple[Part, ...]:
    small = kind in shard("generated_names")["small_letters"]
    own = [one.lower() if small and isinstance(one, str) else one for one in stack]
    return (*own, "-", ANY)


def _filled(arn: str, last: str, name: tuple[Part, ...]) -> Template:
    """An ARN's format with variables for the place, the name, and `*` for whatever else it has."""
    parts: list[Part] = []
    for index, piece in enumerate(arn.replace("}", "${").split("${")):
        if index % 2 == 0:
            parts += [piece] if "*" not in piece else _starred(piece)
        elif piece in _PLACES:
            parts.append(Variable(_PLACES[piece]))
        else:
            parts += name if piece == last else (ANY,)
    return Template.of(*parts)


def _starred(piece: str) -> list[Part]:
    found: list[Part] = []
    for index, text in enumerate(piece.split("*")):
        found += [ANY, text] if index else [text]
    return found


def _unknown(kind: str) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        kind=FindingKind.HEADROOM_OF_UNKNOWN_TYPE,
        subject=visible(kind),
        detail="process.yaml asks for room for this type, but neither CloudFormation's registry "
        "nor an operation's name shows what it calls. Nothing is granted for it.",
        action="Check how the type is spelled, or add its grants by hand.",
    )


def _without_stack(kind: str) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        kind=FindingKind.HEADROOM_WITHOUT_STACK,
        subject=visible(kind),
        detail="process.yaml asks for room for this type, but the cycle deployed no stack whose "
        "name could limit it. Nothing is granted for it.",
        action="Add its grants by hand.",
    )
