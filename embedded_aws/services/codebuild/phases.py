"""A build's phases as its record tells them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from embedded_aws.services.codebuild.buildspec import BuildspecError
from embedded_aws.services.codebuild.logs import BuildLog

Record = dict[str, Any]  # the build, as MiniStack keeps it


class PhaseFailure(Exception):  # noqa: N818 (how a phase ended, caught where phases end)
    """A phase that ended otherwise than SUCCEEDED, with its status code and message."""

    def __init__(self, code: str, message: str, status: str = "FAILED") -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@contextmanager
def phase(record: Record, log: BuildLog, name: str) -> Iterator[None]:
    """Note a phase in the record while and after it runs."""
    entry: Record = {"phaseType": str(name), "startTime": time.time()}
    record["phases"].append(entry)
    record["currentPhase"] = str(name)
    status, context = "SUCCEEDED", {"statusCode": "", "message": ""}
    log.container(f"Entering phase {name}")
    try:
        yield
    except PhaseFailure as failure:
        status = failure.status
        context = {"statusCode": failure.code, "message": failure.message}
        raise
    except BuildspecError as error:
        status = "FAILED"
        context = {"statusCode": "YAML_FILE_ERROR", "message": str(error)}
        raise
    finally:
        close(entry, status)
        entry["contexts"] = [context]
        log.container(f"Phase complete: {name} State: {status}")
        code, message = context["statusCode"], context["message"]
        log.container(f"Phase context status code: {code} Message: {message}")


def close(entry: Record, status: str) -> None:
    """Note the end of a phase."""
    now = time.time()
    duration = int(now - entry["startTime"])
    entry.update(phaseStatus=status, endTime=now, durationInSeconds=duration)
