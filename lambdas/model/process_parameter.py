"""A process as one parameter of the Parameter Store holds it, and what such a parameter refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lambdas.model.limits import ADVANCED_PARAMETER_LIMIT

if TYPE_CHECKING:
    from lambdas.model.process import Process

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
DYNAMIC_REFERENCE = "{{resolve:"
PLACES = 1_024  # characters kept for what is known only when deployed: three ARNs at their longest


def registered(process: Process) -> dict[str, Any]:
    """The definition as the state machine reads it."""
    return {**process.to_mapping(), "name": process.name}


def parameter_size(process: Process) -> int:
    """Characters of the parameter that holds a process, with what is known only when deployed."""
    return len(json.dumps(registered(process))) + PLACES


def refusal(process: Process) -> str:
    """Why no parameter can hold the process; empty when one can."""
    if DYNAMIC_REFERENCE in json.dumps(registered(process)):
        return (
            f"the definition holds {DYNAMIC_REFERENCE}…, which CloudFormation would replace by the "
            "value when Fencepost is deployed: move that command into a script of the source"
        )
    size = parameter_size(process)
    if size > ADVANCED_PARAMETER_LIMIT:
        return (
            f"the definition has {size - PLACES} characters; {ADVANCED_PARAMETER_LIMIT - PLACES} "
            "fit a parameter: move commands into a script of the source"
        )
    return ""
