"""What a policy grants, one action on one resource at a time, and which access covers which."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lambdas.model.dossier.refinement import ExplainedStatement, PrincipalPolicy
from lambdas.model.iam.action import Action
from lambdas.model.iam.policy import Condition
from lambdas.model.iam.template import Template
from lambdas.model.iam.template_coverage import covers


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One action on one resource for one principal, under conditions."""

    owner: str
    action: Action
    resource: Template
    conditions: tuple[Condition, ...] = ()

    @property
    def order(self) -> tuple[str, str, str, tuple[tuple[str, str, tuple[str, ...]], ...]]:
        """A total order, for sorting."""
        conditions = tuple(one.order for one in self.conditions)
        return (self.owner, str(self.action), str(self.resource), conditions)

    def covers(self, other: "Access") -> bool:
        """Whether everything that the other lets happen, this one lets happen too.

        Sound, not complete: for conditions it only knows that more of them allow less.
        """
        return (
            self.owner == other.owner
            and self.action in (other.action, type(other.action)(other.action.service, "*"))
            and set(self.conditions) <= set(other.conditions)
            and covers(self.resource, other.resource)
        )


def accesses(policy: PrincipalPolicy) -> Iterator[tuple[Access, ExplainedStatement]]:
    """Everything that the policy grants, each with the statement that grants it."""
    for one in policy.statements:
        conditions = tuple(sorted(one.statement.conditions, key=lambda condition: condition.order))
        for action in one.statement.actions:
            for resource in one.statement.resources:
                yield (
                    Access(
                        owner=policy.name, action=action, resource=resource, conditions=conditions
                    ),
                    one,
                )


class Covering:
    """Answers quickly whether a set of accesses covers one."""

    def __init__(self, granted: Iterable[Access]) -> None:
        self._exact = set(granted)
        self._by_action: dict[tuple[str, str], list[Access]] = defaultdict(list)
        for one in sorted(self._exact, key=lambda access: access.order):
            self._by_action[one.owner, str(one.action)].append(one)

    def covers(self, access: Access) -> bool:
        """Whether one of the set covers the access."""
        return access in self._exact or any(
            candidate.covers(access)
            for action in (str(access.action), f"{access.action.service}:*")
            for candidate in self._by_action.get((access.owner, action), ())
        )
