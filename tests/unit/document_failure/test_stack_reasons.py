"""Which resource of a stack failed, and why, in its own words."""

import json
from pathlib import Path
from typing import Any

import pytest

from lambdas.document_failure import cycle_advice
from lambdas.model.execution.stack_event import StackEvent
from tests.unit.document_failure.failures import FOLDER, ToldStacks, a_build, told

STACK = "arn:aws:cloudformation:eu-west-1:123456789012:stack/orders-dev/1"
CHILD = "arn:aws:cloudformation:eu-west-1:123456789012:stack/orders-dev-Child-X/2"
OTHER = "arn:aws:cloudformation:eu-west-1:123456789012:stack/orders/3"
NAMED = "aws cloudformation describe-stack-events --stack-name orders-dev"


def an_event(logical_id: str, reason: str, kind: str = "AWS::IAM::User", **more: str) -> StackEvent:
    status = more.pop("status", "CREATE_FAILED")
    place = more.pop("physical_id", "")
    return StackEvent(
        logical_id=logical_id, physical_id=place, type=kind, status=status, reason=reason
    )


def failed_by(stacks: ToldStacks, folder: Path, tail: str = NAMED, **more: Any) -> str:
    answer = told(
        folder,
        stacks=stacks,
        state="RunCycle",
        error={"Error": "CycleFailed"},
        build=a_build(tail, FAILED_PHASE=more.pop("phase", "deploy")),
        **more,
    )
    return str(answer["message"])


def test_the_first_lines_say_which_resource_of_a_stack_failed_and_why(tmp_path: Path) -> None:
    stacks = ToldStacks(
        names={STACK: "orders-dev", OTHER: "orders"},
        happened={
            STACK: [
                an_event("Topic", "", "AWS::SNS::Topic", status="CREATE_COMPLETE"),
                an_event("User", "no right to iam:CreateUser"),
                an_event("Queue", "Resource creation cancelled", "AWS::SQS::Queue"),
                an_event("orders-dev", "[User]", "AWS::CloudFormation::Stack", physical_id=STACK),
            ]
        },
    )

    lines = failed_by(stacks, tmp_path).splitlines()

    assert lines[2] == (
        "User (AWS::IAM::User) of the stack orders-dev: CREATE_FAILED, no right to iam:CreateUser"
    )
    assert not lines[3]
    record = json.loads((tmp_path / FOLDER / "failure.json").read_text())
    assert record["reasons"] == [lines[2]]


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (CHILD, "Embedded stack was not successfully created"),
        ("", f"Embedded stack {CHILD} was not successfully created: [User]. "),
    ],
)
def test_a_nested_stack_is_told_by_what_failed_in_it(
    tmp_path: Path, place: str, reason: str
) -> None:
    nested = {"kind": "AWS::CloudFormation::Stack", "physical_id": place}
    stacks = ToldStacks(
        names={STACK: "orders-dev"},
        happened={
            STACK: [an_event("Child", reason, **nested)],
            CHILD: [an_event("User", "no right to iam:CreateUser")],
        },
    )

    message = failed_by(stacks, tmp_path)

    assert "User (AWS::IAM::User) of the stack orders-dev-Child-X: CREATE_FAILED" in message
    assert "Embedded stack" not in message


def test_a_stack_that_failed_as_a_whole_says_so_itself(tmp_path: Path) -> None:
    whole = {"kind": "AWS::CloudFormation::Stack", "physical_id": STACK}
    stacks = ToldStacks(
        names={STACK: "orders-dev"},
        happened={STACK: [an_event("orders-dev", "Circular dependency", **whole)]},
    )

    assert "CREATE_FAILED, Circular dependency" in failed_by(stacks, tmp_path)


def test_why_nobody_told_is_told_and_the_failure_is_documented_all_the_same(
    tmp_path: Path,
) -> None:
    message = failed_by(ToldStacks(silent=True), tmp_path)

    assert "did not tell why a stack failed in eu-west-1: AccessDenied: no" in message
    assert NAMED in message


def test_each_region_of_the_process_is_asked(tmp_path: Path) -> None:
    stacks = ToldStacks()

    failed_by(stacks, tmp_path, process={"regions": ["eu-north-1", "us-east-1"]})

    assert stacks.regions == ["eu-north-1", "us-east-1"]


@pytest.mark.parametrize("phase", ["install", "source"])
def test_before_the_first_phase_there_is_no_stack_to_ask_about(tmp_path: Path, phase: str) -> None:
    stacks = ToldStacks(names={STACK: "orders-dev"})

    failed_by(stacks, tmp_path, phase=phase)

    assert not stacks.regions


def test_a_reason_that_tells_of_the_fence_is_advised_on(tmp_path: Path) -> None:
    denied = (
        "not authorized to perform: iam:CreateUser with an explicit deny in a permissions boundary"
    )
    stacks = ToldStacks(names={STACK: "orders-dev"}, happened={STACK: [an_event("User", denied)]})

    assert cycle_advice.FENCE in failed_by(stacks, tmp_path)


@pytest.mark.parametrize(
    ("reason", "is_quoted"),
    [
        ("Value 'hunter2-secret' at 'token' failed to satisfy constraint", False),
        ("not authorized to perform: sqs:CreateQueue on resource: orders-dev", True),
    ],
)
def test_of_a_process_with_secrets_no_reason_is_quoted_but_a_denial(
    tmp_path: Path, reason: str, *, is_quoted: bool
) -> None:
    stacks = ToldStacks(names={STACK: "orders-dev"}, happened={STACK: [an_event("Q", reason)]})

    open_ = failed_by(stacks, tmp_path / "open", process={"name": "orders"})
    held = failed_by(stacks, tmp_path / "held", process={"secrets": {"TOKEN": "arn:aws:ssm:…"}})

    assert reason in open_
    assert (reason in held) is is_quoted
    assert ("read it in the stack's events" in held) is not is_quoted
    found = [one.read_text() for one in (tmp_path / "held").rglob("*") if one.is_file()]
    assert found
    assert any(reason in text for text in found) is is_quoted
