"""Values of a process's definition: each is what it should be, or refused by its key."""

import re
from functools import partial
from typing import Any

from lambdas.errors import InvalidProcessError
from lambdas.model.definition.process_schema import keys
from lambdas.model.iam.arn import ACCOUNT_ID, arn_pattern

owned_arn = partial(
    arn_pattern, partition=r"[\w-]+", region=r"[\w-]+", account=ACCOUNT_ID
)  # as a person writes it


def mapping_of(key: str, raw: object, path: str | None = None) -> dict[str, Any]:
    """A mapping whose keys are those of the schema.

    Args:
        key: where it stands.
        raw: what stands there.
        path: where the schema describes it, when that is not `key`.
    """
    known = keys(key if path is None else path)
    if not isinstance(raw, dict):
        raise InvalidProcessError(key, f"is {raw!r}; write a mapping of {', '.join(known)}")
    for name in raw:
        if name not in known:
            problem = f"unknown key; known are {', '.join(known)}"
            raise InvalidProcessError(f"{key}.{name}" if key else str(name), problem)
    return raw


def yes_or_no(key: str, raw: object) -> bool:
    """True or false, and no word for it."""
    if not isinstance(raw, bool):
        raise InvalidProcessError(key, f"is {raw!r}; write true or false")
    return raw


def text(key: str, raw: object) -> str:
    """A text that is not empty."""
    if not isinstance(raw, str) or not raw.strip():
        raise InvalidProcessError(key, f"is {raw!r}; write a text that is not empty")
    return raw


def matching(key: str, raw: object, pattern: re.Pattern[str], what: str) -> str:
    """A text that matches; `what` says in words what it should be."""
    found = text(key, raw)
    if not pattern.fullmatch(found):
        raise InvalidProcessError(key, f"{found!r} is not {what}")
    return found
