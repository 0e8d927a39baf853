"""Task states: called as a role, within their time, in another account if they name its role."""

import contextvars
import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager
from threading import Event
from typing import Any

from ministack.services import stepfunctions as engine

from embedded_aws.services.stepfunctions.execution_records import Execution
from embedded_aws.services.stepfunctions.integrations import integrations
from embedded_aws.services.stepfunctions.integrations.integrations import TaskError
from embedded_aws.services.stepfunctions.interpreter.states import (
    Context,
    Outcome,
    State,
    arguments,
    field,
    is_jsonata,
    outcome,
    with_retry_and_catch,
)
from embedded_aws.sessions import cancellation, role_session
from embedded_aws.sessions.caller import Credentials

CALLBACK = ".waitForTaskToken"
LONGEST = 99_999_999.0  # seconds; a task without TimeoutSeconds, TimeoutSeconds' default


def run_task(state: State, data: Any, execution: Execution, context: Context) -> Outcome:
    """Make the task's call, under Retry and Catch."""

    def attempt() -> Outcome:
        context.pop("Task", None)
        if CALLBACK in state["Resource"]:
            context["Task"] = {"Token": engine.new_uuid()}
        result = _attempt_task(state, data, execution, context)
        return outcome(state, data, context, result)

    return with_retry_and_catch(state, data, context, attempt)


def _attempt_task(state: State, data: Any, execution: Execution, context: Context) -> Any:
    resource = state["Resource"]
    passed = arguments(state, data, context)
    kind, action = _called(resource)
    about = {"resourceType": kind, "resource": action}
    _add(execution, "TaskScheduled", about | {"parameters": json.dumps(passed, default=str)})
    _add(execution, "TaskStarted", about)
    try:
        with _credentials(state, data, context):
            result = _within_time(state, data, context, resource, passed)
    except TaskError as error:
        timed_out = error.error == "States.Timeout"
        failure = about | {"error": error.error, "cause": error.cause}
        _add(execution, "TaskTimedOut" if timed_out else "TaskFailed", failure)
        raise
    _add(execution, "TaskSucceeded", about | {"output": json.dumps(result)})
    return result


def _called(resource: str) -> tuple[str, str]:
    try:
        integration = integrations.integration_of(resource)
    except TaskError:
        return "states", resource
    return integration.kind, integration.action + integration.pattern


def _add(execution: Execution, event: str, details: Mapping[str, Any]) -> None:
    key = f"{event[0].lower()}{event[1:]}EventDetails"
    engine._add_event(execution, event, {key: dict(details)})


@contextmanager
def _credentials(state: State, data: Any, context: Context) -> Iterator[None]:
    """Act as the role that a task's Credentials name, assumed as the machine's role."""
    template, current = state.get("Credentials"), role_session.acting.get()
    if not template or current is None:
        yield
        return
    if is_jsonata(state, context):
        named = engine._apply_jsonata_template(template, data, context)
    else:
        named = engine._resolve_params_obj(template, data, context)
    machine = str((context.get("StateMachine") or {}).get("Id", ""))
    token = role_session.acting.set(_assumed(named["RoleArn"], current, machine))
    try:
        yield
    finally:
        role_session.acting.reset(token)


def _assumed(
    role_arn: str, current: role_session.RoleSession, machine: str
) -> role_session.RoleSession:
    """As the machine's role, which states the machine.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-cross-acct-sync-pattern.html
    """
    assume = integrations.integration_of("arn:aws:states:::aws-sdk:sts:assumeRole")
    request = {"RoleArn": role_arn, "RoleSessionName": current.session_name}
    request |= {"ExternalId": machine} if machine else {}
    keys = integrations.call(assume, request)["Credentials"]
    credentials = Credentials(
        access_key=keys["AccessKeyId"],
        secret_key=keys["SecretAccessKey"],
        session_token=keys["SessionToken"],
        expires=time.time() + 3600,
    )
    return role_session.RoleSession(
        credentials=credentials, region=current.region, session_name=current.session_name
    )


def _within_time(state: State, data: Any, context: Context, resource: str, passed: Any) -> Any:
    """Run the task in a scope of its own, and stop it when its time is over."""
    limit = _seconds(state, data, context)
    token = cancellation.scope.set(cancellation.CancelScope(cancellation.scope.get()))
    try:
        call = contextvars.copy_context().run
        if limit is None or CALLBACK in resource:
            return call(_perform, resource, passed, context, limit)
        pool = ThreadPoolExecutor(max_workers=1)
        future = pool.submit(call, _perform, resource, passed, context, None)
        pool.shutdown(wait=False)
        try:
            return future.result(timeout=limit)
        except FutureTimeoutError:
            cancellation.scope.get().stop()
            raise TaskError("States.Timeout", f"The task took longer than {limit} s") from None
    finally:
        cancellation.scope.reset(token)


def _seconds(state: State, data: Any, context: Context) -> float | None:
    if "TimeoutSeconds" in state:
        return float(field(state, "TimeoutSeconds", "number", data, context))
    if "TimeoutSecondsPath" in state:
        path = state["TimeoutSecondsPath"]
        return float(engine._resolve_path_or_ctx(path, data, context))
    return None


def _perform(resource: str, passed: Any, context: Context, limit: float | None) -> Any:
    if ":activity:" in resource:
        return engine._invoke_activity(resource, passed)
    if CALLBACK in resource:
        return _with_token(resource, passed, context["Task"]["Token"], limit or LONGEST)
    return integrations.invoke(resource, passed)


def _with_token(resource: str, passed: Any, token: str, limit: float) -> Any:
    """Hand out the token with the call, then wait for SendTaskSuccess or SendTaskFailure."""
    waiting = {"event": Event(), "result": None, "error": None, "heartbeat": None}
    engine._task_tokens[token] = waiting
    try:
        integrations.invoke(resource.removesuffix(CALLBACK), passed)
        deadline = time.monotonic() + limit
        while not waiting["event"].wait(0.05):  # type: ignore[union-attr]
            if cancellation.scope.get().stopped:
                raise cancellation.StoppedError
            if time.monotonic() > deadline:
                raise TaskError("States.Timeout", f"No callback within {limit} s")
    finally:
        engine._task_tokens.pop(token, None)
    if waiting["error"]:
        failure: Mapping[str, str] = waiting["error"]  # type: ignore[assignment]
        raise TaskError(failure.get("Error", "States.TaskFailed"), failure.get("Cause", ""))
    return json.loads(waiting["result"] or "null")  # type: ignore[arg-type]
