import json
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from lambdas.errors import InvalidProcessError
from lambdas.model.definition.process import Process
from stacks.monitoring.dashboard import SHOWN
from stacks.monitoring.metrics import STEP_OF
from stacks.workflow.registry import without_double_brackets
from tests.stacks.conftest import Synthesis
from tests.stacks.samples import Json, definition

pytestmark = pytest.mark.stacks
PROCESSES = ("billing", "orders", "search")


def joined(value: Json) -> str:
    """A text with a word where a reference will be."""
    return "".join(part if isinstance(part, str) else "x" for part in value["Fn::Join"][1])


def test_the_archive_keeps_every_version_locked(synthesis: Synthesis) -> None:
    (bucket,) = synthesis.of_type("archive", "AWS::S3::Bucket").values()

    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["ObjectLockEnabled"] is True
    assert bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"] == {
        "Mode": "GOVERNANCE",
        "Days": 365,
    }


def test_each_process_has_a_build_that_runs_one_cycle_at_a_time(synthesis: Synthesis) -> None:
    projects = synthesis.of_type("process-*", "AWS::CodeBuild::Project").values()

    assert {one["Name"] for one in projects} == {f"fencepost-{name}" for name in PROCESSES}
    for one in projects:
        assert one["ConcurrentBuildLimit"] == 1
        assert one["Artifacts"] == {"Type": "NO_ARTIFACTS"}
        assert one["Environment"]["PrivilegedMode"] is False
        assert {v["Name"] for v in one["Environment"]["EnvironmentVariables"]} == {
            "FENCEPOST_SANDBOX_ROLE",
            "FENCEPOST_BOUNDARY",
            "FENCEPOST_CANDIDATE_ROLE",
        }


def test_a_builds_buildspec_is_inline_and_its_own(synthesis: Synthesis) -> None:
    projects = synthesis.of_type("process-*", "AWS::CodeBuild::Project").values()
    specs = {one["Name"]: yaml.safe_load(one["Source"]["BuildSpec"]) for one in projects}

    assert specs["fencepost-billing"]["phases"]["install"]["runtime-versions"] == {"nodejs": 22}
    assert "eu-west-1" in specs["fencepost-orders"]["phases"]["build"]["commands"][0]


def test_a_build_may_read_its_own_source_and_write_its_own_log(synthesis: Synthesis) -> None:
    policies = [
        one["PolicyDocument"]["Statement"]
        for name, one in synthesis.of_type("process-*", "AWS::IAM::Policy").items()
        if "SourceAndLog" in name
    ]

    assert len(policies) == len(PROCESSES)
    sources = [json.dumps(statements[0]["Resource"]) for statements in policies]
    assert all(".zip" in one for one in sources)


def test_each_process_has_a_parameter_that_its_definition_is_read_from(
    synthesis: Synthesis,
) -> None:
    parameters = synthesis.of_type("process-*", "AWS::SSM::Parameter").values()

    assert {one["Name"] for one in parameters} == {
        f"/fencepost/processes/{name}" for name in PROCESSES
    }
    for one in parameters:
        value = json.loads(joined(one["Value"]))
        definition = value.pop("definition")
        process = Process.from_mapping(definition.pop("name"), definition)
        assert process.name in PROCESSES
        assert set(value) == {
            "project",
            "owner",
            "topic",
            "sandbox",
            "sandboxRole",
            "candidateRole",
        }
        assert value["owner"] == process.owner
        assert value["sandbox"] == {"name": "default", "account": "x", "region": "x"}


@pytest.mark.parametrize(
    "command", ["docker inspect --format '{{.Id}}'", "{{{ three }}}", "{{}}", "a { { b } }"]
)
def test_double_brackets_of_a_command_reach_the_parameter_in_another_spelling(
    command: str,
) -> None:
    written = without_double_brackets(json.dumps({"a": {"b": [command]}}))

    # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
    assert "{{" not in written
    assert json.loads(written) == {"a": {"b": [command]}}


def test_owners_get_the_mails_of_their_processes_alone(synthesis: Synthesis) -> None:
    subscriptions = synthesis.of_type("*", "AWS::SNS::Subscription").values()

    assert {one["Endpoint"]: one.get("FilterPolicy") for one in subscriptions} == {
        "team@example.com": {"owner": ["team@example.com"]},
        "search@example.com": {"owner": ["search@example.com"]},
        "operator@example.com": None,
    }


def test_schedules_start_the_state_machine_and_keep_what_could_not_start(
    synthesis: Synthesis,
) -> None:
    schedules = synthesis.of_type("*", "AWS::Scheduler::Schedule").values()

    assert {one["Name"]: one["ScheduleExpression"] for one in schedules} == {
        "orders": "rate(7 days)",
        "billing": "cron(0 3 * * ? *)",
        "watch_policies": "cron(0 4 * * ? *)",
    }
    for one in schedules:
        expected = {} if one["Name"] == "watch_policies" else {"process": one["Name"]}
        assert json.loads(one["Target"]["Input"]) == expected
        assert "Arn" in one["Target"]["DeadLetterConfig"]


def test_no_process_can_have_the_name_of_the_watchs_schedule() -> None:
    with pytest.raises(InvalidProcessError):
        Process.from_mapping("watch_policies", definition())


def test_an_alarm_rings_for_everything_that_the_operator_must_know(synthesis: Synthesis) -> None:
    alarms = synthesis.of_type("workflow", "AWS::CloudWatch::Alarm")

    assert Counter(one["MetricName"] for one in alarms.values()) == {
        "ExecutionsFailed": 1,
        "ExecutionsTimedOut": 1,
        "ExecutionsAborted": 1,
        "ApproximateNumberOfMessagesVisible": 1,
        "NumberOfNotificationsFailed": 1,
        "Errors": 1,
        "TrailDelay": 1,
        "DaysUnproved": 1,
    }
    for one in alarms.values():
        assert "process" not in {dimension["Name"] for dimension in one["Dimensions"]}
        assert one["AlarmActions"]
        assert one["AlarmDescription"]


def test_alarms_ring_at_the_settings_limits(synthesis: Synthesis) -> None:
    alarms = synthesis.of_type("workflow", "AWS::CloudWatch::Alarm").values()
    limits = {(one["MetricName"], one["Threshold"]) for one in alarms if "Dimensions" in one}

    assert ("TrailDelay", synthesis.settings.late_minutes * 60) in limits
    assert ("DaysUnproved", synthesis.settings.stale_days) in limits


def test_the_section_that_an_alarm_points_to_is_in_the_runbook(synthesis: Synthesis) -> None:
    runbook = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    alarms = json.dumps(synthesis.of_type("workflow", "AWS::CloudWatch::Alarm"))

    sections = set(re.findall(r"See '([^']+)' in docs/operations.md", alarms))

    assert sections
    assert [one for one in sections if f"## {one}\n" not in runbook] == []


def test_every_metric_of_the_dashboard_and_the_alarms_is_told_by_the_step_that_it_names() -> None:
    for name, step in STEP_OF.items():
        code = (Path(__file__).parents[2] / "lambdas" / step / "handler.py").read_text()
        assert f'"{name}"' in code, name


def test_every_metric_that_a_step_tells_is_known() -> None:
    folder = Path(__file__).parents[2] / "lambdas"
    told = {
        (name, path.parent.name)
        for path in folder.glob("*/handler.py")
        for name in re.findall(r'add_metric\(\s*"(\w+)"', path.read_text())
    }

    assert told
    assert {name for name, step in told if STEP_OF.get(name) != step} == set()


def test_the_dashboard_searches_for_a_line_of_each_process(synthesis: Synthesis) -> None:
    (page,) = synthesis.of_type("workflow", "AWS::CloudWatch::Dashboard").values()
    body = json.loads(joined(page["DashboardBody"]))
    graphs = {
        one["properties"]["title"]: one["properties"]["metrics"]
        for one in body["widgets"]
        if one["type"] == "metric" and one["properties"].get("metrics")
    }

    assert page["DashboardName"] == "fencepost-processes"
    assert {title for title, *_ in SHOWN} < set(graphs)
    for title, metric, _ in SHOWN:
        ((line,),) = graphs[title]
        assert f'SEARCH(\'{{Fencepost,process,service}} MetricName="{metric}"' in line["expression"]
        assert line["label"] == "${PROP('Dim.process')}"


def test_the_dashboard_shows_every_alarm(synthesis: Synthesis) -> None:
    (page,) = synthesis.of_type("workflow", "AWS::CloudWatch::Dashboard").values()

    shown = json.dumps(page["DashboardBody"])

    for name in synthesis.of_type("workflow", "AWS::CloudWatch::Alarm"):
        assert f'"{name}"' in shown, name


def test_every_bad_end_of_an_execution_is_told_by_name(synthesis: Synthesis) -> None:
    rules = [
        one
        for one in synthesis.of_type("workflow", "AWS::Events::Rule").values()
        if one["EventPattern"].get("source") == ["aws.states"]
    ]
    allowed = [
        statement
        for one in synthesis.of_type("workflow", "AWS::SNS::TopicPolicy").values()
        for statement in one["PolicyDocument"]["Statement"]
        if statement["Principal"] == {"Service": "events.amazonaws.com"}
    ]

    assert len(rules) == 2  # runs and fleets
    for rule in rules:
        (topic,) = (one["Arn"]["Ref"] for one in rule["Targets"])
        assert set(rule["EventPattern"]["detail"]["status"]) == {"FAILED", "TIMED_OUT", "ABORTED"}
        assert len(rule["EventPattern"]["detail"]["stateMachineArn"]) == 1
        assert "<execution>" in rule["Targets"][0]["InputTransformer"]["InputTemplate"]
        assert [one["Resource"]["Ref"] for one in allowed] == [topic]
    assert len(allowed[0]["Condition"]["ArnEquals"]["aws:SourceArn"]) == 2


def test_every_function_has_a_role_and_a_log_of_its_own_and_is_traced(
    synthesis: Synthesis,
) -> None:
    functions = synthesis.of_type("workflow", "AWS::Lambda::Function").values()

    assert len({json.dumps(one["Role"]) for one in functions}) == len(functions)
    assert len({json.dumps(one["LoggingConfig"]) for one in functions}) == len(functions)
    assert len({json.dumps(one["Code"]) for one in functions}) == 1
    assert all(one["TracingConfig"] == {"Mode": "Active"} for one in functions)


def test_what_a_person_needs_to_know_is_an_output(synthesis: Synthesis) -> None:
    outputs = {
        name for template in synthesis.templates.values() for name in template.find_outputs("*")
    }

    assert {"StateMachineArn", "TopicArn", "ArchiveBucketName", "TrailBucketName"} <= outputs
    assert any("RolesSandboxRole" in one for one in outputs)
