"""The text of a template, JSON or YAML with CloudFormation's short tags, as plain values."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from foretell.errors import UnreadableTemplateError
from lambdas.model.text import visible
from lambdas.reference.stacks.intrinsics import long_form

# CloudFormation takes 1 MB; what a tool writes before it packages may be somewhat larger,
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
LARGEST = 5 << 20  # characters
_DEEPEST = 100
_MOST = 400_000  # values, aliases counted as often as they are used
_SCALARS = {
    "tag:yaml.org,2002:bool",
    "tag:yaml.org,2002:float",
    "tag:yaml.org,2002:int",
    "tag:yaml.org,2002:null",
}
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A template as it is written.

    Attributes:
        content: plain values; short tags are written out, `{"Ref": …}`.
        lines: where each resource begins, by its logical id, from 1.
        path: where it lies, as it was named.
        sent: as it was before its transforms were applied; empty where nothing was.
    """

    content: Mapping[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict)
    path: str = ""
    sent: Mapping[str, Any] = field(default_factory=dict)


def read_template(text: str, path: str = "") -> Document:
    """Read a template.

    Raises:
        UnreadableTemplateError: it is empty, too large, no JSON or YAML, or has no resources.
    """
    shown = visible(path) or "the template"
    if len(text) > LARGEST:
        raise UnreadableTemplateError(
            f"{shown} has {len(text)} characters; CloudFormation takes 1 MB, split it"
        )
    if not text.strip("\ufeff \t\r\n"):
        raise UnreadableTemplateError(f"{shown} is empty; name a template with Resources")
    text = text.removeprefix("\ufeff")
    content, lines = _json(text, shown) if text.lstrip()[:1] == "{" else _yaml(text, shown)
    if not isinstance(content, dict):
        raise UnreadableTemplateError(f"{shown} is no mapping; a template is one, with Resources")
    if not isinstance(content.get("Resources"), dict) or not content["Resources"]:
        raise UnreadableTemplateError(
            f"{shown} has no Resources; name a CloudFormation template, a packaged one, or cdk.out"
        )
    return Document(content=content, lines=lines, path=path)


def _json(text: str, shown: str) -> tuple[Any, dict[str, int]]:
    try:
        content = json.loads(text)
    except ValueError:
        # YAML's flow style begins with a brace, too.
        return _yaml(text, shown)
    except RecursionError:
        raise UnreadableTemplateError(f"{shown} is nested too deeply") from None
    return content, _lines_of(text, content)


def _lines_of(text: str, content: Any) -> dict[str, int]:  # noqa: ANN401 (whatever was written)
    resources = content.get("Resources") if isinstance(content, dict) else None
    if not isinstance(resources, dict):
        return {}
    found: dict[str, int] = {}
    begin = text.find('"Resources"')
    line, position = text.count("\n", 0, begin) + 1, begin
    for match in re.finditer(r'"((?:[^"\\]|\\.)*)"\s*:', text[begin:]):
        name = match[1]
        if name in resources and name not in found:
            at = begin + match.start()
            line, position = line + text.count("\n", position, at), at
            found[name] = line
    return found


def _yaml(text: str, shown: str) -> tuple[Any, dict[str, int]]:
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}" if mark else ""
        raise UnreadableTemplateError(f"{shown}{where}: {visible(str(error.problem))}") from None
    except (yaml.YAMLError, RecursionError) as error:
        said = visible(str(error).splitlines()[0]) if str(error) else "nested too deeply"
        raise UnreadableTemplateError(f"{shown}: {said}") from None
    if root is None:
        raise UnreadableTemplateError(f"{shown} is empty; name a template with Resources")
    return _Values(shown).of(root, 0), _marks(root)


def _marks(root: yaml.Node) -> dict[str, int]:
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        if key.value == "Resources" and isinstance(value, yaml.MappingNode):
            return {str(name.value): name.start_mark.line + 1 for name, _ in value.value}
    return {}


class _Values:
    """Plain values of nodes, with an eye on how many there are."""

    def __init__(self, shown: str) -> None:
        self._shown, self._left = shown, _MOST
        self._resolver = yaml.SafeLoader("")

    def of(self, node: yaml.Node, depth: int) -> Any:  # noqa: ANN401 (as YAML has it)
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            what = "is nested too deeply" if depth > _DEEPEST else "uses its anchors too often"
            raise UnreadableTemplateError(f"{self._shown} {what}; write it out")
        value = self._plain(node, depth)
        tag = str(node.tag)
        if not tag.startswith("!") or tag == "!":
            return value
        return long_form(tag.removeprefix("!"), value)

    def _plain(self, node: yaml.Node, depth: int) -> Any:  # noqa: ANN401 (as above)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.of(one, depth + 1) for one in node.value]
        found: dict[str, Any] = {}
        for key, value in node.value:
            inner = self.of(value, depth + 1)
            if key.tag == "tag:yaml.org,2002:merge":
                for one in inner if isinstance(inner, list) else [inner]:
                    found = {**(one if isinstance(one, dict) else {}), **found}
            else:
                found[str(key.value)] = inner
        return found

    def _scalar(self, node: yaml.ScalarNode) -> Any:  # noqa: ANN401 (as above)
        if node.tag in _SCALARS and not node.style:  # plain: neither quoted nor a block
            try:
                return self._resolver.construct_object(node)
            except (ValueError, yaml.YAMLError):
                return node.value
        return node.value  # dates stay as they are written: 2012-10-17
