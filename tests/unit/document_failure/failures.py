"""What failed, told to DocumentFailure as the state machine tells it."""

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lambdas.document_failure.handler import document_failure
from lambdas.errors import StackNotReadError
from lambdas.gateways.archive.documents import FolderArchive
from lambdas.model.execution.platform import Platform
from lambdas.model.execution.stack_event import StackEvent
from tests import run_input

RUN = {
    **run_input.RUN,
    "executionArn": "arn:aws:states:eu-west-1:123456789012:execution:fencepost-build-policy:x",
}
PLACE = "s3://archive/"
FOLDER = f"orders/{RUN['id']}/"


def a_build(tail: str = "", **exported: str) -> dict[str, Any]:
    if tail:
        exported["FAILURE_TAIL"] = base64.b64encode(tail.encode()).decode()
    return {"id": "fencepost-orders:1", "status": "FAILED", "exported": exported}


@dataclass
class ToldStacks:
    """CloudFormation, as far as it tells of anything; it is asked only when it must be."""

    names: dict[str, str] = field(default_factory=dict)
    happened: dict[str, list[StackEvent]] = field(default_factory=dict)
    silent: bool = False
    regions: list[str] = field(default_factory=list)

    def changed(self, region: str, since: str) -> dict[str, str]:
        self.regions.append(region)
        assert since == RUN["startedAt"]
        if self.silent:
            raise StackNotReadError("AccessDenied: no")
        return self.names

    def events(self, stack: str, since: str) -> tuple[StackEvent, ...]:
        assert since == RUN["startedAt"]
        return tuple(self.happened[stack])


NO_STACKS = ToldStacks()


def told(
    folder: Path,
    platform: Platform = Platform.UNKNOWN,
    stacks: ToldStacks = NO_STACKS,
    **event: Any,
) -> dict[str, Any]:
    given = {
        "run": RUN,
        "process": {"name": "orders"},
        "generator": "access-analyzer",
        "state": "RefinePolicy",
        "error": {"Error": "PolicyTooLargeError", "Cause": '{"errorMessage": "13 policies"}'},
        "build": None,
        **event,
    }
    return document_failure(given, FolderArchive(folder), stacks, place=PLACE, platform=platform)
