"""Distributed Map: items from anywhere, each batch a child execution, results to S3.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

import contextvars
import copy
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ministack.services import stepfunctions as engine

from embedded_aws.iam.calls import Check
from embedded_aws.iam.evaluation.decision import ask
from embedded_aws.services.stepfunctions.execution_records import Execution
from embedded_aws.services.stepfunctions.integrations.integrations import TaskError
from embedded_aws.services.stepfunctions.interpreter import map_items
from embedded_aws.services.stepfunctions.interpreter.states import (
    Context,
    State,
    field,
    is_jsonata,
    walk,
)
from embedded_aws.sessions import cancellation, role_session

AT_ONCE = 64  # children at a time here; AWS runs up to 10,000
COUNTS = (
    "pending", "running", "succeeded", "failed", "timedOut", "aborted", "total", "resultsWritten",
    "failuresNotRedrivable", "pendingRedrive",
)  # fmt: skip


def given_items(state: State, data: Any, context: Context) -> list[Any]:
    """The items of a Map that reads none from elsewhere: Items, ItemsPath or the whole input."""
    if is_jsonata(state, context):
        items = field(state, "Items", "array", data, context) if "Items" in state else data
    else:
        effective = engine._apply_input_path(state, data, context)
        path = state.get("ItemsPath", "$")
        items = engine._resolve_path_or_ctx(path, effective, context)
    if not isinstance(items, list):
        raise TaskError("States.Runtime", "The items of a Map state must be an array")
    return items


def selected(state: State, item: Any, data: Any, context: Context) -> Any:
    """What an iteration gets: the item, or what ItemSelector makes of it."""
    template = state.get("ItemSelector") or state.get("Parameters")
    if template is None:
        return item
    if is_jsonata(state, context):
        return engine._apply_jsonata_template(template, data, context)
    return engine._resolve_params_obj(
        template, engine._apply_input_path(state, data, context), context
    )


def run(state: State, processor: State, data: Any, execution: Execution, context: Context) -> Any:
    """Run a Map Run and return its results, or where they were written."""
    _authorise(execution["stateMachineArn"])
    if "ItemReader" in state:
        items = map_items.read(state["ItemReader"], state, data, context)
    else:
        items = given_items(state, data, context)
    inputs = list(_inputs(state, items, data, context))
    record = _record(state, execution, data, context, items=len(items), children=len(inputs))
    engine._map_runs[record["mapRunArn"]] = record
    _event(execution, "MapRunStarted", {"mapRunArn": record["mapRunArn"]})
    children = _run_children(processor, inputs, record, execution)
    failed = sum(child["_items"] for child in children if child["status"] != "SUCCEEDED")
    exceeded = _exceeded(state, data, context, failed=failed, total=len(items))
    record.update(status="FAILED" if exceeded else "SUCCEEDED", stopDate=engine.now_iso())
    written = None
    if "ResultWriter" in state:
        written = map_items.write(state["ResultWriter"], state, record, children, data, context)
    if exceeded:
        _event(execution, "MapRunFailed", {"error": THRESHOLD})
        raise TaskError(THRESHOLD, "The specified tolerated failure threshold was exceeded")
    _event(execution, "MapRunSucceeded", None)
    return written or [
        json.loads(child["output"]) for child in children if child["status"] == "SUCCEEDED"
    ]


def _authorise(machine: str) -> None:
    """Children are started by the machine's role, on the machine itself.

    https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
    """
    current = role_session.acting.get()
    if current is None:
        raise TaskError("States.Runtime", "The execution has no role")
    check = Check(action="states:StartExecution", resource=machine)
    denial = ask(check, current.credentials.access_key, region=current.region, service="states")
    if denial is not None:
        reason = denial.message
        raise TaskError("StepFunctions.AccessDeniedException", reason)


THRESHOLD = "States.ExceedToleratedFailureThreshold"


def _inputs(state: State, items: list[Any], data: Any, context: Context) -> Iterator[Any]:
    """The input of each child, with the number of items in it and its place in the context."""
    ready = []
    for index, item in enumerate(items):
        own = copy.deepcopy(context)
        own["Map"] = {"Item": {"Index": index, "Value": item}}
        ready.append((selected(state, item, data, own), own))
    if "ItemBatcher" not in state:
        yield from ((chosen, 1, own) for chosen, own in ready)
        return
    batcher = map_items.batcher(state, data, context)
    for batch in map_items.batches([chosen for chosen, _ in ready], batcher):
        given = {"BatchInput": batcher.input} if batcher.input is not None else {}
        yield ({**given, "Items": batch}, len(batch), copy.deepcopy(context))


def _run_children(
    processor: State,
    inputs: list[tuple[Any, int, Context]],
    record: dict[str, Any],
    execution: Execution,
) -> list[Execution]:
    lock = threading.Lock()

    def child(given: tuple[Any, int, Context]) -> Execution:
        return _run_child(processor, given, record, execution, lock)

    at_once = min(record["maxConcurrency"] or AT_ONCE, AT_ONCE)
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        futures = [pool.submit(contextvars.copy_context().run, child, given) for given in inputs]
    return [future.result() for future in futures]


def _run_child(
    processor: State,
    given: tuple[Any, int, Context],
    record: dict[str, Any],
    execution: Execution,
    lock: threading.Lock,
) -> Execution:
    data, items, context = given
    child = _child(record, execution, data, items)
    engine._executions[child["executionArn"]] = child
    with lock:
        _count(record, child, "pending", "running")
    context["Execution"] = {**context["Execution"], "Id": child["executionArn"], "Input": data}
    context["Execution"]["Name"] = child["name"]
    # https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
    context["variables"] = {}  # a child execution cannot read those of its parent
    try:
        output = walk(processor, data, child, context)
        child.update(status="SUCCEEDED", output=json.dumps(output))
    except TaskError as error:
        child.update(status="FAILED", error=error.error, cause=error.cause)
    except cancellation.StoppedError:
        child.update(status="ABORTED")
    child["stopDate"] = engine.now_iso()
    with lock:
        _count(record, child, "running", child["status"].lower())
    return child


def _count(record: dict[str, Any], child: Execution, left: str, entered: str) -> None:
    for counts, number in (("itemCounts", child["_items"]), ("executionCounts", 1)):
        record[counts][left] -= number
        record[counts][entered] += number


def _child(record: dict[str, Any], parent: Execution, data: Any, items: int) -> Execution:
    name = engine.new_uuid()
    prefix = record["_stateMachineArn"].replace(":stateMachine:", ":execution:")
    return {
        "executionArn": f"{prefix}:{name}",
        "stateMachineArn": record["_stateMachineArn"],
        "name": name,
        "status": "RUNNING",
        "startDate": engine.now_iso(),
        "stopDate": None,
        "input": json.dumps(data),
        "inputDetails": {"included": True},
        "output": None,
        "outputDetails": {"included": True},
        "mapRunArn": record["mapRunArn"],
        "events": [],
        "testCase": parent.get("testCase", ""),
        "mockAttempts": {},
        "_items": items,
    }


def _record(
    state: State, execution: Execution, data: Any, context: Context, *, items: int, children: int
) -> dict[str, Any]:
    arn = execution["stateMachineArn"]
    label = state.get("Label") or engine.new_uuid()
    zero = dict.fromkeys(COUNTS, 0)
    return {
        "mapRunArn": f"{arn.replace(':stateMachine:', ':mapRun:')}/{label}:{engine.new_uuid()}",
        "executionArn": execution["executionArn"],
        "status": "RUNNING",
        "startDate": engine.now_iso(),
        "maxConcurrency": int(_number(state, "MaxConcurrency", data, context) or 0),
        "toleratedFailurePercentage": _number(state, PERCENTAGE, data, context) or 0.0,
        "toleratedFailureCount": int(_number(state, COUNT, data, context) or 0),
        "itemCounts": {**zero, "total": items, "pending": items},
        "executionCounts": {**zero, "total": children, "pending": children},
        "redriveCount": 0,
        "_stateMachineArn": f"{arn}/{label}",
    }


PERCENTAGE, COUNT = "ToleratedFailurePercentage", "ToleratedFailureCount"


def _exceeded(state: State, data: Any, context: Context, *, failed: int, total: int) -> bool:
    if not failed:
        return False
    percentage = _number(state, PERCENTAGE, data, context)
    count = _number(state, COUNT, data, context)
    over_count = count is not None and failed > count
    over_percentage = percentage is not None and failed * 100 > percentage * total
    return over_count or over_percentage or (count is None and percentage is None)


def _number(state: State, name: str, data: Any, context: Context) -> float | None:
    if name not in state:
        return None
    return float(field(state, name, "number", data, context))


def _event(execution: Execution, name: str, details: dict[str, Any] | None) -> None:
    key = f"{name[0].lower()}{name[1:]}EventDetails"
    engine._add_event(execution, name, {key: details} if details else None)
