"""Which API calls CloudFormation makes for a resource: the curated rows, one file per service.

Two columns per row. What is *logged*: the call, its request and response. What is *authorised*: by
default everything that the call itself raises (its action, roles passed, tags on create, code read;
see `authorisation`), plus what the row adds. The difference is what a policy made from CloudTrail
alone misses.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parents[1] / "calls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One call of one operation on one resource type."""

    call: str  # "lambda:CreateFunction", botocore's names
    when: tuple[str, ...] = ()  # properties, any of which triggers it (on update: changed)
    unless: tuple[str, ...] = ()  # properties, any of which prevents it
    only: Mapping[str, str] = field(default_factory=dict)  # property -> pattern of its value
    gone: tuple[str, ...] = ()  # properties whose removal triggers it
    each: str = ""  # a list property: one call for each member
    added: str = ""  # on update: one call for each member that is new or changed
    removed: str = ""  # on update: one call for each member that is no longer there
    request: Mapping[str, Any] = field(default_factory=dict)
    response: Mapping[str, Any] = field(default_factory=dict)
    authorise: tuple[Mapping[str, str], ...] = ()  # {action, resource}, besides the call's own
    logged: bool = True
    tolerated: bool = False  # a denial is recorded, and the handler goes on
    main: bool = False  # the call that makes the resource; by default the first write
    snapshot: bool = False  # on deletion: only where a last snapshot is taken
    instead: str = ""  # of a row beside guessed ones: the call whose place it takes
    missing: str = ""  # the error of a look at what is not there; by default the model's


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeTable:
    """What is known of a resource type."""

    type: str
    name: str = ""  # the property that holds the name
    identity: Mapping[str, str] = field(default_factory=dict)  # parameter -> template
    rename: Mapping[str, str] = field(default_factory=dict)  # parameter <- property
    operations: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    look: tuple[Row, ...] | None = None  # by which a name is looked up before anything is made
    curated: bool = True
    beside: bool = False  # the rows stand beside those that are guessed from the registry


def table_of(resource_type: str) -> TypeTable | None:
    """The curated rows of a type; nothing where these only stand beside guessed ones."""
    table = _table(resource_type)
    return None if table is None or table.beside else table


def beside_of(resource_type: str) -> TypeTable | None:
    """The rows that stand beside a type's guessed ones."""
    table = _table(resource_type)
    return table if table is not None and table.beside else None


def _table(resource_type: str) -> TypeTable | None:
    if resource_type.startswith("Custom::"):
        resource_type = "AWS::CloudFormation::CustomResource"
    parts = resource_type.split("::")
    if len(parts) < 3:  # noqa: PLR2004 - AWS::Service::Type
        return None
    return _file(parts[1].lower()).get(resource_type)


def curated_types() -> list[str]:
    """All types whose rows are curated as a whole."""
    return sorted(name for name, table in _all() if not table.beside)


def types_with_more() -> list[str]:
    """All types of which some rows stand beside what the registry lets guess."""
    return sorted(name for name, table in _all() if table.beside)


def _all() -> Iterator[tuple[str, TypeTable]]:
    for path in sorted(_FOLDER.glob("*.yaml")):
        yield from _file(path.stem).items()


@cache
def _file(stem: str) -> Mapping[str, TypeTable]:
    path = _FOLDER / f"{stem}.yaml"
    if not path.exists():
        return {}
    content = yaml.load(path.read_text(), Loader=_loader())  # noqa: S506 - our own file
    return {name: _type(name, fields) for name, fields in content.items()}


def _loader() -> Any:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _type(name: str, fields: Mapping[str, Any]) -> TypeTable:
    operations = {
        operation: tuple(_row(row) for row in fields.get(operation) or ())
        for operation in ("create", "update", "delete")
    }
    # A create handler ends with the read handler: what was made is what the stack knows.
    reads = tuple(replace(_row(row), tolerated=True) for row in fields.get("read") or ())
    operations |= {"create": operations["create"] + reads, "read": reads}
    return TypeTable(
        type=name,
        name=fields.get("name", ""),
        identity=fields.get("identity", {}),
        rename=fields.get("rename", {}),
        operations=operations,
        look=tuple(map(_row, fields["look"])) if "look" in fields else None,
        beside=fields.get("beside", False),
    )


def _row(row: str | Mapping[str, Any]) -> Row:
    if isinstance(row, str):
        return Row(call=row)
    lists = {name: _listed(row.get(name)) for name in ("when", "unless", "gone")}
    known = {**row, **lists}
    known["authorise"] = tuple(row.get("authorise") or ())
    return Row(**known)


def _listed(value: str | Iterable[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
