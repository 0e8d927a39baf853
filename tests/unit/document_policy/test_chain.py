import argparse
import base64
import json
from hashlib import sha256
from pathlib import Path

import pytest

from lambdas.document_policy.handler import document
from lambdas.errors import ArchiveRefusedError
from lambdas.gateways.archive.documents import FolderArchive
from lambdas.model.archive.approval import Signature
from lambdas.model.archive.manifest import sealed, unsealed
from lambdas.model.dossier.refinement import Refinement
from local.archive.approvals import approve, record_approval
from local.archive.commands import verify_archive
from local.archive.verification import verify
from tests.unit.document_policy.explained import seen, statement
from tests.unit.document_policy.samples import a_run, of_statements
from tests.unit.document_policy.test_handler import an_event, manifest_of

RUNS = 20
NOON = "2026-11-23T12:00:00Z"


class MemoryArchive:
    """An archive that many small crimes can be tried on quickly."""

    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects = objects

    def get(self, key: str) -> bytes:
        return self.objects[key]

    def exists(self, key: str) -> bool:
        return key in self.objects

    def put(self, key: str, body: bytes, content_type: str, *, replace: bool = False) -> None:
        given = (key, len(body), content_type, replace)
        raise AssertionError(f"verifying writes nothing, but wrote {given}")

    def keys(self, prefix: str) -> tuple[str, ...]:
        return tuple(sorted(key for key in self.objects if key.startswith(prefix)))

    def folders(self, prefix: str) -> tuple[str, ...]:
        below = (key.removeprefix(prefix).split("/") for key in self.keys(prefix))
        return tuple(sorted({parts[0] for parts in below if len(parts) > 1}))


def small(*more: str) -> Refinement:
    """A policy of few statements, so that twenty runs stay quick."""
    return of_statements(
        *(
            statement(f"S{index}", "Send.", [action], ["*"], grounds=(seen(2),))
            for index, action in enumerate(("sqs:SendMessage", *more))
        )
    )


@pytest.fixture(scope="module")
def twenty(tmp_path_factory: pytest.TempPathFactory) -> FolderArchive:
    archive = FolderArchive(tmp_path_factory.mktemp("archive"))
    for day in range(1, RUNS + 1):
        document(an_event(archive, small(), day), archive, place="s3://archive/")
        if day == RUNS // 2:
            approved(archive, day)
    return archive


@pytest.fixture
def archive(tmp_path: Path) -> FolderArchive:
    return FolderArchive(tmp_path)


def approved(archive: FolderArchive, day: int) -> None:
    record_approval(
        archive, "orders", a_run(day).id, Signature(by="Ada", at=NOON, note="read it all")
    )


def run_of(archive: FolderArchive, day: int, *more: str) -> str:
    return str(
        document(an_event(archive, small(*more), day), archive, place="s3://archive/")["subject"]
    )


def test_an_archive_of_twenty_runs_is_intact(twenty: FolderArchive) -> None:
    found = verify(twenty)

    assert found.breaks == []
    assert found.notes == []
    assert found.runs == RUNS
    assert found.objects == len(twenty.keys(""))


def test_one_flipped_byte_anywhere_is_found_and_named(twenty: FolderArchive) -> None:
    remembered = MemoryArchive({key: twenty.get(key) for key in twenty.keys("")})
    for key, body in list(remembered.objects.items()):
        place = int.from_bytes(sha256(key.encode()).digest()[:4]) % len(body)
        flipped = bytes([*body[:place], body[place] ^ 1, *body[place + 1 :]])
        remembered.objects[key] = flipped

        found = verify(remembered)

        remembered.objects[key] = body
        assert found.breaks, f"{key} at {place}"
        assert found.breaks[0].key == key
    assert verify(remembered).breaks == []


def test_a_document_that_is_gone_is_named(archive: FolderArchive) -> None:
    run_of(archive, 1)
    (archive._root / a_run(1).key("policy.json")).unlink()  # noqa: SLF001  # as a tamperer would

    assert [(one.key, one.problem) for one in verify(archive).breaks] == [
        (a_run(1).key("policy.json"), "is gone; the manifest has it")
    ]


def test_a_document_that_was_slipped_in_is_named(archive: FolderArchive) -> None:
    run_of(archive, 1)
    archive.put(a_run(1).key("policy-9.json"), b"{}", "application/json")

    assert verify(archive).breaks[0].key == a_run(1).key("policy-9.json")


def test_a_whole_run_written_anew_breaks_the_link_of_the_next(archive: FolderArchive) -> None:
    for day in (1, 2):
        run_of(archive, day)
    manifest = manifest_of(archive, 1)
    body = sealed({**manifest, "verdict": {"kind": "proved", "reason": "trust me"}})
    archive.put(a_run(1).key("manifest.json"), body, "application/json", replace=True)

    first = verify(archive).breaks[0]
    assert first.key == a_run(1).key("manifest.json")
    assert a_run(2).id in first.problem


def test_a_whole_run_that_is_gone_is_named(archive: FolderArchive) -> None:
    for day in (1, 2, 3):
        run_of(archive, day)
    for day, rest in ((2, 2), (3, 3)):
        for key in archive.keys(a_run(day).key("")):
            (archive._root / key).rename(archive._root / f"gone-{rest}-{key.split('/')[-1]}")  # noqa: SLF001

        assert a_run(day).key("manifest.json") in {one.key for one in verify(archive).breaks}


def test_a_run_that_did_not_finish_is_a_note(archive: FolderArchive) -> None:
    run_of(archive, 1)
    archive.put("orders/20261124T000000Z-00000000/FAILURE.md", b"", "text/markdown")

    found = verify(archive)
    assert found.breaks == []
    assert "did not finish" in found.notes[0]


def test_the_rounds_of_a_proof_are_no_runs(archive: FolderArchive) -> None:
    run_of(archive, 1)
    archive.put(f"orders/{a_run(1).id}-r1/evidence.jsonl.gz", b"", "application/gzip")

    found = verify(archive)
    assert (found.runs, found.breaks, found.notes) == (1, [], [])


def test_a_failure_after_the_manifest_is_no_break(archive: FolderArchive) -> None:
    run_of(archive, 1)
    archive.put(a_run(1).key("FAILURE.md"), b"", "text/markdown")

    assert verify(archive).breaks == []


def test_an_approval_says_who_approved_what(archive: FolderArchive) -> None:
    run_of(archive, 1)

    approved(archive, 1)

    record = unsealed(archive.get(a_run(1).key("approval.json")))
    assert (record["by"], record["at"], record["note"]) == ("Ada", NOON, "read it all")
    pinned = {one["name"]: one["sha256"] for one in manifest_of(archive, 1)["objects"]}
    assert record["policies"] == {"policy.json": pinned["policy.json"]}
    latest = json.loads(archive.get("orders/latest.json"))
    assert latest["approved"] == a_run(1).id
    assert b"by Ada" in archive.get("orders/index.html")


def test_an_approval_is_given_once(archive: FolderArchive) -> None:
    run_of(archive, 1)
    approved(archive, 1)

    with pytest.raises(ArchiveRefusedError, match="approved already, by Ada"):
        approved(archive, 1)


def test_only_a_finished_run_can_be_approved(archive: FolderArchive) -> None:
    run_of(archive, 1)

    with pytest.raises(ArchiveRefusedError, match="only finished runs") as refused:
        approved(archive, 2)
    assert str(refused.value).endswith(f"; those of orders are {a_run(1).id}")


def test_what_is_wider_than_approved_stands_in_the_subject(archive: FolderArchive) -> None:
    run_of(archive, 1)
    approved(archive, 1)
    assert run_of(archive, 2) == "Not attempted: orders, no change in access"

    subject = run_of(archive, 3, "sqs:PurgeQueue")

    assert subject == "Not attempted: orders, UNAPPROVED ACCESS, 1 new"
    readme = archive.get(a_run(3).key("README.md")).decode()
    assert "1 new access without an approval." in readme.partition("\n## ")[0]
    assert manifest_of(archive, 3)["compared"]["approval"]["run"] == a_run(1).id


def test_after_the_approval_the_wider_policy_is_the_baseline(archive: FolderArchive) -> None:
    run_of(archive, 1)
    approved(archive, 1)
    run_of(archive, 2, "sqs:PurgeQueue")
    approved(archive, 2)

    assert run_of(archive, 3, "sqs:PurgeQueue") == "Not attempted: orders, no change in access"


def test_the_commands_tell_by_their_status(
    archive: FolderArchive, capsys: pytest.CaptureFixture[str]
) -> None:
    run_of(archive, 1)
    place = str(archive._root)  # noqa: SLF001  # its folder
    asked = {"archive": place, "process": "orders", "run": a_run(1).id, "by": "Ada", "note": ""}
    asked |= {"emulated": "", "json": ""}

    assert approve(argparse.Namespace(**asked)) == 0
    assert approve(argparse.Namespace(**asked)) == 1
    assert verify_archive(argparse.Namespace(archive=place, json=False)) == 0
    (archive._root / a_run(1).key("policy.tf")).write_bytes(b"")  # noqa: SLF001
    assert verify_archive(argparse.Namespace(archive=place, json=False)) == 1
    for nowhere in ("nowhere", f"orders/{a_run(1).id}"):  # a folder, but no archive
        there = argparse.Namespace(archive=f"{place}/{nowhere}", json=False)
        assert verify_archive(there) == 2

    printed = capsys.readouterr()
    assert f"first break: {a_run(1).key('policy.tf')}: was changed" in printed.out
    assert "approved already" in printed.err


def test_a_run_of_another_revision_stands_aside(archive: FolderArchive) -> None:
    run_of(archive, 1)
    before = {key: archive.get(key) for key in archive.keys("") if "/2" not in key}
    aside = {**an_event(archive, small("sqs:PurgeQueue"), 2), "revision": {"named": "feature"}}

    said = document(aside, archive, place="s3://archive/")
    after = {key: archive.get(key) for key in before}
    run_of(archive, 3)

    assert "of the revision feature" in said["subject"]
    assert after == before  # latest.json and the pages are as they were
    assert manifest_of(archive, 2)["previous"]["run"] == a_run(1).id
    assert manifest_of(archive, 3)["previous"]["run"] == a_run(1).id
    assert manifest_of(archive, 3)["compared"]["manifest"]["run"] == a_run(1).id
    found = verify(archive)
    assert (found.breaks, found.notes) == ([], [])
    with pytest.raises(ArchiveRefusedError, match="ran the revision feature"):
        approved(archive, 2)


def test_a_source_that_decided_what_was_run_is_told_so(archive: FolderArchive) -> None:
    event = an_event(archive, small(), 1)
    source = {"source": {"git": "https://github.com/o/r"}, "definition": "source"}
    given = {**event, "process": {**event["process"], **source}, "revision": {"commit": "a" * 40}}

    mail = document(given, archive, place="s3://archive/")["message"]

    words = f"{'a' * 40}, whose own file decided what was run"
    assert f"Source: {words}" in mail
    for page in ("README.md", "report.html"):
        assert words in archive.get(a_run(1).key(page)).decode()


def test_the_commits_since_the_run_before_are_in_every_document(archive: FolderArchive) -> None:
    commits = {"a" * 40: "Add a topic", "b" * 40: "First <b>"}
    log = base64.b64encode("".join(f"{c} {s}\n" for c, s in commits.items()).encode()).decode()
    mail = ""
    for day, commit in ((1, "b" * 40), (2, "a" * 40)):
        event = an_event(archive, small(*["sqs:PurgeQueue"] * (day - 1)), day)
        mail = document(
            {**event, "revision": {"named": "", "commit": commit, "log": log}},
            archive,
            place="s3://archive/",
        )["message"]

    moved = f"The source moved by 1 commit, {'b' * 12}..{'a' * 12}: aaaaaaa Add a topic."
    assert moved in mail
    assert f"Source: {'a' * 40}" in mail
    assert manifest_of(archive, 2)["revision"] == {"named": "", "commit": "a" * 40}
    for page in ("README.md", "report.html"):
        text = archive.get(a_run(2).key(page)).decode()
        assert "aaaaaaa Add a topic" in text
        assert "a" * 40 in text
