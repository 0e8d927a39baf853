"""What a failed operation leaves: resources half made, and resources that could not be deleted.

MiniStack forgets both; CloudFormation keeps them in the stack, rolls the first back and leaves the
second to the next DeleteStack.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from ministack.core.responses import now_iso

from embedded_aws.services.cloudformation.forwarding.mapping.parameters import Resource

Rollback = Callable[..., Awaitable[None]]


class HalfMadeError(ValueError):
    """A resource could not be made, and is there: a nested stack that was rolled back."""

    def __init__(self, message: str, *, physical_id: str) -> None:
        """`physical_id` is by what it can be deleted."""
        super().__init__(message)
        self.physical_id = physical_id


_half_made: dict[tuple[str, str, str], dict[str, Resource]] = {}
_undeleted: dict[tuple[str, str, str], dict[str, Resource]] = {}


def half_made(resource: Resource) -> None:
    """A resource exists although its creation failed."""
    _half_made.setdefault(_stack(resource), {})[resource.logical_id] = resource


def not_deleted(resource: Resource) -> None:
    """A resource exists although its deletion was asked for."""
    _undeleted.setdefault(_stack(resource), {})[resource.logical_id] = resource


def keeping_rest(roll_back: Rollback) -> Rollback:
    """Roll back what is half made as well, and keep what could not be deleted in the stack."""

    async def rolled_back(
        stack_name: str,
        stack_id: str,
        stack: dict[str, Any],
        operation: dict[str, Any],
        reason_override: str = "",
    ) -> None:
        account, region = stack_id.split(":")[4], stack_id.split(":")[3]
        key = (account, region, stack_name)
        resources = stack.setdefault("_resources", {})
        for logical_id, resource in _half_made.pop(key, {}).items():
            resources[logical_id] = _record(resource, "CREATE_FAILED")
            operation["created"].append(logical_id)
        _undeleted.pop(key, None)
        await roll_back(stack_name, stack_id, stack, operation, reason_override)
        for logical_id, resource in _undeleted.pop(key, {}).items():
            stack.setdefault("_resources", {}).setdefault(
                logical_id, _record(resource, "DELETE_FAILED")
            )

    return rolled_back


def _stack(resource: Resource) -> tuple[str, str, str]:
    return resource.account, resource.region, resource.stack


def _record(resource: Resource, status: str) -> dict[str, Any]:
    return {
        "PhysicalResourceId": resource.physical_id,
        "ResourceType": resource.type,
        "ResourceStatus": status,
        "LogicalResourceId": resource.logical_id,
        "Properties": dict(resource.properties),
        "Attributes": dict(resource.attributes),
        "Timestamp": now_iso(),
    }
