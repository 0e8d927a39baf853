"""A process as one parameter of the Parameter Store holds it, and what such a parameter refuses."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from lambdas.errors import InvalidEventError
from lambdas.model.definition.process import Process
from lambdas.model.limits import ADVANCED_PARAMETER_LIMIT

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


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredProcess:
    """What a parameter tells of a process to those who do not run it.

    Attributes:
        owner: who gets its mail. proves: whether its cycle may run a second time.
    """

    name: str
    owner: str
    place: Place
    proves: bool

    @classmethod
    def from_parameter(cls, name: str, value: str) -> Self:
        """Read what `parameter_value` wrote.

        Raises:
            InvalidEventError: the parameter lacks a part of it.
            InvalidProcessError: the definition there is none.
        """
        try:
            whole = json.loads(value)
            where, definition = whole["sandbox"], dict(whole["definition"])
            return cls(
                name=name,
                owner=whole["owner"],
                place=Place(name=where["name"], account=where["account"], region=where["region"]),
                proves=Process.from_mapping(definition.pop("name", name), definition).prove,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidEventError(
                f"the parameter of the process {name} is not as a deployment writes it "
                f"({error!r}); deploy the process again"
            ) from error


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
    return size_refusal(process)


def size_refusal(process: Process) -> str:
    """Why a definition is too large; empty when it is not, wherever it was read."""
    size = parameter_size(process)
    if size > ADVANCED_PARAMETER_LIMIT:
        return (
            f"the definition has {size - PLACES} characters; {ADVANCED_PARAMETER_LIMIT - PLACES} "
            "fit a parameter: move commands into a script of the source"
        )
    return ""
