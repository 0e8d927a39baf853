"""Real runs of small processes in several accounts, as one fleet, unattended.

`python -m benchmarks.fleet.real [PROCESSES] [ACCOUNTS]`: 40 in 4 by default. One runs alone first;
the slowest of the fleet may take three times as long.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from lambdas.model.archive.fleet import Fleet
from local import emulator
from local.connection import Connection
from local.runs.executions import POLL
from local.runs.side_by_side import fleet_of

PROCESSES, ACCOUNTS = 40, 4
HOME = "123456789012"
AT_ONCE = 1  # in a sandbox; two cores bear a few
SLOWER = 3  # than alone
DEFINITION = """\
description: A parameter, made and removed
owner: team-{owner}@example.com
{sandbox}variables:
  stage: {{learn: dev, prove: qa}}
environment:
  STAGE: "{{stage}}"
regions: [us-east-1]
phases:
  deploy: [aws ssm put-parameter --name "/{name}/$STAGE" --value new --type String]
  remove: [aws ssm delete-parameters --names "/{name}/$STAGE"]
"""


def main() -> int:
    """Print how long each took; 1 when one has no verdict, or took too long."""
    given = [int(one) for one in sys.argv[1:]]
    processes = given[0] if given else PROCESSES
    accounts = given[1] if len(given) > 1 else ACCOUNTS
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write(folder / "processes", processes, accounts)
        os.environ["FENCEPOST_PROCESSES"] = str(folder / "processes")
        try:
            return _compared(deployed(folder, accounts), processes, accounts)
        finally:
            emulator.stop(folder / "state")


def write(folder: Path, processes: int, accounts: int) -> None:
    """The processes, each with names of its own, in the accounts in turn."""
    for number in range(processes):
        name = f"crate-{number:02}"
        sandbox = number % accounts
        whose = f"sandbox: s{sandbox}\n" if sandbox else ""
        (folder / name).mkdir(parents=True)
        text = DEFINITION.format(name=name, owner=number // 7, sandbox=whose)
        (folder / name / "process.yaml").write_text(text, encoding="utf-8")


def deployed(folder: Path, accounts: int) -> emulator.Deployed:
    """The app with a sandbox in each account, the first in an account of its own, too."""
    others = [f"{number + 2:012}" for number in range(accounts)]
    options = [part for one in (HOME, *others) for part in ("--account", one)]
    state = folder / "state"
    connection = emulator.start(state, inbox=folder / "inbox", options=tuple(options))
    there = [found for one in others if (found := Connection.of(state, account=one))]
    further = {f"s{number}": one for number, one in enumerate(there) if number}
    return emulator.bring_in(connection, say=print, sandbox=there[0], further=further)


def _compared(app: emulator.Deployed, processes: int, accounts: int) -> int:
    alone = _alone(app, "crate-00")
    began = time.monotonic()
    fleet, status = _fleet(app)
    took = _seconds(app, fleet)
    told = json.loads(_document(app, fleet.key("fleet.json")))
    verdicts = [one["verdict"] for one in told["processes"] if one["end"]]
    slowest = max(took.values())
    print(f"one alone: {alone:.0f} s")
    print(
        f"{processes} in {accounts} accounts: {time.monotonic() - began:.0f} s, {status}; "
        f"a run {sorted(took.values())[len(took) // 2]:.0f} s in the middle, {slowest:.0f} s at "
        f"most; {told['verdict']}; verdicts {sorted({str(one) for one in verdicts})}"
    )
    wrong = []
    if len(took) != processes or None in verdicts:
        wrong.append("not every process has run and has a verdict")
    if slowest > SLOWER * alone:
        wrong.append(f"the slowest took {slowest / alone:.1f} times as long as alone")
    for one in wrong:
        print(f"WRONG: {one}")
    return 1 if wrong else 0


def _alone(app: emulator.Deployed, process: str) -> float:
    client = app.connection.client("stepfunctions")
    wanted = json.dumps({"process": process})
    arn = client.start_execution(stateMachineArn=app.machine, input=wanted)["executionArn"]
    return _length(_ended(app, arn))


def _fleet(app: emulator.Deployed) -> tuple[Fleet, str]:
    client = app.connection.client("stepfunctions")
    names = [one.name for one in Path(os.environ["FENCEPOST_PROCESSES"]).iterdir()]
    asked = {"choose": {"names": names}, "confirm": True, "atOnce": AT_ONCE}
    given = {"stateMachineArn": app.fleets, "input": json.dumps(asked)}
    found = _ended(app, client.start_execution(**given)["executionArn"])
    return fleet_of(found["executionArn"], found["startDate"]), found["status"]


def _ended(app: emulator.Deployed, arn: str) -> dict[str, Any]:
    client = app.connection.client("stepfunctions")
    found: dict[str, Any] = client.describe_execution(executionArn=arn)
    while found["status"] == "RUNNING":
        time.sleep(POLL)
        found = client.describe_execution(executionArn=arn)
    return found


def _length(described: dict[str, Any]) -> float:
    return float((described["stopDate"] - described["startDate"]).total_seconds())


def _seconds(app: emulator.Deployed, fleet: Fleet) -> dict[str, float]:
    """Of each run of a fleet, from its start to its end."""
    pages = app.connection.client("stepfunctions").get_paginator("list_executions")
    return {
        one["name"]: _length(one)
        for page in pages.paginate(stateMachineArn=app.machine)
        for one in page["executions"]
        if one["name"].startswith(fleet.id)
    }


def _document(app: emulator.Deployed, key: str) -> bytes:
    got = app.connection.client("s3").get_object(Bucket=app.archive, Key=key)
    return bytes(got["Body"].read())


if __name__ == "__main__":
    sys.exit(main())
