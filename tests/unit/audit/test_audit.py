"""An auditor's questions over thirty runs, checked against three of them that are written out."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lambdas.gateways.archive.documents import FolderArchive
from lambdas.model.archive.approval import Signature
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.execution.platform import Platform
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.iam.template import Template
from local.archive.approvals import record_approval, record_withdrawal
from local.archive.audit import command
from local.archive.audit.staging import Scope, stage
from local.command_line.main import main
from tests.unit.document_policy.explained import derived, statement
from tests.unit.document_policy.samples import a_run, of_statements
from tests.unit.document_policy.test_approval_rule import a_day

RUNS = 30
APPROVED, TAKEN_BACK = 10, 20
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:orders-dev"
HOSTILE = "=HYPERLINK(1)\x1b[2J\u202e\"|';\n-- <script>"
NOON = "2026-11-26T12:00:00Z"
OTHERS = Finding(
    severity=Severity.WARNING,
    kind=FindingKind.REACHES_OTHERS,
    subject="sqs:PurgeQueue",
    detail=HOSTILE,
)


def refinement(day: int) -> Refinement:
    """What a day's run grants: sending, from day 15 receiving too, on the last day purging."""
    granted = [statement("Send", "x", ["sqs:SendMessage"], [QUEUE])]
    if day >= 15:
        granted.append(statement("Receive", "x", ["sqs:ReceiveMessage"], [QUEUE]))
    if day == RUNS:
        purge = statement(
            "Purge", "x", ["sqs:PurgeQueue"], [QUEUE], grounds=(derived("rollback", HOSTILE),)
        )
        named = Template.of(HOSTILE)
        grants = tuple(replace(one, resource=named) for one in purge.grants)
        granted.append(replace(purge, grants=grants))
    return replace(of_statements(*granted), findings=(OTHERS,) if day == RUNS else ())


@pytest.fixture(scope="module")
def thirty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty runs on AWS; the tenth is approved, the twentieth was, and an emulated one is late."""
    folder = tmp_path_factory.mktemp("archive")
    archive = FolderArchive(folder)
    for day in range(1, RUNS + 1):
        a_day(archive, day, refinement(day), used=refinement(min(day, 29)), definition={})
        if day in {APPROVED, TAKEN_BACK}:
            run = a_run(day).id
            record_approval(archive, "orders", run, Signature(by=HOSTILE, at=NOON))
    taken = Signature(by="Grace", at=NOON)
    record_withdrawal(archive, "orders", a_run(TAKEN_BACK).id, taken)
    return folder


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    assert main(["audit", *words, "--as", "jsonl"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_who_was_granted_what_when_by_which_evidence(
    thirty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = asked(capsys, "granted", str(thirty))

    of_run = {
        day: [row for row in rows if row["run"] == a_run(day).id] for day in (1, TAKEN_BACK, RUNS)
    }
    assert len(rows) == 14 + 16 * 2 + 1
    assert [
        (row["action"], row["resource"], row["ground"], row["approvedBy"]) for row in of_run[1]
    ] == [("sqs:SendMessage", QUEUE, "observed", "")]
    assert [(row["action"], row["approvedBy"], row["withdrawnBy"]) for row in of_run[20]] == [
        ("sqs:ReceiveMessage", HOSTILE, "Grace"), ("sqs:SendMessage", HOSTILE, "Grace"),
    ]  # fmt: skip
    first = of_run[RUNS][0]
    assert (first["action"], first["ground"], first["because"]) == (
        "sqs:PurgeQueue", "rollback", HOSTILE,
    )  # fmt: skip
    manifest = json.loads((thirty / a_run(1).key("manifest.json")).read_text())
    sha256 = {one["name"]: one["sha256"] for one in manifest["objects"]}
    assert of_run[1][0]["evidenceSha256"] == sha256["evidence.jsonl.gz"]
    assert of_run[1][0]["evidence"] == a_run(1).key("evidence.jsonl.gz")
    assert all(row["shownOn"] == "AWS" for row in rows)


def test_what_is_granted_and_was_never_used(
    thirty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (row,) = asked(capsys, "unused", str(thirty))

    assert (row["run"], row["action"], row["grounds"]) == (
        a_run(RUNS).id,
        "sqs:PurgeQueue",
        "rollback",
    )
    assert row["runs"] == RUNS


def test_what_nobody_approved_whose_approval_stands(
    thirty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = asked(capsys, "unapproved", str(thirty))

    assert [row["action"] for row in rows] == ["sqs:PurgeQueue", "sqs:ReceiveMessage"]
    assert {row["lastApproved"] for row in rows} == {a_run(APPROVED).id}


def test_what_reaches_others(thirty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = asked(capsys, "reach", str(thirty), "--process", "orders")

    assert (row["kind"], row["subject"], row["detail"]) == (
        "reaches-others",
        "sqs:PurgeQueue",
        HOSTILE,
    )


def test_days_choose_runs_of_granted_alone(
    thirty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    day = str(a_run(3).started_at)[:10]

    rows = asked(capsys, "granted", str(thirty), "--since", day, "--until", day)

    assert {row["run"] for row in rows} == {a_run(3).id}
    assert main(["audit", "unused", str(thirty), "--since", day]) == 2
    assert main(["audit", "granted", str(thirty), "--since", "soon"]) == 2
    assert main(["audit", "granted", str(thirty), "--process", "../x"]) == 2
    said = capsys.readouterr().err
    assert "--since is of granted alone" in said
    assert "'soon' is no day" in said


@pytest.mark.parametrize("question", ["granted", "reach"])
def test_hostile_text_steers_neither_a_terminal_nor_a_spreadsheet(
    thirty: Path, capsys: pytest.CaptureFixture[str], question: str
) -> None:
    assert main(["audit", question, str(thirty)]) == 0
    table = capsys.readouterr().out
    assert main(["audit", question, str(thirty), "--as", "csv"]) == 0
    text = capsys.readouterr().out

    assert "\x1b" not in table + text
    assert "\u202e" not in table + text
    rows = list(csv.reader(io.StringIO(text)))
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert len(table.splitlines()) == len(rows) + 1


def test_a_run_that_was_changed_is_left_out_and_named(
    thirty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(thirty, copy)
    (copy / a_run(1).key("refined.json")).write_text('{"policies": []}')
    (copy / a_run(2).key("manifest.json")).write_text("{}")
    (copy / a_run(APPROVED).key("approval.json")).write_bytes(
        (copy / a_run(TAKEN_BACK).key("approval.json")).read_bytes()
    )
    (copy / "orders" / "unfinished").mkdir()

    assert main(["audit", "unapproved", str(copy), "--as", "jsonl"]) == 1

    printed = capsys.readouterr()
    assert f"left out: orders/{a_run(1).id}: refined.json is not the one" in printed.err
    assert f"left out: orders/{a_run(2).id}" in printed.err
    assert f"left out: orders/{a_run(APPROVED).id}" in printed.err
    assert "3 runs left out" in printed.err
    assert "unfinished" not in printed.err
    assert len(printed.out.splitlines()) == 3, "without its approval nothing is approved"


def test_an_emulated_run_is_not_the_newest_once_one_was_on_aws(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path / "archive")
    a_day(archive, 1, refinement(1), definition={})
    a_day(archive, 2, refinement(2), platform=Platform.EMBEDDED, definition={})
    (tmp_path / "staged").mkdir()

    staged = stage(archive, tmp_path / "staged", Scope())

    assert [(row["run"], row["newest"]) for row in staged.runs] == [
        (a_run(1).id, True), (a_run(2).id, False),
    ]  # fmt: skip


def test_without_duckdb_it_is_said_what_to_do(
    thirty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(command.PYTHON, "/nowhere/python")

    assert main(["audit", "unused", str(thirty)]) == 2
    assert "make audit-tools" in capsys.readouterr().err


def test_an_engine_that_fails_is_heard(
    thirty: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    engine = tmp_path / "engine.py"
    engine.write_text("raise SystemExit('out of memory')")
    monkeypatch.setattr(command, "ENGINE", engine)

    assert main(["audit", "unused", str(thirty)]) == 2
    assert "out of memory" in capsys.readouterr().err


def test_a_reader_that_has_seen_enough_ends_it_in_peace(thirty: Path) -> None:
    asking = [sys.executable, "-m", "local.command_line.main", "audit", "granted", str(thirty)]
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(asking, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)

    assert (done.returncode, done.stderr) == (0, "")


def test_an_archive_without_runs_and_one_that_is_not_there_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "reach", str(tmp_path)]) == 2
    assert main(["audit", "reach", str(tmp_path / "none")]) == 2
    assert "no finished run" in capsys.readouterr().err
