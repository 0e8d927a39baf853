"""Step Functions' API of executions and definitions, where MiniStack's falls short of it."""

import contextvars
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.services import stepfunctions as engine
from ministack.services.cloudformation import provisioners

from embedded_aws.services.stepfunctions import definition_check
from embedded_aws.services.stepfunctions.execution_records import (
    PRIVATE,
    REDRIVABLE,
    ending,
    scopes,
)

Response = tuple[int, dict[str, str], bytes]
Api = Callable[[dict[str, Any]], Response]
REDRIVABLE_FOR = timedelta(days=14)  # RedriveExecution, API reference
OK = 200


def install(run: Callable[[str], None]) -> None:
    """Complete the API; `run` runs an execution by its ARN."""
    engine._run_execution = run
    engine._start_execution = _starting(engine._start_execution)
    engine._stop_execution = _stopping(engine._stop_execution)
    engine._describe_execution = _describing(engine._describe_execution)
    engine._validate_definition_jsonata = _validating(engine._validate_definition_jsonata)
    engine._validate_state_machine_definition = _validate
    engine.handle_request = _with_redrive(engine.handle_request, run)
    provisioners._sfn_definition = _checking(provisioners._sfn_definition)


def _starting(start: Api) -> Api:
    """StartExecution: the same name and input again, while it runs, is answered as the first was.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    """

    def start_execution(data: dict[str, Any]) -> Response:
        machine = str(data.get("stateMachineArn", "")).replace(":stateMachine:", ":execution:")
        there = engine._executions.get(f"{machine}:{data.get('name')}")
        if there and there["status"] == "RUNNING" and there["input"] == data.get("input", "{}"):
            began = {"executionArn": there["executionArn"], "startDate": there["startDate"]}
            return _answer(began)
        return start(data)

    return start_execution


def _stopping(stop: Api) -> Api:
    def stop_execution(data: dict[str, Any]) -> Response:
        with ending:
            answer = stop(data)
        running = scopes.get(data.get("executionArn", ""))
        if answer[0] == OK and running:
            running.stop()
        return answer

    return stop_execution


def _describing(
    describe: Api,
) -> Api:
    """DescribeExecution with what it says about redrives."""

    def describe_execution(data: dict[str, Any]) -> Response:
        status, headers, body = describe(data)
        execution = engine._executions.get(data.get("executionArn", ""))
        if execution is None or "mapRunArn" in execution:
            return status, headers, body
        redrivable = execution["status"] in REDRIVABLE
        described = json.loads(body) | {
            "redriveCount": execution.get(PRIVATE, {}).get("redrives", 0),
            "redriveStatus": "REDRIVABLE" if redrivable else "NOT_REDRIVABLE",
        }
        if not redrivable:
            reason = f"Execution is {execution['status']} and cannot be redriven"
            described["redriveStatusReason"] = reason
        if "redriveDate" in execution:
            described["redriveDate"] = execution["redriveDate"]
        return _answer(described)

    return describe_execution


def _with_redrive(handle: Callable[..., Any], run: Callable[[str], None]) -> Callable[..., Any]:
    async def handle_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Response:
        if headers.get("x-amz-target", "").endswith(".RedriveExecution"):
            answer: Response = engine._finalize_response(_redrive(json.loads(body), run))
        else:
            answer = await handle(method, path, headers, body, query)
        return answer

    return handle_request


def _redrive(data: dict[str, Any], run: Callable[[str], None]) -> Response:
    """Continue an execution from the state that did not succeed, with the same input.

    A Parallel or Map state runs again as a whole; the real service repeats only what failed in it.
    """
    arn = data.get("executionArn", "")
    execution = engine._executions.get(arn)
    if execution is None:
        return _refusal("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
    if reason := _not_redrivable(execution):
        return _refusal("ExecutionNotRedrivable", reason)
    own = execution[PRIVATE]
    own["redrives"] += 1
    now = engine.now_iso()
    with ending:
        execution.update(status="RUNNING", stopDate=None, output=None, redriveDate=now)
        execution.pop("error", None)
        execution.pop("cause", None)
    details = {"executionRedrivenEventDetails": {"redriveCount": own["redrives"]}}
    engine._add_event(execution, "ExecutionRedriven", details)
    engine._emit_execution_status_event(execution)
    threading.Thread(target=contextvars.copy_context().run, args=(run, arn), daemon=True).start()
    return _answer({"redriveDate": now})


def _not_redrivable(execution: dict[str, Any]) -> str | None:
    if execution["status"] not in REDRIVABLE or PRIVATE not in execution:
        return f"Execution is {execution['status']} and cannot be redriven"
    stopped = datetime.fromisoformat(execution["stopDate"])
    if datetime.now(UTC) - stopped > REDRIVABLE_FOR:
        return "Execution has exceeded the redrivable period of 14 days"
    return None


def _validating(jsonata: Callable[[Any], str | None]) -> Callable[[Any], str | None]:
    """The reason for which CreateStateMachine and UpdateStateMachine refuse a definition."""

    def refusal(definition: Any) -> str | None:
        found = definition_check.problems_of(definition or "")
        reason = ", ".join(found) or jsonata(definition)
        return f"Invalid State Machine Definition: '{reason}'" if reason else None

    return refusal


def _checking(definition_of: Callable[[dict[str, Any]], str]) -> Callable[[dict[str, Any]], str]:
    """A stack's state machine meets the same checks."""

    def definition(props: dict[str, Any]) -> str:
        text = definition_of(props)
        if reason := engine._validate_definition_jsonata(text):
            raise ValueError(
                f'Resource handler returned message: "{reason} (Service: Sfn, Status Code: 400)" '
                "(HandlerErrorCode: InvalidRequest)"
            )
        return text

    return definition


def _validate(data: dict[str, Any]) -> Response:
    """ValidateStateMachineDefinition, with one diagnostic for each problem."""
    diagnostics = []
    for problem in definition_check.problems_of(data.get("definition", "")):
        code, _, rest = problem.partition(": ")
        message, _, location = rest.rpartition(" at ")
        diagnostics.append(
            {
                "severity": "ERROR",
                "code": code,
                "message": message or rest,
                "location": location if message else "/",
            }
        )
    result = "FAIL" if diagnostics else "OK"
    return _answer({"result": result, "diagnostics": diagnostics, "truncated": False})


def _answer(body: dict[str, Any]) -> Response:
    answer: Response = json_response(body)
    return answer


def _refusal(code: str, message: str) -> Response:
    answer: Response = error_response_json(code, message, 400)
    return answer
