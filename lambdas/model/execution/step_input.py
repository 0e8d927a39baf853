"""What a state gives its function, by the contract of statemachine/README.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas.errors import InvalidEventError

if TYPE_CHECKING:
    from collections.abc import Mapping


def required(event: Mapping[str, Any], name: str, *, state: str) -> Any:  # noqa: ANN401  # JSON
    """A field that the state must have given.

    Raises:
        InvalidEventError: it did not; the message names the state and the field.
    """
    try:
        return event[name]
    except KeyError as missing:
        raise InvalidEventError(
            f"{state}'s input lacks {missing}; see statemachine/README.md"
        ) from missing
