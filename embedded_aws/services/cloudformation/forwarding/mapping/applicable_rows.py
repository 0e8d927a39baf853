"""Which rows of a type apply to a resource, and how often: by what is set, or on update changed."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from embedded_aws.services.cloudformation.forwarding.mapping.call_table import Row
from embedded_aws.services.cloudformation.forwarding.mapping.parameters import Resource, at

NOTHING: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A row that applies, with the list member that it is about."""

    row: Row
    item: Any = None


def steps_of(row: Row, resource: Resource, operation: str) -> Iterator[Step]:
    """A row that applies, once for each list member that it is about."""
    if not applies(row, resource, operation):
        return
    if row.each:
        yield from (Step(row=row, item=item) for item in _members(resource.properties, row.each))
    elif row.added or row.removed:
        path = row.added or row.removed
        new, old = _members(resource.properties, path), _members(resource.previous, path)
        left, right = (new, old) if row.added else (old, new)
        names = {_name_of(item) for item in right} if row.removed else set()
        for item in left:
            if item not in right and _name_of(item) not in names:
                yield Step(row=row, item=item)
    else:
        yield Step(row=row)


def applies(row: Row, resource: Resource, operation: str) -> bool:
    """Whether the properties, or on update their change, cause a row's call."""
    if _is_prevented(row, resource):
        return False
    if row.gone:
        return any(
            at(resource.properties, path) in NOTHING and at(resource.previous, path) not in NOTHING
            for path in row.gone
        )
    if not row.when:
        return True
    if operation == "update" and row.when:
        return any(
            at(resource.properties, path) != at(resource.previous, path)
            and at(resource.properties, path) not in NOTHING
            for path in row.when
        )
    return not row.when or any(at(resource.properties, path) not in NOTHING for path in row.when)


def _is_prevented(row: Row, resource: Resource) -> bool:
    """Whether something that the row must not have is there, or something lacks that it wants."""
    wanted = all(
        re.match(pattern, str(at(resource.properties, path) or ""))
        for path, pattern in row.only.items()
    )
    unwanted = any(at(resource.properties, path) not in NOTHING for path in row.unless)
    return unwanted or not wanted or (row.snapshot and not resource.snapshot)


def _members(properties: Any, path: str) -> list[Any]:
    value = at(properties, path)
    return value if isinstance(value, list) else [] if value is None else [value]


def _name_of(item: Any) -> str:
    if isinstance(item, dict):
        named = next((item[key] for key in ("PolicyName", "Id", "Key") if key in item), None)
        return str(named) if named is not None else json.dumps(item, sort_keys=True, default=str)
    return str(item)
