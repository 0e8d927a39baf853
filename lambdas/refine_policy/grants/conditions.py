"""Conditions that narrow a grant to how it was used, where evidence and reference both allow it.

A condition that is not sure to hold in the next run is left out: a denial there costs more than it
guards.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lambdas.model.iam.action import Action
from lambdas.model.iam.policy import Condition
from lambdas.model.iam.template import Template, Variable
from lambdas.model.trail.ground_kind import Check, GroundKind
from lambdas.reference.condition_keys import CALLED_VIA, GLOBAL, VIA_SERVICE
from lambdas.refine_policy.containment.fences import Fences
from lambdas.refine_policy.observations import Permission
from lambdas.refine_policy.resource_names.naming import Naming

REQUESTED_REGION = "aws:RequestedRegion"
# Derivations whose check is part of the very request that was seen, so that it carries its context.
SAME_REQUEST = frozenset(one for one in GroundKind if one.check is Check.SAME_REQUEST)
# Those whose check came the same way, as a request of its own, perhaps in another region.
SAME_WAY = frozenset(one for one in GroundKind if one.check is not Check.APART)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What limits conditions and wildcards beside the evidence.

    Attributes:
        off: kinds of them that the process switches off.
        own_buckets: buckets that the cycle made: they belong to the account.
        fences: what tells the process's own things from others'.
    """

    off: frozenset[str]
    own_buckets: frozenset[str]
    fences: Fences = field(default_factory=Fences)


def own_buckets(permissions: Iterable[Permission]) -> frozenset[str]:
    """The buckets that are made or removed."""
    return frozenset(
        one.resource
        for one in permissions
        if one.action.service == "s3" and one.action.name in ("CreateBucket", "DeleteBucket")
    )


def conditions_of(
    action: Action,
    template: Template,
    permissions: tuple[Permission, ...],
    naming: Naming,
    settings: Settings,
) -> tuple[Condition, ...]:
    """The conditions under which every one of the permissions held, sorted."""
    found = [
        *_context(permissions, naming),
        *(_called_via(action, permissions, naming) if "called-via" not in settings.off else ()),
        *(_region(action, template, permissions, naming, settings)),
        *(_account(action, permissions, settings)),
    ]
    return tuple(sorted(found, key=lambda one: one.order))


def _context(permissions: Iterable[Permission], naming: Naming) -> Iterator[Condition]:
    values: dict[str, set[str]] = {}
    for one in permissions:
        for key, value in one.context:
            values.setdefault(key, set()).add(value)
    for key, texts in values.items():
        yield _equals(key, (naming.value(text) for text in texts))


def _called_via(
    action: Action, permissions: tuple[Permission, ...], naming: Naming
) -> Iterator[Condition]:
    """Through which services the calls came, when none came directly."""
    if not all(one.via and one.kind in SAME_WAY for one in permissions):
        return
    nearest = {one.via[-1].removesuffix(".amazonaws.com") for one in permissions}
    if action.service == "kms" and nearest <= VIA_SERVICE:
        yield _equals(
            "kms:ViaService",
            (
                naming.value(f"{service}.{region}.amazonaws.com")
                for service in nearest
                for region in {region for one in permissions for region in one.regions}
            ),
        )
        return
    outermost = {one.via[0] for one in permissions}
    if outermost <= CALLED_VIA:
        values = tuple(Template.of(one) for one in sorted(outermost))
        yield Condition(operator="ForAnyValue:StringEquals", key="aws:CalledVia", values=values)


def _region(
    action: Action,
    template: Template,
    permissions: tuple[Permission, ...],
    naming: Naming,
    settings: Settings,
) -> Iterator[Condition]:
    """Where nothing else says in which region: `*` and ARNs without one."""
    if (
        "requested-region" in settings.off
        or action.service in GLOBAL
        or _says_region(template)
        or any(one.kind not in SAME_REQUEST for one in permissions)
    ):
        return
    regions = {region for one in permissions for region in one.regions if region}
    if regions:
        yield _equals(REQUESTED_REGION, map(naming.value, regions))


def _says_region(template: Template) -> bool:
    text = str(template)
    return text.startswith("arn:") and bool(text.split(":")[3])


def _account(
    action: Action, permissions: Iterable[Permission], settings: Settings
) -> Iterator[Condition]:
    """Objects of own buckets: a bucket's random name says nothing of whose it is.

    Only where the bucket must exist: on one that does not, the key is absent and a probe that
    expects *not found* would see *denied*.
    """
    if action.service != "s3" or "resource-account" in settings.off:
        return
    buckets = {_bucket(one.resource) for one in permissions}
    objects = all("/" in one.resource and "NoSuchBucket" not in one.failed for one in permissions)
    if objects and buckets <= settings.own_buckets:
        yield _equals("aws:ResourceAccount", (Template.of(Variable("account")),))


def _bucket(resource: str) -> str:
    return resource.partition("/")[0]


def _equals(key: str, values: Iterable[Template]) -> Condition:
    ordered = tuple(sorted(set(values), key=str))
    return Condition(operator="StringEquals", key=key, values=ordered)
