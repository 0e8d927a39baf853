"""What a state gives its function, by the contract of statemachine/README.md."""

from collections.abc import Mapping
from typing import Any

from lambdas.errors import InvalidEventError


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
