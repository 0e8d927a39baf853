"""What CloudFormation tells of stacks that changed, and what it does not."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from botocore.stub import Stubber

from lambdas.errors import StackNotReadError
from lambdas.gateways.failed_stacks import CloudFormationChanges

SINCE = "2026-11-29T12:00:00Z"
BEFORE, LATER = (datetime.fromisoformat(f"2026-11-29T{at}Z") for at in ("11:59:59", "12:00:01"))
Stub = tuple[Stubber, CloudFormationChanges, list[str]]


@pytest.fixture
def stub(cloudformation: tuple[Stubber, Callable[[str], Any], list[str]]) -> Stub:
    answers, client_of, regions = cloudformation
    return answers, CloudFormationChanges(client_of), regions


def an_id(name: str) -> str:
    return f"arn:aws:cloudformation:us-east-1:123456789012:stack/{name}/0a1b"


def a_summary(name: str, **more: Any) -> dict[str, Any]:
    return {
        "StackId": an_id(name),
        "StackName": name,
        "CreationTime": BEFORE,
        "StackStatus": "DELETE_COMPLETE",
        **more,
    }


def an_event(status: str, at: datetime) -> dict[str, Any]:
    return {
        "StackId": an_id("flats"),
        "EventId": f"{status} {at}",
        "StackName": "flats",
        "LogicalResourceId": "Queue",
        "PhysicalResourceId": "",
        "ResourceType": "AWS::SQS::Queue",
        "ResourceStatus": status,
        "Timestamp": at,
    }


def test_a_stack_counts_that_was_made_changed_or_deleted_since_and_is_not_nested(
    stub: Stub,
) -> None:
    stubber, stacks, regions = stub
    summaries = [
        a_summary("old"),
        a_summary("made", CreationTime=LATER),
        a_summary("changed", LastUpdatedTime=LATER),
        a_summary("gone", DeletionTime=LATER),
        a_summary("nested", CreationTime=LATER, ParentId=an_id("made")),
    ]
    stubber.add_response("list_stacks", {"StackSummaries": summaries}, {})

    assert sorted(stacks.changed("us-east-1", SINCE).values()) == ["changed", "gone", "made"]
    assert regions == ["us-east-1"]


def test_events_come_with_the_oldest_first_and_none_of_an_earlier_run(stub: Stub) -> None:
    stubber, stacks, regions = stub
    told = [
        an_event("DELETE_COMPLETE", LATER),
        an_event("CREATE_FAILED", LATER),
        an_event("CREATE_FAILED", BEFORE),
    ]
    asked = {"StackName": an_id("flats")}
    stubber.add_response("describe_stack_events", {"StackEvents": told}, asked)

    events = stacks.events(an_id("flats"), SINCE)

    assert [one.status for one in events] == ["CREATE_FAILED", "DELETE_COMPLETE"]
    assert [one.failed for one in events] == [True, False]
    assert regions == ["us-east-1"]


def test_what_is_refused_is_not_told(stub: Stub) -> None:
    stubber, stacks, _ = stub
    stubber.add_client_error("list_stacks", "AccessDenied", "no")
    stubber.add_client_error("describe_stack_events", "ValidationError", "does not exist")

    with pytest.raises(StackNotReadError, match="no"):
        stacks.changed("us-east-1", SINCE)
    with pytest.raises(StackNotReadError, match="does not exist"):
        stacks.events(an_id("flats"), SINCE)
