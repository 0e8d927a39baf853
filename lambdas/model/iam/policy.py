"""IAM policies as values, and the one place where IAM's JSON is spelled."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from lambdas.model.iam.action import Action
from lambdas.model.iam.template import Template

VERSION = "2012-10-17"
# "The asterisk (*) at the end of the permission is required", and the bare name allows nothing:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-edge-permissions.html
_WITH_ASTERISK = frozenset({"lambda:EnableReplication", "lambda:DisableReplication"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One test on one condition key, such as StringEquals iam:PassedToService."""

    operator: str
    key: str
    values: tuple[Template, ...]

    @property
    def order(self) -> tuple[str, str, tuple[str, ...]]:
        """A total order, for sorting."""
        return (self.operator, self.key, tuple(map(str, self.values)))

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        values = tuple(map(Template.from_text, raw["values"]))
        return cls(operator=raw["operator"], key=raw["key"], values=values)

    def to_json(self) -> dict[str, Any]:
        """Plain values, in a fixed order."""
        return {"operator": self.operator, "key": self.key, "values": list(map(str, self.values))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """An Allow statement. Actions, resources and conditions are sorted and unique."""

    sid: str
    actions: tuple[Action, ...]
    resources: tuple[Template, ...]
    conditions: tuple[Condition, ...] = ()

    @property
    def variables(self) -> frozenset[str]:
        """The names that must be given to render it."""
        texts = (*self.resources, *(value for one in self.conditions for value in one.values))
        return frozenset().union(*(one.variables for one in texts))

    def render(self, values: Mapping[str, str]) -> dict[str, Any]:
        """IAM's JSON of this statement."""
        rendered: dict[str, Any] = {
            "Sid": self.sid,
            "Effect": "Allow",
            "Action": _one_or_many(map(_granted_as, self.actions)),
            "Resource": _one_or_many(one.render(values) for one in self.resources),
        }
        if self.conditions:
            rendered["Condition"] = _conditions(self.conditions, values)
        return rendered


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternStatement:
    """A statement whose actions may be patterns, such as a role's own policy has them.

    Attributes:
        actions: `service:Name`, with `*` and `?`; sorted and unique.
        but_actions: whether all actions but these are meant (NotAction).
        but_resources: whether all resources but these are meant (NotResource).
    """

    sid: str
    effect: str
    actions: tuple[str, ...]
    resources: tuple[Template, ...]
    conditions: tuple[Condition, ...] = ()
    but_actions: bool = False
    but_resources: bool = False

    def render(self, values: Mapping[str, str]) -> dict[str, Any]:
        """IAM's JSON of this statement."""
        rendered: dict[str, Any] = {
            "Sid": self.sid,
            "Effect": self.effect,
            "NotAction" if self.but_actions else "Action": _one_or_many(self.actions),
            "NotResource" if self.but_resources else "Resource": _one_or_many(
                one.render(values) for one in self.resources
            ),
        }
        if self.conditions:
            rendered["Condition"] = _conditions(self.conditions, values)
        return rendered


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document with variables still open."""

    statements: tuple[Statement, ...]

    @property
    def variables(self) -> frozenset[str]:
        """The names that must be given to render it."""
        return frozenset().union(*(one.variables for one in self.statements))

    def render(self, values: Mapping[str, str]) -> dict[str, Any]:
        """IAM's JSON, ready for CreatePolicy."""
        return {"Version": VERSION, "Statement": [one.render(values) for one in self.statements]}


def policy_text(document: Mapping[str, Any]) -> str:
    """IAM's JSON as people read it; ASCII, so that it fits IAM's character set."""
    return json.dumps(document, indent=2) + "\n"


def policy_size(document: Mapping[str, Any]) -> int:
    """Characters as IAM counts them, without white space; that within strings counts."""
    return len(json.dumps(document, separators=(",", ":")))


def _granted_as(action: Action) -> str:
    return f"{action}*" if str(action) in _WITH_ASTERISK else str(action)


def _one_or_many(texts: Iterable[str]) -> str | list[str]:
    many = sorted(set(texts))
    return many[0] if len(many) == 1 else many


def _conditions(conditions: Iterable[Condition], values: Mapping[str, str]) -> dict[str, Any]:
    rendered: dict[str, dict[str, Any]] = {}
    for one in sorted(conditions, key=lambda condition: condition.order):
        rendered.setdefault(one.operator, {})[one.key] = _one_or_many(
            value.render(values) for value in one.values
        )
    return rendered
