"""What a policy is worth: what it lets through of the next days, and what nobody used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lambdas.model.iam.policy import policy_size
from lambdas.model.limits import MANAGED_POLICY_LIMIT
from lambdas.model.trail.evidence import Outcome
from lambdas.reference.stacks.deployment_checks import only_warns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lambdas.model.trail.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The figures of one policy."""

    actions: int
    missed: int
    unused: int
    denied: int
    calls: int
    any_resource: int
    statements: int
    characters: int
    pass_role: str

    def row(self) -> dict[str, str]:
        """Labels and figures."""
        return {
            "actions granted": f"{self.actions}",
            "true actions missed": f"{self.missed}",
            "grants that no call used": f"{self.unused}",
            "calls of the next days": f"{self.calls:,}",
            "  of them denied": f"{self.denied:,}",
            "actions on any resource (*)": f"{self.any_resource}",
            "iam:PassRole": self.pass_role,
            "statements": f"{self.statements}",
            "characters": f"{self.characters:,}",
            "managed policies that it takes": f"{-(-self.characters // MANAGED_POLICY_LIMIT)}",
        }


def scored(
    document: Mapping[str, Any], seen: Sequence[Evidence], following: Sequence[Evidence]
) -> Score:
    """Every distinct call of the days to come is asked of the policy."""
    statements = document["Statement"]
    grants = [one for statement in statements for one in _grants(statement)]
    needed = set(_needed(seen)) | set(_needed(following))
    asked = list(_needed(following))
    by_call, by_grant = _by_action(needed), _by_action(grants)
    granted = {action.lower() for action, _, _ in grants}
    passed = [statement for statement in statements if "iam:PassRole" in _many(statement["Action"])]
    return Score(
        actions=len(granted),
        missed=len({action for action, _, _ in needed} - granted),
        unused=sum(
            not any(_allows(grant, call) for call in by_call.get(grant[0], ())) for grant in grants
        ),
        denied=sum(
            not any(_allows(grant, call) for grant in by_grant.get(call[0], ())) for call in asked
        ),
        calls=len(asked),
        any_resource=len({action for action, pattern, _ in grants if pattern == "*"}),
        statements=len(statements),
        characters=policy_size(document),
        pass_role=_pass_role(passed),
    )


def _by_action(things: Iterable[Grant | Call]) -> dict[str, list[Grant | Call]]:
    found: dict[str, list[Grant | Call]] = {}
    for one in things:
        found.setdefault(one[0], []).append(one)
    return found


def _pass_role(statements: Sequence[Mapping[str, Any]]) -> str:
    if not statements:
        return "missing"
    if any("*" in _many(one["Resource"]) for one in statements):
        return "on every role"
    to_service = all("iam:PassedToService" in str(one.get("Condition")) for one in statements)
    return "roles and service" if to_service else "roles"


Call = tuple[str, str, bool]  # action, resource, made by CloudFormation
Grant = tuple[str, str, bool]  # action, pattern, only through CloudFormation


def _needed(lines: Iterable[Evidence]) -> Iterator[Call]:
    """Each distinct call that was authorised, and what its request needed beside."""
    found: set[Call] = set()
    for line in lines:
        if line.outcome is Outcome.DENIED or only_warns(line.action, line.via):
            continue
        found.add((str(line.action).lower(), line.resource, bool(line.via)))
        for one in line.implies:
            found.add((str(one.action).lower(), one.resource, bool(line.via)))
    yield from sorted(found)


def _grants(statement: Mapping[str, Any]) -> Iterator[Grant]:
    through = "aws:CalledVia" in str(statement.get("Condition", {}))
    for action in _many(statement["Action"]):
        for pattern in _many(statement["Resource"]):
            yield action.lower(), pattern, through


def _allows(grant: Grant, call: Call) -> bool:
    action, pattern, through = grant
    return (
        action == call[0]
        and (call[2] or not through)
        and (pattern == "*" or bool(_regex(pattern).fullmatch(call[1])))
    )


@lru_cache(maxsize=100_000)
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))


def _many(value: Any) -> list[str]:  # noqa: ANN401  # IAM writes one thing or a list of it
    return value if isinstance(value, list) else [value]
