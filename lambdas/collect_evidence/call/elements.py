"""The elements of a request or an answer, found by name wherever they stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import unquote

from lambdas.reference.request_elements import is_withheld

KEYS = "@keys"  # the names of a map are values: BatchGetItem's requestItems are its tables
TOP = "/"  # before a name that stands at the top, nowhere deeper
WRAPPERS = ("Request", "Response", "Input", "Output", "Result", "Message")
_ENCODED = "arn%3A"  # an ARN that was part of a request's path, as MSK's records show it
DEEPEST = 12  # CloudTrail's elements are shallower; what is deeper is not looked at


@dataclass(slots=True)
class Elements:
    """Texts by the name of their element, in lower case, and by parent and name.

    `texts` keeps, for every name, what stands nearest to the top, and shown. `withheld` are the
    names at the top of what is not, as those of a map: of tags it is known that there are some.
    """

    texts: dict[str, list[str]] = field(default_factory=dict)
    arns: list[tuple[str, str, str]] = field(default_factory=list)  # parent, name, ARN
    names: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    _depths: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, value: object) -> Self:
        """Read a request or an answer; anything that is not an object has no elements."""
        found = cls()
        if isinstance(value, dict):
            found._top(unwrapped(value))
            found.names = tuple(found.texts)
            found.withheld = tuple(
                f"{one.lower()}.{KEYS}" for one, text in value.items() if _hides(text)
            )
        return found

    def first(self, name: str) -> str:
        """The first text of a name, or empty."""
        return (self.texts.get(name) or [""])[0]

    def _top(self, value: Mapping[str, Any]) -> None:
        """The elements at the top come first and are as near as can be: most need no comparing."""
        for key, inner in value.items():
            name = str(key).lower()
            if isinstance(inner, str) and name not in self.texts:
                if inner.startswith(_ENCODED):
                    self._value(inner, "", name, 0)
                elif inner and not is_withheld(inner):
                    self.texts[name] = self.texts[TOP + name] = [inner]
                    self._depths[name] = self._depths[TOP + name] = 0
                    if inner.startswith("arn:"):
                        self.arns.append(("", name, inner))
            elif inner is not None:
                self._value(inner, "", name, 0)

    def _object(self, value: Mapping[str, Any], parent: str, depth: int) -> None:
        if parent and value.keys() == {"content", "tag"}:
            # A list of one as EC2 writes some: {"FlowLogId": {"content": "fl-1", "tag": 1}}.
            self._value(value["content"], "", parent, depth)
            return
        if parent:
            self._add(f"{parent}.{KEYS}", map(str, value), depth)
        for key, inner in value.items():
            self._value(inner, parent, str(key).lower(), depth)

    def _value(self, value: object, parent: str, name: str, depth: int) -> None:
        if isinstance(value, str):
            if value.startswith(_ENCODED):
                value = unquote(value, errors="surrogatepass")
            if value.startswith("arn:"):
                self.arns.append((parent, name, value))
            self._named(value, parent, name, depth)
        elif isinstance(value, int) and not isinstance(value, bool):
            self._named(str(value), parent, name, depth)
        elif depth < DEEPEST:
            if isinstance(value, dict):
                # Lists of the query protocol stand below `items` or `member`.
                inner = parent if name in ("items", "member") else name
                self._object(value, inner, depth + 1)
            elif isinstance(value, list):
                self._list(value, parent, name, depth)

    def _list(self, values: Iterable[Any], parent: str, name: str, depth: int) -> None:
        for value in values:
            if isinstance(value, dict):
                inner = parent if name in ("items", "member") else name
                self._object(value, inner, depth + 1)
            else:
                self._value(value, parent, parent if name in ("items", "member") else name, depth)

    def _named(self, text: str, parent: str, name: str, depth: int) -> None:
        if text and not is_withheld(text):
            self._add(name, (text,), depth)
            if depth == 0:
                self._add(TOP + name, (text,), depth)
            if parent:
                self._add(f"{parent}.{name}", (text,), depth)

    def _add(self, name: str, texts: Iterable[str], depth: int) -> None:
        nearest = self._depths.setdefault(name, depth)
        if depth > nearest:
            return
        if depth < nearest:
            self._depths[name] = depth
            self.texts[name] = []
        known = self.texts.setdefault(name, [])
        known += [text for text in texts if text and text not in known]


def unwrapped(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """EC2 and others wrap a whole request in one element, such as CreateNatGatewayRequest."""
    while len(value) == 1:
        ((name, inner),) = value.items()
        if not isinstance(inner, dict) or not str(name).endswith(WRAPPERS):
            break
        value = inner
    return value


def _hides(text: object) -> bool:
    return isinstance(text, str) and is_withheld(text)
