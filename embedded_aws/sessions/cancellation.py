"""How what runs is told to stop: an execution, in it a branch, in it a task."""

import threading
import weakref
from contextvars import ContextVar


class CancelScope:
    """What can be stopped at once: an execution, in it a branch, in it a task."""

    def __init__(self, parent: "CancelScope | None" = None) -> None:
        self._stopped = threading.Event()
        self._inner: weakref.WeakSet[CancelScope] = weakref.WeakSet()
        if parent is not None:
            parent.adopt(self)

    def adopt(self, inner: "CancelScope") -> None:
        """Stop a scope whenever this one is stopped."""
        self._inner.add(inner)
        if self.stopped:
            inner.stop()

    def stop(self) -> None:
        """Stop all that runs in this scope."""
        self._stopped.set()
        for inner in list(self._inner):
            inner.stop()

    @property
    def stopped(self) -> bool:
        """Whether it was stopped."""
        return self._stopped.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleep unless stopped; true when stopped."""
        return self._stopped.wait(seconds)


class StoppedError(Exception):
    """The scope in which this ran was stopped; nobody waits for a result."""


scope: ContextVar[CancelScope] = ContextVar("scope")
