"""Sandboxes in accounts of their own, one in another region: whole runs, and every way across."""

import gzip
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.connection import Connection
from tests.flow.cloud import Cloud, Execution

pytestmark = pytest.mark.flow
HERE = Path(__file__).parent
HOME, SANDBOX, PAYMENTS = "123456789012", "210987654321", "345678901234"
MACHINE = f"arn:aws:states:eu-west-1:{HOME}:stateMachine:fencepost-build-policy"
ELSEWHERE = "eu-central-1"  # the region of one sandbox
SESSION = "20260101T000000Z-00000000.deploy"
EVERYTHING = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.fixture(scope="module")
def home(start: Callable[..., Cloud], tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    """The workflow's account, of an embedded AWS with three: one process names a sandbox."""
    accounts = ("--account", HOME, "--account", SANDBOX, "--account", PAYMENTS)
    named = tmp_path_factory.mktemp("named")
    shutil.copytree(HERE / "processes" / "parcels", named / "invoices")
    with (named / "invoices" / "process.yaml").open("a") as definition:
        definition.write("sandbox: payments\n")
    places = os.pathsep.join([str(HERE / "processes"), str(named)])
    return start(
        *accounts,
        sandbox=SANDBOX,
        further={"payments": f"{PAYMENTS}/{ELSEWHERE}"},
        processes=places,
    )


@pytest.fixture(scope="module")
def sandbox(home: Cloud) -> Cloud:
    """The other account, as its root."""
    there = Connection.of(home.folder / "state", account=SANDBOX)
    assert there
    return Cloud(deployed=replace(home.deployed, connection=there), folder=home.folder)


@pytest.fixture(scope="module")
def done(home: Cloud) -> Execution:
    """A whole run, with its proof."""
    return home.run("parcels")


@pytest.fixture(scope="module")
def administrator(home: Cloud) -> Connection:
    """A person who may do everything in the workflow's account."""
    iam = home.client("iam")
    trust = {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{HOME}:root"},
                "Action": "sts:AssumeRole",
            }
        ]
    }
    iam.create_role(RoleName="administrator", AssumeRolePolicyDocument=json.dumps(trust))
    iam.put_role_policy(
        RoleName="administrator", PolicyName="all", PolicyDocument=json.dumps(EVERYTHING)
    )
    return home.as_role(f"arn:aws:iam::{HOME}:role/administrator", "a-person")


def role(account: str, name: str) -> str:
    return f"arn:aws:iam::{account}:role/fencepost-{name}"


def denied(call: Any, **arguments: Any) -> bool:
    with pytest.raises(ClientError) as told:
        call(**arguments)
    code: str = told.value.response["Error"]["Code"]
    assert code in {"AccessDenied", "AccessDeniedException"}, told.value
    return True


def log_file(sandbox: Cloud) -> dict[str, str]:
    """A file of the trail, which lies in the sandbox."""
    bucket = f"fencepost-trail-{SANDBOX}-eu-west-1"
    found = sandbox.client("s3").list_objects_v2(Bucket=bucket, Prefix="AWSLogs/")["Contents"]
    return {"Bucket": bucket, "Key": found[0]["Key"]}


def test_a_run_acts_in_the_sandbox_alone_and_its_policy_is_proved(
    home: Cloud, sandbox: Cloud, done: Execution
) -> None:
    assert (done.status, done.error) == ("SUCCEEDED", ""), done.cause
    assert "RunProof" in done.states
    kept = home.keys("parcels", done.run)
    assert kept >= {"generated.json", "policy.json", "proof.json", "manifest.json"}
    assert home.document("parcels", done.run, "README.md").decode().startswith("# Proved")
    lines = gzip.decompress(home.document("parcels", done.run, "evidence.jsonl.gz")).splitlines()
    resources = {json.loads(line)["resource"] for line in lines}
    assert any(f":{SANDBOX}:" in one for one in resources)
    assert not [one for one in resources if f":{HOME}:" in one]
    assert sandbox.client("s3").list_buckets()["Buckets"]  # the trail's; the archive is at home
    assert not [one for one in sandbox.queues() if one.endswith("/parcels")]


@pytest.mark.parametrize(
    "name",
    ["run-parcels-sandbox", "run-parcels-candidate", "generation", "installer", "access"],
)
def test_nobody_else_of_the_workflows_account_becomes_a_role_of_the_sandbox(
    administrator: Connection, name: str
) -> None:
    sts = administrator.client("sts")
    asked = {"RoleArn": role(SANDBOX, name), "RoleSessionName": SESSION}

    assert denied(sts.assume_role, **asked)
    assert denied(sts.assume_role, **asked, ExternalId=MACHINE)


def test_a_process_acts_in_the_sandbox_that_it_names_and_in_that_one_s_region(home: Cloud) -> None:
    done = home.run("invoices")

    assert (done.status, done.error) == ("SUCCEEDED", ""), done.cause
    assert done.output["verdict"] == "proved"
    lines = gzip.decompress(home.document("invoices", done.run, "evidence.jsonl.gz")).splitlines()
    arns = [json.loads(line)["resource"].split(":") for line in lines]
    assert {arn[4] for arn in arns if len(arn) > 4} - {""} == {PAYMENTS}
    assert {arn[3] for arn in arns if len(arn) > 4} - {""} == {ELSEWHERE}
    there = replace(home.deployed.connection, region=ELSEWHERE)
    assert not there.client("cloudformation").describe_stacks()["Stacks"]  # home is at home


def test_a_build_becomes_no_role_of_a_sandbox_that_its_process_does_not_name(home: Cloud) -> None:
    build = home.as_role(role(HOME, "run-parcels-build"), "build").client("sts")

    for name in ("run-invoices-sandbox", "run-parcels-sandbox", "generation", "installer"):
        asked = {"RoleArn": role(PAYMENTS, name), "RoleSessionName": SESSION}
        assert denied(build.assume_role, **asked)


def test_a_guest_must_state_the_state_machine(home: Cloud) -> None:
    machine = home.as_role(role(HOME, "build-policy"), "execution").client("sts")
    asked = {"RoleArn": role(SANDBOX, "generation"), "RoleSessionName": "execution"}

    assert denied(machine.assume_role, **asked)
    assert denied(machine.assume_role, **asked, ExternalId=MACHINE + "-of-another")
    assert machine.assume_role(**asked, ExternalId=MACHINE)["Credentials"]
    other = {**asked, "RoleArn": role(SANDBOX, "installer"), "ExternalId": MACHINE}
    assert denied(machine.assume_role, **other)


def test_a_build_becomes_no_role_of_another_process_and_none_without_a_run(home: Cloud) -> None:
    build = home.as_role(role(HOME, "run-parcels-build"), "build").client("sts")
    own = role(SANDBOX, "run-parcels-sandbox")

    assert build.assume_role(RoleArn=own, RoleSessionName=SESSION)["Credentials"]
    assert denied(build.assume_role, RoleArn=own, RoleSessionName="a-person")
    other = role(SANDBOX, "run-stumbling-sandbox")
    assert denied(build.assume_role, RoleArn=other, RoleSessionName=SESSION)


@pytest.mark.usefixtures("done")
def test_log_files_are_read_by_the_two_functions_that_must_and_by_nobody_else(
    home: Cloud, sandbox: Cloud, administrator: Connection
) -> None:
    file = log_file(sandbox)

    for reader in ("await-trail", "collect-evidence"):
        client = home.as_role(role(HOME, reader), "function").client("s3")
        assert client.get_object(**file)["Body"].read()
        assert denied(client.put_object, **file, Body=b"forged")
        assert denied(client.delete_object, **file)
    other = home.as_role(role(HOME, "document-policy"), "function").client("s3")
    for client in (administrator.client("s3"), other):
        assert denied(client.get_object, **file)
        assert denied(client.list_objects_v2, Bucket=file["Bucket"])


def test_the_sandbox_role_reaches_nothing_of_the_workflows_account(
    home: Cloud, sandbox: Cloud
) -> None:
    prisoner = sandbox.as_role(role(SANDBOX, "run-parcels-sandbox"), SESSION)

    archive = home.deployed.archive
    assert denied(prisoner.client("s3").list_objects_v2, Bucket=archive)
    assert denied(prisoner.client("s3").put_object, Bucket=archive, Key="forged", Body=b"x")
    states = prisoner.client("stepfunctions")
    assert denied(states.start_execution, stateMachineArn=home.deployed.machine, input="{}")
    for name in ("prove-policy", "build-policy", "run-parcels-build"):
        asked = {"RoleArn": role(HOME, name), "RoleSessionName": SESSION}
        assert denied(prisoner.client("sts").assume_role, **asked)


def test_the_installer_gives_candidates_the_policies_of_proofs_and_nothing_else(
    sandbox: Cloud,
) -> None:
    iam = sandbox.as_role(role(SANDBOX, "installer"), "function").client("iam")
    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"

    for name in ("fencepost-run-parcels-candidate", "fencepost-run-parcels-sandbox"):
        assert denied(iam.attach_role_policy, RoleName=name, PolicyArn=administrator)
    assert denied(
        iam.create_policy, PolicyName="wide", PolicyDocument=json.dumps(EVERYTHING), Path="/"
    )
    assert denied(iam.delete_role_permissions_boundary, RoleName="fencepost-run-parcels-candidate")
