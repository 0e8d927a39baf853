"""Runs the states of a machine: MiniStack evaluates, this walks, calls, retries and catches."""

import json
import random
from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import stepfunctions as engine

from embedded_aws.services.stepfunctions.execution_records import Execution
from embedded_aws.services.stepfunctions.integrations import integrations
from embedded_aws.services.stepfunctions.integrations.integrations import TaskError
from embedded_aws.sessions import cancellation, role_session

State = Mapping[str, Any]
Context = dict[str, Any]  # $states.context, with the variables and the query language beside it
Outcome = tuple[Any, str | None]  # a state's output and the next state's name
Handler = Callable[[State, Any, Execution, Context], Outcome]

# Wildcards do not match these (Step Functions guide, "Handling errors").
BEYOND_WILDCARDS = frozenset({"States.DataLimitExceeded", "States.Runtime"})
KINDS: dict[str, Handler] = {}  # how each type of state runs; `states.install` fills it
# Told of every state that is entered, and in the name of which session.
watchers: list[Callable[[str, str], None]] = []
DEFAULT_INTERVAL, DEFAULT_ATTEMPTS, DEFAULT_BACKOFF = 1.0, 3, 2.0


def walk(
    machine: State,
    data: Any,
    execution: Execution,
    context: Context,
    *,
    reached: Callable[[str, Any], None] = lambda _name, _data: None,
) -> Any:
    """Run a machine, a branch or an iteration to its end and return its output."""
    states, name = machine["States"], machine["StartAt"]
    while name is not None:
        stop_if_told()
        reached(name, data)
        data, name = _run(name, states[name], data, execution, context)
    return data


def stop_if_told() -> None:
    """End the thread's work when its scope was stopped."""
    if cancellation.scope.get().stopped:
        raise cancellation.StoppedError


def _run(name: str, state: State, data: Any, execution: Execution, context: Context) -> Outcome:
    kind = state["Type"]
    context["State"] = {"Name": name, "EnteredTime": engine.now_iso(), "RetryCount": 0}
    integrations.within_limit(data, f"The input of the state '{name}'")
    _entered(execution, kind, name, data)
    if kind == "Fail":
        raise TaskError(*engine._fail_state_error(state, data, context))
    output, following = KINDS[kind](state, data, execution, context)
    integrations.within_limit(output, f"The output of the state '{name}'")
    details = {"name": name, "output": json.dumps(output)}
    engine._add_event(execution, f"{kind}StateExited", {"stateExitedEventDetails": details})
    return output, following


def _entered(execution: Execution, kind: str, name: str, data: Any) -> None:
    acting = role_session.acting.get()
    for watcher in watchers:
        watcher(name, acting.session_name if acting else "")
    details = {"name": name, "input": json.dumps(data)}
    engine._add_event(execution, f"{kind}StateEntered", {"stateEnteredEventDetails": details})


def is_jsonata(state: State, context: Context) -> bool:
    """Whether a state's fields are JSONata."""
    return bool(engine._state_query_language(state, context) == "JSONata")


def field(state: State, name: str, kind: str, data: Any, context: Context) -> Any:
    """A field that may be an expression, held to its JSON type."""
    if is_jsonata(state, context):
        return engine._jsonata_state_field(state, name, kind, data, context)
    return state[name]


def arguments(state: State, data: Any, context: Context) -> Any:
    """What a state passes on: Arguments, or InputPath and Parameters."""
    if is_jsonata(state, context):
        return engine._apply_jsonata_arguments(state, data, context)
    return engine._apply_parameters(state, engine._apply_input_path(state, data, context), context)


def outcome(state: State, data: Any, context: Context, result: Any) -> Outcome:
    """What a state leaves behind: Output and Assign, or ResultSelector, ResultPath, OutputPath."""
    following = engine._next_or_end(state)
    if is_jsonata(state, context):
        output = engine._apply_jsonata_output(state, data, context, result=result, default=result)
        engine._apply_state_assign(state, data, context, result=result)
        return output, following
    selected = engine._apply_result_selector(state, result)
    output = engine._apply_result_path(state, data, selected)
    return engine._apply_output_path(state, output, context), following


def with_retry_and_catch(
    state: State, data: Any, context: Context, attempt: Callable[[], Outcome]
) -> Outcome:
    """Run a state's attempt under its Retry and Catch."""
    entered, used = dict(context["State"]), dict[int, int]()
    while True:
        stop_if_told()
        context["State"] = {**entered, "RetryCount": sum(used.values())}
        try:
            return attempt()
        except TaskError as error:
            index = _retrier(state.get("Retry") or [], error.error, used)
            if index is None:
                return _caught(state, data, context, error)
            pause(_interval(state["Retry"][index], used.get(index, 0)))
            used[index] = used.get(index, 0) + 1


def pause(seconds: float) -> None:
    """Sleep, scaled by SFN_WAIT_SCALE, unless stopped meanwhile."""
    if cancellation.scope.get().wait(max(seconds, 0) * engine._SFN_WAIT_SCALE):
        raise cancellation.StoppedError


def matches(names: list[str], error: str) -> bool:
    """Whether an ErrorEquals list names an error."""
    if error in names:
        return True
    if error in BEYOND_WILDCARDS:
        return False
    return "States.ALL" in names or ("States.TaskFailed" in names and error != "States.Timeout")


def _retrier(retriers: list[State], error: str, used: Mapping[int, int]) -> int | None:
    """The retrier that has an attempt left; the first that matches decides."""
    for index, retrier in enumerate(retriers):
        if matches(retrier["ErrorEquals"], error):
            left = retrier.get("MaxAttempts", DEFAULT_ATTEMPTS) - used.get(index, 0)
            return index if left > 0 else None
    return None


def _interval(retrier: State, attempt: int) -> float:
    base = float(retrier.get("IntervalSeconds", DEFAULT_INTERVAL))
    seconds = base * float(retrier.get("BackoffRate", DEFAULT_BACKOFF)) ** attempt
    seconds = min(seconds, float(retrier.get("MaxDelaySeconds", seconds)))
    if retrier.get("JitterStrategy") == "FULL":
        return random.uniform(0, seconds)  # noqa: S311 (a delay, not a secret)
    return seconds


def _caught(state: State, data: Any, context: Context, error: Any) -> Outcome:
    output = {"Error": error.error, "Cause": error.cause}
    for catcher in state.get("Catch") or []:
        if matches(catcher["ErrorEquals"], error.error):
            language = engine._state_query_language(state, context)
            caught = engine._apply_catcher(catcher, data, context, language, output)
            return caught, catcher["Next"]
    raise error
