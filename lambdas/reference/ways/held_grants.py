"""What a policy grants, action by action, with the conditions of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from lambdas.model.template_coverage import covers
from lambdas.model.way_up import BOUNDARY_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lambdas.model.policy import Condition
    from lambdas.model.refinement import ExplainedStatement, PrincipalPolicy
    from lambdas.model.template import Template

PASSED_TO = "iam:PassedToService"
_MAKES = ("Create", "Register", "Run")  # what the names of actions begin with that make things


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One action on one resource, as a statement grants it."""

    action: str
    resource: Template
    conditions: tuple[Condition, ...]
    sid: str
    phases: tuple[str, ...]

    @property
    def bounded(self) -> bool:
        """Whether it asks for a boundary."""
        return any(one.key == BOUNDARY_KEY for one in self.conditions)

    def passable_to(self, receiver: str) -> bool:
        """Whether the grant's own condition lets a role go to a service."""
        to = [str(value) for one in self.conditions if one.key == PASSED_TO for value in one.values]
        return not to or any(one.startswith(receiver) or "*" in one for one in to)


class HeldGrants:
    """What a policy grants, by action."""

    def __init__(self, held: Iterable[Held], bounded: Iterable[Template] = ()) -> None:
        self._bounded = tuple(bounded)
        self._by_action: dict[str, list[Held]] = {}
        for one in held:
            self._by_action.setdefault(one.action, []).append(one)

    @classmethod
    def of_policies(
        cls, policies: Iterable[PrincipalPolicy], bounded: Iterable[Template] = ()
    ) -> Self:
        """All that their statements grant; `bounded` are the roles that have the boundary."""
        statements = (statement for policy in policies for statement in policy.statements)
        return cls((one for statement in statements for one in _held(statement)), bounded)

    def of(self, action: str) -> Sequence[Held]:
        """Where an action is granted."""
        return self._by_action.get(action, ())

    def on(self, action: str, resource: Template) -> Held | None:
        """What grants the action on a resource; what asks for no boundary comes first."""
        fit = [one for one in self.of(action) if _same(one.resource, resource)]
        return min(fit, key=lambda one: one.bounded, default=None)

    def is_bounded(self, role: Template) -> bool:
        """Whether all that a resource matches are roles with the boundary."""
        return any(covers(one, role) for one in self._bounded)

    def makes(self, service: str, resource: Template) -> bool:
        """Whether the policy's holder makes such resources."""
        return any(_same(one, resource) or _within(one, resource) for one in self.made(service))

    def made(self, service: str) -> tuple[Template, ...]:
        """The resources of a service that the policy's holder makes, sorted."""
        found = {
            one.resource
            for action, held in self._by_action.items()
            if action.startswith(tuple(f"{service}:{verb}" for verb in _MAKES))
            for one in held
            if str(one.resource) != "*"
        }
        return tuple(sorted(found, key=str))


def _same(wide: Template, narrow: Template) -> bool:
    return covers(wide, narrow) or covers(narrow, wide)


def _within(whole: Template, part: Template) -> bool:
    """Whether a resource is a part of another, such as a function's alias."""
    return str(part).startswith((f"{whole}:", f"{whole}/"))


def _held(one: ExplainedStatement) -> Iterator[Held]:
    phases: dict[tuple[str, str], set[str]] = {}
    for grant in one.grants:
        seen = {phase for ground in grant.grounds for phase in ground.phases}
        phases.setdefault((str(grant.action), str(grant.resource)), set()).update(seen)
    for action in map(str, one.statement.actions):
        for resource in one.statement.resources:
            yield Held(
                action=action,
                resource=resource,
                conditions=one.statement.conditions,
                sid=one.statement.sid,
                phases=tuple(sorted(phases.get((action, str(resource)), ()))),
            )
