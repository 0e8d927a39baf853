"""A fleet of real runs in three accounts: three fail, an account is throttled, a redrive, a stop.

The others are unharmed, nothing runs twice, no sandbox is dirty, report and mail say what happened.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmarks.faults.bench import DELIVERY, FUNCTIONS, HURRY, environment, set_variables
from benchmarks.faults.warm_cli import WarmCli
from lambdas.model.archive.fleet import Fleet
from local import emulator
from local.connection import Connection
from local.runs.side_by_side import fleet_of
from tests.asking import ask
from tests.flow.cloud import Cloud, Execution, until

pytestmark = [pytest.mark.flow, pytest.mark.long]  # each run is real, with its proof
FAULTS = "/_fencepost/faults"
HOME = "123456789012"
NORTH, SOUTH, WEST = "000000000002", "000000000003", "000000000004"
REGION = "us-east-1"
MADE = 'aws ssm put-parameter --name "/{name}/$STAGE" --value new --type String'
READ = 'aws ssm get-parameter --name "/{name}/$STAGE"'
GONE = 'aws ssm delete-parameters --names "/{name}/$STAGE"'
NOT_THERE = "aws ssm get-parameter --name /nowhere"
DEFINITION = """\
description: A parameter, made and removed
owner: team-{owner}@example.com
{sandbox}variables:
  stage: {{learn: dev, prove: qa}}
environment:
  STAGE: "{{stage}}"
  AWS_MAX_ATTEMPTS: "5"  # as patient as SDKs are by themselves
regions: [us-east-1]
{install}phases:
  deploy: ['{made}', '{read}']
  remove: ['{gone}']
"""
# Where each is; those of the last sandbox come one after the other, and are stopped in the midst.
MEMBERS = {
    "": ("bread", "fails-milk", "fails-salt", "tea"),
    "south": ("corn", "rice"),
    "west": ("ale", "cider", "fails-beer", "gin", "mead", "port", "sherry", "wine"),
}
THROTTLED = MEMBERS["south"]
FAILING = {"fails-milk", "fails-salt", "fails-beer"}
ENOUGH = 3  # runs of the last sandbox that have ended when the fleet is told to stop
BURST = 2  # calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What the fleet left."""

    cloud: Cloud
    fleet: Fleet
    stopped: Execution  # before it was redriven
    done: Execution
    struck: int  # calls of the throttled account
    ends: dict[str, str]
    causes: dict[str, str]
    runs: dict[str, list[str]]


def write(folder: Path) -> None:
    for sandbox, names in MEMBERS.items():
        for name in names:
            words = {"made": MADE, "read": READ, "gone": GONE}
            if name == "fails-milk":  # after it has made something
                words["read"] = NOT_THERE
            filled = {key: text.format(name=name) for key, text in words.items()}
            install = "install: ['exit 3']\n" if name == "fails-salt" else ""
            if name == "fails-beer":  # before it has made anything
                filled["made"] = NOT_THERE
            place = f"sandbox: {sandbox}\n" if sandbox else ""
            text = DEFINITION.format(
                owner=sandbox or "north", sandbox=place, install=install, **filled
            )
            (folder / name).mkdir(parents=True)
            (folder / name / "process.yaml").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """Three sandboxes, each an account of its own, beside the workflow's."""
    folder = tmp_path_factory.mktemp("fleet")
    write(folder / "processes")
    cli = WarmCli(folder / "cli")
    state = folder / "state"
    accounts = [part for one in (HOME, NORTH, SOUTH, WEST) for part in ("--account", one)]
    wanted = {"SFN_WAIT_SCALE": "0.01", "FENCEPOST_PROCESSES": str(folder / "processes")}
    with environment({**HURRY, **wanted}):
        connection = emulator.start(
            state, inbox=folder / "inbox", options=(*accounts, *DELIVERY), tools=(cli.folder,)
        )
        there = {one: Connection.of(state, account=one) for one in (NORTH, SOUTH, WEST)}
        found = {account: one for account, one in there.items() if one}
        deployed = emulator.bring_in(
            connection,
            say=print,
            sandbox=found[NORTH],
            further={"south": found[SOUTH], "west": found[WEST]},
            processes=[name for names in MEMBERS.values() for name in names],
        )
    made = Cloud(deployed=deployed, folder=folder)
    settle = {"SETTLE_SECONDS": FUNCTIONS["SETTLE_SECONDS"]}
    set_variables(made, settle, where="SETTLE_SECONDS")
    yield made
    emulator.stop(state)
    cli.stop()


def throttle() -> list[dict[str, Any]]:
    """Bursts, in the account's calls of each service and in what the machine asks of its builds.

    Two calls in a row: what the CLI of a process's own commands repeats by itself.
    """
    builds = rf".*-({'|'.join(THROTTLED)})"  # sessions of the machine are named for executions
    places = [{"account": SOUTH, "call": f"{service}:.*"} for service in ("iam", "ssm", "sts")]
    return [
        {**place, "kind": "throttled", "nth": nth, "count": BURST}
        for place in (*places, {"session": builds, "call": "codebuild:.*"})
        for nth in (1, 10, 20)
    ]


@pytest.fixture(scope="module")
def ran(cloud: Cloud) -> Ran:
    states = cloud.client("stepfunctions")
    ask(cloud.connection, FAULTS, {"rules": throttle()})
    names = [name for names in MEMBERS.values() for name in names]
    asked = {"choose": {"names": names}, "atOnce": 1, "tolerate": 30, "confirm": True}
    arn = states.start_execution(stateMachineArn=cloud.deployed.fleets, input=json.dumps(asked))[
        "executionArn"
    ]
    fleet = fleet_of(arn, states.describe_execution(executionArn=arn)["startDate"])

    until(lambda: len(runs_of(cloud, fleet)) == len(MEMBERS), what="a run in each sandbox")
    states.stop_execution(executionArn=arn, cause="a test")
    stopped = cloud.end(arn)
    states.redrive_execution(executionArn=arn)
    until(lambda: may_stop(cloud, fleet), what="all runs elsewhere, and the first in the west")
    cloud.client("s3").put_object(
        Bucket=cloud.deployed.archive,
        Key=fleet.key("stop"),
        Body=b"",
        ChecksumAlgorithm="SHA256",
    )
    done = cloud.end(arn)
    rules = ask(cloud.connection, FAULTS)["rules"]
    ask(cloud.connection, FAULTS, {"rules": [], "watch": False})
    told = json.loads(cloud.document("fleet", fleet.id, "fleet.json"))
    return Ran(
        cloud=cloud,
        fleet=fleet,
        stopped=stopped,
        done=done,
        struck=sum(one["injected"] for one in rules),
        ends={one["process"]: one["end"]["status"] for one in told["processes"] if one["end"]},
        causes={one["process"]: one["end"]["cause"] for one in told["processes"] if one["end"]},
        runs=runs_of(cloud, fleet),
    )


def runs_of(cloud: Cloud, fleet: Fleet) -> dict[str, list[str]]:
    """How every execution of a run ended, by process."""
    found: dict[str, list[str]] = {}
    pages = cloud.client("stepfunctions").get_paginator("list_executions")
    for page in pages.paginate(stateMachineArn=cloud.deployed.machine):
        for one in page["executions"]:
            if one["name"].startswith(fleet.id):
                process = one["name"].removeprefix(f"{fleet.id}-")
                found.setdefault(process, []).append(one["status"])
    return found


def may_stop(cloud: Cloud, fleet: Fleet) -> bool:
    """Whether all others have started, and in the west some have ended."""
    found = runs_of(cloud, fleet)
    others = {name for place, names in MEMBERS.items() if place != "west" for name in names}
    ended = sum(found.get(name, ["RUNNING"])[0] != "RUNNING" for name in MEMBERS["west"])
    return others <= set(found) and ended >= ENOUGH


def test_each_fails_succeeds_or_is_stopped_for_itself(ran: Ran) -> None:
    assert (ran.stopped.status, ran.done.status) == ("ABORTED", "SUCCEEDED"), ran.causes
    by_end = {
        status: {name for name, one in ran.ends.items() if one == status}
        for status in set(ran.ends.values())
    }
    assert set(by_end) == {"SUCCEEDED", "FAILED", "STOPPED"}
    assert by_end["FAILED"] == FAILING
    assert by_end["STOPPED"] < set(MEMBERS["west"])
    assert by_end["SUCCEEDED"] == set(ran.ends) - FAILING - by_end["STOPPED"]
    assert set(ran.ends) == {name for names in MEMBERS.values() for name in names}


def test_a_throttled_account_is_waited_for_and_all_that_did_not_fail_are_proved(ran: Ran) -> None:
    assert ran.struck > len(THROTTLED)
    for name in THROTTLED:
        assert ran.ends[name] == "SUCCEEDED", ran.causes[name]
    for name in (one for one, status in ran.ends.items() if status == "SUCCEEDED"):
        latest = json.loads(ran.cloud.listing(f"{name}/latest.json"))
        assert latest["run"].startswith(ran.fleet.id[:8]), name


def test_nothing_ran_twice_and_no_run_was_stopped(ran: Ran) -> None:
    assert {name for name, status in ran.ends.items() if status != "STOPPED"} == set(ran.runs)
    assert {len(each) for each in ran.runs.values()} == {1}
    assert {status for each in ran.runs.values() for status in each} == {"SUCCEEDED", "FAILED"}
    projects = Counter(
        one["projectName"] for one in builds(ran.cloud) if one["buildStatus"] == "IN_PROGRESS"
    )
    assert not projects


def builds(cloud: Cloud) -> list[dict[str, Any]]:
    client = cloud.client("codebuild")
    ids = client.list_builds()["ids"]
    return [
        one
        for at in range(0, len(ids), 100)
        for one in client.batch_get_builds(ids=ids[at : at + 100])["builds"]
    ]


def test_no_sandbox_is_dirty_and_no_candidate_holds_a_policy(ran: Ran) -> None:
    for account in (NORTH, SOUTH, WEST):
        there = Connection.of(ran.cloud.folder / "state", account=account)
        assert there
        names = [
            one["Name"]
            for page in there.client("ssm", region=REGION)
            .get_paginator("describe_parameters")
            .paginate()
            for one in page["Parameters"]
        ]
        assert [one for one in names if one.endswith(("/dev", "/qa"))] == []
        iam = there.client("iam")
        for one in iam.list_roles()["Roles"]:
            if one["RoleName"].endswith("-candidate"):
                held = iam.list_attached_role_policies(RoleName=one["RoleName"])
                assert held["AttachedPolicies"] == [], one["RoleName"]


def test_report_and_mail_say_what_happened(ran: Ran) -> None:
    page = ran.cloud.document("fleet", ran.fleet.id, "report.html").decode()
    mails = ran.cloud.mails(f"Fleet {ran.fleet.id}")
    stopped = [name for name, status in ran.ends.items() if status == "STOPPED"]

    planned = sum(map(len, MEMBERS.values()))
    verdict = f"3 of {planned} runs failed on an embedded AWS; {len(stopped)} not started"
    assert ran.done.output["verdict"].startswith(verdict)
    for text in (page, *mails):
        assert verdict in text
        for name in (*FAILING, *stopped):
            assert name in text
    for name in FAILING:  # each owner has the mail of its own run
        assert [
            one for one in ran.cloud.mails(f"{name}/") if "CycleFailed" in one or "Failed" in one
        ]
