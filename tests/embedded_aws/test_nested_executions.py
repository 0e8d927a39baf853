"""Executions that start executions, and maps within maps, as Step Functions has them."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.connection import Connection
from tests.embedded_aws.workloads import a_role, finished, jsonata, run, start

pytestmark = pytest.mark.local
DISTRIBUTED = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
LONG = {"Type": "Wait", "Seconds": 100_000, "End": True}


@pytest.fixture(scope="module")
def role(embedded: Connection) -> str:
    return a_role(embedded, "states.amazonaws.com", actions=["states:*"])


def a_machine(embedded: Connection, role: str, name: str, state: dict[str, Any]) -> str:
    made = embedded.client("stepfunctions").create_state_machine(
        name=name, definition=json.dumps(jsonata({"Only": state})), roleArn=role
    )
    return str(made["stateMachineArn"])


def test_a_distributed_map_runs_within_another(embedded: Connection, role: str) -> None:
    inner = {
        "Type": "Map",
        "Items": "{% $states.input %}",
        "MaxConcurrency": "{% $count($states.input) %}",
        "ItemProcessor": {
            **DISTRIBUTED,
            "StartAt": "Ten",
            "States": {
                "Ten": {"Type": "Pass", "Output": "{% $states.input * 10 %}", "End": True},
            },
        },
        "End": True,
    }
    outer = {
        "Type": "Map",
        "Items": "{% [[1, 2], [3, 4]] %}",
        "ItemProcessor": {**DISTRIBUTED, "StartAt": "Inner", "States": {"Inner": inner}},
        "End": True,
    }

    assert run(embedded, role, jsonata({"Outer": outer}))["output"] == [[10, 20], [30, 40]]


def test_a_child_of_a_distributed_map_cannot_read_its_parents_variables(
    embedded: Connection, role: str
) -> None:
    knows = {"Type": "Pass", "Assign": {"secret": "known"}, "Next": "Each"}
    each = {
        "Type": "Map",
        "Items": "{% [1] %}",
        "ItemProcessor": {
            **DISTRIBUTED,
            "StartAt": "Ask",
            "States": {
                "Ask": {"Type": "Pass", "Output": "{% $exists($secret) %}", "End": True},
            },
        },
        "End": True,
    }

    assert run(embedded, role, jsonata({"Knows": knows, "Each": each}))["output"] == [False]


def test_the_same_start_again_is_the_first_as_long_as_it_runs(
    embedded: Connection, role: str
) -> None:
    sfn = embedded.client("stepfunctions")
    given = {
        "stateMachineArn": a_machine(embedded, role, "started-twice", LONG),
        "name": "once",
        "input": "{}",
    }

    first, again = (sfn.start_execution(**given) for _ in range(2))

    assert first["executionArn"] == again["executionArn"]
    with pytest.raises(sfn.exceptions.ExecutionAlreadyExists):
        sfn.start_execution(**{**given, "input": '{"other": true}'})
    sfn.stop_execution(executionArn=first["executionArn"])
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        sfn.start_execution(**given)


@pytest.mark.parametrize(("pattern", "status"), [("", "RUNNING"), (".sync:2", "ABORTED")])
def test_stopping_an_execution_stops_those_alone_that_it_waits_for(
    embedded: Connection, role: str, pattern: str, status: str
) -> None:
    # https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync
    sfn = embedded.client("stepfunctions")
    child = a_machine(embedded, role, f"child-{len(pattern)}", LONG)
    starts = {
        "Type": "Task",
        "Resource": f"arn:aws:states:::states:startExecution{pattern}",
        "Arguments": {"StateMachineArn": child, "Name": "theirs"},
        "Next": "Waits",
    }
    parent = start(embedded, role, jsonata({"Starts": starts, "Waits": LONG}))
    theirs = f"{child.replace(':stateMachine:', ':execution:')}:theirs"
    while not sfn.list_executions(stateMachineArn=child)["executions"]:
        assert sfn.describe_execution(executionArn=parent)["status"] == "RUNNING"

    sfn.stop_execution(executionArn=parent)

    assert finished(embedded, parent)["status"] == "ABORTED"
    if status == "ABORTED":
        assert finished(embedded, theirs)["status"] == status
    assert sfn.describe_execution(executionArn=theirs)["status"] == status
