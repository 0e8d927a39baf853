"""run-fleet and stop-fleet: a fleet on AWS, or on the embedded AWS that is up."""

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.errors import FencepostError
from lambdas.gateways import clients
from lambdas.gateways.aws_errors import reason
from lambdas.model.archive.fleet import FLEETS, PLAN, REPORT, STOP
from lambdas.model.text import visible
from local.archive.places import chosen_archive, embedded_client
from local.output import NO, UNKNOWN, YES, complain, document

POLL = 1.0  # seconds
PATIENCE = 300.0  # seconds for a plan; its function may take longer, and goes on by itself
WHICH = "name processes, or say --all, --owner, --sandbox, --older-than or --never-proved"
UNCONFIRMED = "FleetNotConfirmedError"


def run_fleet(arguments: argparse.Namespace) -> int:
    """Start a fleet, and tell what it will take, or why it does not start."""
    if not asked(arguments)["choose"]:
        return _print_answer(arguments, "", {"error": "FleetNotChosenError", "cause": WHICH})
    client = (
        embedded_client("stepfunctions") if arguments.emulated else clients.client("stepfunctions")
    )
    if client is None:
        complain("no embedded AWS is up; start one with fencepost up")
        return UNKNOWN
    try:
        machine = machine_of(client, arguments.name)
        if machine is None:
            complain(
                f"there is no state machine {arguments.name}-run-fleet here; deploy it, or say "
                "--name, or choose another account or region"
            )
            return UNKNOWN
        started = client.start_execution(
            stateMachineArn=machine, input=json.dumps(asked(arguments))
        )
        answer = awaited(client, started["executionArn"])
    except (BotoCoreError, ClientError) as error:
        complain(f"not started: {reason(error)}. make doctor says what is missing")
        return UNKNOWN
    return _print_answer(arguments, started["executionArn"], answer)


def asked(arguments: argparse.Namespace) -> dict[str, Any]:
    """The input of the fleet's machine; see statemachine/README.md."""
    choose = {
        "all": arguments.all,
        "names": sorted(set(arguments.process)),
        "owners": sorted(set(arguments.owners)),
        "sandboxes": sorted(set(arguments.sandboxes)),
        "olderThanDays": arguments.older_than,
        "neverProved": arguments.never_proved,
    }
    how = {
        "confirm": arguments.confirm,
        "generator": arguments.generator,
        "beyondQuota": "days" if arguments.over_days else None,
        "atOnce": arguments.at_once,
    }
    return {"choose": _given(choose), **_given(how)}


def _given(wanted: dict[str, Any]) -> dict[str, Any]:
    """What was asked for; zero days and zero at once are."""
    return {
        key: one
        for key, one in wanted.items()
        if one is not None and one is not False and one != []
    }


def machine_of(client: Any, name: str) -> str | None:
    """The ARN of a deployment's machine of fleets."""
    for page in client.get_paginator("list_state_machines").paginate():
        for one in page["stateMachines"]:
            if one["name"] == f"{name}-run-fleet":
                return str(one["stateMachineArn"])
    return None


def awaited(
    client: Any,
    arn: str,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """What the plan's function answered, or how the execution ended without; empty for neither."""
    until = clock() + PATIENCE
    while clock() < until:
        pages = client.get_paginator("get_execution_history").paginate(executionArn=arn)
        for page in pages:
            for event in page["events"]:
                output = event.get("taskSucceededEventDetails", {}).get("output")
                if output:
                    planned: dict[str, Any] = json.loads(output)["Payload"]
                    return planned
        described = client.describe_execution(executionArn=arn)
        if described["status"] != "RUNNING":
            return {"error": described.get("error", ""), "cause": described.get("cause", "")}
        sleep(POLL)
    return {}


def _print_answer(arguments: argparse.Namespace, arn: str, answer: dict[str, Any]) -> int:
    refused = "error" in answer
    status = NO if refused else YES if answer else UNKNOWN
    fleet = answer.get("plan", "").split("/")[1] if answer.get("plan") else None
    if arguments.json:
        fields = {
            "execution": arn,
            "fleet": fleet,
            "runs": answer.get("runs"),
            "words": answer.get("words"),
            "error": answer.get("error"),
            "cause": answer.get("cause"),
        }
        document("run-fleet", status, fields)
    elif refused:
        flag = " Here that is --confirm." if answer["error"] == UNCONFIRMED else ""
        complain(f"not started: {visible(answer['cause'] or answer['error'])}{flag}")
    elif not answer:
        complain(f"the plan is not made yet; look at the execution {arn}")
    else:
        print(visible(answer["words"]))
        print(f"fleet     {fleet}")
        print(f"execution {arn}")
        print(f"report    {FLEETS}/{fleet}/{REPORT} in the archive, when it has ended")
        print(f"stop      fencepost stop-fleet {fleet} s3://ARCHIVE")
    return status


def stop_fleet(arguments: argparse.Namespace) -> int:
    """Let a fleet start no more; what runs goes on to its own end."""
    folder = f"{FLEETS}/{arguments.fleet}/"
    try:
        archive = chosen_archive(arguments.archive)
        if not archive.exists(f"{folder}{PLAN}"):
            complain(f"there is no fleet {visible(arguments.fleet)} in this archive")
            return NO
        if archive.exists(f"{folder}{REPORT}"):
            complain(f"the fleet {visible(arguments.fleet)} has ended: {folder}{REPORT}")
            return NO
        archive.put(f"{folder}{STOP}", b"", "application/octet-stream")
    except FencepostError as error:
        complain(f"not stopped: {error}")
        return UNKNOWN
    if arguments.json:
        document("stop-fleet", YES, {"fleet": arguments.fleet})
    else:
        print(f"{visible(arguments.fleet)} starts no more; what runs goes on to its own end")
    return YES
