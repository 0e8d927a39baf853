"""An embedded AWS at its worst: each knob set to what AWS documents, or leaves open."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.faults.bench import environment
from local import emulator
from local.connection import Connection
from tests.asking import ask
from tests.flow.cloud import MORE_PROCESSES, Cloud, until

# A minute is 0.2 s, so the deployment's 3 s are the fifteen minutes of a real one. Services come up
# to two steps of five minutes late, in files of any order, and now and then twice.
LATE = ("--trail-minute", "0.2", "--trail-shuffle", "--trail-duplicate")
WORST: dict[str, dict[str, Any]] = {
    "trail": {"steps": 2},
    # A project's limit is told by the error that nobody expects; a failed build exports nothing.
    "builds": {"project_error": "InvalidInputException", "failed_builds_export": False},
}
WAIT_SCALE = "0.01"  # of the waits and retry intervals in the state machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table.

    Attributes:
        tried: what. happened: what became of it. told: what a person was told, in its own words.
        well: whether it was as it should be.
    """

    tried: str
    happened: str
    told: str
    well: bool


@dataclass(slots=True)
class Stage:
    """Where it is rehearsed; `cloud` is there once something was deployed."""

    connection: Connection
    folder: Path
    deployed: Cloud | None = None

    @classmethod
    def open(cls, folder: Path) -> "Stage":
        """Start the embedded AWS, empty."""
        with environment({"SFN_WAIT_SCALE": WAIT_SCALE}):
            connection = emulator.start(folder / "state", inbox=folder / "inbox", options=LATE)
        stage = cls(connection, folder)
        for knobs, to in WORST.items():
            stage.turn(knobs, **to)
        return stage

    @property
    def cloud(self) -> Cloud:
        """What is deployed."""
        if self.deployed is None:
            raise LookupError("nothing is deployed yet")
        return self.deployed

    def turn(self, knobs: str, **to: object) -> None:
        """Turn knobs."""
        ask(self.connection, f"/_fencepost/{knobs}", to)

    def told_faults(self) -> list[dict[str, Any]]:
        """The rules of faults, with how often each was followed."""
        found: list[dict[str, Any]] = ask(self.connection, "/_fencepost/faults")["rules"]
        return found

    def asked_for_the_trail(self, arn: str, *, times: int = 5) -> int:
        """Wait until AwaitTrail has asked so often in vain; how often it was."""
        client = self.cloud.client("stepfunctions")

        def asked() -> int:
            pages = client.get_paginator("get_execution_history").paginate(executionArn=arn)
            events = [one for page in pages for one in page["events"]]
            failed = [one for one in events if "TrailNotReadyError" in str(one)]
            return len(failed) if len(failed) >= times else 0

        return int(until(asked, what="AwaitTrail to ask in vain"))

    def deploy(self) -> None:
        """Deploy the app with the processes of the flow's tests."""
        with environment({"FENCEPOST_PROCESSES": MORE_PROCESSES}):
            deployed = emulator.bring_in(self.connection, say=lambda _: None)
        self.deployed = Cloud(deployed=deployed, folder=self.folder)

    def close(self) -> None:
        """Stop it."""
        emulator.stop(self.folder / "state")
