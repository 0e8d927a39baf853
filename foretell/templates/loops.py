"""`Fn::ForEach`: a key and a body for every value, as AWS::LanguageExtensions expands it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from foretell.errors import UnreadableTemplateError

_LOOP = "Fn::ForEach::"
_MOST = 10_000  # bodies of one template


def unrolled(
    content: Mapping[str, Any], values_of: Callable[[Any], Any], shown: str
) -> dict[str, Any]:
    """The template without loops.

    Args:
        content: the template.
        values_of: resolves what a loop runs over.
        shown: what the template is called in messages.

    Raises:
        UnreadableTemplateError: what a loop runs over cannot be known here, or it never ends.
    """
    found: dict[str, Any] = _Loops(values_of, shown).of(dict(content), {})
    return found


class _Loops:
    def __init__(self, values_of: Callable[[Any], Any], shown: str) -> None:
        self._values_of, self._shown, self._made = values_of, shown, 0

    def of(self, value: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401 (as templates have it)
        if isinstance(value, str):
            return _filled(value, names)
        if isinstance(value, list):
            return [self.of(one, names) for one in value]
        if not isinstance(value, dict):
            return value
        if value.keys() == {"Ref"} and value["Ref"] in names:
            return names[value["Ref"]]
        found: dict[str, Any] = {}
        for key, inner in value.items():
            if str(key).startswith(_LOOP):
                found.update(self._bodies(str(key), inner, names))
            else:
                found[_filled(str(key), names)] = self.of(inner, names)
        return found

    def _bodies(self, key: str, loop: Any, names: Mapping[str, str]) -> dict[str, Any]:  # noqa: ANN401
        name = key.removeprefix(_LOOP)
        if not isinstance(loop, list) or len(loop) != 3 or not isinstance(loop[2], dict):  # noqa: PLR2004
            raise UnreadableTemplateError(
                f"{self._shown}: the loop {name} is no list of identifier, values and body"
            )
        identifier, over, body = loop
        values = self._values_of(self.of(over, names))
        if not isinstance(values, list) or not all(isinstance(one, str | int) for one in values):
            raise UnreadableTemplateError(
                f"{self._shown}: what the loop {name} runs over is not known here; "
                "give its parameter with --parameter"
            )
        found: dict[str, Any] = {}
        for value in values:
            self._made += 1
            if self._made > _MOST:
                raise UnreadableTemplateError(f"{self._shown}: its loops make too much")
            found.update(self.of(body, {**names, str(identifier): str(value)}))
        return found


def _filled(text: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"${{{name}}}", value)
        text = text.replace(f"&{{{name}}}", re.sub(r"[^A-Za-z0-9]", "", value))
    return text
