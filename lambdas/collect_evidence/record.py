"""A CloudTrail record as every room here gets it, and how a text is read from it."""

from collections.abc import Mapping
from typing import Any

Record = Mapping[str, Any]
AGGREGATED = "Aggregated"  # the category of a summary, and of the calls that are told by one


def object_of(record: Record, key: str) -> Mapping[str, Any]:
    """An object of a record, or an empty one where it is something else."""
    value = record.get(key)
    return value if isinstance(value, dict) else {}


INTERNAL = "AWS Internal"  # what `invokedBy` says where a service of AWS does not say its name


def is_internal(record: Record) -> bool:
    """Whether a service of AWS made the call for the caller and did not say which it is."""
    return object_of(record, "userIdentity").get("invokedBy") == INTERNAL


def additional_facts(record: Record) -> Mapping[str, Any]:
    """What of a record's additional data tells who called or which service was called."""
    beside = object_of(record, "additionalEventData")
    return {key: beside[key] for key in ("service", "SwitchFrom") if key in beside}


def text_of(record: Record, key: str) -> str:
    """A text of a record, or empty where it is something else."""
    value = record.get(key)
    return value if isinstance(value, str) else ""
