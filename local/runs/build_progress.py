"""What a build says while it runs: the marks of its phases, out of its log."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local.connection import Connection

# lambdas/cycle/cycle.sh writes these marks.
MARK = re.compile(r"^::fencepost (phase \S+ (?:begin|end|skipped|out of time).*|closing \S+)")
PROJECT = re.compile(r'"ProjectName"\s*:\s*"([^"]+)"')
RUN = re.compile(r"\b\d{8}T\d{6}Z-[0-9a-f]{8}\b")


@dataclass(slots=True)
class Build:
    """A build that a run started, found by its project and its run's id."""

    project: str
    run: str
    _log: tuple[str, str] | None = None
    _token: str = ""

    @classmethod
    def in_event(cls, event: dict[str, Any]) -> "Build | None":
        """The build that an event of the execution's history starts."""
        parameters = event.get("taskScheduledEventDetails", {}).get("parameters", "")
        project = PROJECT.search(parameters)
        run = RUN.search(parameters)
        return cls(project=project[1], run=run[0]) if project and run else None

    def phases(self, connection: Connection) -> Iterator[str]:
        """The marks since the last time; none while there is no log yet."""
        try:
            self._log = self._log or self._find_log(connection)
            if self._log is None:
                return
            options: dict[str, Any] = {"nextToken": self._token} if self._token else {}
            page = connection.client("logs").get_log_events(
                logGroupName=self._log[0],
                logStreamName=self._log[1],
                startFromHead=True,
                **options,
            )
        except ClientError:
            return
        self._token = page.get("nextForwardToken", self._token)
        for event in page["events"]:
            mark = MARK.search(event["message"])
            if mark:
                yield mark[1]

    def _find_log(self, connection: Connection) -> tuple[str, str] | None:
        """The group and the stream that this run's build writes to."""
        client = connection.client("codebuild")
        ids = client.list_builds_for_project(projectName=self.project)["ids"]
        builds = client.batch_get_builds(ids=ids)["builds"] if ids else []
        ours = [one for one in builds if self.run in json.dumps(one, default=str)]
        logs = ours[0].get("logs", {}) if ours else {}
        group, stream = logs.get("groupName"), logs.get("streamName")
        return (group, stream) if group and stream else None
