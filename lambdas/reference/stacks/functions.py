"""CloudFormation's intrinsic functions, as far as they can be resolved without an account.

What cannot is `UNKNOWN`, which becomes a wildcard. Nothing here fails: a function with arguments
that make no sense gives `UNKNOWN` too.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from lambdas.reference.stacks.unknown import UNKNOWN, holds_unknown

_PLACE = re.compile(r"\$\{(!?)([^{}!]+)\}")
NO_VALUE = object()  # what AWS::NoValue is: the property is not there
_DEEPEST = 200
_LONGEST = 1 << 16  # characters of a text: a join of joins must not fill the memory


class Pieces(list[Any]):
    """Of a text that was cut: a piece that is not known may have held the separator."""


class Names(Protocol):
    """What references are resolved by."""

    def ref(self, name: str) -> Any:  # noqa: ANN401 (texts and lists)
        """What `Ref` gives."""

    def attribute(self, name: str, attribute: str) -> Any:  # noqa: ANN401 (as above)
        """What `Fn::GetAtt` gives."""

    def condition(self, name: str) -> bool | None:
        """Whether a condition holds; None when it cannot be decided."""

    def mapped(self, name: str, first: str, second: str) -> Any:  # noqa: ANN401 (as above)
        """What stands in a mapping; None when there is no such key."""

    def undecided(self, yes: Any, no: Any) -> Any:  # noqa: ANN401 (as above)
        """What `Fn::If` gives when its condition cannot be decided."""

    def plain(self, text: str) -> str:
        """What a text gives that may hold dynamic references."""


class Resolver:
    """Resolves values by the names of one template."""

    def __init__(self, names: Names) -> None:
        """Know the names."""
        self._names = names
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": lambda name: names.ref(str(name)),
            "Fn::Base64": self.text,
            "Fn::FindInMap": self._find_in_map,
            "Fn::GetAtt": self._get_att,
            "Fn::If": self._if,
            "Fn::Join": self._join,
            "Fn::Length": lambda value: str(len(value)) if isinstance(value, list) else UNKNOWN,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::Sub": self._sub,
            "Fn::ToJsonString": lambda value: json.dumps(value, default=str)[:_LONGEST],
        }

    def resolve(self, value: Any, depth: int = 0) -> Any:  # noqa: ANN401 (whatever a template holds)
        """The value with its functions resolved; `NO_VALUE` where it says that there is none."""
        if depth > _DEEPEST:
            return UNKNOWN
        if isinstance(value, str):
            return self._names.plain(value)
        if isinstance(value, list):
            found = [self.resolve(one, depth + 1) for one in value]
            return [one for one in found if one is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name in self._functions or str(name).startswith("Fn::"):
                return self._called(str(name), argument, depth)
        inner = {str(key): self.resolve(one, depth + 1) for key, one in value.items()}
        return {key: one for key, one in inner.items() if one is not NO_VALUE}

    def _called(self, name: str, argument: Any, depth: int) -> Any:  # noqa: ANN401 (as above)
        function = self._functions.get(name)
        if function is None:
            return UNKNOWN  # ImportValue, GetAZs, Cidr, Transform: only the account knows
        if name not in ("Fn::If", "Fn::Sub"):
            argument = self.resolve(argument, depth + 1)
        elif name == "Fn::Sub" and isinstance(argument, list):
            argument = [*argument[:1], *self.resolve(argument[1:], depth + 1)]
        return function(argument)

    def _if(self, argument: Any) -> Any:  # noqa: ANN401 (as above)
        if not isinstance(argument, list) or len(argument) != 3:  # noqa: PLR2004
            return UNKNOWN
        holds = self._names.condition(str(argument[0]))
        yes, no = (self.resolve(one, 1) for one in argument[1:])
        if holds is None:
            return self._names.undecided(yes, no)
        return yes if holds else no

    def _get_att(self, argument: Any) -> Any:  # noqa: ANN401 (as above)
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        if not isinstance(parts, list) or len(parts) != 2:  # noqa: PLR2004
            return UNKNOWN
        return self._names.attribute(str(parts[0]), str(parts[1]))

    def _find_in_map(self, argument: Any) -> Any:  # noqa: ANN401 (as above)
        if not isinstance(argument, list) or len(argument) < 3:  # noqa: PLR2004
            return UNKNOWN
        found = self._names.mapped(*(str(one) for one in argument[:3]))
        rest = argument[3] if len(argument) > 3 else None  # noqa: PLR2004
        if found is None and isinstance(rest, dict):
            found = rest.get("DefaultValue")
        return UNKNOWN if found is None else self.resolve(found, 1)

    def _join(self, argument: Any) -> Any:  # noqa: ANN401 (as above)
        if not isinstance(argument, list) or len(argument) != 2:  # noqa: PLR2004
            return UNKNOWN
        between, parts = argument
        if not isinstance(parts, list):
            return UNKNOWN
        return self.text(between).join(map(self.text, parts))[:_LONGEST]

    def _split(self, argument: Any) -> Any:  # noqa: ANN401 (as above)
        if not isinstance(argument, list) or len(argument) != 2:  # noqa: PLR2004
            return UNKNOWN
        between, text = argument
        if not isinstance(text, str) or not isinstance(between, str) or not between:
            return UNKNOWN
        return Pieces(text.split(between))

    def _select(self, argument: Any) -> Any:  # noqa: ANN401 (as above)
        if not isinstance(argument, list) or len(argument) != 2:  # noqa: PLR2004
            return UNKNOWN
        index, values = argument
        try:
            found = values[int(index)] if isinstance(values, list) else UNKNOWN
        except (ValueError, IndexError, TypeError):
            return UNKNOWN
        before = values[: int(index) + 1] if isinstance(values, Pieces) else ()
        return UNKNOWN if any(map(holds_unknown, before)) else found

    def _sub(self, argument: Any) -> Any:  # noqa: ANN401 (as above)
        template, own = argument if _is_pair(argument) else (argument, {})
        if not isinstance(template, str):
            return UNKNOWN
        filled = _PLACE.sub(lambda match: self._place(match, own), template)[:_LONGEST]
        return self._names.plain(filled)

    def _place(self, match: re.Match[str], own: Mapping[str, Any]) -> str:
        literal, name = match[1], match[2].strip()
        if literal:
            return f"${{{name}}}"
        if name in own:
            return self.text(own[name])
        if "." in name:
            return self.text(self._names.attribute(*name.split(".", 1)))
        return self.text(self._names.ref(name))

    def text(self, value: Any) -> str:  # noqa: ANN401 (as above)
        """What a resolved value is within a text; of an object, nothing is known."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, list):
            return ",".join(map(self.text, value))
        return str(value) if isinstance(value, str | int | float) else UNKNOWN


def _is_pair(argument: Any) -> bool:  # noqa: ANN401 (as above)
    return (
        isinstance(argument, list)
        and len(argument) == 2  # noqa: PLR2004
        and isinstance(argument[1], dict)
    )
