"""The role session that a running task signs its calls with."""

import threading
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from botocore.config import Config

from embedded_aws.protocol.service_models import session
from embedded_aws.sessions.caller import Credentials, endpoint

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
class RoleSession:
    """A role session and the clients that sign with it.

    Attributes:
        owners: ARNs of who acts, which some services are told: an execution and its machine.
    """

    credentials: Credentials
    region: str
    session_name: str
    config: Config = CALL
    owners: tuple[str, ...] = ()
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """A botocore client of a service, which calls this process over HTTP."""
        if service not in self.clients:
            with _creation:
                self.clients[service] = session.create_client(
                    service,
                    region_name=self.region,
                    endpoint_url=endpoint(),
                    aws_access_key_id=self.credentials.access_key,
                    aws_secret_access_key=self.credentials.secret_key,
                    aws_session_token=self.credentials.session_token,
                    config=self.config,
                )
        return self.clients[service]


acting: ContextVar[RoleSession | None] = ContextVar("acting", default=None)
