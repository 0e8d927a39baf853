"""What is done when CloudFormation's engine is first needed: importing it takes over a second."""

import threading
from collections.abc import Callable
from typing import Any

from ministack import app as ministack

_hooks: list[Callable[[], None]] = []
_state = {"wrapped": False, "loaded": False}
_loading = threading.Lock()


def on_load(hook: Callable[[], None]) -> None:
    """Run something before the engine's first request, in the order of these calls."""
    _hooks.append(hook)
    if not _state["wrapped"]:
        _state["wrapped"] = True
        _wrap()


def load() -> None:
    """Run all hooks, once."""
    with _loading:
        if not _state["loaded"]:
            _state["loaded"] = True
            for hook in _hooks:
                hook()


def _wrap() -> None:
    for service in ("cloudformation", "cloudcontrol"):
        handler = ministack.SERVICE_HANDLERS.get(service)
        if handler is not None:
            ministack.SERVICE_HANDLERS[service] = _loading_first(handler)


def _loading_first(handler: Callable[..., Any]) -> Callable[..., Any]:
    async def serve(*request: Any) -> Any:
        load()
        return await handler(*request)

    return serve
