"""Every call of the state machine against AWS's models: parameters, responses, values.

`make test-aws` asks AWS itself the same.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonata
import pytest

from tests.stacks.samples import Json
from tests.unit.contracts.models import follow, misspelt, operation

MACHINES = Path(__file__).parents[3] / "statemachine"
DEFINITION: Json = json.loads((MACHINES / "build_policy.asl.json").read_text())
FLEET: Json = json.loads((MACHINES / "run_fleet.asl.json").read_text())
SDK = "arn:aws:states:::aws-sdk:"
# Integrations that Step Functions makes nicer than the API: what they call, and what they answer.
# https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
OPTIMISED = {
    "arn:aws:states:::lambda:invoke": ("lambda", "Invoke", "Invoke"),
    "arn:aws:states:::sns:publish": ("sns", "Publish", "Publish"),
    "arn:aws:states:::events:putEvents": ("events", "PutEvents", "PutEvents"),
    "arn:aws:states:::codebuild:startBuild.sync": ("codebuild", "StartBuild", "StartBuild"),
    "arn:aws:states:::states:startExecution": ("sfn", "StartExecution", "StartExecution"),
}
RESULT = re.compile(r"\$states\.result((?:\.[A-Z]\w*|\[\w+\])+)")
COMPARED = re.compile(r"\$(\w+)((?:\.[A-Z]\w*)+) = '([A-Z_]+)'")


def tasks(states: Json) -> Iterator[tuple[str, Json]]:
    """Every task, those within Map states too."""
    for name, state in states.items():
        if state["Type"] == "Task":
            yield name, state
        processor = state.get("ItemProcessor")
        if processor:
            yield from tasks(processor["States"])
        for branch in state.get("Branches", []):
            yield from tasks(branch["States"])


def called(resource: str) -> tuple[str, str]:
    """The service and the operation of a task's resource."""
    if resource in OPTIMISED:
        service, name, _ = OPTIMISED[resource]
        return service, name
    assert resource.startswith(SDK), f"{resource}: say in OPTIMISED what it calls"
    service, _, name = resource.removeprefix(SDK).partition(":")
    return service, name


TASKS = {**dict(tasks(DEFINITION["States"])), **dict(tasks(FLEET["States"]))}


@pytest.mark.parametrize("name", TASKS)
def test_a_task_gives_what_the_operation_takes(name: str) -> None:
    shape = operation(*called(TASKS[name]["Resource"])).input_shape

    assert list(misspelt(shape, TASKS[name]["Arguments"])) == []


@pytest.mark.parametrize("name", TASKS)
def test_a_task_reads_what_the_operation_answers(name: str) -> None:
    state = TASKS[name]
    shape = operation(*called(state["Resource"])).output_shape
    paths = {
        path
        for path in RESULT.findall(json.dumps(state))
        if not path.startswith((".Payload.", ".Payload["))  # a function's own answer
    }

    assert [path for path in sorted(paths) if follow(shape, path) is None] == []


def test_there_are_responses_that_are_read() -> None:
    assert len(RESULT.findall(json.dumps(DEFINITION))) > 20


def test_a_variable_that_holds_a_response_is_read_as_the_operation_answers() -> None:
    text = json.dumps(DEFINITION)
    held = {
        variable: operation(*called(state["Resource"])).output_shape
        for state in TASKS.values()
        for variable, value in state.get("Assign", {}).items()
        if value == "{% $states.result %}"
    }
    assert held

    for variable, shape in held.items():
        paths = set(re.findall(rf"\${variable}((?:\.[A-Z]\w*)+)", text))
        assert paths
        assert [path for path in sorted(paths) if follow(shape, path) is None] == [], variable


def test_values_that_responses_are_compared_with_are_of_their_enumerations() -> None:
    shapes: dict[str, Any] = {
        "generation": operation("accessanalyzer", "GetGeneratedPolicy").output_shape,
    }
    found = [one for one in COMPARED.findall(json.dumps(DEFINITION)) if one[0] in shapes]
    assert found

    for variable, path, value in found:
        shape = follow(shapes[variable], path)
        assert shape is not None
        assert value in shape.metadata["enum"], f"{variable}{path}"


def test_a_misspelt_parameter_would_be_found() -> None:
    shape = operation("accessanalyzer", "startPolicyGeneration").input_shape
    given = {"PolicyGenerationDetail": {}, "CloudTrailDetails": {"Trails": [{"Arn": "x"}]}}

    assert list(misspelt(shape, given)) == [
        ".PolicyGenerationDetail is unknown",
        ".PolicyGenerationDetails is missing",
        ".CloudTrailDetails.AccessRole is missing",
        ".CloudTrailDetails.StartTime is missing",
        ".CloudTrailDetails.Trails[].Arn is unknown",
        ".CloudTrailDetails.Trails[].CloudTrailArn is missing",
    ]
    assert follow(operation("codebuild", "BatchGetBuilds").output_shape, ".Builds[0].State") is None


def test_what_waits_for_markers_looks_from_the_end_of_the_build_on() -> None:
    # What comes between, a clean-up of an hour, must not hide the markers that were made before it.
    waiting = {
        name: state["Arguments"]["Payload"]["run"]
        for name, state in TASKS.items()
        if "${AwaitTrail}" in json.dumps(state["Arguments"])
    }

    assert waiting.keys() >= {"AwaitTrail", "AwaitProof", "AwaitCleanUp"}
    assert not [name for name, run in waiting.items() if "$now()" in run]


@pytest.mark.parametrize(
    ("definition", "given", "proved"),
    [
        ({"proof": {"attempt": True}}, {}, True),
        ({"proof": {"attempt": False}}, {}, False),
        ({"proof": {"attempt": True}}, {"prove": False}, False),
        ({"proof": {"attempt": False}}, {"prove": True}, False),
        # A process that 0.1 registered, until its stack is deployed again.
        ({"prove": True}, {}, True),
        ({"prove": False}, {}, False),
    ],
)
def test_a_second_cycle_runs_unless_the_process_or_the_input_says_no(
    definition: Json, given: Json, *, proved: bool
) -> None:
    text = DEFINITION["States"]["LoadProcess"]["Assign"]["prove"]
    expression = jsonata.Jsonata(text.removeprefix("{%").removesuffix("%}"))
    expression.register_lambda("parse", json.loads)
    answer = {"Parameter": {"Value": json.dumps({"definition": definition})}}
    expression.assign("states", {"result": answer, "input": given})

    assert expression.evaluate({}) is proved
