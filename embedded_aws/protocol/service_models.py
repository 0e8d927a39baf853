"""Botocore's models of the services, read once, and how values are found in what they describe."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import botocore.exceptions
import botocore.session

Params = Mapping[str, Any]
DynamicModel = Any  # botocore publishes no types

session = botocore.session.get_session()


@cache
def service_model(service: str) -> DynamicModel:
    """Botocore's model of a service.

    Raises:
        UnknownServiceError: botocore has none of that name.
    """
    return session.get_service_model(service)


def model_of(service: str) -> DynamicModel | None:
    """A service's model, or nothing when botocore has none of that name."""
    try:
        return service_model(service)
    except botocore.exceptions.UnknownServiceError:
        return None


def at_path(params: Any, path: str) -> list[Any]:
    """The values at a dotted path; a list on the way stands for each of its members.

    The path `*` is the whole.
    """
    found = [params]
    if path == "*":
        return found
    for name in path.split("."):
        below: list[Any] = []
        for value in found:
            if isinstance(value, Mapping) and value.get(name) not in (None, "", [], {}):
                inner = value[name]
                below.extend(inner if isinstance(inner, (list, tuple)) else [inner])
        found = below
    return found


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text in a request, with the names that lead to it."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from leaves(inner, (*path, str(name)))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from leaves(inner, path)
    elif isinstance(value, str):
        yield path, value
