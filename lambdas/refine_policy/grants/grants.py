"""Permissions become grants: spelled for the next run, conditioned, and none of them twice."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from lambdas.model.findings.reason import Reason
from lambdas.model.iam.action import Action
from lambdas.model.iam.policy import Condition
from lambdas.model.iam.template import EVERYTHING, Template
from lambdas.model.iam.template_coverage import CoverageIndex
from lambdas.model.text import listed
from lambdas.model.trail.ground_kind import GroundKind, Purpose
from lambdas.reference.actions import ActionFacts
from lambdas.reference.arn_parts import Reference
from lambdas.reference.stacks.containment import FUNCTION_ARN, STACK_TAG
from lambdas.refine_policy.containment.fences import OFF
from lambdas.refine_policy.grants.conditions import REQUESTED_REGION, Settings, conditions_of
from lambdas.refine_policy.grants.family_members import Named, joined
from lambdas.refine_policy.grants.imports import imports_nothing
from lambdas.refine_policy.grants.request_conditions import requested
from lambdas.refine_policy.observations import ANYTHING, Permission
from lambdas.refine_policy.resource_names.arn_variants import ResourceTemplate
from lambdas.refine_policy.resource_names.naming import Naming

NO_RESOURCE = (
    ResourceTemplate(EVERYTHING, (Reason("IAM lets no policy name resources for this action"),)),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DraftGrant:
    """A grant with its conditions, before grants share statements.

    Attributes:
        kind: the kind of ground that it rests on.
        purpose: in which kind of statement it stands.
        reasons: why the resource holds wildcards.
        permissions: what it rests on.
        open_because: why no condition keeps it from others' things, where that is known.
    """

    principal: str
    action: Action
    resource: Template
    kind: GroundKind
    purpose: Purpose
    conditions: tuple[Condition, ...]
    permissions: tuple[Permission, ...]
    reasons: tuple[Reason, ...]
    open_because: str = ""

    @property
    def order(self) -> tuple[str, Action, str, str, tuple[object, ...]]:
        """A total order."""
        return (
            self.principal,
            self.action,
            str(self.resource),
            self.kind,
            tuple(one.order for one in self.conditions),
        )


def grants_of(
    permissions: Iterable[Permission], naming: Naming, reference: Reference, settings: Settings
) -> tuple[DraftGrant, ...]:
    """Sorted, each action on each resource once for every set of conditions that it needs."""
    named = [(one, name) for one in permissions for name in _names(one, naming, reference)]
    if "families" not in settings.off:
        named = list(joined(named))
    # Plain values as keys: there is one for every line that differs.
    gathered: dict[tuple[object, ...], list[Named]] = defaultdict(list)
    for one, name in named:
        action, text = one.action, name.template.text
        key = (one.principal, action.service, action.name, text, one.kind, one.context)
        gathered[key].append((one, name))
    drafts = [_draft(same, naming, reference, settings) for same in gathered.values()]
    return tuple(sorted(_once(_without_imports(drafts)), key=lambda one: one.order))


def _without_imports(grants: list[DraftGrant]) -> list[DraftGrant]:
    """The same; where a tag of CloudFormation's matters, nobody puts it on what is there."""
    if not any(one.key == STACK_TAG for grant in grants for one in grant.conditions):
        return grants
    found = []
    for one in grants:
        more = imports_nothing(one.action, one.kind, one.permissions)
        found.append(replace(one, conditions=(*one.conditions, *more)) if more else one)
    return found


def _draft(
    same: Sequence[Named], naming: Naming, reference: Reference, settings: Settings
) -> DraftGrant:
    permissions = tuple(one for one, _ in same)
    first, template = permissions[0], same[0][1].template
    facts = reference.facts(first.action)
    honoured = _honoured(facts, settings)
    fenced = settings.fences.judge(first.action, facts, template, permissions, naming)
    return DraftGrant(
        principal=first.principal,
        action=first.action,
        resource=template,
        kind=first.kind,
        purpose=first.kind.purpose,
        conditions=tuple(
            dict.fromkeys(
                (
                    *conditions_of(first.action, template, permissions, naming, settings),
                    *requested(honoured, permissions, naming),
                    *fenced.conditions,
                )
            )
        ),
        permissions=permissions,
        reasons=tuple(sorted({reason for _, name in same for reason in name.reasons})),
        open_because=fenced.because,
    )


def _honoured(facts: ActionFacts | None, settings: Settings) -> tuple[str, ...]:
    """The keys that the action honours, as far as the process wants conditions on requests."""
    hints = {FUNCTION_ARN: OFF}
    keys = facts.condition_keys if facts else ()
    return tuple(key for key in keys if hints.get(key, "request-keys") not in settings.off)


def _names(one: Permission, naming: Naming, reference: Reference) -> tuple[ResourceTemplate, ...]:
    if one.template is not None:
        reason = (Reason(one.text),) if one.template.wild else ()
        return (ResourceTemplate(one.template, reason),)
    facts = reference.facts(one.action)
    if facts is not None and not facts.resource_level:
        return NO_RESOURCE
    if one.resource == ANYTHING:
        return (ResourceTemplate(EVERYTHING, (Reason(_unknown(one, known=facts is not None)),)),)
    return naming.forms(one.action.service, one.resource)


def _unknown(one: Permission, *, known: bool) -> str:
    if not known:
        return "IAM's reference does not know the action, nor what it can be limited to"
    names = listed(one.names) if one.lines else "the request"
    return f"{names} named no resource that the action could be limited to"


def _once(drafts: list[DraftGrant]) -> Iterator[DraftGrant]:
    """Leave out what another grant of the same action allows anyway; its grounds move there."""
    by_action: dict[tuple[str, Action], list[DraftGrant]] = defaultdict(list)
    for one in drafts:
        by_action[one.principal, one.action].append(one)
    for same in by_action.values():
        yield from _widest(same)


def _widest(same: list[DraftGrant]) -> Iterator[DraftGrant]:
    # Everything, then the least conditions and the least that is fixed: what covers comes first.
    same.sort(
        key=lambda one: (
            one.kind != GroundKind.OBSERVED,
            one.resource != EVERYTHING,
            len(one.conditions),
            not one.resource.wild,
            sum(len(part) for part in one.resource.parts if isinstance(part, str)),
            len(one.resource.text),
            one.order,
        )
    )
    kept: list[DraftGrant] = []
    known: CoverageIndex[int] = CoverageIndex()
    for one in same:
        index = next(
            (at for at in known.of(one.resource) if _holds(kept[at].conditions, one)),
            None,
        )
        if index is None:
            known.add(one.resource, len(kept))
            kept.append(one)
        elif one.kind == kept[index].kind:
            kept[index] = _together(kept[index], one)
    yield from kept


def _holds(conditions: tuple[Condition, ...], narrow: DraftGrant) -> bool:
    """Whether the narrower grant meets all conditions of the wider one anyway."""
    return all(
        one in narrow.conditions
        or (one.key == REQUESTED_REGION and _region(narrow.resource) in map(str, one.values))
        for one in conditions
    )


def _region(template: Template) -> str:
    fields = template.text.split(":")
    return fields[3] if fields[0] == "arn" else ""


def _together(wide: DraftGrant, narrow: DraftGrant) -> DraftGrant:
    return replace(wide, permissions=(*wide.permissions, *narrow.permissions))
