"""The proof alone: the deployed state machine from its proof on, with any policy given to it.

So that a policy can be tried without learning it again: with a statement taken out, with names that
were not made general.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from lambdas.model.dossier.refinement import Refinement

NAME = "fencepost-proof-alone"
STAMP = "%Y%m%dT%H%M%SZ"
GIVEN = (
    "run",
    "process",
    "project",
    "topic",
    "sandbox",
    "regions",
    "proof",
    "generated",
    "evidence",
    "findings",
    "refined",
    "checks",
    "stacks",
    "revision",
)
BEFORE = {"CanGoWithout", "GeneratePolicy", "ReadDefinition"}
AFTER = "DocumentPolicy"  # the first state that is not of the proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A run whose policy is to be proved again: where its documents are in the archive."""

    process: str
    run: str
    machine: str
    archive: str


def definition(whole: str) -> str:
    """The definition from the proof on: it begins with what it is given, and writes no dossier."""
    machine: dict[str, Any] = json.loads(whole)
    first = machine["States"][machine["StartAt"]]["Assign"]
    machine["StartAt"] = "Given"
    machine["States"]["Given"] = {
        "Type": "Pass",
        "Assign": {name: value for name, value in first.items() if "{%" not in json.dumps(value)}
        | {"verdict": None, "prove": True, "generator": "access-analyzer"}
        | {name: f"{{% $states.input.{name} %}}" for name in GIVEN},
        "Next": "BeginRound",
    }
    for name in ("IsQuotaFreeing", "AskAgain"):  # shared with the states before the proof
        state = machine["States"][name]
        state["Choices"] = [one for one in state["Choices"] if one["Next"] not in BEFORE]
    machine["States"]["AskAgain"]["Default"] = "RunProof"
    machine["States"][AFTER] = {"Type": "Succeed", "Output": {"verdict": "{% $verdict %}"}}
    return json.dumps(_reachable(machine))


def _reachable(machine: dict[str, Any]) -> dict[str, Any]:
    """Step Functions takes no state that nothing leads to."""
    found, ahead = set(), {machine["StartAt"]}
    while ahead:
        name = ahead.pop()
        found.add(name)
        text = json.dumps(machine["States"][name])
        ahead |= set(re.findall(r'"(?:Next|Default)": "(\w+)"', text)) - found
    return {**machine, "States": {name: machine["States"][name] for name in sorted(found)}}


def machine_of(client: Any, deployed: str) -> str:  # noqa: ANN401  # boto3 has no types here
    """Make the machine beside the deployed one; its ARN."""
    found = client.describe_state_machine(stateMachineArn=deployed)
    return str(
        client.create_state_machine(
            name=NAME, definition=definition(found["definition"]), roleArn=found["roleArn"]
        )["stateMachineArn"]
    )


def given(
    clients: Any,  # noqa: ANN401  # whoever makes boto3 clients
    learned: Learned,
    refinement: Refinement,
    *,
    name: str,
    rounds_before: int = 0,
) -> dict[str, Any]:
    """The input of a proof of this policy; its documents are put into the archive.

    Args:
        clients: makes a client of a service.
        learned: the run that it comes from.
        refinement: the policy to be tried.
        name: tells this trial from others: at most eight letters or digits.
        rounds_before: as if so many had been; with four of five there is no repair.
    """
    s3, folder = clients.client("s3"), f"{learned.process}/{learned.run}"
    parameter = clients.client("ssm").get_parameter(Name=f"/fencepost/processes/{learned.process}")
    known = json.loads(parameter["Parameter"]["Value"])
    place = clients.client("ssm").get_parameter(
        Name=f"/fencepost/sandboxes/{known['sandbox']['name']}"
    )
    run = _before(learned.run, name)
    own = f"{learned.process}/{run}"
    empty = json.dumps({"rounds": []}).encode()
    refined = json.dumps(refinement.to_json()).encode()
    for document, body in (("refined.json", refined), ("proof.json", empty)):
        s3.put_object(Bucket=learned.archive, Key=f"{own}/{document}", Body=body)
    return {
        "run": {
            "id": run,
            "process": learned.process,
            "principal": known["sandboxRole"],
            "account": known["sandbox"]["account"],
            "region": known["sandbox"]["region"],
            "startedAt": _time(learned.run),
            "endedAt": _time(learned.run),
            "executionArn": "",
            "sandbox": json.loads(place["Parameter"]["Value"]),
        },
        "process": known["definition"],
        "project": known["project"],
        "topic": known["topic"],
        "sandbox": known["sandbox"]["name"],
        "regions": sorted({s3.meta.region_name, "us-east-1"}),
        "proof": {
            "round": rounds_before,
            "run": "none",
            "candidate": known["candidateRole"],
            "startedAt": _time(learned.run),
        },
        "generated": f"{folder}/generated.json",
        "evidence": f"{folder}/evidence.jsonl.gz",
        "findings": f"{folder}/evidence-findings.json",
        "refined": f"{own}/refined.json",
        "checks": None,
        "stacks": f"{folder}/stacks.json",
        "revision": {"named": ""},
    }


def _before(run: str, name: str) -> str:
    """An id a second older: else the run itself were history, and its very names literal."""
    began = datetime.strptime(run[:16], STAMP).replace(tzinfo=UTC) - timedelta(seconds=1)
    return f"{began:{STAMP}}-{name:0<8}"


def _time(run: str) -> str:
    """When a run began, by its id."""
    return f"{run[:4]}-{run[4:6]}-{run[6:8]}T{run[9:11]}:{run[11:13]}:{run[13:15]}Z"
