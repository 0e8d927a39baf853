"""The permissions boundary of the roles that a process creates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from lambdas.model.iam.arn import Arn
from lambdas.model.iam.policy import VERSION, Condition, PatternStatement
from lambdas.model.iam.template import Template, Variable

_SANDBOX = "-sandbox"
BOUNDARY = "boundary"  # the variable that stands for the boundary's name


def boundary_name(deployment: str, process: str) -> str:
    """The managed policy's name, in the sandbox and wherever the process runs."""
    return f"{deployment}-boundary-{process}"


def boundary_arn(principal: str, process: str) -> str:
    """Of the boundary that belongs to a cycle's sandbox role, `<deployment>-run-<process>-sandbox`.

    Empty for a role that is no deployment's.
    """
    role = Arn.from_text(principal)
    deployment = role.name.removesuffix(f"-run-{process}{_SANDBOX}")
    if deployment == role.name:
        return ""
    return str(role.with_resource(f"policy/{boundary_name(deployment, process)}"))


# In any account, under any name: a stage beside another one has a boundary of its own.
BOUNDARY_ARN = Template.of(
    "arn:", Variable("partition"), ":iam::", Variable("account"), ":policy/", Variable(BOUNDARY)
)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Withheld:
    """What a created role is given and the boundary keeps from it.

    Attributes:
        action: as the role's policy spells it, perhaps a pattern.
        on_own: whether the boundary allows it all the same on what the process creates itself.
    """

    role: str
    action: str
    resource: str
    on_own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleBoundary:
    """A managed policy: what the created roles are given, without what would be a way up.

    Attributes:
        name: of the managed policy in the sandbox, and elsewhere unless somebody says otherwise.
        required: whether the process's policy asks for it.
        roles: the created roles and users, as templates, sorted.
        others: the roles that the process was seen passing or assuming and did not create, alike.
        withheld: sorted.
    """

    name: str
    required: bool
    statements: tuple[PatternStatement, ...]
    roles: tuple[str, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def variables(self) -> frozenset[str]:
        """The names that must be given to render it."""
        texts = [
            text
            for one in self.statements
            for text in (
                *one.resources,
                *(value for condition in one.conditions for value in condition.values),
            )
        ]
        return frozenset().union(*(one.variables for one in texts))

    def render(self, values: Mapping[str, str]) -> dict[str, Any]:
        """IAM's JSON, ready for CreatePolicy."""
        return {"Version": VERSION, "Statement": [one.render(values) for one in self.statements]}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        return cls(
            name=raw["name"],
            required=raw["required"],
            statements=tuple(map(_statement_from, raw["statements"])),
            roles=tuple(raw["roles"]),
            withheld=tuple(
                Withheld(
                    role=one["role"],
                    action=one["action"],
                    resource=one["resource"],
                    on_own=one.get("onOwn", False),
                )
                for one in raw["withheld"]
            ),
            others=tuple(raw.get("others", ())),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values, in a fixed order."""
        return {
            "name": self.name,
            "required": self.required,
            "statements": list(map(_statement_to, self.statements)),
            "roles": list(self.roles),
            "withheld": [
                {
                    "role": one.role,
                    "action": one.action,
                    "resource": one.resource,
                    "onOwn": one.on_own,
                }
                for one in self.withheld
            ],
            "others": list(self.others),
        }


def _statement_to(one: PatternStatement) -> dict[str, Any]:
    return {
        "sid": one.sid,
        "effect": one.effect,
        "actions": list(one.actions),
        "butActions": one.but_actions,
        "resources": list(map(str, one.resources)),
        "butResources": one.but_resources,
        "conditions": [each.to_json() for each in one.conditions],
    }


def _statement_from(raw: Mapping[str, Any]) -> PatternStatement:
    return PatternStatement(
        sid=raw["sid"],
        effect=raw["effect"],
        actions=tuple(raw["actions"]),
        but_actions=raw["butActions"],
        resources=tuple(map(Template.from_text, raw["resources"])),
        but_resources=raw["butResources"],
        conditions=tuple(map(Condition.from_json, raw["conditions"])),
    )
