"""How a guessed call names the resource it is about: by the registry's identifier.

`DeleteNatGateway` wants `NatGatewayId`, `DeleteGroup` wants `GroupName`, `DeletePipeline` wants
`name`: the parameter is the identifier's, or the only text that the call cannot do without.
"""

from collections.abc import Iterator
from typing import Any

from embedded_aws.protocol.service_models import service_model
from embedded_aws.services.cloudformation.registry.types import Registered

# A name may be planned before the resource exists; an id may not.
_BY_NAME, _BY_ID = "{name}", "{ref}"


def identity_of(call: str, kind: str, known: Registered, *, making: bool) -> dict[str, Any]:
    """The parameters of a call that say which resource, as templates of its row.

    Args:
        call: the call, in botocore's names.
        kind: the resource type.
        known: what the registry says of it.
        making: whether this is the call that makes the resource.
    """
    service, _, operation = call.partition(":")
    shape = service_model(service).operation_model(operation).input_shape
    if shape is None or not known.identifier:
        return {}
    if making and not known.name:
        return _chosen_name(shape, known)
    field = _BY_NAME if known.name else _BY_ID
    members = {member.lower(): member for member in shape.members}
    for name in _candidates(kind, known.identifier):
        member = members.get(name)
        if member and shape.members[member].type_name == "string":
            return {member: field}
        if member and _is_list_of_texts(shape.members[member]):
            return {member: [field]}
    return {} if making else _only_required(shape, known, field)


def _chosen_name(shape: Any, known: Registered) -> dict[str, Any]:
    """`CreateLoadBalancer` wants a name, which CloudFormation makes up where nobody gave one."""
    names = {f"{known.noun}name".lower(), "name"} if known.naming else set()
    if known.identifier.endswith("Name"):  # CloudFormation's own choice alone, as Ref gives it
        names.add(known.identifier.lower())
    wanted = [member for member in shape.required_members if member.lower() in names]
    return dict.fromkeys(wanted, "{planned}")


def _candidates(kind: str, identifier: str) -> Iterator[str]:
    noun, name = kind.rsplit("::", 1)[-1].lower(), identifier.rsplit(".", 1)[-1].lower()
    ending = next((end for end in ("name", "arn", "id") if name.endswith(end)), "")
    for one in (name, f"{noun}{name}", f"{noun}{ending}", noun):
        yield one
        yield f"{one}s"
    yield from (ending, f"{ending}s") if ending else ()


def _is_list_of_texts(shape: Any) -> bool:
    return bool(shape.type_name == "list" and shape.member.type_name == "string")


def _only_required(shape: Any, known: Registered, field: str) -> dict[str, Any]:
    given = {name.lower() for name in known.properties if name not in known.made}
    found: list[tuple[str, Any]] = []
    for member in shape.required_members:
        inner = shape.members[member]
        if member.lower() in given:
            continue
        if inner.type_name == "string":
            found.append((member, field))
        elif _is_list_of_texts(inner):
            found.append((member, [field]))
    return dict(found) if len(found) == 1 else {}
