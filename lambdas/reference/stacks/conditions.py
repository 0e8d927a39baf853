"""A template's conditions and parameters: what is decided, and what only the deployment knows."""

from collections.abc import Callable, Mapping
from typing import Any

from lambdas.reference.stacks.functions import Pieces
from lambdas.reference.stacks.intrinsics import joined
from lambdas.reference.stacks.unknown import UNKNOWN, holds_unknown


def parameter_values(
    declared: Mapping[str, Any], given: Mapping[str, str]
) -> dict[str, str | list[str]]:
    """A value for every parameter: the one that was given, else its default, else unknown."""
    found: dict[str, str | list[str]] = {}
    for name, raw in declared.items():
        row = raw if isinstance(raw, dict) else {}
        kind = str(row.get("Type", "String"))
        value: Any = given.get(name, row.get("Default", UNKNOWN))
        if kind.startswith("AWS::SSM::Parameter::Value"):
            value = UNKNOWN  # what is given names the parameter that holds the value
        if kind == "CommaDelimitedList" or kind.startswith("List<"):
            found[name] = Pieces(one.strip() for one in str(value).split(","))
        else:
            found[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return found


class Conditions:
    """The conditions of one template, each decided once."""

    def __init__(self, declared: Mapping[str, Any], resolve: Callable[[Any], Any]) -> None:
        """Know the template's `Conditions`, and how values are resolved."""
        self._declared, self._resolve = declared, resolve
        self._decided: dict[str, bool | None] = {}

    def holds(self, name: str) -> bool | None:
        """Whether a condition holds; None when it cannot be decided."""
        if name not in self._decided:
            self._decided[name] = None  # one that asks for itself is not decided
            self._decided[name] = self._of(self._declared.get(name))
        return self._decided[name]

    def _of(self, raw: Any) -> bool | None:  # noqa: ANN401 (whatever a template holds)
        if not isinstance(raw, dict) or len(raw) != 1:
            return None
        ((name, argument),) = raw.items()
        if name == "Condition":
            return self.holds(str(argument))
        if name == "Fn::Equals":
            return self._equal(argument)
        parts = [self._of(one) for one in argument] if isinstance(argument, list) else []
        return joined(str(name), parts)

    def _equal(self, argument: Any) -> bool | None:  # noqa: ANN401 (as above)
        if not isinstance(argument, list) or len(argument) != 2:  # noqa: PLR2004
            return None
        one, other = (self._resolve(side) for side in argument)
        if holds_unknown(one) or holds_unknown(other):
            return None
        return _plain(one) == _plain(other)


def _plain(value: Any) -> str:  # noqa: ANN401 (as above)
    return str(value).lower() if isinstance(value, bool) else str(value)
