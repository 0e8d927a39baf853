import json
from datetime import UTC, datetime
from pathlib import Path

from lambdas.gateways.archive.documents import FolderArchive
from lambdas.model.archive.proof_age import days_unproved
from lambdas.model.execution.platform import Platform
from lambdas.watch_policies.handler import watch

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
FIRST, SECOND, THIRD = (f"2026111{day}T120000Z-1a2b3c4d" for day in (0, 5, 9))


def shelve(
    archive: FolderArchive,
    process: str,
    runs: list[str],
    proved: str | None,
    shown_on: str = "AWS",
) -> None:
    for run in runs:
        archive.put(f"{process}/{run}/evidence.jsonl.gz", b"", "application/gzip")
    latest = json.dumps({"process": process, "run": proved, "shownOn": shown_on}).encode()
    archive.put(f"{process}/latest.json", latest, "application/json")


def test_age_counts_from_the_newest_proved_run() -> None:
    assert days_unproved(SECOND, [FIRST, SECOND, THIRD], NOW) == 15


def test_age_counts_from_the_first_run_while_none_is_proved() -> None:
    assert days_unproved(None, ["index.html", FIRST, THIRD], NOW) == 20


def test_a_process_that_never_ran_has_no_policy_that_could_be_stale() -> None:
    assert days_unproved(None, [], NOW) is None


def test_every_process_that_has_run_is_told_of(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path)
    shelve(archive, "orders", [FIRST, THIRD], THIRD)
    shelve(archive, "billing", [SECOND], None)
    archive.put(f"search/{FIRST}/FAILURE.md", b"", "text/markdown")  # no run ever finished

    found = watch(("orders", "billing", "search", "new"), archive, now=NOW)

    assert found == {"billing": 15, "orders": 11, "search": 20}


def test_on_aws_an_emulated_proof_is_none(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path)
    shelve(archive, "orders", [FIRST, THIRD], THIRD, shown_on="an embedded AWS")
    assert watch(["orders"], archive, now=NOW, platform=Platform.AWS) == {"orders": 20}
    assert watch(["orders"], archive, now=NOW, platform=Platform.EMBEDDED) == {"orders": 11}
