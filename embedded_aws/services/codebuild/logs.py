"""A build's log: lines to CloudWatch Logs, written as the build's service role."""

import threading
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from embedded_aws.sessions.role_session import RoleSession

FLUSH_SECONDS = 0.25
BATCH = 500  # events in one PutLogEvents; its limit is 10,000 events or 1 MiB
LINE_LIMIT = 32_000  # characters of a line; an event may have 256 KiB


class BuildLog:
    """Gathers lines and writes them in order."""

    def __init__(self, acting: RoleSession, *, group: str, stream: str) -> None:
        self._acting, self._group, self._stream = acting, group, stream
        self._lines: list[dict[str, Any]] = []
        self._guard = threading.Lock()
        self._closed = threading.Event()
        self._writer = threading.Thread(target=self._write, daemon=True)

    def open(self) -> None:
        """Create the stream, and the group when it is missing; raises when the role may not."""
        logs = self._acting.client("logs")
        try:
            logs.create_log_stream(logGroupName=self._group, logStreamName=self._stream)
        except logs.exceptions.ResourceNotFoundException:
            logs.create_log_group(logGroupName=self._group)
            logs.create_log_stream(logGroupName=self._group, logStreamName=self._stream)
        self._writer.start()

    def emit(self, line: str) -> None:
        """Add a line."""
        with self._guard:
            moment = int(time.time() * 1000)
            self._lines.append({"timestamp": moment, "message": line[:LINE_LIMIT] or " "})

    def container(self, text: str) -> None:
        """Add a line of CodeBuild's own."""
        now = time.time()
        stamp = time.strftime("%Y/%m/%d %H:%M:%S", time.gmtime(now))
        self.emit(f"[Container] {stamp}.{int(now % 1 * 1e6):06d} {text}")

    def close(self) -> None:
        """Write what is left."""
        self._closed.set()
        if self._writer.is_alive():
            self._writer.join()

    def _write(self) -> None:
        while True:
            over = self._closed.wait(FLUSH_SECONDS)
            while self._flush():
                pass
            if over:
                return

    def _flush(self) -> bool:
        with self._guard:
            batch, self._lines = self._lines[:BATCH], self._lines[BATCH:]
        if not batch:
            return False
        try:
            self._acting.client("logs").put_log_events(
                logGroupName=self._group, logStreamName=self._stream, logEvents=batch
            )
        except (ClientError, BotoCoreError):
            # A role that may create the stream but not write leaves an empty one, as in AWS.
            return False
        return True


class NoLog(BuildLog):
    """A project that has switched its logs off."""

    def __init__(self) -> None:  # no stream, no writer
        pass

    def open(self) -> None:
        """Nothing to create."""

    def emit(self, line: str) -> None:
        """Drop the line."""

    def close(self) -> None:
        """Nothing to write."""
