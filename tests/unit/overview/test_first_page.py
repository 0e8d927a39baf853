"""The archive's first page, from what the archive holds alone."""

import re
from pathlib import Path

import pytest

from lambdas.document_policy.handler import document
from lambdas.gateways.archive.documents import FolderArchive
from lambdas.model.archive.manifest import page_intact
from lambdas.model.execution.platform import Platform
from lambdas.overview.first_page import FIRST_PAGE, first_page, write_first_page
from lambdas.overview.process_row import NOTHING
from lambdas.overview.reading import archived, everything, newest_report
from tests.unit.document_policy.samples import a_run
from tests.unit.document_policy.test_handler import an_event

PLACE = "s3://archive/"


@pytest.fixture
def archive(tmp_path: Path) -> FolderArchive:
    """Two finished runs of orders, the first of them proved."""
    found = FolderArchive(tmp_path / "archive")
    for day, verdict in ((23, "proved"), (26, "not proved")):
        event = an_event(found, day=day)
        event["verdict"] = {"kind": verdict}
        document(event, found, place=PLACE, platform=Platform.EMBEDDED)
    return found


def words(archive: FolderArchive) -> str:
    return re.sub("<[^>]*>", " ", archive.get(FIRST_PAGE).decode())


def test_the_first_page_has_a_row_for_each_process(archive: FolderArchive) -> None:
    page = archive.get(FIRST_PAGE)

    assert page_intact(page)
    assert b'href="orders/index.html"' in page
    for said in ("not proved", "3 days old", "team-orders@example.com", "111122223333"):
        assert said in words(archive)
    assert "1 process, each with its newest run. All of them ran on an embedded AWS" in words(
        archive
    )


def test_the_first_page_is_the_same_as_long_as_the_archive_is(archive: FolderArchive) -> None:
    before = archive.get(FIRST_PAGE)
    write_first_page(archive)

    assert archive.get(FIRST_PAGE) == before


def test_the_first_page_leads_to_the_newest_fleet_that_has_a_report(archive: FolderArchive) -> None:
    assert newest_report(archive) == ""
    archive.put("fleet/20261127T120000Z-00000000/report.html", b"", "text/html")
    archive.put("fleet/20261128T120000Z-00000000/plan.json", b"{}", "application/json")

    write_first_page(archive)

    assert b'href="fleet/20261127T120000Z-00000000/report.html"' in archive.get(FIRST_PAGE)


def test_a_run_of_a_fleet_leaves_the_first_page_to_the_fleet(archive: FolderArchive) -> None:
    before, latest = archive.get(FIRST_PAGE), archive.get("orders/latest.json")
    event = an_event(archive, day=28)
    event["run"]["fleet"] = "20261128T000000Z-00000000"

    document(event, archive, place=PLACE)

    assert archive.get(FIRST_PAGE) == before
    assert archive.get("orders/latest.json") != latest


def test_a_process_whose_manifest_was_changed_stands_first_and_stops_no_other(
    archive: FolderArchive,
) -> None:
    key = a_run(26).key("manifest.json")
    archive.put(key, archive.get(key).replace(b"111122223333", b"999922223333"), "", replace=True)

    write_first_page(archive)

    assert "its archive cannot be read: the manifest of orders/" in words(archive)
    assert "not known" in words(archive)


def test_on_aws_an_emulated_proof_is_none(archive: FolderArchive) -> None:
    assert archived(archive, "orders", Platform.UNKNOWN).proved == a_run(23).id
    assert archived(archive, "orders", Platform.AWS).proved == ""
    assert archived(archive, "nobody", Platform.AWS) == NOTHING


def test_an_empty_archive_has_a_page_too(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path)

    assert everything(archive) == {}
    assert "0 processes" in first_page({}, "")
