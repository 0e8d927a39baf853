"""Where the elements of a request stand, from botocore's models, as CloudTrail's paths."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lambdas.reference.compile.sources import Sources

DEEPEST = 7
_PLACE = re.compile(r"(?<!\$)\{([^{}|]+)(\|\w+)?\}")


@dataclass(slots=True)
class RequestShape:
    """The request of one operation, of all services that know it under one prefix.

    Attributes:
        elements: every path with the element's name; lists and maps are `*`.
        texts: of these the paths at which a text stands, with the name of what holds it.
        located: how elements that stand in headers and addresses are called there.
        verb: the HTTP method, where the service authorises by it.
    """

    elements: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    located: dict[str, str] = field(default_factory=dict)
    verb: str = ""
    uri: str = ""

    def named(self, members: str, but: str, but_in: str) -> list[str]:
        """The paths of the texts that stand in elements of such names."""
        return sorted(path for path in _chosen(self.texts, members, but) if not _in(path, but_in))

    def nearest(self, members: Sequence[str], but: str, but_in: str) -> list[str]:
        """Of the elements of such names those nearest to the top, of the first name that fits."""
        for names in members:
            found = [one for one in _chosen(self.elements, names, but) if not _in(one, but_in)]
            depth = min((one.count(".") for one in found), default=0)
            if found:
                return sorted(one for one in found if one.count(".") == depth)
        return []

    def has(self, paths: Mapping[str, Any]) -> bool:
        """Whether the request can hold one of the paths."""
        known = {path.lower() for path in self.elements}
        return any(path.lower() in known for path in paths)

    def spellings(self, path: str, spelled: Mapping[str, list[str]]) -> list[str]:
        """The path as CloudTrail writes it, and as botocore does where that is another name."""
        head, dot, rest = path.partition(".")
        others = [self.located.get(head, ""), *spelled.get(head, ())]
        names = dict.fromkeys([head, *others])
        return [f"{one}{dot}{rest}" for one in names if one]

    def templates(self, text: str, spelled: Mapping[str, list[str]]) -> list[str]:
        """A template of a resource in both spellings."""
        first = _PLACE.sub(
            lambda one: f"{{{self.spellings(one[1], spelled)[0]}{one[2] or ''}}}", text
        )
        last = _PLACE.sub(
            lambda one: f"{{{self.spellings(one[1], spelled)[-1]}{one[2] or ''}}}", text
        )
        return list(dict.fromkeys([first, last]))


def shapes_of(
    service: str, table: Mapping[str, Any], sources: Sources, homes: Mapping[str, str]
) -> dict[str, RequestShape]:
    """The requests of a service's transcribed operations."""
    prefix = table.get("prefix", service)
    shared = service if "prefix" in table or service in ("apigateway", "ses") else ""
    names = [shared] if shared else [one for one, home in sorted(homes.items()) if home == prefix]
    return {
        operation: _shape(operation, [sources.models[name] for name in names])
        for operation in table["operations"]
    }


def _shape(operation: str, models: list[Mapping[str, Any]]) -> RequestShape:
    shape = RequestShape()
    for model in models:
        known = model["operations"].get(operation)
        if known is not None:
            _add(shape, known, model)
    shape.uri = shape.uri.replace("/v2/", "/", 1)
    return shape


def _add(shape: RequestShape, known: Mapping[str, Any], model: Mapping[str, Any]) -> None:
    if model["metadata"]["endpointPrefix"] == "apigateway":
        shape.verb = known["http"]["method"]
        shape.uri = known["http"]["requestUri"].split("?")[0].replace("+}", "}")
    if "input" not in known:
        return
    root = known["input"]["shape"]
    for name, member in model["shapes"][root].get("members", {}).items():
        located = member.get("locationName", name)
        if located != name and member.get("location"):
            shape.located[located] = _camel(name)
            shape.uri = shape.uri.replace(f"{{{located}}}", f"{{{_camel(name)}}}")
    for path, name, is_text in _walked(model["shapes"], root, "", "", frozenset()):
        shape.elements.setdefault(path, name)
        if is_text:
            shape.texts.setdefault(path, name)


def _chosen(known: Mapping[str, str], members: str, but: str) -> Iterator[str]:
    for path, name in known.items():
        if re.fullmatch(members, name) and not (but and re.fullmatch(but, name)):
            yield path


def _in(path: str, names: str) -> bool:
    return bool(names) and any(re.fullmatch(names, one) for one in path.split(".")[:-1])


def _walked(
    shapes: Mapping[str, Any], shape: str, path: str, name: str, above: frozenset[str]
) -> Iterator[tuple[str, str, bool]]:
    """Each element, and what stands in it: path, name, and whether it is a text."""
    known = shapes[shape]
    kind = known["type"]
    if path:
        yield path, name, kind == "string" and "enum" not in known
    if shape in above or path.count(".") >= DEEPEST:
        return
    inner = above | {shape}
    if kind == "structure":
        for member, own in known.get("members", {}).items():
            below = f"{path}.{_camel(member)}" if path else _camel(member)
            yield from _walked(shapes, own["shape"], below, member, inner)
    elif kind in ("list", "map"):
        own = known["member"] if kind == "list" else known["value"]
        # What stands in a list has the list's name.
        yield from _walked(shapes, own["shape"], f"{path}.*", name, inner)


def _camel(name: str) -> str:
    return name[0].lower() + name[1:]
