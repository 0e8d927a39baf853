"""The fleet's machine: well-formed, complete, and allowed to do what it does and no more."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from lambdas import errors
from lambdas.model.archive import fleet
from stacks.places import InvalidSettingError
from stacks.settings import Settings
from stacks.workflow.fleet import DEFINITION
from stacks.workflow.step_needs import FLEET_STEPS
from tests.stacks.conftest import Synthesis
from tests.stacks.definitions import asl_validator, needs_npm, said_of
from tests.stacks.samples import Json

pytestmark = pytest.mark.stacks
# What a call needs: https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html
NEEDED = {
    "lambda:invoke": {"lambda:InvokeFunction"},
    "sns:publish": {"sns:Publish", "kms:GenerateDataKey", "kms:Decrypt"},
    "aws-sdk:s3:listObjectsV2": {"s3:ListBucket"},
    "aws-sdk:s3:putObject": {"s3:PutObject", "kms:GenerateDataKey"},
    "s3:getObject": {"s3:GetObject", "kms:Decrypt"},
    "states:startExecution": {"states:StartExecution"},
    "aws-sdk:sfn:describeExecution": {"states:DescribeExecution"},
    # https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
    "map": {
        "states:StartExecution",
        "states:DescribeExecution",
        "states:StopExecution",
        "states:RedriveExecution",
    },
}
OBSERVED = re.compile(r"(logs|xray):.*")  # for its log and its traces
IN_MAPS = {"LookForStop", "StartRun", "ReadRun"}


def machines(machine: Json) -> Iterator[Json]:
    """A machine and those within its maps."""
    yield machine
    for state in machine["States"].values():
        if state["Type"] == "Map":
            yield from machines(state["ItemProcessor"])


def states(machine: Json) -> dict[str, Json]:
    """Every state, those within maps too."""
    return {name: one for each in machines(machine) for name, one in each["States"].items()}


def of_kind(machine: Json, kind: str) -> dict[str, Json]:
    return {name: one for name, one in states(machine).items() if one["Type"] == kind}


def statements(synthesis: Synthesis) -> list[Json]:
    (policy,) = (
        one
        for name, one in synthesis.of_type("workflow", "AWS::IAM::Policy").items()
        if name.startswith("FleetRole")
    )
    found: list[Json] = policy["PolicyDocument"]["Statement"]
    return found


def many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@needs_npm
def test_the_definition_is_valid() -> None:
    # StateLint knows neither Distributed Map's reader nor an expression as its concurrency.
    assert said_of(*asl_validator(DEFINITION)) == ""


def test_every_state_says_what_it_is_for_and_has_a_name_of_its_own(fleet_definition: Json) -> None:
    every = [name for one in machines(fleet_definition) for name in one["States"]]

    assert len(every) == len(set(every))
    assert [name for name, one in states(fleet_definition).items() if not one.get("Comment")] == []


def test_every_state_can_be_reached(fleet_definition: Json) -> None:
    for machine in machines(fleet_definition):
        reached, ahead = set(), {machine["StartAt"]}
        while ahead:
            name = ahead.pop()
            reached.add(name)
            outside = {**machine["States"][name], "ItemProcessor": None}
            found = re.findall(r'"(?:Next|Default)": "(\w+)"', json.dumps(outside))
            ahead |= set(found) - reached

        assert reached == set(machine["States"])


def test_every_task_has_a_ceiling_and_tries_again(fleet_definition: Json) -> None:
    for name, one in of_kind(fleet_definition, "Task").items():
        assert one["TimeoutSeconds"] > 0, name
        assert one["Retry"], name
    for name, one in of_kind(fleet_definition, "Map").items():
        assert one["Retry"], name


def test_whatever_fails_ends_one_run_and_no_other(fleet_definition: Json) -> None:
    for name, one in of_kind(fleet_definition, "Map").items():
        assert one["ToleratedFailurePercentage"] == 100, name
    for name in IN_MAPS:
        last = states(fleet_definition)[name]["Catch"][-1]
        assert (last["ErrorEquals"], last["Next"]) == (["States.ALL"], "KeepEnd"), name
    assert {
        name: one["Catch"][-1]["Next"]
        for name, one in fleet_definition["States"].items()
        if "Catch" in one
    } == {
        "PlanFleet": "FleetNotPlanned",
        "RunSandboxes": "DocumentFleet",
        "DocumentFleet": "NotifyOperator",
        "NotifyOperator": "ReportNotSent",
    }


def test_a_start_that_nobody_answered_is_not_said_to_have_failed(fleet_definition: Json) -> None:
    """The run may have begun; a refusal alone says that it did not."""
    caught = {
        name: one["Assign"]["end"]["status"]
        for one in states(fleet_definition)["StartRun"]["Catch"]
        if "end" in one["Assign"]
        for name in one["ErrorEquals"]
    }

    assert caught == {
        "States.Timeout": "LOST",
        "StepFunctions.SdkClientException": "LOST",
        "States.ALL": "NOT_STARTED",
    }


def test_a_run_is_looked_for_a_stop_before_it_starts(fleet_definition: Json) -> None:
    (_, _, runs) = machines(fleet_definition)
    before = {
        name
        for name, one in runs["States"].items()
        if '"StartRun"' in json.dumps({**one, "Retry": None})
    }

    assert runs["StartAt"] == "LookForStop"
    assert before == {"MayStart"}
    assert runs["States"]["MayStart"]["Choices"][0]["Condition"] == "{% $stopped %}"
    prefix = states(fleet_definition)["LookForStop"]["Arguments"]["Prefix"]
    assert prefix == f"{{% '{fleet.FLEETS}/' & $states.input.fleet & '/{fleet.STOP}' %}}"


def test_no_run_is_waited_for_in_a_way_that_stops_it(
    fleet_definition: Json, synthesis: Synthesis
) -> None:
    # https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync
    assert ".sync" not in json.dumps(
        [one.get("Resource") for one in states(fleet_definition).values()]
    )
    stops = [
        json.dumps(one["Resource"])
        for one in statements(synthesis)
        if "states:StopExecution" in many(one["Action"])
    ]
    assert len(stops) == 1
    assert "fencepost-run-fleet" in stops[0]
    assert "build-policy" not in stops[0]


def test_what_is_kept_and_read_lies_where_the_code_looks(fleet_definition: Json) -> None:
    kept = states(fleet_definition)["KeepEnd"]["Arguments"]["Key"]

    assert (
        kept
        == f"{{% '{fleet.FLEETS}/' & $item.fleet & '/{fleet.ENDS}' & $item.process & '.json' %}}"
    )
    words = set(re.findall(r'"status": "([A-Z_]+)"', DEFINITION.read_text(encoding="utf-8")))
    assert words == {fleet.STOPPED, fleet.NOT_STARTED, fleet.LOST}


def test_an_end_never_holds_an_empty_text(fleet_definition: Json) -> None:
    assert '""' not in json.dumps(fleet_definition)


def test_each_state_with_code_has_a_step(fleet_definition: Json) -> None:
    invoked = {
        name: one["Arguments"]["FunctionName"]
        for name, one in of_kind(fleet_definition, "Task").items()
        if one["Resource"].endswith("lambda:invoke")
    }

    assert invoked == {one.state: f"${{{one.state}}}" for one in FLEET_STEPS}


def test_what_the_definition_leaves_open_is_filled_in(
    fleet_definition: Json, synthesis: Synthesis
) -> None:
    machine = synthesis.machine("run-fleet")

    assert set(re.findall(r"\$\{(\w+)\}", json.dumps(fleet_definition))) == set(
        machine["DefinitionSubstitutions"]
    )
    assert json.loads(machine["DefinitionString"]) == fleet_definition
    assert machine["LoggingConfiguration"]["Level"] == "ALL"
    assert machine["TracingConfiguration"] == {"Enabled": True}


def test_the_role_may_do_what_the_definition_does_and_nothing_else(
    fleet_definition: Json, synthesis: Synthesis
) -> None:
    resources = [one["Resource"] for one in of_kind(fleet_definition, "Task").values()]
    resources += [
        one["ItemReader"]["Resource"] for one in of_kind(fleet_definition, "Map").values()
    ]
    calls = {one.removeprefix("arn:aws:states:::") for one in resources} | {"map"}
    granted = {action for one in statements(synthesis) for action in many(one["Action"])}

    assert calls == set(NEEDED)
    assert {action for action in granted if not OBSERVED.fullmatch(action)} == set().union(
        *NEEDED.values()
    )


def test_the_role_touches_nothing_of_the_archive_beside_fleets(synthesis: Synthesis) -> None:
    for one in statements(synthesis):
        for action in many(one["Action"]):
            if action in {"s3:GetObject", "s3:PutObject"}:
                assert "/fleet/*" in json.dumps(one["Resource"]), action
            if action == "s3:ListBucket":
                assert one["Condition"] == {"StringLike": {"s3:prefix": "fleet/*/stop"}}


def test_the_functions_of_fleets_write_nothing_beside_fleets(synthesis: Synthesis) -> None:
    policies = synthesis.of_type("workflow", "AWS::IAM::Policy")
    for step in FLEET_STEPS:
        (policy,) = (one for name, one in policies.items() if f"Steps{step.state}Role" in name)
        writes = [
            one["Resource"]
            for one in policy["PolicyDocument"]["Statement"]
            if "s3:PutObject" in many(one["Action"])
        ]

        (resources,) = map(many, writes)
        ours = [json.dumps(one)[-20:] for one in resources]
        assert all('/fleet/*"' in one or '/index.html"' in one for one in ours), step.state


def test_a_fleet_starts_by_itself_only_when_the_deployment_says_so(synthesis: Synthesis) -> None:
    assert "run_fleet" not in {
        one["Name"] for one in synthesis.of_type("workflow", "AWS::Scheduler::Schedule").values()
    }
    assert Settings.from_context({"fleetSchedule": "rate(7 days)"}.get).fleet_schedule
    with pytest.raises(InvalidSettingError, match="fleetSchedule=weekly"):
        Settings.from_context({"fleetSchedule": "weekly"}.get)


def test_every_error_that_is_named_exists(fleet_definition: Json) -> None:
    ours = {name for name in dir(errors) if name.endswith("Error")}
    named = {
        error
        for one in states(fleet_definition).values()
        for kind in ("Retry", "Catch")
        for rule in one.get(kind, [])
        for error in rule["ErrorEquals"]
    }

    assert {one for one in named if "." not in one} <= ours
    # https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    assert {one for one in named if one.startswith("States.")} == {
        "States.ALL",
        "States.ItemReaderFailed",
        "States.TaskFailed",
        "States.Timeout",
    }
