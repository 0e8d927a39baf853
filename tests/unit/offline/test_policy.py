"""`fencepost policy`: a dossier from CloudTrail files, without emulator and account."""

import json
from argparse import Namespace
from itertools import islice, permutations
from pathlib import Path
from typing import Any

import pytest

from local.command_line.parser import parser
from local.offline.policy import policy

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ci/deployer"


def a_record(name: str, request: dict[str, Any], number: int = 1) -> dict[str, Any]:
    issuer = {"type": "Role", "arn": ROLE, "accountId": ACCOUNT, "userName": "deployer"}
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/ci",
            "accountId": ACCOUNT,
            "sessionContext": {"sessionIssuer": issuer},
        },
        "eventTime": "2026-11-23T17:00:00Z",
        "eventSource": "dynamodb.amazonaws.com",
        "eventName": name,
        "awsRegion": "eu-west-1",
        "requestParameters": request,
        "eventID": f"00000000-0000-4000-8000-{number:012d}",
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
    }


def asked(tmp_path: Path, *records: dict[str, Any], **changed: Any) -> Namespace:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "trail.json").write_text(json.dumps({"Records": list(records)}))
    words = ["policy", str(logs), "--principal", ROLE, "--out", str(tmp_path / "out")]
    return Namespace(**{**vars(parser().parse_args(words)), **changed})


TABLE = {"tableName": "orders-dev"}


def test_it_writes_the_policy_the_documents_and_the_evidence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = asked(tmp_path, a_record("DescribeTable", TABLE))

    assert policy(args) == 0

    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"policy.json", "README.md", "report.html", "evidence.jsonl.gz"} <= written
    document = json.loads((tmp_path / "out" / "policy.json").read_text())
    (statement,) = document["Statement"]
    assert statement["Action"] == "dynamodb:DescribeTable"
    assert statement["Resource"] == f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders-dev"
    assert "1 statement, 1 grant" in capsys.readouterr().out


def test_a_dossier_of_log_files_says_that_nothing_was_proved_and_calls_nothing_emulated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert policy(asked(tmp_path, a_record("DescribeTable", TABLE))) == 0

    files = {path.name: path for path in (tmp_path / "out").iterdir()}
    for name in ("README.md", "report.html", "policy.tf", "policy.yaml", "policy.py"):
        text = " ".join(files[name].read_text().replace("\n# ", " ").split())
        assert "Not attempted" in text, name
        assert "nothing says whether they come from AWS" in text, name
        assert "embedded" not in text, name
    assert json.loads(files["manifest.json"].read_text())["shownOn"] == "an unknown platform"
    assert "shown in part on an unknown platform" in files["README.md"].read_text()
    assert "not attempted: made from log files" in capsys.readouterr().out


def test_the_path_of_the_role_may_be_left_out(tmp_path: Path) -> None:
    principal = f"arn:aws:iam::{ACCOUNT}:role/deployer"
    args = asked(tmp_path, a_record("DescribeTable", TABLE), principal=principal)

    assert policy(args) == 0


def test_a_processs_variables_are_found_in_the_names(tmp_path: Path) -> None:
    folder = tmp_path / "orders"
    folder.mkdir()
    (folder / "process.yaml").write_text(
        "description: Orders\nowner: team@example.com\n"
        "variables: {stage: {learn: dev, prove: qa}}\n"
        "phases: {deploy: ['true'], remove: ['true']}\n"
    )
    args = asked(tmp_path, a_record("DescribeTable", TABLE), process=str(folder))

    assert policy(args) == 0

    refined = json.loads((tmp_path / "out" / "refined.json").read_text())
    (statement,) = refined["policies"][0]["statements"]
    assert statement["resources"] == [
        "arn:${partition}:dynamodb:${region}:${account}:table/orders-${stage}"
    ]


def test_the_same_logs_give_the_same_bytes(tmp_path: Path) -> None:
    args = asked(tmp_path, a_record("DescribeTable", TABLE))
    policy(args)
    first = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}

    policy(args)

    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == first


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"principal": "deployer"}, 2, "--principal"),
        ({"logs": "/nowhere/at/all"}, 2, "LOGS"),
        ({"process": "/nowhere/at/all"}, 2, "--process"),
        ({"principal": f"arn:aws:iam::{ACCOUNT}:role/nobody"}, 1, "NoEvidenceError"),
    ],
)
def test_what_cannot_be_done_is_said(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    changed: dict[str, str],
    status: int,
    said: str,
) -> None:
    args = asked(tmp_path, a_record("DescribeTable", TABLE), **changed)

    assert policy(args) == status
    assert said in capsys.readouterr().err


def test_what_does_not_fit_is_written_all_the_same_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = [
        a_record("DescribeTable", {"tableName": f"{'long-' * 20}{''.join(word)}"}, number)
        for number, word in enumerate(islice(permutations("abcdefgh", 4), 600))
    ]

    assert policy(asked(tmp_path, *tables)) == 1

    assert (tmp_path / "out" / "policy.json").exists()
    assert "PolicyTooLargeError" in capsys.readouterr().err


def test_a_principal_that_did_nothing_is_told_who_did(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = asked(
        tmp_path,
        a_record("DescribeTable", TABLE),
        principal=f"arn:aws:iam::{ACCOUNT}:role/ci/deploier",
    )

    assert policy(args) == 1

    assert f"Who called most: arn:aws:iam::{ACCOUNT}:role/deployer" in capsys.readouterr().err


def test_a_principal_that_only_signed_in_is_not_told_to_check_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signed_in = {**a_record("ConsoleLogin", {}), "eventSource": "signin.amazonaws.com"}

    assert policy(asked(tmp_path, signed_in)) == 1

    said = capsys.readouterr().err
    assert "that needs a permission of IAM's" in said
    assert "check the ARN" not in said


def test_files_that_cannot_be_read_are_said_when_nothing_was_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = asked(tmp_path, a_record("DescribeTable", TABLE))
    for path in Path(args.logs[0]).rglob("*.json*"):
        path.write_bytes(b'{"Records": [')

    assert policy(args) == 1

    said = capsys.readouterr().err
    assert "truncated-json" in said
    assert "It has no calls" in said


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("a file")
    args = asked(tmp_path, a_record("DescribeTable", TABLE), out=str(tmp_path / "taken" / "out"))

    assert policy(args) == 2

    assert "taken" in capsys.readouterr().err
