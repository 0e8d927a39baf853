"""What botocore's models say of operations: unsigned ones, what starts what is there, defaults."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from lambdas.reference.compile.events import home_of
from lambdas.reference.compile.sources import Sources, read_curated

_MAKING = ("Create", "Run", "Put", "Register", "Allocate")
Operations = dict[str, Any]


def compile_operation_models(
    sources: Sources, known: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Three tables by IAM prefix."""
    named = read_curated("sources")["services"]
    defaults = read_curated("resources")["defaults"]
    unsigned: dict[str, set[str]] = defaultdict(set)
    names: dict[str, set[str]] = defaultdict(set)
    left_out: dict[str, Operations] = {}
    for service, model in sorted(sources.models.items()):
        prefix = home_of(service, model, known, named)
        names[prefix].update(model["operations"])
        unsigned[prefix].update(_unsigned(model))
        for operation, values in _left_out(model, defaults.get(prefix, {})):
            left_out.setdefault(prefix, {}).setdefault(operation, {}).update(values)
    return {
        "unsigned": {prefix: sorted(one) for prefix, one in sorted(unsigned.items()) if one},
        "starts": {
            prefix: found for prefix, one in sorted(names.items()) if (found := _starting(one))
        },
        "defaults": left_out,
    }


def _unsigned(model: Mapping[str, Any]) -> Iterator[str]:
    """Operations that need no signature, so that IAM knows no caller to ask about."""
    for name, operation in model["operations"].items():
        none = "smithy.api#noAuth" in operation.get("auth", ())
        if operation.get("authtype") in ("none", "bearer") or none:
            yield name


def _starting(names: set[str]) -> list[str]:
    """Operations that start what another one makes: StartInstances, beside RunInstances."""
    return sorted(
        name
        for name in names
        if name.startswith("Start")
        and any(
            f"{verb}{noun}" in names
            for verb in _MAKING
            for noun in (name[5:], f"{name[5:]}s", name[5:].removesuffix("s"))
        )
    )


def _left_out(
    model: Mapping[str, Any], defaults: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Operations that take an element with a default, and what it then names."""
    for name, operation in sorted(model["operations"].items()):
        shape = model["shapes"][operation["input"]["shape"]] if "input" in operation else {}
        values: dict[str, str] = {}
        for member, named in defaults.items():
            if member in shape.get("members", {}) and member not in shape.get("required", ()):
                values.update(named)
        if values:
            yield name, values
