"""Who a running task acts as, and how it is told to stop."""

import threading
import weakref
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from botocore.config import Config

from local.aws import sdk_names
from local.aws.caller import Credentials, endpoint

CALL = Config(
    retries={"total_max_attempts": 1},  # the state machine's Retry decides
    read_timeout=920,  # a Lambda function may take fifteen minutes
    max_pool_connections=50,
    inject_host_prefix=False,  # our host has no name to prefix
    s3={"addressing_style": "path"},
    user_agent="states.amazonaws.com",
)
_creation = threading.Lock()  # botocore's session is not for several threads at once


@dataclass(slots=True, kw_only=True)
class Acting:
    """A role session and the clients that sign with it."""

    credentials: Credentials
    region: str
    session_name: str
    config: Config = CALL
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """A botocore client of a service, which calls this process over HTTP."""
        if service not in self.clients:
            with _creation:
                self.clients[service] = sdk_names.session.create_client(
                    service,
                    region_name=self.region,
                    endpoint_url=endpoint(),
                    aws_access_key_id=self.credentials.access_key,
                    aws_secret_access_key=self.credentials.secret_key,
                    aws_session_token=self.credentials.session_token,
                    config=self.config,
                )
        return self.clients[service]


class Scope:
    """What can be stopped at once: an execution, in it a branch, in it a task."""

    def __init__(self, parent: "Scope | None" = None) -> None:
        self._stopped = threading.Event()
        self._inner: weakref.WeakSet[Scope] = weakref.WeakSet()
        if parent is not None:
            parent.adopt(self)

    def adopt(self, inner: "Scope") -> None:
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


acting: ContextVar[Acting | None] = ContextVar("acting", default=None)
scope: ContextVar[Scope] = ContextVar("scope")
