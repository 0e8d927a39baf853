"""What a function tells of itself, read back from the lines that it printed."""

import ast
import itertools
import json
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import (
    ClientError,
    ParamValidationError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from botocore.parsers import ResponseParserError

from lambdas import errors
from lambdas.errors import TrailNotReadyError
from lambdas.gateways.telemetry import NAMESPACE, Telemetry
from lambdas.gateways.tracing import DAEMON, TRACE, Subsegment, send

RUN = {"id": "20261123T180000Z-1a2b3c4d", "process": "orders"}
SAMPLED = "Root=1-63441c4a-abcdef012345678912345678;Parent=0123456789abcdef;Sampled=1"
CONTEXT: Any = SimpleNamespace(aws_request_id="request-1")
SEGMENT = Subsegment(
    id="00000000000000aa",
    name="refine_policy",
    began=1.5,
    ended=2.5,
    annotations={"run_id": RUN["id"]},
    fault=True,
)


NUMBERS = itertools.count()


def a_telemetry() -> Telemetry:
    """With a name of its own: Powertools keeps loggers, and their stream, by name."""
    return Telemetry(f"step-{next(NUMBERS)}")


def a_call(code: str, status: int) -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": "no"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, "GetRole")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_line_carries_the_run_and_the_process(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry = a_telemetry()

    @telemetry.entry
    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        telemetry.logger.info("at work")
        return {"seen": event["run"]["id"]}

    answer = handler({"run": RUN}, CONTEXT)

    (line,) = lines(capsys)
    assert answer == {"seen": RUN["id"]}
    assert (line["message"], line["run_id"], line["process"]) == ("at work", RUN["id"], "orders")
    assert line["function_request_id"] == "request-1"


def test_a_call_without_a_run_does_not_speak_for_the_run_before_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry = a_telemetry()

    @telemetry.entry
    def handler(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
        telemetry.logger.info("at work")
        return {}

    handler({"run": RUN}, CONTEXT)
    handler({"run": "nonsense"}, CONTEXT)

    first, second = lines(capsys)
    assert first["run_id"] == RUN["id"]
    assert "run_id" not in second


def test_metrics_are_told_per_process_in_cloudwatchs_embedded_format(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry = a_telemetry()

    @telemetry.entry
    def handler(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
        telemetry.metrics.add_metric("Grants", MetricUnit.Count, 12)
        return {}

    handler({"run": RUN}, CONTEXT)
    handler({"run": {**RUN, "process": "billing"}}, CONTEXT)

    first, second = lines(capsys)
    (told,) = first["_aws"]["CloudWatchMetrics"]
    assert told["Namespace"] == NAMESPACE
    assert [set(names) for names in told["Dimensions"]] == [{"service", "process"}, {"service"}]
    assert (first["Grants"], first["process"], first["run_id"]) == ([12.0], "orders", RUN["id"])
    assert (second["Grants"], second["process"]) == ([12.0], "billing")


def test_a_metric_of_another_process_has_the_same_dimensions_and_one_of_all_names_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry = a_telemetry()

    telemetry.measure("billing", "DaysUnproved", MetricUnit.Count, 3)
    telemetry.measure("", "DaysUnproved", MetricUnit.Count, 4)

    told = lines(capsys)
    assert [(one.get("process"), one["DaysUnproved"]) for one in told] == [
        ("billing", [3.0]),
        (None, [4.0]),
    ]
    assert [one["_aws"]["CloudWatchMetrics"][0]["Dimensions"] for one in told] == [
        [["service", "process"]],
        [["service"]],
    ]


def test_what_was_measured_before_a_failure_is_told_and_the_failure_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry = a_telemetry()

    @telemetry.entry
    def handler(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
        telemetry.metrics.add_metric("TrailDelay", MetricUnit.Seconds, 60)
        raise TrailNotReadyError("no closing marker")

    with pytest.raises(TrailNotReadyError):
        handler({"run": RUN}, CONTEXT)

    said, measured = lines(capsys)
    assert (said["level"], said["error"]) == ("WARNING", "TrailNotReadyError")
    assert said["run_id"] == RUN["id"]
    assert measured["TrailDelay"] == [60.0]


def test_a_defect_is_logged_with_its_trace_and_its_run(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry = a_telemetry()

    @telemetry.entry
    def handler(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        handler({"run": RUN}, CONTEXT)

    (line,) = lines(capsys)
    assert (line["level"], line["exception_name"]) == ("ERROR", "ZeroDivisionError")
    assert line["run_id"] == RUN["id"]


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (a_call("ThrottlingException", 400), "ServiceUnavailableError"),
        (a_call("SomethingOdd", 503), "ServiceUnavailableError"),
        (a_call("AccessDenied", 403), "ServiceRefusedError"),
        (a_call("LimitExceeded", 409), "ServiceRefusedError"),
        (ReadTimeoutError(endpoint_url="https://iam"), "ServiceUnavailableError"),
        (ResponseStreamingError(error="cut"), "ServiceUnavailableError"),
        (ResponseParserError("no XML"), "ServiceUnavailableError"),
        (ParamValidationError(report="no such member"), "ServiceRefusedError"),
    ],
)
def test_a_call_that_failed_is_an_error_for_people_and_for_the_state_machine(
    capsys: pytest.CaptureFixture[str], failure: Exception, expected: str
) -> None:
    @a_telemetry().entry
    def handler(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
        raise failure

    with pytest.raises(getattr(errors, expected)) as raised:
        handler({"run": RUN}, CONTEXT)

    assert raised.value.__cause__ is failure
    if isinstance(failure, ClientError):
        assert "GetRole" in str(raised.value)
    (line,) = lines(capsys)
    assert (line["level"], line["exception_name"]) == ("ERROR", type(failure).__name__)


def test_a_subsegment_is_below_the_functions_own_and_found_by_the_run() -> None:
    datagram = SEGMENT.datagram(SAMPLED)

    assert datagram is not None
    header, content = map(json.loads, datagram.splitlines())
    assert header == {"format": "json", "version": 1}
    assert content["trace_id"] == "1-63441c4a-abcdef012345678912345678"
    assert content["parent_id"] == "0123456789abcdef"
    assert content["annotations"] == {"run_id": RUN["id"]}
    assert (content["type"], content["fault"]) == ("subsegment", True)


@pytest.mark.parametrize("trace", ["", "Root=1-2-3", SAMPLED.replace("Sampled=1", "Sampled=0")])
def test_what_is_not_sampled_is_not_told(trace: str) -> None:
    assert SEGMENT.datagram(trace) is None


def test_the_daemon_is_told_by_one_datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(30)

        send(SEGMENT, {DAEMON: f"127.0.0.1:{daemon.getsockname()[1]}", TRACE: SAMPLED})

        assert daemon.recv(4096) == SEGMENT.datagram(SAMPLED)


@pytest.mark.parametrize("daemon", ["", "nowhere", "127.0.0.1:1"])
def test_a_daemon_that_is_not_there_is_no_failure(daemon: str) -> None:
    send(SEGMENT, {DAEMON: daemon, TRACE: SAMPLED})


def test_every_function_tells_its_run_and_is_traced() -> None:
    """The wrapper does both, so it must be around every entry point, outermost."""
    handlers = sorted(Path(errors.__file__).parent.glob("*/handler.py"))

    assert len(handlers) >= 8
    for path in handlers:
        tree = ast.parse(path.read_text())
        (entry,) = [
            one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == "handler"
        ]
        outermost = entry.decorator_list[0]
        assert isinstance(outermost, ast.Attribute), path
        assert ast.unparse(outermost) == "telemetry.entry", path
