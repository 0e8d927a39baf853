"""A process as one parameter of the Parameter Store holds it, and what such a parameter refuses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambdas.model.limits import ADVANCED_PARAMETER_LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.model.process import Process

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
DYNAMIC_REFERENCE = "{{resolve:"
# Characters kept for what is known only when deployed: ARNs at their longest, owner, sandbox.
PLACES = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a process is run: `account` and `region` of the sandbox that is called `name`."""

    name: str
    account: str
    region: str


def registered(process: Process) -> dict[str, Any]:
    """The definition as the state machine reads it."""
    return {**process.to_mapping(), "name": process.name}


def parameter_value(
    process: Process, place: Place, *, project: str, topic: str, roles: Mapping[str, str]
) -> str:
    """The parameter's value, JSON: what one process is, whose, and where and how it is run.

    The project is CodeBuild's, the topic that of its mails; the roles are ARNs, by `sandboxRole`
    and `candidateRole`.
    """
    whole = {
        "definition": registered(process),
        "owner": process.owner,
        "sandbox": {"name": place.name, "account": place.account, "region": place.region},
        "project": project,
        "topic": topic,
        **roles,
    }
    return json.dumps(whole)


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
