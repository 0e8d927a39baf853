"""A fleet, its runs stubbed: failures, a throttled start, a stop, a redrive; nothing runs twice."""

import email
import email.policy
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from local.runs import side_by_side
from local.runs.progress import Progress
from tests import asking
from tests.flow.cloud import Cloud, Execution, until
from tests.stacks.samples import definition

pytestmark = pytest.mark.flow
FAULTS = "/_fencepost/faults"
THROTTLED = 3  # starts, which are asked again
WAIT = 300  # seconds of a state; the tests' waits are a hundredth
# In the place of a whole run, under its name, its ARN and its role.
STUB = {
    "QueryLanguage": "JSONata",
    "StartAt": "How",
    "States": {
        "How": {
            "Type": "Choice",
            "Choices": [
                {"Condition": "{% $contains($states.input.process, 'fails') %}", "Next": "Fails"},
                {"Condition": "{% $contains($states.input.process, 'slow') %}", "Next": "Slow"},
            ],
            "Default": "Done",
        },
        "Slow": {"Type": "Wait", "Seconds": WAIT, "Next": "Done"},
        "Done": {"Type": "Succeed"},
        "Fails": {"Type": "Fail", "Error": "CycleFailed", "Cause": "phase <b>deploy</b> failed"},
    },
}
NORTH, SOUTH, EAST, WEST = "north", "south", "east", "west"
MEMBERS = {
    NORTH: ("bread", "fails-milk", "fails-salt", "tea"),
    SOUTH: ("fails-wine", "rice"),
    EAST: ("slow-a", "slow-b", "slow-c", "slow-d"),
    WEST: ("slow-e", "slow-f", "slow-g"),
}


@pytest.fixture(scope="module")
def fleets(cloud: Cloud) -> Iterator[str]:
    """The machine of fleets, while runs are stubs of processes that are only registered."""
    states, ssm = cloud.client("stepfunctions"), cloud.client("ssm")
    whole = states.describe_state_machine(stateMachineArn=cloud.deployed.machine)["definition"]
    states.update_state_machine(stateMachineArn=cloud.deployed.machine, definition=json.dumps(STUB))
    names = []
    for number, (sandbox, members) in enumerate(MEMBERS.items()):
        place = {"name": sandbox, "account": f"{number}" * 12, "region": "eu-west-1"}
        for member in members:
            names.append(f"/fencepost/processes/{member}")
            value = {
                "definition": {**definition(), "name": member},
                "owner": f"team-{sandbox}@example.com",
                "sandbox": place,
            }
            ssm.put_parameter(Name=names[-1], Value=json.dumps(value), Type="String")
    found = states.list_state_machines()["stateMachines"]
    yield next(one["stateMachineArn"] for one in found if one["name"].endswith("run-fleet"))
    ssm.delete_parameters(Names=names[:10])
    ssm.delete_parameters(Names=names[10:])
    states.update_state_machine(stateMachineArn=cloud.deployed.machine, definition=whole)


def begin(cloud: Cloud, machine: str, **asked: Any) -> str:
    answer = cloud.client("stepfunctions").start_execution(
        stateMachineArn=machine, input=json.dumps(asked)
    )
    return str(answer["executionArn"])


def text_of(mail: str) -> str:
    """What it says, without its headers."""
    return str(email.message_from_string(mail, policy=email.policy.default).get_content())


def document(cloud: Cloud, fleet: str, name: str) -> Any:
    return json.loads(cloud.document("fleet", fleet, name))


def newest(cloud: Cloud) -> str:
    """The id of the newest fleet that has a plan."""
    pages = cloud.client("s3").get_paginator("list_objects_v2")
    found = pages.paginate(Bucket=cloud.deployed.archive, Prefix="fleet/")
    keys = [one["Key"] for page in found for one in page.get("Contents", [])]
    return str(max(key.split("/")[1] for key in keys if key.endswith("/plan.json")))


def runs_of(cloud: Cloud, fleet: str) -> Counter[str]:
    """How often each process was run for a fleet, by the machine of runs itself."""
    pages = cloud.client("stepfunctions").get_paginator("list_executions")
    found = pages.paginate(stateMachineArn=cloud.deployed.machine)
    names = [one["name"] for page in found for one in page["executions"]]
    return Counter(one.removeprefix(f"{fleet}-") for one in names if one.startswith(fleet))


def ends(cloud: Cloud, fleet: str) -> dict[str, str]:
    return {
        one["process"]: one["end"]["status"]
        for one in document(cloud, fleet, "fleet.json")["processes"]
        if one["end"]
    }


@pytest.fixture(scope="module")
def failing(cloud: Cloud, fleets: str) -> Execution:
    """A fleet of two sandboxes with three failing members; its first starts are throttled."""
    throttled = {"call": "stepfunctions:StartExecution", "role": ".*Fleet.*", "kind": "throttled"}
    asking.ask(cloud.connection, FAULTS, {"rules": [{**throttled, "count": THROTTLED}]})
    done = cloud.end(
        begin(cloud, fleets, choose={"sandboxes": [NORTH, SOUTH]}, tolerate=50, atOnce=2)
    )
    (rule,) = asking.ask(cloud.connection, FAULTS)["rules"]
    asking.ask(cloud.connection, FAULTS, {"rules": [], "watch": False})
    assert rule["injected"] == THROTTLED
    return done


def test_members_that_fail_harm_no_other(cloud: Cloud, failing: Execution) -> None:
    assert (failing.status, failing.error) == ("SUCCEEDED", ""), failing.cause
    fleet = failing.output["fleet"]

    assert ends(cloud, fleet) == {
        "bread": "SUCCEEDED",
        "tea": "SUCCEEDED",
        "rice": "SUCCEEDED",
        "fails-milk": "FAILED",
        "fails-salt": "FAILED",
        "fails-wine": "FAILED",
    }
    assert set(runs_of(cloud, fleet).values()) == {1}
    assert failing.output["verdict"] == "3 of 6 runs failed on an embedded AWS"


def test_report_and_mail_say_what_happened(cloud: Cloud, failing: Execution) -> None:
    fleet = failing.output["fleet"]
    page = cloud.document("fleet", fleet, "report.html").decode()
    (mail,) = {text_of(one) for one in cloud.mails(f"Fleet {fleet}")}  # the same to everybody

    for name in ("fails-milk", "fails-salt", "fails-wine"):
        assert name in page
        assert name in mail
    assert "phase &lt;b&gt;deploy&lt;/b&gt; failed" in page
    assert "an embedded AWS" in page
    assert "3 of 6 runs failed" in mail
    assert len(mail.strip().splitlines()) <= 10, mail


def test_more_failures_than_are_tolerated_end_the_fleet_as_failed(
    cloud: Cloud, fleets: str
) -> None:
    done = cloud.end(begin(cloud, fleets, choose={"names": ["fails-wine", "rice"]}))

    assert (done.status, done.error) == ("FAILED", "TooManyFailed")
    assert "1 of 2 runs failed" in done.cause
    assert "report.html" in done.cause


@pytest.mark.parametrize(
    ("asked", "error", "told"),
    [
        ({}, "FleetNotChosenError", "the input chooses nothing"),
        ({"choose": {"names": ["ham"]}}, "FleetNotChosenError", "choose.names has ham"),
        ({"choose": {"all": True}, "confirm": "yes"}, "FleetNotChosenError", "confirm is 'yes'"),
    ],
)
def test_a_fleet_that_cannot_be_meant_starts_nothing(
    cloud: Cloud, fleets: str, asked: dict[str, Any], error: str, told: str
) -> None:
    done = cloud.end(begin(cloud, fleets, **asked))

    assert (done.status, done.error) == ("FAILED", error)
    assert done.cause.startswith(told)
    assert done.states == ("PlanFleet", "FleetNotPlanned")


def test_a_fleet_that_is_told_to_stop_starts_no_more(cloud: Cloud, fleets: str) -> None:
    arn = begin(cloud, fleets, choose={"sandboxes": [EAST]}, atOnce=1)
    fleet = until(lambda: started(cloud, EAST), seconds=60, what="the first run")
    cloud.client("s3").put_object(
        Bucket=cloud.deployed.archive,
        Key=f"fleet/{fleet}/stop",
        Body=b"",
        ChecksumAlgorithm="SHA256",
    )

    done = cloud.end(arn)

    assert done.status == "SUCCEEDED", done.cause
    found = Counter(ends(cloud, fleet).values())
    assert found["SUCCEEDED"] >= 1
    assert found["STOPPED"] >= 1
    assert found["SUCCEEDED"] + found["STOPPED"] == len(MEMBERS[EAST])
    assert len(runs_of(cloud, fleet)) == found["SUCCEEDED"]
    assert "not started: the fleet was stopped" in done.output["verdict"]
    assert "the fleet was stopped" in cloud.mails(f"Fleet {fleet}")[0]


def test_a_fleet_whose_execution_is_stopped_is_redriven_without_running_anything_twice(
    cloud: Cloud, fleets: str
) -> None:
    states = cloud.client("stepfunctions")
    arn = begin(cloud, fleets, choose={"sandboxes": [WEST]}, atOnce=1)
    fleet = until(lambda: started(cloud, WEST), seconds=60, what="the first run")

    states.stop_execution(executionArn=arn)
    assert cloud.end(arn).status == "ABORTED"
    (first,) = runs_of(cloud, fleet)
    run = arn_of(cloud, fleet, first)
    assert cloud.end(run).status == "SUCCEEDED"  # what was started went on to its own end
    states.redrive_execution(executionArn=arn)
    done = cloud.end(arn)

    assert done.status == "SUCCEEDED", done.cause
    assert runs_of(cloud, fleet) == Counter(MEMBERS[WEST])
    assert set(ends(cloud, fleet).values()) == {"SUCCEEDED"}


def test_many_processes_of_one_command_run_as_a_fleet(
    cloud: Cloud, fleets: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fleets == cloud.deployed.fleets
    monkeypatch.setattr(side_by_side, "at_once", lambda: 2)
    told: list[str] = []

    finished = side_by_side.run_all(
        cloud.deployed,
        ["bread", "tea", "fails-milk"],
        revision="",
        out=tmp_path,
        progress=Progress(console=Console(quiet=True)),
        say=told.append,
    )

    assert {one.process: one.succeeded for one in finished} == {
        "bread": True,
        "tea": True,
        "fails-milk": False,
    }
    assert {one.error for one in finished} == {"", "CycleFailed"}
    (report,) = tmp_path.glob("fleet/*/report.html")
    assert told == [
        f"3 runs as the fleet {report.parent.name}, 2 at once in a sandbox",
        f"fleet: {report}",
    ]


def arn_of(cloud: Cloud, fleet: str, process: str) -> str:
    machine = cloud.deployed.machine.replace(":stateMachine:", ":execution:")
    return f"{machine}:{fleet}-{process}"


def started(cloud: Cloud, sandbox: str) -> str:
    """The id of the newest fleet, once a run of this sandbox was started for it."""
    fleet = newest(cloud)
    return fleet if set(runs_of(cloud, fleet)) & set(MEMBERS[sandbox]) else ""
