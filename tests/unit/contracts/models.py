"""AWS's own models, as botocore ships them, asked in the words of the definition and the code."""

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import botocore.session

# Step Functions' names of services where botocore has others.
SERVICES = {"sfn": "stepfunctions"}
STEP = re.compile(r"\.(\w+)|\[[^\]]*\]")


@functools.cache
def model(service: str) -> Any:
    """A service's model."""
    return botocore.session.get_session().get_service_model(SERVICES.get(service, service))


def operation(service: str, name: str) -> Any:
    """An operation by its name in either case; fails when there is none."""
    return model(service).operation_model(name[0].upper() + name[1:])


def pascal(members: Mapping[str, Any]) -> dict[str, Any]:
    """Members as Step Functions spells them: with a capital."""
    return {name[0].upper() + name[1:]: shape for name, shape in members.items()}


def misspelt(shape: Any, given: Any, path: str = "") -> Iterator[str]:
    """What a literal request says that the shape does not know, or lacks, as paths."""
    if shape.type_name == "structure" and isinstance(given, dict):
        known = pascal(shape.members)
        yield from (f"{path}.{name} is unknown" for name in given if name not in known)
        needed = {name[0].upper() + name[1:] for name in shape.required_members}
        yield from (f"{path}.{name} is missing" for name in sorted(needed - set(given)))
        for name, value in given.items():
            if name in known:
                yield from misspelt(known[name], value, f"{path}.{name}")
    elif shape.type_name == "list" and isinstance(given, list):
        for one in given:
            yield from misspelt(shape.member, one, f"{path}[]")
    elif not _expression(given) and given not in shape.metadata.get("enum", [given]):
        yield f"{path} is {given!r}"


def _expression(given: Any) -> bool:
    """Whether the value is known only when it runs."""
    return isinstance(given, str) and "{%" in given


def follow(shape: Any, path: str) -> Any | None:
    """The shape at a path such as `.Builds[0].Phases`; None when there is no such member."""
    for found in STEP.finditer(path):
        name = found[1]
        while shape.type_name == "list":
            shape = shape.member
        if name is None:
            continue
        if shape.type_name == "map":
            shape = shape.value
            continue
        if shape.type_name != "structure" or name not in pascal(shape.members):
            return None
        shape = pascal(shape.members)[name]
    return shape


def errors(service: str) -> frozenset[str]:
    """Every code of an error that the service's model names."""
    found = model(service)
    return frozenset(
        code
        for name in found.shape_names
        if (shape := found.shape_for(name)).metadata.get("exception")
        for code in (name, (shape.metadata.get("error") or {}).get("code", name))
    )
