"""Step Functions: MiniStack's interpreter with the role, the limits and the stops of the real one.

Executions act as their machine's role, end at their machine's TimeoutSeconds, stop at once when
told to (with the build that they wait for), and can be redriven from the state that failed.
"""

import contextvars
import copy
import json
import os
import re
import threading
from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_region
from ministack.services import stepfunctions as engine

from embedded_aws.iam.service_roles import SESSION_NAME_LIMIT, RoleNotAssumableError, assume
from embedded_aws.services.stepfunctions import executions
from embedded_aws.services.stepfunctions.execution_records import (
    PRIVATE,
    Execution,
    end,
    failed,
    scopes,
    succeeded,
)
from embedded_aws.services.stepfunctions.integrations.integrations import TaskError
from embedded_aws.services.stepfunctions.interpreter import branches, states, tasks
from embedded_aws.services.stepfunctions.interpreter.states import Context, Outcome, State
from embedded_aws.sessions import cancellation, role_session

WAIT_SCALE = "0.01"  # a minute of Wait or Retry takes 0.6 s here; timeouts are not scaled
EXPRESSION_MS = 10_000  # the interpreter is Python's, and slower than the service's
SERVICE = "states.amazonaws.com"
SESSION_SECONDS = 12 * 3600  # Step Functions renews its session; ours outlives the execution


def install() -> None:
    """Replace MiniStack's interpreter and complete its API."""
    engine._SFN_WAIT_SCALE = float(os.environ.get("SFN_WAIT_SCALE", WAIT_SCALE))
    states.KINDS.update(
        {
            "Task": tasks.run_task,
            "Parallel": branches.run_parallel,
            "Map": branches.run_map,
            "Pass": _plain(engine._execute_pass),
            "Choice": _plain(engine._execute_choice),
            "Wait": _plain(engine._execute_wait),
            "Succeed": _succeed,
        }
    )
    engine._scaled_sleep = states.pause
    engine._run_execution = _run_execution
    _allow_slow_expressions()
    executions.install(_run_execution)


def _allow_slow_expressions() -> None:
    """Give expressions ten seconds of a busy laptop for the one second of AWS."""
    build = engine.jsonata.Jsonata.jsonata

    def patient(expression: str, *given: Any, timeout: int | None = None, **named: Any) -> Any:
        return build(expression, *given, timeout=timeout and EXPRESSION_MS, **named)

    engine.jsonata.Jsonata.jsonata = staticmethod(patient)


def _plain(handler: Callable[[State, Any, Context], Outcome]) -> states.Handler:
    def run(state: State, data: Any, _execution: Execution, context: Context) -> Outcome:
        return handler(state, data, context)

    return run


def _succeed(state: State, data: Any, _execution: Execution, context: Context) -> Outcome:
    if states.is_jsonata(state, context):
        return engine._apply_jsonata_output(state, data, context, default=data), None
    effective = engine._apply_input_path(state, data, context)
    return engine._apply_output_path(state, effective, context), None


def _run_execution(arn: str) -> None:
    """Run an execution to its end, from its first state or from where a redrive resumes."""
    execution = engine._executions.get(arn)
    machine = engine._state_machines.get(execution["stateMachineArn"]) if execution else None
    if execution is None or machine is None:
        return
    own = execution.setdefault(PRIVATE, {"machine": copy.deepcopy(machine), "redrives": 0})
    definition = json.loads(own["machine"]["definition"])
    scope = scopes[arn] = cancellation.CancelScope()
    cancellation.scope.set(scope)
    timer = _expiry(execution, definition, scope)
    try:
        role_session.acting.set(_session(execution, own["machine"]))
        output = _walk(definition, execution, own)
        succeeded(execution, scope, output)
    except cancellation.StoppedError:
        pass  # whoever stopped it has said so in the record
    except TaskError as error:
        failed(execution, scope, error.error, error.cause)
    except RoleNotAssumableError as error:
        failed(execution, scope, "States.Permissions", str(error))
    except Exception as error:  # noqa: BLE001 (an execution ends with whatever ends it)
        engine.logger.exception("execution %s", arn)
        failed(execution, scope, "States.Runtime", str(error))
    finally:
        if timer:
            timer.cancel()
        if scopes.get(arn) is scope:
            del scopes[arn]


def _session(execution: Execution, machine: dict[str, Any]) -> role_session.RoleSession:
    """A session named for the execution, as far as sessions may bear its name."""
    name = re.sub(r"[^\w+=,.@-]", "-", execution["name"], flags=re.ASCII)[:SESSION_NAME_LIMIT]
    credentials = assume(
        machine["roleArn"],
        SERVICE,
        name,
        region=get_region(),
        source_arn=machine["stateMachineArn"],
        seconds=SESSION_SECONDS,
    )
    return role_session.RoleSession(
        credentials=credentials,
        region=get_region(),
        session_name=name,
        owners=(execution["executionArn"], machine["stateMachineArn"]),
    )


def _walk(definition: dict[str, Any], execution: Execution, own: dict[str, Any]) -> Any:
    resumed = own.get("checkpoint")
    context = _context(definition, execution, own["machine"], redrives=own["redrives"])
    start, data = definition["StartAt"], context["Execution"]["Input"]
    if resumed:
        start, data = resumed["state"], copy.deepcopy(resumed["input"])
        context["variables"] = copy.deepcopy(resumed["variables"])

    def reached(name: str, given: Any) -> None:
        variables = copy.deepcopy(context["variables"])
        own["checkpoint"] = {"state": name, "input": given, "variables": variables}

    machine = {"StartAt": start, "States": definition["States"]}
    return states.walk(machine, data, execution, context, reached=reached)


def _context(
    definition: dict[str, Any], execution: Execution, machine: dict[str, Any], *, redrives: int
) -> Context:
    about = {
        "Id": execution["executionArn"],
        "Input": json.loads(execution["input"] or "{}"),
        "Name": execution["name"],
        "RoleArn": machine["roleArn"],
        "StartTime": execution["startDate"],
        "RedriveCount": redrives,
    }
    if redrives:
        about["RedriveTime"] = execution["redriveDate"]
    return {
        "QueryLanguage": definition.get("QueryLanguage", "JSONPath"),
        "Execution": about,
        "StateMachine": {"Id": machine["stateMachineArn"], "Name": machine["name"]},
        "variables": {},
    }


def _expiry(
    execution: Execution, definition: dict[str, Any], scope: cancellation.CancelScope
) -> threading.Timer | None:
    """End the execution when the machine's TimeoutSeconds are over."""
    seconds = definition.get("TimeoutSeconds")
    if not seconds:
        return None

    def expire() -> None:
        if end(execution, scope, "TIMED_OUT", error="States.Timeout"):
            details = {"executionTimedOutEventDetails": {"error": "States.Timeout"}}
            engine._add_event(execution, "ExecutionTimedOut", details)
            engine._emit_execution_status_event(execution)
            scope.stop()

    timer = threading.Timer(seconds, contextvars.copy_context().run, args=(expire,))
    timer.daemon = True
    timer.start()
    return timer
