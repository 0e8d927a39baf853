"""Executions as MiniStack records them: who runs, and how one ends, once."""

import json
import threading
from typing import Any

from ministack.services import stepfunctions as engine

from embedded_aws.sessions import cancellation

Execution = dict[str, Any]  # MiniStack's record

REDRIVABLE = frozenset({"FAILED", "ABORTED", "TIMED_OUT"})
PRIVATE = "_fencepost"  # where an execution's record keeps what MiniStack does not know

scopes: dict[str, cancellation.CancelScope] = {}  # of the executions that run
ending = threading.Lock()


def end(execution: Execution, scope: cancellation.CancelScope, status: str, **more: Any) -> bool:
    """Give an execution its end, once: neither after another end, nor after a redrive."""
    with ending:
        current = scopes.get(execution["executionArn"])
        if execution["status"] != "RUNNING" or current is not scope:
            return False
        execution.update(status=status, stopDate=engine.now_iso(), **more)
        return True


def succeeded(execution: Execution, scope: cancellation.CancelScope, output: Any) -> None:
    """End an execution with its output."""
    text = json.dumps(output)
    if end(execution, scope, "SUCCEEDED", output=text):
        details = {"executionSucceededEventDetails": {"output": text}}
        engine._add_event(execution, "ExecutionSucceeded", details)
        engine._emit_execution_status_event(execution)


def failed(execution: Execution, scope: cancellation.CancelScope, error: str, cause: str) -> None:
    """End an execution with an error."""
    if end(execution, scope, "FAILED", error=error, cause=cause):
        details = {"executionFailedEventDetails": {"error": error, "cause": cause}}
        engine._add_event(execution, "ExecutionFailed", details)
        engine._emit_execution_status_event(execution)
