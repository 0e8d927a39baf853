"""Groups of users in stacks: on paper alone, no user and no policy would find them."""

from collections.abc import Callable
from typing import Any

from embedded_aws.protocol import internal_calls

Handler = dict[str, Callable[..., Any]]


def repair(handler: Handler) -> None:
    """Let IAM know the group; its policies stay on paper, because nobody acts as its users here."""
    create, delete = handler["create"], handler["delete"]

    def creating(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        name, attributes = create(logical_id, properties, stack)
        asked = {"GroupName": name, "Path": properties.get("Path") or "/"}
        made = internal_calls.call("iam", "CreateGroup", asked)
        return name, {**attributes, "Arn": made["Group"]["Arn"]}

    def deleting(physical_id: str, properties: dict[str, Any]) -> None:
        internal_calls.call("iam", "DeleteGroup", {"GroupName": physical_id})
        delete(physical_id, properties)

    handler.update(create=creating, delete=deleting)
