"""The calls by which an update changes tags: the registry lists them for the update handler.

A stack's own tags come and go with every deployment, on every type that takes any; of most types no
other call takes them.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from embedded_aws.protocol.service_models import service_model
from embedded_aws.services.cloudformation.forwarding.mapping.call_table import Row
from embedded_aws.services.cloudformation.forwarding.mapping.identifiers import identity_of
from embedded_aws.services.cloudformation.forwarding.mapping.parameters import Resource
from embedded_aws.services.cloudformation.registry.handler_calls import possible
from embedded_aws.services.cloudformation.registry.stack_tags import tags_in
from embedded_aws.services.cloudformation.registry.types import registered

_PUTS = re.compile(r"Tag|(Add|Create|Put)(OrUpdate)?\w*Tag|ChangeTags")
_TAKES = re.compile(r"[Uu]ntag|(Remove|Delete)\w*Tag|ChangeTags")
_ARN = re.compile(r"(resource)?arns?|resource(id|name)?|\w+arn", re.IGNORECASE)


def tag_rows(resource: Resource, planned: set[str]) -> Iterator[Row]:
    """The rows of tags that an update puts or takes, unless one of what is planned does.

    Args:
        resource: as it is to be, with what it was.
        planned: the calls that the type's rows make.
    """
    new, old = (
        tags_in(resource.type, resource.properties),
        tags_in(resource.type, resource.previous),
    )
    put = {name: value for name, value in new.items() if old.get(name) != value}
    taken = sorted(old.keys() - new.keys())
    listed = possible(resource.type, "update")
    for changed, names in ((put, _PUTS), (taken, _TAKES)):
        tagging = [call for call in listed if names.match(call.partition(":")[2])]
        done = any(names.match(call.partition(":")[2]) for call in planned)
        if changed and tagging and not done:
            request = _request(tagging[0], resource, put, taken)
            if request:
                yield Row(call=tagging[0], request=request)


def _request(
    call: str, resource: Resource, put: Mapping[str, str], taken: list[str]
) -> dict[str, Any]:
    """The request, or nothing where nobody can say how the call names the resource."""
    service, _, operation = call.partition(":")
    shape = service_model(service).operation_model(operation).input_shape
    members = shape.members if shape else {}
    arn, by_arn = _arn_of(resource), [one for one in members if _ARN.fullmatch(one)]
    named: dict[str, Any] = {}
    if not by_arn:
        named = identity_of(call, resource.type, registered(resource.type), making=False)
    elif arn:
        several = members[by_arn[0]].type_name == "list"
        named = {by_arn[0]: [arn] if several else arn}
    if not named:
        return {}
    return named | {
        member: _value(member, members[member], put, taken)
        for member in members
        if "tag" in member.lower() and member not in named
    }


def _arn_of(resource: Resource) -> str:
    """The resource's own: an attribute may hold a role's or a secret's."""
    names = {"arn", f"{resource.type.rsplit('::', 1)[-1].lower()}arn"}
    given = [value for name, value in resource.attributes.items() if name.lower() in names]
    return next((one for one in map(str, [resource.physical_id, *given]) if one[:4] == "arn:"), "")


def _value(member: str, shape: Any, put: Mapping[str, str], taken: list[str]) -> Any:
    if "key" in member.lower():
        return taken
    if shape.type_name == "map":
        return dict(put)
    return [{"Key": name, "Value": value} for name, value in put.items()]
