"""Python functions that raise: reported by the exception's name, and ready for the next call.

MiniStack calls every failure `Runtime.HandlerError` and ends the environment. The real runtime
names the exception and keeps the environment warm.
https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
"""

import threading
from collections.abc import Callable
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

REPORTED = (
    '{"status": "error", "error": str(e), "trace": traceback.format_exc()}'  # in the worker script
)
# The first frame of the trace is the worker's own.
NAMED = (
    '{"status": "ok", "result": None, "raised": {"errorMessage": str(e), '
    '"errorType": type(e).__name__, "requestId": context.aws_request_id, '
    '"stackTrace": traceback.format_list(traceback.extract_tb(e.__traceback__)[1:])}}'
)

INIT_FAILED = "Worker init failed: "

_raised = threading.local()


def install() -> None:
    """Change what the worker reports, and what is made of it."""
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    if REPORTED not in script:
        raise RuntimeError("MiniStack's Python worker reports errors in another way than expected")
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(REPORTED, NAMED)
    lambda_runtime.Worker.invoke = _remembering(lambda_runtime.Worker.invoke)
    lambda_svc._execute_function_warm = _failing(lambda_svc._execute_function_warm)


def _remembering(invoke: Callable[..., Any]) -> Callable[..., Any]:
    def invoked(worker: Any, *given: Any, **named: Any) -> Any:
        answer = invoke(worker, *given, **named)
        _raised.payload = answer.get("raised")
        return answer

    return invoked


def _failing(execute: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def executed(*given: Any, **named: Any) -> dict[str, Any]:
        _raised.payload = None
        result = execute(*given, **named)
        payload = _raised.payload
        if payload is None:
            return _named(result)
        lines = [
            f"[ERROR] {payload['errorType']}: {payload['errorMessage']}",
            "Traceback (most recent call last):",
            *(frame.rstrip("\n") for frame in payload["stackTrace"]),
        ]
        log = "\n".join(filter(None, [result.get("log", ""), *lines]))
        return {"body": payload, "error": True, "log": log}

    return executed


def _named(result: dict[str, Any]) -> dict[str, Any]:
    """A module that cannot be imported is called so by the real runtime."""
    body = result.get("body")
    if not result.get("error") or not isinstance(body, dict):
        return result
    message = str(body.get("errorMessage", ""))
    if not message.startswith(INIT_FAILED):
        return result
    detail = f"Unable to import module: {message.removeprefix(INIT_FAILED)}"
    return {**result, "body": {"errorMessage": detail, "errorType": "Runtime.ImportModuleError"}}
