"""The text that a template's value has once its functions are resolved, as far as that is known.

What nobody knows before the stack is made is a `*`. Functions are resolved for what CloudFormation
reads, names of parameters and secrets: not for whole resources.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from lambdas.reference.stacks.intrinsics import joined, pseudo_parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lambdas.model.iam.arn import Arn

UNKNOWN: Final = "*"
_VARIABLE: Final = re.compile(r"\$\{([^!${}][^{}]*)\}")
_LITERAL: Final = re.compile(r"\$\{!([^{}]*)\}")
_SELECTED: Final = 2  # arguments of Fn::Select, Fn::Join and Fn::Equals
_BRANCHES: Final = 3  # of Fn::If


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What names mean in one stack.

    Attributes:
        values: of parameters and pseudo parameters.
        resources: physical ids by logical ids; what `Ref` gives.
        mappings: the template's section.
        conditions: the template's section.
    """

    values: Mapping[str, str]
    resources: Mapping[str, str]
    mappings: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        template: Mapping[str, Any],
        stack: Arn,
        parameters: Mapping[str, str],
        resources: Mapping[str, str],
    ) -> Self:
        """What names mean in one stack.

        Args:
            template: as it was sent.
            stack: its ARN.
            parameters: their values as they were sent.
            resources: physical ids by logical ids.
        """
        defaults = {
            name: str(one["Default"])
            for name, one in section(template, "Parameters").items()
            if isinstance(one, dict) and "Default" in one
        }
        return cls(
            values={
                **pseudo_parameters(stack.partition, stack.region, stack.account),
                "AWS::StackId": str(stack),
                "AWS::StackName": stack.resource.split("/")[1],
                **defaults,
                **parameters,
            },
            resources=resources,
            mappings=section(template, "Mappings"),
            conditions=section(template, "Conditions"),
        )

    def text(self, value: Any) -> str:  # noqa: ANN401  # any value of a template
        """The text of a value."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (str, int, float)):
            return str(value)
        function = _function_of(value)
        if function is None:
            return UNKNOWN
        name, argument = function
        resolve = _FUNCTIONS.get(name)
        return resolve(self, argument) if resolve else UNKNOWN

    def made(self, resource: Any) -> bool:  # noqa: ANN401  # a resource of a template
        """Whether a resource's condition lets it be; what is not known may be."""
        name = resource.get("Condition") if isinstance(resource, dict) else None
        return name is None or self.holds({"Condition": name}) is not False

    def holds(self, condition: Any, depth: int = 0) -> bool | None:  # noqa: ANN401
        """Whether a condition holds; nothing when that depends on what is not known."""
        function = _function_of(condition)
        if function is None or depth > len(self.conditions) + 1:
            return None
        name, argument = function
        if name == "Condition":
            return self.holds(self.conditions.get(str(argument)), depth + 1)
        parts = argument if isinstance(argument, list) else []
        if name == "Fn::Equals":
            return _equal([self.text(one) for one in parts])
        return joined(name, [self.holds(one, depth) for one in parts])


def section(template: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A section of a template; without one, or where it is none, nothing."""
    found = template.get(name)
    return found if isinstance(found, dict) else {}


def _equal(texts: Sequence[str]) -> bool | None:
    if len(texts) != _SELECTED or any(UNKNOWN in one for one in texts):
        return None
    return texts[0] == texts[1]


def _function_of(value: Any) -> tuple[str, Any] | None:  # noqa: ANN401
    if not isinstance(value, dict) or len(value) != 1:
        return None
    ((name, argument),) = value.items()
    return str(name), argument


def _ref(scope: Scope, name: Any) -> str:  # noqa: ANN401
    known = scope.values.get(str(name))
    return known if known is not None else scope.resources.get(str(name)) or UNKNOWN


def _sub(scope: Scope, argument: Any) -> str:  # noqa: ANN401
    text, own = (argument, {}) if not isinstance(argument, list) else (*argument, {}, {})[:2]

    def named(match: re.Match[str]) -> str:
        name = match[1].strip()
        if isinstance(own, dict) and name in own:
            return scope.text(own[name])
        return UNKNOWN if "." in name else _ref(scope, name)

    return _LITERAL.sub(r"${\1}", _VARIABLE.sub(named, str(text)))


def _join(scope: Scope, argument: Any) -> str:  # noqa: ANN401
    if not isinstance(argument, list) or len(argument) != _SELECTED:
        return UNKNOWN
    between, members = argument
    return scope.text(between).join(_members(scope, members))


def _select(scope: Scope, argument: Any) -> str:  # noqa: ANN401
    if not isinstance(argument, list) or len(argument) != _SELECTED:
        return UNKNOWN
    number, members = scope.text(argument[0]), _members(scope, argument[1])
    return members[int(number)] if number.isdigit() and int(number) < len(members) else UNKNOWN


def _find_in_map(scope: Scope, argument: Any) -> str:  # noqa: ANN401
    found: Any = scope.mappings
    for name in argument[:_BRANCHES] if isinstance(argument, list) else ():
        found = found.get(scope.text(name)) if isinstance(found, dict) else None
    return scope.text(found) if isinstance(found, (str, int, float)) else UNKNOWN


def _if(scope: Scope, argument: Any) -> str:  # noqa: ANN401
    if not isinstance(argument, list) or len(argument) != _BRANCHES:
        return UNKNOWN
    holds = scope.holds({"Condition": argument[0]})
    return UNKNOWN if holds is None else scope.text(argument[1 if holds else 2])


def _members(scope: Scope, value: Any) -> Sequence[str]:  # noqa: ANN401
    if isinstance(value, list):
        return [scope.text(one) for one in value]
    function = _function_of(value)
    if function and function[0] == "Fn::Split" and isinstance(function[1], list):
        between, text = (*function[1], "", "")[:2]
        whole = scope.text(text)
        return [UNKNOWN] if whole == UNKNOWN else whole.split(scope.text(between) or ",")
    if function and function[0] == "Ref":  # a parameter that is a list
        return [one.strip() for one in _ref(scope, function[1]).split(",")]
    return [UNKNOWN]


_FUNCTIONS: Final[Mapping[str, Callable[[Scope, Any], str]]] = {
    "Ref": _ref,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
}
