"""The doctor against the embedded AWS, as the command that a person types."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local.connection import Connection
from local.doctor.account import BOOTSTRAP, BOOTSTRAP_PARAMETER
from local.doctor.asking import ACTIONS
from stacks.processes.folders import load_processes, process_folders
from tests.embedded_aws.principals import allow, deploy, somebody

pytestmark = pytest.mark.local
ROOT = Path(__file__).parents[2]
TOPIC = {"Type": "AWS::SNS::Topic"}
OWNERS = sorted({one.process.owner for one in load_processes(process_folders())})
READING = ("Describe", "Get", "List")


def examined(caller: Connection, name: str) -> tuple[int, dict[str, dict[str, str]]]:
    """Exit status, and every check by its name."""
    done = subprocess.run(
        [sys.executable, "-m", "local.command_line.main", "doctor", "--json", "--name", name],
        cwd=ROOT,
        env={
            **os.environ,
            "AWS_ACCESS_KEY_ID": caller.access_key,
            "AWS_SECRET_ACCESS_KEY": caller.secret_key,
            "AWS_SESSION_TOKEN": caller.token or "",
            "AWS_REGION": caller.region,
            "AWS_ENDPOINT_URL": caller.endpoint,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode in {0, 1, 2}, done.stderr
    checks: list[dict[str, str]] = json.loads(done.stdout)["checks"]
    return done.returncode, {one["name"]: one for one in checks}


def test_the_doctor_only_ever_reads() -> None:
    assert all(action.partition(":")[2].startswith(READING) for action in ACTIONS)


def test_an_account_with_nothing_is_told_what_to_do_first(embedded: Connection) -> None:
    # Other tests bootstrap the shared account's own region.
    elsewhere = replace(embedded, region="eu-north-1")

    status, found = examined(elsewhere, "nothere")

    assert status == 1, found
    assert found["CDK bootstrap"]["state"] == "missing"
    assert f"aws://{embedded.account}/eu-north-1" in found["CDK bootstrap"]["advice"]
    assert found["stacks"]["found"] == "None yet: this is the first deployment."
    assert found["subscriptions"]["state"] == "note"
    assert found["IAM policies"]["state"] == "ok"


def test_an_aws_that_nobody_reaches_is_no_fault_of_the_credentials(embedded: Connection) -> None:
    status, found = examined(replace(embedded, endpoint="http://127.0.0.1:1"), "nothere")

    assert status == 2
    assert found["credentials"]["state"] == "not known"
    assert found["credentials"]["found"].startswith("AWS cannot be reached: ")
    assert "HTTPS_PROXY" in found["credentials"]["advice"]


def test_what_a_role_may_not_ask_is_told_and_the_rest_is_asked(
    other_account: Connection,
) -> None:
    # The first account has as many trails as it takes, once the trail's own tests ran.
    allowed: list[Any] = [one for one in ACTIONS if one.startswith(("sts:", "cloudtrail:", "iam:"))]
    caller = somebody(other_account, allow(allowed))

    status, found = examined(caller, "nothere")

    unknown = {name for name, one in found.items() if one["state"] == "not known"}
    assert {"CDK bootstrap", "stacks", "analyzer"} <= unknown
    assert "ssm:GetParameter is denied" in found["CDK bootstrap"]["found"]
    assert {"trail", "IAM roles", "credentials"}.isdisjoint(unknown)
    assert status == 2, found


def test_an_account_with_everything_is_ready_but_for_what_the_embedded_aws_lacks(
    other_account: Connection,
) -> None:
    ssm = other_account.client("ssm")
    ssm.put_parameter(Name=BOOTSTRAP_PARAMETER, Value=str(BOOTSTRAP), Type="String")
    for part in ("archive", "sandbox", "workflow"):
        subscribed = {
            f"Owner{at}": {
                "Type": "AWS::SNS::Subscription",
                "Properties": {"TopicArn": {"Ref": "T"}, "Protocol": "email", "Endpoint": owner},
            }
            for at, owner in enumerate(OWNERS)
        }
        assert deploy(other_account, {"T": TOPIC, **subscribed}, name=f"here-{part}")

    status, found = examined(other_account, "here")

    left = {name: one["state"] for name, one in found.items() if one["state"] != "ok"}
    # It has no Service Quotas, its root is who asks, and no process has a stack.
    assert left == {"builds": "not known", "credentials": "note", "deployed processes": "note"}
    assert status == 2
