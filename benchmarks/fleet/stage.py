"""An embedded AWS with the fleet's machine, registered processes, and runs that only wait."""

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local import emulator

WAIT_SCALE = "0.002"
RUN = 600  # seconds that a stubbed run waits, scaled as the fleet's own waits are
OWNERS = 7  # processes of one owner
# In the place of a whole run, under its name, its ARN and its role.
STUB = {
    "QueryLanguage": "JSONata",
    "StartAt": "Waits",
    "States": {"Waits": {"Type": "Wait", "Seconds": RUN, "End": True}},
}


def sandbox_of(number: int) -> str:
    """The name of a sandbox; the deployment's own has another."""
    return f"s{number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What the benchmark runs on."""

    deployed: emulator.Deployed
    path: str  # of the processes' parameters

    def client(self, service: Any) -> Any:  # noqa: ANN401  # botocore publishes no types
        """A client of a service."""
        return self.deployed.connection.client(service)

    def register(self, processes: int, sandboxes: int) -> None:
        """Put the parameters of so many processes, sandbox by sandbox in turn."""
        for number in range(processes):
            name = f"process-{number:04}"
            at = number % sandboxes
            value = {
                "definition": {
                    "name": name,
                    "description": "A process of the benchmark",
                    "owner": f"team-{number // OWNERS}@example.com",
                    "phases": {"deploy": ["true"], "remove": ["true"]},
                },
                "owner": f"team-{number // OWNERS}@example.com",
                "sandbox": {"name": sandbox_of(at), "account": f"{at:012}", "region": "eu-west-1"},
            }
            self.client("ssm").put_parameter(
                Name=f"{self.path}{name}", Value=json.dumps(value), Type="String", Overwrite=True
            )


@contextlib.contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Start it, with runs stubbed, and take it down again."""
    before = {name: os.environ.get(name) for name in ("SFN_WAIT_SCALE", "FENCEPOST_PROCESSES")}
    (folder / "processes").mkdir()
    os.environ["SFN_WAIT_SCALE"] = WAIT_SCALE
    try:
        connection = emulator.start(folder / "state", inbox=folder / "inbox")
        deployed = emulator.bring_in(connection, say=print)
        found = Stage(deployed=deployed, path="/fencepost/processes/")
        found.client("stepfunctions").update_state_machine(
            stateMachineArn=deployed.machine, definition=json.dumps(STUB)
        )
        yield found
    finally:
        emulator.stop(folder / "state")
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
