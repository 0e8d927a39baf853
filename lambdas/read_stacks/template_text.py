"""A template as it was sent, read: JSON, or YAML with CloudFormation's short tags."""

import json
from collections.abc import Mapping
from typing import Any

from lambdas.errors import StackNotReadError


def read_template(text: str) -> Mapping[str, Any]:
    """Read a template.

    Raises:
        StackNotReadError: it is neither JSON nor YAML, or no object.
    """
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else _from_yaml(text)
    except (ValueError, RecursionError) as error:
        raise StackNotReadError(f"the template is neither JSON nor YAML: {error}") from error
    if not isinstance(found, dict):
        raise StackNotReadError("the template is no object")
    return found


def _from_yaml(text: str) -> Any:  # noqa: ANN401  # what YAML holds
    from lambdas.read_stacks import short_tags  # noqa: PLC0415  # only YAML needs it

    try:
        return short_tags.load(text)
    except short_tags.YamlError as error:
        raise ValueError(str(error)) from error
