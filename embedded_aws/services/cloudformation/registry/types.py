"""What CloudFormation's registry says of a resource type: its identifier, its handlers' rights."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

_POINTER = "/properties/"
_SAMPLE = "Stack-Name-A1B2C3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A type's schema, as far as its calls and its values depend on it."""

    noun: str = ""  # "NatGateway"
    identifier: str = ""  # the property that tells it from its siblings
    made: tuple[str, ...] = ()  # properties that the service gives it, dotted
    required: tuple[str, ...] = ()  # properties that no template may leave out
    properties: Mapping[str, Any] = field(default_factory=dict)
    permissions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by operation

    @property
    def name(self) -> str:
        """The property that names it, when the template or CloudFormation chooses the name."""
        return "" if self.identifier in self.made else self.identifier

    @property
    def naming(self) -> str:
        """The property that holds a name, also where an id is what identifies the resource."""
        writable = [name for name in self.properties if name not in self.made]
        named = [f"{self.noun}Name", "Name"]
        return self.name or next((one for one in named if one in writable), "")

    def form_of_name(self) -> dict[str, Any]:
        """How CloudFormation spells a name that nobody gave."""
        schema = self.properties.get(self.naming) or {}
        form: dict[str, Any] = {"limit": int(schema.get("maxLength") or 128)}
        pattern = schema.get("pattern")
        for lowercase, separator in ((False, "-"), (True, "-"), (False, "_"), (True, "_")):
            sample = _SAMPLE.replace("-", separator)
            if _matches(pattern, sample.lower() if lowercase else sample):
                return form | {"lowercase": lowercase, "separator": separator}
        return form


@lru_cache(maxsize=256)
def registered(kind: str) -> Registered:
    """What the registry knows of a type; nothing for one that it does not know."""
    try:
        # Half a second and 30 MB: only for types that nobody curated.
        from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # noqa: PLC0415

        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    except Exception:  # noqa: BLE001 - cfn-lint raises its own for a type that it does not know
        return Registered()
    made = tuple(_path(pointer) for pointer in schema.get("readOnlyProperties") or ())
    primary = [_path(pointer) for pointer in schema.get("primaryIdentifier") or ()]
    return Registered(
        noun=kind.rsplit("::", 1)[-1],
        identifier=_telling(primary, made, kind.rsplit("::", 1)[-1]),
        made=made,
        required=tuple(schema.get("required") or ()),
        properties=schema.get("properties") or {},
        permissions={
            operation: tuple(handler.get("permissions") or ())
            for operation, handler in (schema.get("handlers") or {}).items()
        },
    )


def _telling(primary: list[str], made: tuple[str, ...], noun: str) -> str:
    """Of several the one that is the resource's own: `Id` of `Name|Id|Scope`."""
    given = [name for name in primary if name in made]
    own = [name for name in primary if name in ("Name", f"{noun}Name")]
    return next(reversed(given or own or primary), "")


def _path(pointer: str) -> str:
    return str(pointer).removeprefix(_POINTER).replace("/", ".")


def _matches(pattern: object, text: str) -> bool:
    try:
        return not isinstance(pattern, str) or bool(re.search(pattern, text))
    except re.error:  # ECMA's dialect knows what Python's does not
        return True
