"""The permissions boundary of roles in stacks, which MiniStack's CloudFormation drops."""

from collections.abc import Callable
from typing import Any

from embedded_aws.ministack import services

Handler = dict[str, Callable[..., Any]]


def repair(handler: Handler) -> None:
    """Put the template's boundary on the role; without it a fence would be a drawing of one."""
    create, update = handler["create"], handler["update"]

    def creating(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        name, attributes = create(logical_id, properties, stack)
        _bound(name, properties)
        return name, attributes

    def updating(
        physical_id: str, old: dict[str, Any], new: dict[str, Any], *more: Any, **named: Any
    ) -> Any:
        answer = update(physical_id, old, new, *more, **named)
        _bound(answer[0], new)
        return answer

    handler.update(create=creating, update=updating)


def _bound(name: str, properties: dict[str, Any]) -> None:
    role = services.service("iam")._roles.get(name)
    if role is None:
        return
    boundary = properties.get("PermissionsBoundary")
    if boundary:
        role["PermissionsBoundary"] = boundary
    else:
        role.pop("PermissionsBoundary", None)
