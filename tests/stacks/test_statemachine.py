"""The definition: well-formed, complete, and allowed to do what it does and no more."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest

from lambdas import errors
from stacks.workflow.state_machine import DEFINITION
from stacks.workflow.step_needs import FLEET_STEPS, STEPS, WATCH
from tests.stacks.conftest import Synthesis
from tests.stacks.definitions import asl_validator, needs_npm, said_of
from tests.stacks.samples import Json

pytestmark = pytest.mark.stacks
ROOT = Path(__file__).parent.parent.parent
STATELINT = Path(sys.executable).with_name("statelint")
# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
STATES_ERRORS = {"States.ALL", "States.ExceedToleratedFailureThreshold", "States.TaskFailed"}
# https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
LAMBDA_ERRORS = {
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    # A function that died: Step Functions' name for it, and Lambda's own.
    # https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    # https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
    "Lambda.Unknown",
    "Runtime.ExitError",
}
# Every SDK integration has these two beside the service's own,
# https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
SDK_ERRORS = re.compile(r"(\w+)\.(SdkClientException|AWS\1Exception|\1Exception)")
CLIENTS = {"AccessAnalyzer": "accessanalyzer", "CodeBuild": "codebuild", "Ssm": "ssm"}
# What goes wrong in a proof is its verdict; the policy is documented all the same.
PROOF = {
    "ProvePolicy": "ProofBroke",
    "RunProof": "WasProofBuilt",
    "ReadProof": "ProofBroke",
    "CleanUp": "IsCleanUpFor",
    "AwaitProof": "ProofBroke",
    "CollectProof": "ProofBroke",
    "AwaitCleanUp": "JudgeProof",
    "CollectCleanUp": "JudgeProof",
    "JudgeProof": "ProofBroke",
    "RetirePolicy": "HasFailed",
}
# A deployment may go on without Access Analyzer; it leads to DocumentFailure otherwise.
ANALYZER = {
    "GeneratePolicy": "CanGoWithout",
    "ReadGeneration": "CanGoWithout",
    "ListGenerations": "IsQuotaFreeing",
}
# Batches fail as the state would that asked for the evidence.
BATCHES = {"ReadBatches": "BatchesFailed", "MergeBatches": "BatchesFailed"}
# What a call needs: https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html
NEEDED = {
    "aws-sdk:ssm:getParameter": {"ssm:GetParameter"},
    "aws-sdk:ssm:getParametersByPath": {"ssm:GetParametersByPath"},
    "aws-sdk:codebuild:batchGetBuilds": {"codebuild:BatchGetBuilds"},
    "aws-sdk:accessanalyzer:startPolicyGeneration": {
        "access-analyzer:StartPolicyGeneration",
        "iam:PassRole",
    },
    "aws-sdk:accessanalyzer:getGeneratedPolicy": {"access-analyzer:GetGeneratedPolicy"},
    "aws-sdk:accessanalyzer:listPolicyGenerations": {"access-analyzer:ListPolicyGenerations"},
    "aws-sdk:s3:putObject": {"s3:PutObject", "kms:GenerateDataKey"},
    "lambda:invoke": {"lambda:InvokeFunction"},
    # https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
    "map": {
        "states:StartExecution",
        "states:DescribeExecution",
        "states:StopExecution",
        "states:RedriveExecution",
    },
    "events:putEvents": {"events:PutEvents"},
    "sns:publish": {"sns:Publish", "kms:GenerateDataKey", "kms:Decrypt"},
    "codebuild:startBuild.sync": {
        "codebuild:StartBuild",
        "codebuild:StopBuild",
        "codebuild:BatchGetBuilds",
        "events:PutTargets",
        "events:PutRule",
        "events:DescribeRule",
    },
}
# The machine's own, for its log and its traces.
OBSERVED = re.compile(r"(logs|xray):.*")


def states(definition: Json) -> dict[str, Json]:
    found: dict[str, Json] = definition["States"]
    return found


def tasks(definition: Json) -> dict[str, Json]:
    """Every task, those of a Map's children too."""
    found = {name: one for name, one in states(definition).items() if one["Type"] == "Task"}
    for one in maps(definition).values():
        found |= one["ItemProcessor"]["States"]
    return found


def maps(definition: Json) -> dict[str, Json]:
    return {name: one for name, one in states(definition).items() if one["Type"] == "Map"}


def named(definition: Json, kind: str) -> Iterator[str]:
    for one in (tasks(definition) | maps(definition)).values():
        for rule in one.get(kind, []):
            yield from rule["ErrorEquals"]


@pytest.mark.parametrize(
    "command",
    [
        pytest.param((str(STATELINT), str(DEFINITION)), id="statelint"),
        pytest.param(asl_validator(DEFINITION), id="asl-validator", marks=needs_npm),
    ],
)
def test_the_definition_is_valid(command: tuple[str, ...]) -> None:
    assert said_of(*command) == ""


def test_every_state_says_what_it_is_for(definition: Json) -> None:
    assert [name for name, one in states(definition).items() if not one.get("Comment")] == []


def test_every_state_can_be_reached(definition: Json) -> None:
    reached, ahead = set(), {definition["StartAt"]}
    while ahead:
        name = ahead.pop()
        reached.add(name)
        text = json.dumps(states(definition)[name])
        ahead |= set(re.findall(r'"(?:Next|Default)": "(\w+)"', text)) - reached

    assert reached == set(states(definition))


def test_every_task_has_a_ceiling_tries_again_and_catches_everything(definition: Json) -> None:
    for name, one in tasks(definition).items():
        assert one["TimeoutSeconds"] > 0, name
    for name, one in (tasks(definition) | maps(definition)).items():
        assert one["Retry"], name
        # What fails in a child of a Map fails the Map, which catches it.
        if name in states(definition):
            assert one["Catch"][-1]["ErrorEquals"] == ["States.ALL"], name


def test_every_function_s_answer_is_looked_at(definition: Json) -> None:
    # An answer with nothing in it is of nobody: the function did not run.
    for name, one in tasks(definition).items():
        if one["Resource"] == "arn:aws:states:::lambda:invoke":
            assert "$states.result.Payload" in json.dumps([one.get("Assign"), one.get("Output")]), (
                name
            )


def test_whatever_fails_after_the_first_state_is_documented(definition: Json) -> None:
    last = {
        name: one["Catch"][-1]["Next"]
        for name, one in (tasks(definition) | maps(definition)).items()
        if name in states(definition)
        and name not in {"LoadProcess", "LoadSandbox", "DocumentFailure", "NotifyFailure"}
    }
    # Nothing was started: that there is no such process is told without their names.
    assert last.pop("ListProcesses") == "ProcessNotFound"
    # An event that cannot be put is said in the mail.
    assert last.pop("AnnouncePolicy") == "IsCandidateClean"
    assert last.pop("AnnounceFailure") == "NotifyFailure"
    # A removal is tried under whatever boundary there is.
    assert last.pop("ReopenBoundary") == "CleanUp"

    assert {name: last.pop(name) for name in PROOF} == PROOF
    assert {name: last.pop(name) for name in BATCHES} == BATCHES
    assert {name: last.pop(name) for name in ANALYZER} == ANALYZER
    assert states(definition)["IsQuotaFreeing"]["Default"] == "DocumentFailure"
    assert states(definition)["CanGoWithout"]["Default"] == "DocumentFailure"
    assert states(definition)["BatchesFailed"]["Default"] == "DocumentFailure"

    # And that leads there, with what the build tells.
    assert {last.pop(name) for name in ("ReadDefinition", "RunCycle")} == {"WasBuilt"}
    assert set(last.values()) == {"DocumentFailure"}


def test_every_failure_ends_in_a_fail_state_and_success_in_one_place(definition: Json) -> None:
    ends = {name for name, one in states(definition).items() if one.get("End")}
    fails = {name for name, one in states(definition).items() if one["Type"] == "Fail"}

    assert ends == {"NotifyTeam"}
    assert fails == {
        "GeneratorNotKnown",
        "ProcessNotFound",
        "ProcessNotLoaded",
        "RevisionNotAllowed",
        "RunFailed",
    }
    assert all("Error" in states(definition)[name] for name in fails)


def test_every_error_that_is_named_exists(definition: Json) -> None:
    ours = {name for name in dir(errors) if name.endswith("Error")}
    session = botocore.session.get_session()
    services = {
        f"{prefix}.{shape}"
        for prefix, client in CLIENTS.items()
        for shape in _exceptions(session, client)
    }
    known = ours | services | STATES_ERRORS | LAMBDA_ERRORS

    for name in {*named(definition, "Retry"), *named(definition, "Catch")}:
        assert name in known or SDK_ERRORS.fullmatch(name), name


def _exceptions(session: botocore.session.Session, client: str) -> set[str]:
    """As Step Functions spells them: the SDK's class names, which all end in Exception."""
    model = session.get_service_model(client)
    return {
        shape if shape.endswith("Exception") else f"{shape}Exception"
        for shape in model.shape_names
        if model.shape_for(shape).metadata.get("exception")
    }


def test_each_state_with_code_has_a_step_and_each_step_a_state(definition: Json) -> None:
    invoked = {
        name: one["Arguments"]["FunctionName"]
        for name, one in tasks(definition).items()
        if one["Resource"].endswith("lambda:invoke")
    }

    steps = {one.state for one in STEPS}
    assert steps <= set(invoked)
    assert set(invoked.values()) == {f"${{{name}}}" for name in steps}
    assert all(invoked[name] == f"${{{name}}}" for name in steps)


def test_each_step_has_a_folder_and_each_folder_a_step() -> None:
    folders = {one.parent.name for one in (ROOT / "lambdas").glob("*/handler.py")}

    assert folders == {one.package for one in (*STEPS, *FLEET_STEPS, WATCH)}


def test_what_the_definition_leaves_open_is_filled_in(
    definition: Json, synthesis: Synthesis
) -> None:
    machine = synthesis.machine("build-policy")

    assert set(re.findall(r"\$\{(\w+)\}", json.dumps(definition))) == set(
        machine["DefinitionSubstitutions"]
    )
    assert json.loads(machine["DefinitionString"]) == definition


def test_the_machines_role_may_do_what_the_definition_does_and_nothing_else(
    definition: Json, synthesis: Synthesis
) -> None:
    calls = {
        one["Resource"].removeprefix("arn:aws:states:::") for one in tasks(definition).values()
    }
    calls |= {"map" for _ in maps(definition)}
    needed = set().union(*(NEEDED[call] for call in calls))

    granted = {
        action for statement in _statements(synthesis) for action in _many(statement["Action"])
    }

    assert calls == set(NEEDED)
    assert {action for action in granted if not OBSERVED.fullmatch(action)} == needed


def test_the_machines_role_names_every_resource_that_can_be_named(synthesis: Synthesis) -> None:
    wild = {
        action
        for statement in _statements(synthesis)
        if statement["Resource"] == "*"
        for action in _many(statement["Action"])
    }

    assert {action for action in wild if not OBSERVED.fullmatch(action)} == {
        "access-analyzer:StartPolicyGeneration",
        "access-analyzer:GetGeneratedPolicy",
        "access-analyzer:ListPolicyGenerations",
    }


def test_the_executions_of_batches_are_the_machines_own(synthesis: Synthesis) -> None:
    machine = synthesis.machine("build-policy")
    name = machine["StateMachineName"]
    granted = {
        action: json.dumps(statement["Resource"])
        for statement in _statements(synthesis)
        for action in _many(statement["Action"])
        if action.startswith("states:")
    }

    assert f':stateMachine:{name}"' in granted["states:StartExecution"]
    for action in ("Describe", "Stop", "Redrive"):
        assert f':execution:{name}/*:*"' in granted[f"states:{action}Execution"]


def test_the_machine_logs_everything_and_is_traced(synthesis: Synthesis) -> None:
    machine = synthesis.machine("build-policy")

    assert machine["LoggingConfiguration"]["Level"] == "ALL"
    assert machine["LoggingConfiguration"]["IncludeExecutionData"] is True
    assert machine["TracingConfiguration"] == {"Enabled": True}


def test_no_document_travels_through_the_machine(definition: Json) -> None:
    for name, one in tasks(definition).items():
        if one["Resource"].endswith("lambda:invoke"):
            payload = set(one["Arguments"]["Payload"])
            assert not payload & {"generation", "policy", "policies", "events"}, name


def _statements(synthesis: Synthesis) -> list[Json]:
    (policy,) = [
        one
        for name, one in synthesis.of_type("workflow", "AWS::IAM::Policy").items()
        if name.startswith("WorkflowRole")
    ]
    found: list[Json] = policy["PolicyDocument"]["Statement"]
    return found


def _many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_every_build_is_asked_for_with_the_same_patience(definition: Json) -> None:
    """In a throttled account, whichever build it is."""
    asked = {
        name: one["Retry"]
        for name, one in definition["States"].items()
        if one.get("Resource", "").endswith("codebuild:startBuild.sync")
    }

    assert {"RunCycle", "RunProof", "CleanUp"} < set(asked)
    assert all(one == asked["RunCycle"] for one in asked.values()), asked
