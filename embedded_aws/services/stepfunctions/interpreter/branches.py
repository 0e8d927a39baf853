"""Parallel and Map: states that run machines of their own, in threads that can be stopped."""

import contextvars
import copy
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import Any

from embedded_aws.services.stepfunctions.execution_records import Execution
from embedded_aws.services.stepfunctions.integrations.integrations import TaskError
from embedded_aws.services.stepfunctions.interpreter import distributed_map
from embedded_aws.services.stepfunctions.interpreter.states import (
    Context,
    Outcome,
    State,
    arguments,
    field,
    outcome,
    walk,
    with_retry_and_catch,
)
from embedded_aws.sessions import cancellation

INLINE_CONCURRENCY = 40  # iterations of an inline Map at a time, at most; Step Functions guide


def run_parallel(state: State, data: Any, execution: Execution, context: Context) -> Outcome:
    """Run every branch on the same input; one that fails stops the others."""

    def attempt() -> Outcome:
        passed = arguments(state, data, context)
        branches = [
            _branch(machine, copy.deepcopy(passed), execution, context)
            for machine in state["Branches"]
        ]
        return outcome(state, data, context, together(branches, at_once=len(branches)))

    return with_retry_and_catch(state, data, context, attempt)


def _branch(machine: State, data: Any, execution: Execution, context: Context) -> Callable[[], Any]:
    # Variables of the outer scope can be read inside, what a branch assigns ends with it.
    own = copy.deepcopy(context)
    return lambda: walk(machine, data, execution, own)


def run_map(state: State, data: Any, execution: Execution, context: Context) -> Outcome:
    """Run one machine per item, inside this execution or as a Map Run of child executions."""
    processor = state.get("ItemProcessor") or state["Iterator"]
    distributed = (processor.get("ProcessorConfig") or {}).get("Mode") == "DISTRIBUTED"

    def attempt() -> Outcome:
        if distributed:
            result = distributed_map.run(state, processor, data, execution, context)
        else:
            result = _inline(state, processor, data, execution, context)
        return outcome(state, data, context, result)

    return with_retry_and_catch(state, data, context, attempt)


def _inline(
    state: State, processor: State, data: Any, execution: Execution, context: Context
) -> list[Any]:
    items = distributed_map.given_items(state, data, context)
    limit = int(field(state, "MaxConcurrency", "number", data, context)) if _limits(state) else 0
    iterations = [
        _iteration(state, processor, data, execution, context, index=index, item=item)
        for index, item in enumerate(items)
    ]
    return together(iterations, at_once=min(limit or INLINE_CONCURRENCY, INLINE_CONCURRENCY))


def _limits(state: State) -> bool:
    return "MaxConcurrency" in state


def _iteration(  # noqa: PLR0913 (what an iteration is made of)
    state: State,
    processor: State,
    data: Any,
    execution: Execution,
    context: Context,
    *,
    index: int,
    item: Any,
) -> Callable[[], Any]:
    own = copy.deepcopy(context)
    own["Map"] = {"Item": {"Index": index, "Value": item}}

    def iterate() -> Any:
        selected = distributed_map.selected(state, item, data, own)
        return walk(processor, selected, execution, own)

    return iterate


def together(work: Sequence[Callable[[], Any]], *, at_once: int) -> list[Any]:
    """Run work in threads; the first failure stops the rest and is raised."""
    if not work:
        return []
    inner = cancellation.CancelScope(cancellation.scope.get())
    token = cancellation.scope.set(inner)
    try:
        with ThreadPoolExecutor(max_workers=at_once) as pool:
            futures = [pool.submit(contextvars.copy_context().run, piece) for piece in work]
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            if any(future.exception() for future in done):
                inner.stop()
    finally:
        cancellation.scope.reset(token)
    _raise_first(futures)
    return [future.result() for future in futures]


def _raise_first(futures: Sequence[Future[Any]]) -> None:
    errors = [error for future in futures if (error := future.exception())]
    failures = [error for error in errors if not isinstance(error, cancellation.StoppedError)]
    for error in failures:
        if isinstance(error, TaskError):
            raise error
    if failures:
        raise TaskError("States.Runtime", str(failures[0])) from failures[0]
    if errors:
        raise errors[0]
