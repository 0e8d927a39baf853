"""What CloudFormation tells of a stack, and what it does not."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber

from lambdas.errors import ServiceUnavailableError, StackNotReadError
from lambdas.gateways.stacks import CloudFormationStacks
from lambdas.model.trail.stack import StackResource

STACK = "arn:aws:cloudformation:us-east-1:123456789012:stack/flats-dev/0a1b"


@pytest.fixture
def stub(cloudformation: tuple[Stubber, Callable[[str], Any], list[str]]) -> "Stub":
    answers, client_of, regions = cloudformation
    return answers, CloudFormationStacks(client_of), regions


Stub = tuple[Stubber, CloudFormationStacks, list[str]]


@pytest.mark.parametrize("body", ["Transform: X", json.dumps({"Transform": "X"})])
def test_the_template_comes_as_text_whatever_it_was(stub: Stub, body: str) -> None:
    stubber, stacks, regions = stub
    asked = {"StackName": STACK, "TemplateStage": "Original"}
    stubber.add_response("get_template", {"TemplateBody": body}, asked)

    assert stacks.template(STACK) == body
    assert regions == ["us-east-1"]  # where the stack is, not where Fencepost is


def test_what_the_transforms_made_is_the_other_stage(stub: Stub) -> None:
    stubber, stacks, _ = stub
    asked = {"StackName": STACK, "TemplateStage": "Processed"}
    stubber.add_response("get_template", {"TemplateBody": "Resources: {}"}, asked)

    assert stacks.processed(STACK) == "Resources: {}"


def test_parameters_are_as_they_were_sent(stub: Stub) -> None:
    stubber, stacks, _ = stub
    described = {
        "StackName": "flats-dev",
        "CreationTime": "2026-11-29T12:00:00Z",
        "StackStatus": "DELETE_COMPLETE",
        "Parameters": [
            {"ParameterKey": "Size", "ParameterValue": "/flats/size", "ResolvedValue": "big"}
        ],
    }
    stubber.add_response("describe_stacks", {"Stacks": [described]}, {"StackName": STACK})

    assert stacks.parameters(STACK) == {"Size": "/flats/size"}


def test_all_pages_of_resources_are_read(stub: Stub) -> None:
    stubber, stacks, _ = stub

    def page(name: str, **more: Any) -> dict[str, Any]:
        summary = {
            "LogicalResourceId": name,
            "ResourceType": "AWS::SNS::Topic",
            "LastUpdatedTimestamp": "2026-11-29T12:00:00Z",
            "ResourceStatus": "DELETE_COMPLETE",
            **more,
        }
        return {"StackResourceSummaries": [summary]}

    first = {**page("B", PhysicalResourceId="b-1"), "NextToken": "next"}
    stubber.add_response("list_stack_resources", first, {"StackName": STACK})
    asked = {"StackName": STACK, "NextToken": "next"}
    stubber.add_response("list_stack_resources", page("A"), asked)

    assert stacks.resources(STACK) == (
        StackResource(logical_id="A", type="AWS::SNS::Topic", physical_id=""),
        StackResource(logical_id="B", type="AWS::SNS::Topic", physical_id="b-1"),
    )


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("AccessDenied", 403, StackNotReadError),
        ("ValidationError", 400, StackNotReadError),
        ("Throttling", 400, ServiceUnavailableError),
        ("InternalFailure", 500, ServiceUnavailableError),
    ],
)
def test_a_refusal_says_whether_asking_again_may_help(
    stub: Stub, code: str, status: int, expected: type[Exception]
) -> None:
    stubber, stacks, _ = stub
    stubber.add_client_error("get_template", code, "no", status)

    with pytest.raises(expected, match=code):
        stacks.template(STACK)
