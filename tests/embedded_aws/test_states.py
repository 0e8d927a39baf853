"""State machines run as Step Functions runs them."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from embedded_aws.services.stepfunctions.definition_check import problems_of
from local.connection import Connection
from tests.embedded_aws.workloads import a_project, a_role, finished, jsonata, run, start, task

pytestmark = pytest.mark.local

NUMBER = {"Type": "Pass", "Output": "{% $states.input.number * 10 %}", "End": True}
MISSING = "arn:aws:states:::aws-sdk:ssm:getParameter"


@pytest.fixture(scope="module")
def role(embedded: Connection) -> str:
    return a_role(
        embedded,
        "states.amazonaws.com",
        actions=["s3:*", "ssm:GetParameter", "codebuild:*", "states:*"],
    )


@pytest.fixture(scope="module")
def bucket(embedded: Connection) -> str:
    s3 = embedded.client("s3")
    where = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket="map-items", CreateBucketConfiguration=where)
    for number in range(5):
        s3.put_object(Bucket="map-items", Key=f"items/{number}.json", Body=b"{}")
    s3.put_object(Bucket="map-items", Key="list.json", Body=json.dumps([1, 2, 3]).encode())
    return "map-items"


def mapped(processor: dict[str, Any], **more: Any) -> dict[str, Any]:
    config = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    inner = {"StartAt": "Item", "States": {"Item": processor}}
    return jsonata({"Map": {"Type": "Map", "ItemProcessor": config | inner, "End": True, **more}})


def test_a_parallel_state_hands_its_arguments_to_every_branch(
    embedded: Connection, role: str
) -> None:
    branches = [jsonata({"One": NUMBER}), jsonata({"Two": NUMBER})]
    machine = jsonata(
        {
            "Both": {
                "Type": "Parallel",
                "Arguments": {"number": "{% $states.input.given %}"},
                "Branches": branches,
                "Output": {"results": "{% $states.result %}"},
                "Assign": {"first": "{% $states.result[0] %}"},
                "Next": "After",
            },
            "After": {
                "Type": "Pass",
                "Output": {"both": "{% $states.input.results %}", "first": "{% $first %}"},
                "End": True,
            },
        }
    )

    ended = run(embedded, role, machine, {"given": 4})

    assert ended["output"] == {"both": [40, 40], "first": 40}


def test_a_branch_that_fails_stops_the_others(embedded: Connection, role: str) -> None:
    failing = jsonata({"No": {"Type": "Fail", "Error": "Broken", "Cause": "on purpose"}})
    waiting = jsonata({"Wait": {"Type": "Wait", "Seconds": 100_000, "End": True}})
    both = {"Type": "Parallel", "Branches": [waiting, failing], "End": True}

    ended = run(embedded, role, jsonata({"Both": both}))

    assert (ended["status"], ended["error"]) == ("FAILED", "Broken")


def test_the_context_knows_the_execution_from_the_first_state(
    embedded: Connection, role: str
) -> None:
    about = {
        key: f"{{% $states.context.Execution.{key} %}}"
        for key in ("RoleArn", "StartTime", "RedriveCount", "Name")
    }

    ended = run(embedded, role, jsonata({"Ask": {"Type": "Pass", "Output": about, "End": True}}))

    assert ended["output"]["RoleArn"] == role
    assert ended["output"]["RedriveCount"] == 0
    assert ended["output"]["Name"] == ended["name"]
    assert ended["output"]["StartTime"].endswith("Z")


def test_an_inline_map_keeps_the_order_of_its_items(embedded: Connection, role: str) -> None:
    processor = {"StartAt": "Item", "States": {"Item": NUMBER}}
    each = {
        "Type": "Map",
        "Items": "{% [3, 1, 2] %}",
        "ItemSelector": {"number": "{% $states.context.Map.Item.Value %}"},
        "MaxConcurrency": 2,
        "ItemProcessor": processor,
        "End": True,
    }

    ended = run(embedded, role, jsonata({"Each": each}))

    assert ended["output"] == [30, 10, 20]


def test_a_distributed_map_reads_the_objects_below_a_prefix(
    embedded: Connection, role: str, bucket: str
) -> None:
    reader = {
        "Resource": "arn:aws:states:::s3:listObjectsV2",
        "Arguments": {"Bucket": bucket, "Prefix": "items/"},
    }
    key = {"Type": "Pass", "Output": "{% $states.input.Key %}", "End": True}

    ended = run(embedded, role, mapped(key, ItemReader=reader, MaxConcurrency=2))

    assert ended["output"] == [f"items/{number}.json" for number in range(5)]


def test_a_distributed_map_reads_a_file_in_batches_and_writes_its_results(
    embedded: Connection, role: str, bucket: str
) -> None:
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "JSON"},
        "Arguments": {"Bucket": bucket, "Key": "list.json"},
    }
    total = {
        "Type": "Pass",
        "Output": "{% $sum($states.input.Items) + $states.input.BatchInput.plus %}",
        "End": True,
    }
    machine = mapped(
        total,
        ItemReader=reader,
        ItemBatcher={"MaxItemsPerBatch": 2, "BatchInput": {"plus": 100}},
        ResultWriter={
            "Resource": "arn:aws:states:::s3:putObject",
            "Arguments": {"Bucket": bucket, "Prefix": "results"},
        },
    )

    ended = run(embedded, role, machine)

    s3 = embedded.client("s3")
    key = ended["output"]["ResultWriterDetails"]["Key"]
    manifest = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    written = manifest["ResultFiles"]["SUCCEEDED"][0]["Key"]
    results = json.loads(s3.get_object(Bucket=bucket, Key=written)["Body"].read())
    assert [json.loads(child["Output"]) for child in results] == [103, 103]


def test_a_distributed_map_fails_when_more_items_fail_than_it_tolerates(
    embedded: Connection, role: str
) -> None:
    one_fails = {
        "Type": "Pass",
        "Output": "{% $states.input = 2 ? $error('two') : $states.input %}",
        "End": True,
    }
    items = {"Items": "{% [1, 2, 3] %}"}

    strict = run(embedded, role, mapped(one_fails, **items))
    lenient = run(embedded, role, mapped(one_fails, ToleratedFailureCount=1, **items))

    assert strict["error"] == "States.ExceedToleratedFailureThreshold"
    assert lenient["output"] == [1, 3]


def test_a_distributed_map_needs_the_right_to_start_its_own_machine(
    embedded: Connection,
) -> None:
    mute = a_role(embedded, "states.amazonaws.com", actions=["s3:GetObject"])

    ended = run(embedded, mute, mapped(NUMBER, Items="{% [1] %}"))

    assert ended["error"] == "StepFunctions.AccessDeniedException"
    assert "states:StartExecution" in ended["cause"]


def test_a_map_that_cannot_read_its_items_says_so(
    embedded: Connection, role: str, bucket: str
) -> None:
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "Arguments": {"Bucket": bucket, "Key": "nothing.json"},
    }

    ended = run(embedded, role, mapped(NUMBER, ItemReader=reader))

    assert ended["error"] == "States.ItemReaderFailed"
    assert "S3.NoSuchKeyException" in ended["cause"]


def test_a_machine_ends_at_its_time_limit(embedded: Connection, role: str) -> None:
    waiting = {"Wait": {"Type": "Wait", "Seconds": 100_000, "End": True}}

    ended = run(embedded, role, jsonata(waiting, TimeoutSeconds=1))

    assert (ended["status"], ended["error"]) == ("TIMED_OUT", "States.Timeout")


def test_a_task_ends_at_a_time_limit_that_is_an_expression(embedded: Connection, role: str) -> None:
    builder = a_role(embedded, "codebuild.amazonaws.com", actions=["logs:*"])
    spec = "version: 0.2\nphases: {build: {commands: [sleep 60]}}\n"
    project = a_project(embedded, builder, spec)
    machine = task(
        "arn:aws:states:::codebuild:startBuild.sync",
        {"ProjectName": project},
        TimeoutSeconds="{% $states.input.limit %}",
    )

    ended = run(embedded, role, machine, {"limit": 1})

    assert ended["error"] == "States.Timeout"
    listed = embedded.client("codebuild").list_builds_for_project(projectName=project)["ids"]
    deadline = time.monotonic() + 10
    status = "IN_PROGRESS"
    while status == "IN_PROGRESS" and time.monotonic() < deadline:
        found = embedded.client("codebuild").batch_get_builds(ids=listed)["builds"]
        status = found[0]["buildStatus"]
        time.sleep(0.02)
    assert status == "STOPPED"


def test_stopping_an_execution_stops_the_build_it_waits_for(
    embedded: Connection, role: str, eventually: Callable[[Callable[[], Any]], Any]
) -> None:
    builder = a_role(embedded, "codebuild.amazonaws.com", actions=["logs:*"])
    spec = "version: 0.2\nphases: {build: {commands: [sleep 60]}}\n"
    project = a_project(embedded, builder, spec)
    codebuild = embedded.client("codebuild")
    machine = task("arn:aws:states:::codebuild:startBuild.sync", {"ProjectName": project})
    execution = start(embedded, role, machine)
    (build_id,) = eventually(lambda: codebuild.list_builds_for_project(projectName=project)["ids"])

    embedded.client("stepfunctions").stop_execution(executionArn=execution, error="Enough")

    def stopped() -> bool:
        build = codebuild.batch_get_builds(ids=[build_id])["builds"][0]
        return bool(build["buildStatus"] == "STOPPED")

    assert eventually(stopped)
    ended = finished(embedded, execution)
    assert (ended["status"], ended["error"]) == ("ABORTED", "Enough")


def test_a_redriven_execution_continues_with_the_state_that_failed(
    embedded: Connection, role: str
) -> None:
    machine = jsonata(
        {
            "Once": {"Type": "Pass", "Assign": {"token": "{% $uuid() %}"}, "Next": "Fetch"},
            "Fetch": {
                "Type": "Task",
                "Resource": MISSING,
                "Arguments": {"Name": "{% $states.input.name %}"},
                "Output": {
                    "value": "{% $states.result.Parameter.Value %}",
                    "token": "{% $token %}",
                    "redrives": "{% $states.context.Execution.RedriveCount %}",
                },
                "End": True,
            },
        }
    )
    failed = run(embedded, role, machine, {"name": "/redriven"})
    embedded.client("ssm").put_parameter(Name="/redriven", Value="there", Type="String")

    embedded.client("stepfunctions").redrive_execution(executionArn=failed["executionArn"])
    ended = finished(embedded, failed["executionArn"])

    assert failed["redriveStatus"] == "REDRIVABLE"
    assert ended["output"]["value"] == "there"
    assert ended["output"]["redrives"] == ended["redriveCount"] == 1
    entered = [
        event["stateEnteredEventDetails"]["name"]
        for event in embedded.client("stepfunctions").get_execution_history(
            executionArn=failed["executionArn"]
        )["events"]
        if "stateEnteredEventDetails" in event
    ]
    assert entered == ["Once", "Fetch", "Fetch"]


def test_an_execution_that_succeeded_cannot_be_redriven(embedded: Connection, role: str) -> None:
    ended = run(embedded, role, jsonata({"Done": {"Type": "Succeed"}}))

    with pytest.raises(ClientError) as refused:
        embedded.client("stepfunctions").redrive_execution(executionArn=ended["executionArn"])

    assert refused.value.response["Error"]["Code"] == "ExecutionNotRedrivable"


def test_a_retrier_tries_as_often_as_it_says_and_then_the_catcher_decides(
    embedded: Connection, role: str
) -> None:
    machine = task(
        MISSING,
        {"Name": "/never"},
        Retry=[
            {
                "ErrorEquals": ["Ssm.ParameterNotFoundException"],
                "IntervalSeconds": 1,
                "MaxAttempts": 2,
                "MaxDelaySeconds": 3,
                "JitterStrategy": "FULL",
            }
        ],
        Catch=[
            {
                "ErrorEquals": ["States.ALL"],
                "Output": "{% $states.errorOutput.Error %}",
                "Next": "Caught",
            }
        ],
    )
    machine["States"]["Caught"] = {"Type": "Succeed"}

    ended = run(embedded, role, machine)

    assert ended["output"] == "Ssm.ParameterNotFoundException"
    history = embedded.client("stepfunctions").get_execution_history(
        executionArn=ended["executionArn"]
    )["events"]
    assert [event["type"] for event in history].count("TaskFailed") == 3


def test_too_much_data_fails_past_every_wildcard(embedded: Connection, role: str) -> None:
    much = {"Type": "Pass", "Output": "{% $pad('', 300000, 'x') %}", "Next": "Use"}
    use = {
        "Type": "Task",
        "Resource": MISSING,
        "Arguments": {"Name": "/x"},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
        "End": True,
    }
    machine = jsonata({"Much": much, "Use": use, "Caught": {"Type": "Succeed"}})

    ended = run(embedded, role, machine)

    assert (ended["status"], ended["error"]) == ("FAILED", "States.DataLimitExceeded")


def test_a_role_that_does_not_trust_step_functions_runs_nothing(embedded: Connection) -> None:
    stranger = a_role(embedded, "lambda.amazonaws.com", actions=["ssm:*"])

    ended = run(embedded, stranger, task(MISSING, {"Name": "/x"}))

    assert ended["error"] == "States.Permissions"


@pytest.mark.parametrize(
    ("states", "complaint"),
    [
        ({"A": {"Type": "Pass", "Next": "B"}}, "Missing 'Next' target: B at /States/A/Next"),
        ({"A": {"Type": "Pass"}}, 'Exactly one of the fields "Next" and "End"'),
        ({"A": {"Type": "Task", "End": True}}, "[Resource]"),
        ({"A": {"Type": "Pass", "Parameters": {}, "End": True}}, '"Parameters" is not supported'),
        ({"A": {"Type": "Run", "End": True}}, "Value is not one of"),
        (
            {"A": {"Type": "Pass", "End": True}, "B": {"Type": "Succeed"}},
            'State "B" is not reachable',
        ),
        (
            {"A": {"Type": "Parallel", "End": True, "Branches": [{"StartAt": "X", "States": {}}]}},
            "[States] at /States/A/Branches[0]",
        ),
        (
            {
                "A": {
                    "Type": "Task",
                    "Resource": MISSING,
                    "End": True,
                    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Z"}],
                }
            },
            "Missing 'Next' target: Z at /States/A/Catch[0]/Next",
        ),
    ],
)
def test_a_definition_that_cannot_run_is_refused_when_it_is_created(
    embedded: Connection, role: str, states: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ClientError) as refused:
        run(embedded, role, jsonata(states))

    assert refused.value.response["Error"]["Code"] == "InvalidDefinition"
    assert complaint in refused.value.response["Error"]["Message"]


def test_a_start_that_is_not_there_is_a_problem() -> None:
    machine = {"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}

    assert problems_of(json.dumps(machine)) == [
        "MISSING_TRANSITION_TARGET: Missing 'StartAt' target: B at /StartAt"
    ]
