"""Types without curated rows: calls guessed from the registry schema's handler permissions.

The permissions are a superset (everything that any property may need) and are IAM actions, not
calls. They are narrowed by the properties that the template sets; each use is kept as a finding.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from embedded_aws.protocol.service_models import service_model
from embedded_aws.services.cloudformation.forwarding.mapping.applicable_rows import applies
from embedded_aws.services.cloudformation.forwarding.mapping.call_table import (
    Row,
    TypeTable,
    beside_of,
)
from embedded_aws.services.cloudformation.forwarding.mapping.identifiers import identity_of
from embedded_aws.services.cloudformation.forwarding.mapping.parameters import Resource
from embedded_aws.services.cloudformation.registry.handler_calls import possible
from embedded_aws.services.cloudformation.registry.name_words import is_read, words
from embedded_aws.services.cloudformation.registry.types import registered

# (resource type, operation): tests read it, and know what is guessed.
findings: list[tuple[str, str]] = []

_VERBS = {
    "create": ("Create", "Put", "Register", "Allocate", "Request", "Import", "Generate"),
    "update": ("Update", "Modify", "Put", "Set"),
    "delete": ("Delete", "Remove", "Deregister", "Release", "Schedule"),
}
# What no handler of the registry makes by calls of a service.
_NOT_REGISTERED = ("Custom::", "AWS::CDK::")
# What sets a property of a thing that another call has made: `ModifyLoadBalancerAttributes`.
_SETTING = {
    "create": ("Configure", "Enable", "Modify", "Set", "Update"),
    "update": ("Configure", "Enable"),
}
_TAGGING = re.compile(r":(List)?(Un)?[tT]ag")
# Where none of the usual verbs is about the resource: `AuthorizeSecurityGroupIngress`.
_RARER = {
    "create": ("Add", "Associate", "Attach", "Authorize", "Enable", "Publish", "Run", "Start"),
    "update": (
        *("Add", "Associate", "Attach", "Authorize", "Enable", "Change", "Replace", "Start"),
        *("Create", "Import", "Register"),  # a new version: `CreateLaunchTemplateVersion`
    ),
    "delete": ("Cancel", "Detach", "Disable", "Disassociate", "Revoke", "Stop", "Terminate"),
}


def table_of(resource: Resource, operation: str) -> TypeTable:
    """Guessed rows of a type, for one operation."""
    kind = resource.type
    if kind.startswith(_NOT_REGISTERED):
        return TypeTable(type=kind, curated=False)
    if (kind, operation) not in findings:
        findings.append((kind, operation))
    known = registered(kind)
    rows = tuple(
        Row(
            call=call,
            request=identity_of(call, kind, known, making=operation == "create" and position == 0),
        )
        for position, call in enumerate(_calls(kind, operation, _telling(resource)))
    )
    more = beside_of(kind)
    if more is None:
        return replace(named(kind), operations={operation: rows})
    joined = _joined(rows, more.operations[operation], resource, operation)
    return replace(more, name=more.name or named(kind).name, operations={operation: joined})


def _joined(
    guessed: tuple[Row, ...], more: tuple[Row, ...], resource: Resource, operation: str
) -> tuple[Row, ...]:
    """The guessed rows and those beside them, which know better when a call is made.

    What is taken off a resource goes before the resource does; all else comes after it is there.
    """
    taken = {one.instead for one in more if one.instead and applies(one, resource, operation)}
    known = {one.call for one in more if not one.instead} | taken
    places = tuple(one for one in more if one.instead)
    rest = tuple(one for one in more if not one.instead)
    kept = tuple(one for one in guessed if one.call not in known)
    return (*rest, *places, *kept) if operation == "delete" else (*places, *kept, *rest)


@lru_cache(maxsize=256)
def look_of(kind: str) -> tuple[Row, ...]:
    """The read by which a name is looked up; none where the name does not identify the resource."""
    known = registered(kind)
    if not known.name:
        return ()
    about = words(known.noun)
    for call in possible(kind, "read"):
        if is_read(_action(call)) and words(_action(call)) & about:
            request = identity_of(call, kind, known, making=False)
            if request:
                return (Row(call=call, request=request),)
    return ()


def named(kind: str) -> TypeTable:
    """A type's name as the registry has it: which property it is."""
    if kind.startswith(_NOT_REGISTERED):
        return TypeTable(type=kind, curated=False)
    return TypeTable(type=kind, name=registered(kind).naming, curated=False)


def _telling(resource: Resource) -> Mapping[str, Any]:
    """The properties that cause calls: all that are set, or on update those that changed."""
    before = resource.previous
    return {
        name: value
        for name, value in resource.properties.items()
        if not before or before.get(name) != value
    }


def _calls(kind: str, operation: str, properties: Mapping[str, Any]) -> list[str]:
    noun = kind.rsplit("::", 1)[-1]
    calls = possible(kind, operation)
    writes = _writes(calls, noun, operation, properties)
    about = words(noun)
    reads = [call for call in calls if is_read(_action(call)) and words(_action(call)) & about]
    return list(dict.fromkeys([*writes, *reads]))


def _writes(
    calls: list[str], noun: str, operation: str, properties: Mapping[str, Any]
) -> list[str]:
    """What is named for the resource itself first, then what its properties cause."""
    usual = [call for call in calls if _action(call).startswith(_VERBS[operation])]
    about = [call for call in usual if words(_action(call)) & words(noun)]
    own = [call for call in about if words(_action(call)) == words(noun)]
    left = _left_over(own, operation, properties)
    setting = _SETTING.get(operation, ())
    caused = [
        call
        for call in calls
        if (call in usual and _is_caused(_action(call), noun, properties))
        or (_action(call).startswith(setting) and _is_caused(_action(call), noun, left))
    ]
    if own or about:
        return [*(own or about), *caused]
    rarer = [call for call in calls if _action(call).startswith(_RARER[operation])]
    near = [call for call in rarer if words(_action(call)) & words(noun)]
    # A handler lists first what it is for; an update that changes tags alone has nothing else.
    first = [call for call in calls if not is_read(_action(call)) and not _TAGGING.search(call)][:1]
    return [*(near or (first if operation != "update" else [])), *caused]


def _left_over(own: list[str], operation: str, properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the call that makes the thing does not take, so that another has to set it."""
    if operation != "create" or not own:
        return properties
    service, _, name = own[0].partition(":")
    shape = service_model(service).operation_model(name).input_shape
    taken = {member.lower() for member in shape.members} if shape else set()
    return {one: value for one, value in properties.items() if one.lower() not in taken}


def _is_caused(action: str, noun: str, properties: Mapping[str, Any]) -> bool:
    """`PutGroupPolicy` by a group's `Policies`."""
    beyond = words(action) - words(noun)
    return bool(beyond) and any(beyond <= words(name) for name in properties)


def _action(call: str) -> str:
    return call.partition(":")[2]
