"""Which known ways to more permissions a policy leads to, and which of them it closes itself.

A way through a role counts as far as somebody could use it: of a role that the process creates, it
takes creating one without the boundary and giving it permissions; of one that others made, passing
it is enough.
"""

from collections.abc import Callable, Iterator, Mapping

from lambdas.model.dossier.refinement import PrincipalPolicy
from lambdas.model.iam.role_boundary import BOUNDARY, BOUNDARY_ARN, RoleBoundary
from lambdas.model.iam.template import Template, Variable
from lambdas.model.iam.template_coverage import filled, overlaps
from lambdas.model.iam.way_up import BOUNDARY_KEY, WayStep, WayUp
from lambdas.reference.ways.escalation import EscalationPath, Through, escalation_paths
from lambdas.reference.ways.held_grants import Held, HeldGrants

PASS_ROLE = "iam:PassRole"  # noqa: S105  # an action, no secret
# How a new role or user, and a policy, comes to permissions.
_GIVE = {
    "iam:CreateRole": ("iam:PutRolePolicy", "iam:AttachRolePolicy"),
    "iam:CreateUser": ("iam:PutUserPolicy", "iam:AttachUserPolicy"),
}
_ATTACH = ("iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:AttachGroupPolicy")
REWRITTEN = "the boundary itself changed"
# By these a boundary would be another one, under its own name.
REWRITES = (
    "iam:CreatePolicyVersion",
    "iam:DeletePolicy",
    "iam:DeletePolicyVersion",
    "iam:SetDefaultPolicyVersion",
)
# Any account: what stands for it holds no colon.
_HERE = {"partition": "aws", "account": "123456789012"}
ANOTHER = Template.of("arn:", Variable("partition"), ":iam::aws:policy/AdministratorAccess")


def ways_up(policy: PrincipalPolicy, boundary: RoleBoundary | None = None) -> tuple[WayUp, ...]:
    """Every known way that the policy's actions and resources lead to, sorted.

    Args:
        policy: of one principal.
        boundary: of the roles that the process creates. Where it is only offered, some of them may
            lack it, and a policy may ask for it all the same, because the calls that were seen did.
    """
    arn = BOUNDARY_ARN if boundary else None
    bounded = boundary.roles if boundary and boundary.required else ()
    others = boundary.others if boundary else ()
    held = HeldGrants.of_policies(
        [policy], map(Template.from_text, bounded), map(Template.from_text, others)
    )
    own = policy.principal.partition(":user/")[2]
    found = [
        way
        for name, path in escalation_paths().items()
        for way in _ways(name, path, held, own, arn)
    ]
    if boundary:
        found += _rewrites(held, BOUNDARY_ARN, boundary.name)
    # Of two statements that grant the same, one may ask for the boundary: the other leaves it open.
    found.sort(key=lambda one: not one.closed_by)
    return tuple(sorted({way.order: way for way in found}.values(), key=lambda one: one.order))


def _ways(
    name: str, path: EscalationPath, held: HeldGrants, own: str, boundary: Template | None
) -> Iterator[WayUp]:
    if not all(map(held.of, path.actions)):
        return
    for first in held.of(path.actions[0]):
        user = str(first.resource).partition(":user/")[2]
        if not path.oneself and own and user == own:
            continue
        for steps, made in _STEPS[path.through](path, first, held, boundary):
            yield WayUp(
                path=name,
                gains=path.gains,
                reach=first.resource,
                made=made,
                steps=steps,
                phases=first.phases,
            )


_Steps = tuple[tuple[WayStep, ...], bool]


def _changed(
    _: EscalationPath, first: Held, __: HeldGrants, ___: Template | None
) -> Iterator[_Steps]:
    """A role or user without the boundary, or one that gets another boundary."""
    other = ANOTHER if first.action.endswith("PermissionsBoundary") else None
    yield (_step(first, other),), False


def _unbounded(
    _: EscalationPath, first: Held, __: HeldGrants, boundary: Template | None
) -> Iterator[_Steps]:
    yield (_step(first, boundary),), False


def _passed(
    path: EscalationPath, first: Held, held: HeldGrants, _: Template | None
) -> Iterator[_Steps]:
    if first.passable_to(path.receivers):
        rest = tuple(_step(held.of(action)[0]) for action in path.actions[1:])
        yield from _through_made("iam:CreateRole", first, rest, held)


def _assumed(
    _: EscalationPath, first: Held, held: HeldGrants, __: Template | None
) -> Iterator[_Steps]:
    yield from _through_made("iam:CreateRole", first, (), held)


def _users(
    _: EscalationPath, first: Held, held: HeldGrants, __: Template | None
) -> Iterator[_Steps]:
    yield from _through_made("iam:CreateUser", first, (), held)


def _through_made(
    create: str, use: Held, rest: tuple[WayStep, ...], held: HeldGrants
) -> Iterator[_Steps]:
    """Of what the holder makes: make one, give it permissions, use it; of others': use it.

    One that nobody can give permissions to leads nowhere.
    """
    made = held.on_some(create, use.resource)
    giving = (held.on_some(action, use.resource) for action in _GIVE[create])
    give = min(filter(None, giving), key=lambda one: one.bounded, default=None)
    if made and give:
        yield (_step(made), _step(give), _step(use), *rest), True
    if not (held.creates(create, use.resource) or held.is_bounded(use.resource)):
        yield (_step(use), *rest), False
        return
    for other in held.others_in(use.resource):
        yield (_step(use, on=other), *rest), False


def _with_a_role(
    path: EscalationPath, use: Held, held: HeldGrants, _: Template | None
) -> Iterator[_Steps]:
    """What the holder makes has one of the roles that may be passed to it, or none."""
    if not _is_own(use, held):
        yield (_step(use),), False
        return
    for passed in held.of(PASS_ROLE):
        if passed.passable_to(path.receivers):
            yield from _through_made("iam:CreateRole", passed, (_step(use),), held)


def _is_own(use: Held, held: HeldGrants) -> bool:
    """Whether a grant reaches what its holder makes, and nothing else."""
    return use.fenced or held.makes(use.action.partition(":")[0], use.resource)


def _policies(
    _: EscalationPath, change: Held, held: HeldGrants, __: Template | None
) -> Iterator[_Steps]:
    """One's own policy has to be given to somebody; others' are held by others already."""
    if not held.creates("iam:CreatePolicy", change.resource):
        yield (_step(change),), False
    for action in _ATTACH:
        for attach in held.of(action):
            yield (_step(attach), _step(change)), True


def _shared(
    _: EscalationPath, change: Held, held: HeldGrants, __: Template | None
) -> Iterator[_Steps]:
    """The own policy of a thing that others made."""
    if not _is_own(change, held):
        yield (_step(change),), False


# The calls of a way, once for each kind of role, user or policy that it may lead through.
_STEPS: Mapping[Through, Callable[..., Iterator[_Steps]]] = {
    Through.PRINCIPAL: _changed,
    Through.BOUNDARY: _unbounded,
    Through.PASSED: _passed,
    Through.ASSUMED: _assumed,
    Through.USER: _users,
    Through.RESOURCE: _with_a_role,
    Through.POLICY: _policies,
    Through.SHARED: _shared,
}


def _rewrites(held: HeldGrants, boundary: Template, name: str) -> Iterator[WayUp]:
    """Elsewhere the boundary has another name only if somebody gives it one."""
    here = {**_HERE, BOUNDARY: name}
    named = filled(boundary, here)
    for action in REWRITES:
        for one in held.of(action):
            if overlaps(filled(one.resource, here), named):
                yield WayUp(
                    path=REWRITTEN,
                    gains="what the boundary keeps the created roles from",
                    reach=boundary,
                    made=False,
                    steps=(_step(one, on=boundary),),
                    phases=one.phases,
                )


def _step(one: Held, carried: Template | None = None, *, on: Template | None = None) -> WayStep:
    """A call that meets every condition, but for the boundary: it is left out or another."""
    context = {
        condition.key: condition.values[0]
        for condition in one.conditions
        if condition.key != BOUNDARY_KEY
    }
    if carried is not None:
        context[BOUNDARY_KEY] = carried
    wanted = {
        str(value)
        for condition in one.conditions
        if condition.key == BOUNDARY_KEY
        for value in condition.values
    }
    return WayStep(
        action=one.action,
        resource=on or one.resource,
        context=tuple(sorted(context.items(), key=lambda item: item[0])),
        sid=one.sid,
        seen=one.seen,
        refused=bool(wanted) and str(carried) not in wanted,
    )
