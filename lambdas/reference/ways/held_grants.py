"""What a policy grants, action by action, with the conditions of each."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from lambdas.model.dossier.refinement import ExplainedStatement, Ground, PrincipalPolicy
from lambdas.model.iam.arn import resource_of
from lambdas.model.iam.policy import Condition
from lambdas.model.iam.template import EVERYTHING, Template
from lambdas.model.iam.template_coverage import covers, overlaps
from lambdas.model.iam.way_up import BOUNDARY_KEY
from lambdas.reference.operation_verbs import CREATING
from lambdas.reference.stacks.containment import FUNCTION_ARN, STACK_TAG

PASSED_TO = "iam:PassedToService"
FENCES = frozenset({FUNCTION_ARN, STACK_TAG})
_OPEN = re.compile(r"[*?/:]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One action on one resource, as a statement grants it.

    Attributes:
        phases: in which the cycle needed it, sorted; empty where it was derived for the next
            deployment, or asked for.
        seen: whether the cycle needed it.
    """

    action: str
    resource: Template
    conditions: tuple[Condition, ...]
    sid: str
    phases: tuple[str, ...]
    seen: bool

    @property
    def bounded(self) -> bool:
        """Whether it asks for a boundary."""
        return any(one.key == BOUNDARY_KEY for one in self.conditions)

    @property
    def fenced(self) -> bool:
        """Whether a condition keeps it to what the process's own stacks made."""
        return any(one.key in FENCES for one in self.conditions)

    def passable_to(self, receivers: tuple[str, ...]) -> bool:
        """Whether the grant's own condition lets a role go to one of the services."""
        to = [str(value) for one in self.conditions if one.key == PASSED_TO for value in one.values]
        return not to or any(one.startswith(receivers) or "*" in one for one in to)


class HeldGrants:
    """What a policy grants, by action."""

    def __init__(
        self,
        held: Iterable[Held],
        bounded: Iterable[Template] = (),
        others: Iterable[Template] = (),
    ) -> None:
        self._bounded, self._others = tuple(bounded), tuple(others)
        self._by_action: dict[str, list[Held]] = {}
        for one in held:
            self._by_action.setdefault(one.action, []).append(one)

    @classmethod
    def of_policies(
        cls,
        policies: Iterable[PrincipalPolicy],
        bounded: Iterable[Template] = (),
        others: Iterable[Template] = (),
    ) -> Self:
        """All that their statements grant.

        Args:
            policies: of one principal, or of several who make things for each other.
            bounded: the roles that have the boundary.
            others: the roles that others made, and that the process was seen using.
        """
        statements = (statement for policy in policies for statement in policy.statements)
        return cls((one for statement in statements for one in _held(statement)), bounded, others)

    def of(self, action: str) -> Sequence[Held]:
        """Where an action is granted."""
        return self._by_action.get(action, ())

    def on_some(self, action: str, resource: Template) -> Held | None:
        """What grants the action on something that the resource matches, a boundary asked or not.

        What asks for no boundary comes first.
        """
        fit = [one for one in self.of(action) if overlaps(one.resource, resource)]
        return min(fit, key=lambda one: one.bounded, default=None)

    def creates(self, action: str, resource: Template) -> bool:
        """Whether all that the resource matches bears a name under which its holder creates it.

        Whoever may create under any name owns none of them: others' bear such names, too.
        """
        return any(
            is_named(one.resource) and covers(one.resource, resource) for one in self.of(action)
        )

    def is_bounded(self, role: Template) -> bool:
        """Whether all that a resource matches are roles with the boundary."""
        return any(covers(one, role) for one in self._bounded)

    def others_in(self, role: Template) -> tuple[Template, ...]:
        """The roles of others that the process uses and that a resource matches."""
        return tuple(one for one in self._others if covers(role, one))

    def makes(self, service: str, resource: Template) -> bool:
        """Whether everything that the resource matches is what the policy's holder makes.

        What is AWS's own, such as its code interpreters, has no role of the account's.
        """
        return _is_of_aws(resource) or any(covers(one, resource) for one in self.made(service))

    def made(self, service: str) -> tuple[Template, ...]:
        """The resources of a service that the policy's holder makes, and their parts, sorted."""
        verbs = tuple(f"{service}:{verb}" for verb in CREATING)
        held = [one for one in self._held() if one.action.startswith(f"{service}:")]
        made = (one.resource for one in held if one.action.startswith(verbs))
        whole = set(filter(is_named, made))
        parts = {one.resource for one in held if any(_within(each, one.resource) for each in whole)}
        return tuple(sorted(whole | parts, key=str))

    def _held(self) -> Iterator[Held]:
        return (one for held in self._by_action.values() for one in held)


def is_named(resource: Template) -> bool:
    """Whether a resource says more than of which kind it is: `role/orders-*`, and not `role/*`."""
    if resource == EVERYTHING:
        return False
    name = re.split(r"[/:]", resource_of(str(resource)), maxsplit=1)[-1]
    return bool(_OPEN.sub("", name))


def _is_of_aws(resource: Template) -> bool:
    return re.match(r"arn:[^:]*:[^:]*:[^:]*:aws:", str(resource)) is not None


def _within(whole: Template, part: Template) -> bool:
    """Whether a resource is a part of another, such as a function's alias."""
    return str(part).startswith((f"{whole}:", f"{whole}/"))


def _held(one: ExplainedStatement) -> Iterator[Held]:
    grounds: dict[tuple[str, str], list[Ground]] = {}
    for grant in one.grants:
        needed = [each for each in grant.grounds if each.kind.purpose.of_the_cycle]
        grounds.setdefault((str(grant.action), str(grant.resource)), []).extend(needed)
    for action in map(str, one.statement.actions):
        for resource in one.statement.resources:
            needed = grounds.get((action, str(resource)), [])
            yield Held(
                action=action,
                resource=resource,
                conditions=one.statement.conditions,
                sid=one.statement.sid,
                phases=tuple(sorted({phase for each in needed for phase in each.phases})),
                seen=bool(needed),
            )
