"""What CloudFormation tells of stacks that changed since a time, also of those that are gone.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStacks.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackEvents.html
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from lambdas.errors import StackNotReadError
from lambdas.gateways.aws_errors import UNANSWERED, reason
from lambdas.model.execution.stack_event import StackEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from types_boto3_cloudformation import CloudFormationClient

TIMES = ("CreationTime", "LastUpdatedTime", "DeletionTime")


class ChangedStacks(Protocol):
    """What the step asks of CloudFormation; each raises `StackNotReadError` when it is not told."""

    def changed(self, region: str, since: str) -> Mapping[str, str]:
        """The ids of the root stacks that changed since an ISO time, with their names."""

    def events(self, stack: str, since: str) -> tuple[StackEvent, ...]:
        """A stack's events since then, the oldest first; the stack by its id."""


class CloudFormationChanges:
    """The real one."""

    def __init__(self, client_of: Callable[[str], CloudFormationClient]) -> None:
        """Take what gives a client for a region."""
        self._client_of = client_of

    def changed(self, region: str, since: str) -> Mapping[str, str]:
        """See `ChangedStacks`."""
        try:
            return _changed(self._client_of(region), since)
        except UNANSWERED as error:
            raise StackNotReadError(reason(error)) from error

    def events(self, stack: str, since: str) -> tuple[StackEvent, ...]:
        """See `ChangedStacks`."""
        try:
            return _events(self._client_of(stack.split(":")[3]), stack, since)
        except UNANSWERED as error:
            raise StackNotReadError(reason(error)) from error


def _changed(cloudformation: CloudFormationClient, since: str) -> Mapping[str, str]:
    return {
        one["StackId"]: one["StackName"]
        for page in cloudformation.get_paginator("list_stacks").paginate()
        for one in page.get("StackSummaries", ())
        if not one.get("ParentId") and _changed_since(one, since)
    }


def _events(cloudformation: CloudFormationClient, stack: str, since: str) -> tuple[StackEvent, ...]:
    """CloudFormation tells the newest first."""
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack)
    found = [
        StackEvent(
            logical_id=one.get("LogicalResourceId", ""),
            physical_id=one.get("PhysicalResourceId", ""),
            type=one.get("ResourceType", ""),
            status=one.get("ResourceStatus", ""),
            reason=one.get("ResourceStatusReason", ""),
        )
        for page in pages
        for one in page.get("StackEvents", ())
        if one["Timestamp"] >= datetime.fromisoformat(since)
    ]
    return tuple(reversed(found))


def _changed_since(summary: Mapping[str, Any], since: str) -> bool:
    time = datetime.fromisoformat(since)
    return any(summary[name] >= time for name in TIMES if name in summary)
