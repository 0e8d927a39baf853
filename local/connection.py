"""The laptop's way to an embedded AWS that runs: its address and keys, from the host's file."""

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

STATE_FILE = "endpoint.json"  # as embedded_aws.settings names it


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """An account of an embedded AWS, as its root."""

    endpoint: str
    pid: int
    region: str
    account: str
    inbox: Path
    access_key: str
    secret_key: str
    token: str | None = None

    @classmethod
    def of(cls, state: Path, *, account: str | None = None) -> "Connection | None":
        """Read the host's file; nothing when there is none."""
        try:
            content = json.loads((state / STATE_FILE).read_text())
        except (OSError, ValueError):
            return None
        owner = account or next(iter(content["accounts"]))
        key = content["accounts"][owner]
        return cls(
            endpoint=content["endpoint"],
            pid=content["pid"],
            region=content["region"],
            account=owner,
            inbox=Path(content["inbox"]),
            access_key=key["access_key"],
            secret_key=key["secret_key"],
        )

    @property
    def session(self) -> boto3.Session:
        """A session with the root's key."""
        return boto3.Session(self.access_key, self.secret_key, self.token, region_name=self.region)

    def client(self, service: Any, *, region: str | None = None) -> Any:
        """A client of a service."""
        return _client(self, service, region or self.region)

    def answers(self) -> bool:
        """Whether the embedded AWS is there and knows us."""
        config = Config(retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=5)
        sts = self.session.client("sts", endpoint_url=self.endpoint, config=config)
        try:
            sts.get_caller_identity()
        except (BotoCoreError, ClientError):
            return False
        return True


@functools.cache
def _client(connection: Connection, service: Any, region: str) -> Any:
    """Making a client takes longer than most calls."""
    config = Config(retries={"total_max_attempts": 2}, read_timeout=300)
    session = _session(connection)
    return session.client(
        service, endpoint_url=connection.endpoint, region_name=region, config=config
    )


@functools.cache
def _session(connection: Connection) -> boto3.Session:
    return connection.session
