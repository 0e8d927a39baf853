"""`fencepost evidence`: lines to standard output, findings to standard error."""

import json
import os
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from lambdas.collect_evidence.collect import collect
from lambdas.collect_evidence.principals.selection import Selection
from lambdas.gateways.cloudtrail.trail import FolderTrail
from local.command_line.parser import parser
from local.offline import parallel_reading
from local.offline.evidence import evidence
from tests.unit.collect_evidence.trails import ACCOUNT, ROLE, RUN, packed, record

FIELDS = {
    "action", "resource", "outcome", "principal", "phase", "via", "region", "event_id", "time", "source",
    "name",
}  # fmt: skip


def asked(logs: Path, principal: str, session: str | None = None) -> Namespace:
    words = ["evidence", str(logs), "--principal", principal]
    return parser().parse_args([*words, *(["--session", session] if session else [])])


def folder(place: Path) -> Path:
    for number in range(6):
        records = [
            record(request={"functionName": f"f{n}"}, number=n) for n in range(number, number + 20)
        ]
        (place / f"{number}.json.gz").write_bytes(
            packed([*records, record("nosuch", "X", number=99)])
        )
    (place / "broken.json.gz").write_bytes(b"\x1f\x8bnothing")
    return place


def test_evidence_goes_to_standard_output_and_findings_to_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = asked(folder(tmp_path), ROLE, RUN)
    assert evidence(args) == 0
    printed = capsys.readouterr()
    lines = [json.loads(line) for line in printed.out.splitlines()]
    assert len(lines) == 25
    assert all(set(one) >= FIELDS for one in lines)
    assert {one["phase"] for one in lines} == {"deploy"}
    kinds = {json.loads(line)["kind"] for line in printed.err.splitlines()}
    assert kinds == {"corrupt-gzip", "unmapped-event"}


@pytest.mark.parametrize(
    "principal",
    ["", "nonsense", "arn:aws:s3:::b", "arn:aws:iam::111122223333:root", "arn:aws:iam:::role/x",
     "arn:aws:iam::111122223333:role/", "arn:aws:sts::111122223333:assumed-role/"],
)  # fmt: skip
def test_a_principal_that_is_none_is_said_in_one_sentence(
    principal: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evidence(asked(tmp_path, principal, None)) == 2
    assert capsys.readouterr().err.startswith("--principal: ")


def test_a_reader_that_has_seen_enough_ends_it_in_peace(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "local.command_line.main",
        "evidence",
        str(folder(tmp_path)),
        "--principal",
        ROLE,
    ]
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert done.returncode == 0
    assert {json.loads(line)["kind"] for line in done.stderr.splitlines()} == {
        "corrupt-gzip", "unmapped-event",
    }  # fmt: skip


def test_files_of_a_folder_are_read_without_the_sdk(tmp_path: Path) -> None:
    code = (
        "import sys, local.command_line.main as m; "
        f"m.main(['evidence', {str(folder(tmp_path))!r}, '--principal', {ROLE!r}]); "
        "print([n for n in sys.modules if n in ('boto3', 'botocore')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("principal", "session"),
    [(ROLE.replace("sandbox", "other"), None), (ROLE.replace("1111", "9999"), None), (ROLE, "no.")],
)
def test_a_principal_of_whom_there_is_nothing_is_said(
    principal: str, session: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = asked(folder(tmp_path), principal, session)
    assert evidence(args) == 1
    printed = capsys.readouterr()
    said = {one["kind"]: one["detail"] for one in map(json.loads, printed.err.splitlines())}
    assert printed.out == ""
    assert "7 files" in said["no-evidence"]
    assert ("no." in said["no-evidence"]) == bool(session)


@pytest.mark.parametrize(
    "principal",
    [ROLE, ROLE.replace("role/", "role/svc/"), f"arn:aws:sts::{ACCOUNT}:assumed-role/sandbox",
     f"arn:aws:sts::{ACCOUNT}:assumed-role/sandbox/{RUN}deploy"],
)  # fmt: skip
def test_a_role_may_be_named_in_any_of_its_forms(
    principal: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evidence(asked(folder(tmp_path), principal, None)) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {one["principal"] for one in lines} == {ROLE}


def test_logs_that_are_not_there_are_said_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = asked(tmp_path / "none", ROLE, None)
    assert evidence(args) == 2
    assert capsys.readouterr().err.startswith("LOGS: ")


def test_several_processes_find_what_one_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel_reading, "WORTH_IT", 0)
    trail, selection = FolderTrail(folder(tmp_path)), Selection.of(ROLE)
    alone = collect(trail, selection)
    together = collect(trail, selection, parallel_reading.SideBySide(workers=3))
    assert list(together.lines()) == list(alone.lines())
    assert together.ledger.sorted() == alone.ledger.sorted()
