"""An archive that version 0.1.0 wrote is verified, read, compared with and continued."""

import json
import shutil
from pathlib import Path

import pytest

from lambdas.document_policy.archive_index.index import write_index
from lambdas.document_policy.handler import document
from lambdas.gateways.archive.archived_runs import finished_runs, previous_run
from lambdas.gateways.archive.documents import FolderArchive
from lambdas.gateways.archive.earlier_names import past_runs
from lambdas.model.archive.archived_runs import BaselineKind
from lambdas.model.archive.manifest import unsealed
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.execution.platform import Platform
from lambdas.model.execution.run import Run
from local.archive.verification import verify
from tests.run_input import input_of

V0_1 = Path(__file__).parents[2] / "fixtures" / "v0.1.0" / "archive.zip"
FIRST, APPROVED, LAST = (
    "20261129T052815Z-3db39219",
    "20261129T052913Z-92a1569b",
    "20261129T053028Z-19b8e372",
)


@pytest.fixture
def archive(tmp_path: Path) -> FolderArchive:
    shutil.unpack_archive(V0_1, tmp_path / "archive")
    return FolderArchive(tmp_path / "archive")


def a_run_of_today(platform: Platform = Platform.EMBEDDED, *, across: bool = False) -> Run:
    return Run(
        id="20270101T000000Z-0a1b2c3d",
        process="orders",
        principal="arn:aws:iam::123456789012:role/fencepost-run-orders-sandbox",
        account="123456789012",
        region="eu-west-1",
        started_at="2027-01-01T00:00:00Z",
        platform=platform,
        across=across,
    )


def test_it_is_intact(archive: FolderArchive) -> None:
    found = verify(archive)

    assert found.breaks == []
    assert found.notes == []
    assert found.runs == 3


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("policy.json", lambda body: body.replace(b"Allow", b"Deny ", 1), "was changed"),
        ("report.html", lambda _: None, "is gone"),
        ("manifest.json", lambda body: body.replace(b"orders", b"ordres", 1), "its own seal"),
        ("approval.json", lambda body: body.replace(b"a reviewer", b"a stranger"), "its own seal"),
    ],
)
def test_a_change_to_it_is_named(
    archive: FolderArchive, tmp_path: Path, name: str, change: object, told: str
) -> None:
    path = tmp_path / "archive" / "orders" / APPROVED / name
    changed = change(path.read_bytes())  # type: ignore[operator]
    path.unlink() if changed is None else path.write_bytes(changed)

    breaks = verify(archive).breaks

    assert f"orders/{APPROVED}/{name}" in {one.key for one in breaks}
    assert any(told in one.problem for one in breaks), breaks


def test_a_run_that_was_taken_out_breaks_the_chain(archive: FolderArchive, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "archive" / "orders" / APPROVED)

    assert verify(archive).breaks


def test_its_runs_are_read_in_their_order_with_their_approval(archive: FolderArchive) -> None:
    rows = finished_runs(archive, "orders")

    assert [row.manifest.run for row in rows] == [FIRST, APPROVED, LAST]
    assert [row.by for row in rows] == ["", "a reviewer", ""]
    assert {row.platform for row in rows} == {Platform.UNKNOWN}
    assert all(row.proved for row in rows)


@pytest.mark.parametrize(
    "run",
    [a_run_of_today(Platform.EMBEDDED), a_run_of_today(Platform.AWS, across=True)],
    ids=["on the laptop", "on AWS, when asked"],
)
def test_a_run_of_today_is_compared_with_its_approved_run(archive: FolderArchive, run: Run) -> None:
    before = previous_run(archive, run)

    assert before.manifest
    assert before.manifest.run == LAST
    assert before.baseline
    assert before.baseline.run == APPROVED
    assert before.baseline.standing is BaselineKind.APPROVED
    assert before.baseline.refinement.policies[0].statements


def test_a_run_on_aws_is_not_compared_unasked_with_what_does_not_say_where_it_ran(
    archive: FolderArchive,
) -> None:
    before = previous_run(archive, a_run_of_today(Platform.AWS))

    assert before.baseline is None
    assert before.manifest
    assert before.manifest.run == LAST


def test_its_names_teach_a_run_of_today_what_varies(archive: FolderArchive) -> None:
    found = past_runs(archive, a_run_of_today())

    assert [one.id for one in found.runs] == [LAST, APPROVED, FIRST]
    assert all(one.resources for one in found.runs)


@pytest.mark.parametrize("run", [FIRST, APPROVED, LAST])
def test_its_policies_render_to_the_very_documents_that_were_published(
    archive: FolderArchive, run: str
) -> None:
    refinement = Refinement.from_json(json.loads(archive.get(f"orders/{run}/refined.json")))
    policy = refinement.policies[0]

    published = json.loads(archive.get(f"orders/{run}/policy.json"))

    assert policy.policy.render(dict(refinement.variables)) == published


def test_its_lists_can_be_made_anew_and_the_chain_goes_on(archive: FolderArchive) -> None:
    write_index(archive, "orders")
    assert verify(archive).breaks == []

    # The last run once more, as a run of today: from what it had collected.
    run = a_run_of_today()
    earlier = f"orders/{LAST}/"
    kept = ("refined.json", "evidence.jsonl.gz", "evidence-findings.json", "generated.json")
    for name in (*kept, "checks.json"):
        archive.put(run.key(name), archive.get(f"{earlier}{name}"), "application/json")
    manifest = unsealed(archive.get(f"{earlier}manifest.json"))
    event = {
        "run": input_of(run),
        "process": {**manifest["definition"], "name": "orders"},
        "refined": run.key("refined.json"),
        "evidence": run.key("evidence.jsonl.gz"),
        "findings": run.key("evidence-findings.json"),
        "generated": run.key("generated.json"),
        "checks": run.key("checks.json"),
        "verdict": manifest["verdict"],
    }
    document(event, archive, place="s3://archive/", platform=Platform.EMBEDDED)

    found = verify(archive)
    assert (found.breaks, found.runs) == ([], 4)
    written = unsealed(archive.get(run.key("manifest.json")))
    assert written["previous"]["run"] == LAST
    assert written["summary"]["compared"] == APPROVED
