"""REST addresses of operations: method, path, fixed query and required fields, read backwards."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from embedded_aws.protocol.request import Incoming

LABEL = re.compile(r"(\{[^}]+\})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where an operation is called."""

    method: str
    pattern: re.Pattern[str]
    labels: tuple[str, ...]
    fixed: Mapping[str, str]  # the query that names the operation: ?versioning
    required_query: frozenset[str]
    required_headers: frozenset[str]
    literal: int  # path segments that are no label
    operation: Any

    def fits(self, request: Incoming) -> re.Match[str] | None:
        """The path's match, when everything else fits too."""
        if request.method != self.method:
            return None
        for name, value in self.fixed.items():
            if name not in request.query or (value and request.query[name][0] != value):
                return None
        if not self.required_query <= request.query.keys():
            return None
        if not self.required_headers <= request.headers.keys():
            return None
        return self.pattern.match(request.raw_path)

    def rank(self, hint: str) -> tuple[bool, int, int, int, int, bool, int]:
        """Of several that fit, the most specific one is meant."""
        return (
            self.operation.name == hint,
            self.literal,
            len(self.fixed),
            len(self.required_query) + len(self.required_headers),
            -len(self.labels),
            not self.operation.deprecated,
            -len(self.operation.name),  # ListBuckets, not ListDirectoryBuckets
        )


def route_of(service: str, model: Any, request: Incoming) -> tuple[Any, dict[str, str]] | None:
    """The operation at an address, and the values of the path's labels."""
    hint = (request.query.get("x-id") or [""])[0]
    fitting = [
        (route, match) for route in _routes(service, model) if (match := route.fits(request))
    ]
    if not fitting:
        return None
    route, match = max(fitting, key=lambda pair: pair[0].rank(hint))
    values = (unquote(value) for value in match.groups())
    return route.operation, dict(zip(route.labels, values, strict=True))


_known: dict[str, tuple[Route, ...]] = {}


def _routes(service: str, model: Any) -> tuple[Route, ...]:
    if service not in _known:
        operations = (model.operation_model(name) for name in model.operation_names)
        _known[service] = tuple(_route(operation) for operation in operations)
    return _known[service]


def _route(operation: Any) -> Route:
    path, _, query = operation.http["requestUri"].partition("?")
    pattern, labels, literal = _pattern(path.rstrip("/") or "/")
    query_fields, header_fields = _required(operation.input_shape)
    pairs = (part.partition("=")[::2] for part in query.split("&") if part)
    return Route(
        method=operation.http["method"],
        pattern=pattern,
        labels=labels,
        fixed={name: value for name, value in pairs if name != "x-id"},
        required_query=query_fields,
        required_headers=header_fields,
        literal=literal,
        operation=operation,
    )


@functools.cache
def _pattern(path: str) -> tuple[re.Pattern[str], tuple[str, ...], int]:
    expression, labels, literal = "", [], 0
    for part in LABEL.split(path):
        if part.startswith("{"):
            labels.append(part[1:-1].rstrip("+"))
            expression += "(.+)" if part.endswith("+}") else "([^/]+)"
        else:
            expression += re.escape(part)
            literal += len([segment for segment in part.split("/") if segment])
    return re.compile(f"{expression}/?$"), tuple(labels), literal


def _required(shape: Any) -> tuple[frozenset[str], frozenset[str]]:
    query, headers = set(), set()
    for member in shape.required_members if shape else ():
        place = shape.members[member].serialization
        if place.get("location") == "querystring":
            query.add(place["name"])
        elif place.get("location") == "header":
            headers.add(place["name"].lower())
    return frozenset(query), frozenset(headers)
