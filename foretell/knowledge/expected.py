"""What of the calls that runs showed a resource is expected to make: by what it sets."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from foretell.knowledge.knowledge import Row
from lambdas.model.iam.action import Action
from lambdas.reference.events import mapping_of
from lambdas.reference.stacks.handler_actions import Operation, handler_actions

_MOST = 0.75  # of the rows that hold a call: then a property explains it


class Expected(NamedTuple):
    """A call that runs showed, whether all that is alike made it, and which runs those were."""

    call: str
    sure: bool
    sources: tuple[str, ...]


def expected_calls(
    kind: str, operation: Operation, telling: frozenset[str], rows: Sequence[Row]
) -> tuple[Expected, ...]:
    """The calls that a resource will make, as far as others of its type tell.

    A call that a property explains is expected where the property is set. One that all rows hold is
    expected. Of the others the rows that set the most alike decide.

    Args:
        kind: the CloudFormation type.
        operation: what is done with it.
        telling: the properties that are set, of an update those that change.
        rows: what runs showed of this type and operation.
    """
    causes = _causes(kind, operation)
    found = []
    for call in sorted({one for row in rows for one in row.calls}):
        sure = _is_expected(call, operation, telling, rows, causes)
        if sure is not None:
            sources = sorted({name for row in rows if call in row.calls for name in row.sources})
            found.append(Expected(call, sure, tuple(sources)))
    return tuple(found)


def _is_expected(
    call: str,
    operation: Operation,
    telling: frozenset[str],
    rows: Sequence[Row],
    causes: Mapping[Action, frozenset[str]],
) -> bool | None:
    """True or False where it is sure or not, None where it is not expected."""
    having = [row for row in rows if call in row.calls]
    explained = _explained(call, causes)
    explaining = [row for row in having if explained.intersection(row.properties)]
    # What is only looked at, no property asks for as soon as one resource did without it.
    enough = len(having) if _reads(call) else _MOST * len(having)
    if len(explaining) >= enough > 0 and explained:
        return True if explained & telling else None
    if operation is Operation.UPDATE and not any(
        telling.intersection(one.properties) for one in rows
    ):
        # They changed something else: what they looked at is looked at again.
        return (_reads(call) or None) if len(having) == len(rows) else None
    nearest = rows if len(having) == len(rows) else _nearest(telling, rows)
    share = sum(call in row.calls for row in nearest)
    if share == len(nearest):
        return True
    return False if share else None


def _reads(call: str) -> bool:
    return call.partition(":")[2].startswith(("Describe", "Get", "List"))


def _explained(call: str, causes: Mapping[Action, frozenset[str]]) -> frozenset[str]:
    found = [causes.get(one, frozenset()) for one in actions_of_call(call)]
    return frozenset().union(*found)


def actions_of_call(call: str) -> tuple[Action, ...]:
    """The actions that a call needs whatever it sends."""
    service, _, operation = call.partition(":")
    mapping = mapping_of(service, operation, {})
    return tuple(one.action for one in mapping.required) if mapping else ()


def _causes(kind: str, operation: Operation) -> dict[Action, frozenset[str]]:
    return {
        one.action: frozenset(one.properties)
        for one in handler_actions(kind, operation)
        if one.properties
    }


def _nearest(telling: frozenset[str], rows: Iterable[Row]) -> list[Row]:
    """The rows that set the most alike."""
    near: dict[float, list[Row]] = defaultdict(list)
    for row in rows:
        near[_likeness(telling, frozenset(row.properties))].append(row)
    return near[max(near)]


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 1.0
