"""What must be allowed, as questions to IAM's simulator: few calls, each an exact product."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lambdas.model.dossier.containment import Carried
from lambdas.model.iam.arn import Arn, is_arn
from lambdas.model.iam.way_up import BOUNDARY_KEY
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.reference.stacks.deployment_checks import only_warns

Context = tuple[tuple[str, tuple[str, ...]], ...]
# IAM names no limit for one call; it answers at most 1,000 results a page.
MOST_ACTIONS = 40
MOST_RESOURCES = 25
# Allowed whatever policies say,
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
NEEDS_NO_PERMISSION = frozenset({"sts:GetCallerIdentity"})
SERVICE_LINKED = "aws-service-role/"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Asked:
    """One call that was authorised, with the condition keys that IAM saw with it."""

    principal: str
    action: str
    resource: str
    context: Context


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Question:
    """Every action on every resource, under one context."""

    principal: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    context: Context


def asked_of(
    evidence: Iterable[Evidence], account: str, carried: Iterable[Carried] = ()
) -> tuple[Asked, ...]:
    """Each authorised call once, sorted; `carried` is what the run's own things carry."""
    own: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for it in carried:
        own[it.resource][it.key] = (it.value,)
    asked: set[Asked] = set()
    boundaries: dict[str, tuple[str, ...]] = {}
    for one in evidence:
        if one.outcome is Outcome.DENIED or str(one.action) in NEEDS_NO_PERMISSION:
            continue
        if only_warns(one.action, one.via):
            continue
        context = _context(one, account, own.get(one.resource, {}))
        asked.add(
            Asked(
                principal=one.principal,
                action=str(one.action),
                resource=one.resource,
                context=context,
            )
        )
        if bounded := dict(context).get(BOUNDARY_KEY):
            boundaries[one.resource] = bounded
    return tuple(sorted(_on_bounded(one, boundaries) for one in asked))


def _on_bounded(one: Asked, boundaries: Mapping[str, tuple[str, ...]]) -> Asked:
    """IAM knows the boundary of the role or user that it is asked about.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
    """
    carried = boundaries.get(one.resource)
    if carried is None or not one.action.startswith("iam:"):
        return one
    context = {BOUNDARY_KEY: carried, **dict(one.context)}
    return replace(one, context=tuple(sorted(context.items())))


def questions(asked: Iterable[Asked]) -> tuple[Question, ...]:
    """The same as products: resources of which the same actions are asked go together."""
    actions: dict[tuple[str, Context, str], set[str]] = defaultdict(set)
    for one in asked:
        actions[one.principal, one.context, one.resource].add(one.action)
    alike: dict[tuple[str, Context, tuple[str, ...]], list[str]] = defaultdict(list)
    for (principal, context, resource), names in actions.items():
        alike[principal, context, tuple(sorted(names))].append(resource)
    return tuple(
        sorted(
            Question(principal=principal, actions=few, resources=some, context=context)
            for (principal, context, names), resources in alike.items()
            for few in _parts(names, MOST_ACTIONS)
            for some in _parts(sorted(resources), MOST_RESOURCES)
        )
    )


def _context(one: Evidence, account: str, carried: Mapping[str, tuple[str, ...]]) -> Context:
    owner = Arn.from_text(one.resource).account if is_arn(one.resource) else ""
    context: dict[str, tuple[str, ...]] = {
        "aws:RequestedRegion": (one.region,),
        "aws:ResourceAccount": (owner or account,),
        "aws:ViaAWSService": ("true" if one.via else "false",),
    }
    if one.via:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
        context["aws:CalledVia"] = one.via
        context["aws:CalledViaFirst"] = one.via[:1]
        context["aws:CalledViaLast"] = one.via[-1:]
    if one.via and one.action.service == "kms":
        service = one.via[-1].removesuffix(".amazonaws.com")
        context["kms:ViaService"] = (f"{service}.{one.region}.amazonaws.com",)
    if SERVICE_LINKED in one.resource:
        named = one.resource.partition(SERVICE_LINKED)[2].partition("/")[0]
        context["iam:AWSServiceName"] = (named,)
    context |= {**carried, **{key: (value,) for key, value in one.context}}
    return tuple(sorted(context.items()))


def _parts(many: Sequence[str], most: int) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(many), most):
        yield tuple(many[start : start + most])
