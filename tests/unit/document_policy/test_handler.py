import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from lambdas.document_policy.handler import document, telemetry
from lambdas.errors import ArchiveRefusedError, InvalidEventError, MissingObjectError
from lambdas.gateways.archive.documents import Archive, FolderArchive
from lambdas.model.archive.manifest import digest, unsealed
from lambdas.model.dossier.refinement import Refinement
from tests.run_input import input_of
from tests.unit.document_policy.explained import statement
from tests.unit.document_policy.samples import (
    a_process,
    a_refinement,
    a_run,
    evidence_lines,
    without,
)


@pytest.fixture
def archive(tmp_path: Path) -> FolderArchive:
    return FolderArchive(tmp_path / "archive")


def an_event(
    archive: Archive, refinement: Refinement | None = None, day: int = 23
) -> dict[str, Any]:
    run = a_run(day)
    answer = refinement or a_refinement()
    lines = "".join(f"{line}\n" for line in evidence_lines(answer))
    kept = {
        "evidence.jsonl.gz": gzip.compress(lines.encode(), mtime=0),
        "evidence-findings.json": b"[]",
        "refined.json": json.dumps(answer.to_json()).encode(),
        "generated.json": b'{"GeneratedPolicyResult": {"GeneratedPolicies": []}}',
        "checks.json": b"{}",
    }
    for name, body in kept.items():
        archive.put(run.key(name), body, "application/json")
    return {
        "run": {
            **input_of(run),
            "endedAt": run.ended_at,
            "executionArn": run.execution_arn,
        },
        "process": {**a_process().to_mapping(), "name": "orders"},
        "generator": "access-analyzer",
        "refined": run.key("refined.json"),
        "evidence": run.key("evidence.jsonl.gz"),
        "findings": run.key("evidence-findings.json"),
        "generated": run.key("generated.json"),
        "checks": run.key("checks.json"),
        "verdict": {"kind": "not attempted", "reason": "The process may not run twice."},
    }


def manifest_of(archive: FolderArchive, day: int = 23) -> dict[str, Any]:
    return unsealed(archive.get(a_run(day).key("manifest.json")))


def test_the_dossier_lies_in_the_run_and_the_answer_is_the_mail(archive: FolderArchive) -> None:
    answer = document(an_event(archive), archive, place="s3://archive/")

    run = a_run()
    assert answer["dossier"] == f"orders/{run.id}/"
    assert archive.exists(answer["report"])
    assert answer["subject"] == "Not attempted: orders, 23 statements"
    assert answer["message"].startswith("Not attempted: the policy of orders\n")
    assert f"s3://archive/orders/{run.id}/report.html" in answer["message"]
    assert answer["verdict"] == "not attempted"


def test_the_manifest_pins_every_object_of_the_run(archive: FolderArchive) -> None:
    document(an_event(archive), archive, place="s3://archive/")

    folder = a_run().key("")
    pinned = {one["name"]: one["sha256"] for one in manifest_of(archive)["objects"]}
    there = {
        key.removeprefix(folder): digest(archive.get(key))
        for key in archive.keys(folder)
        if not key.endswith("/manifest.json")
    }
    assert pinned == there


def test_what_other_states_left_beside_is_pinned_too(archive: FolderArchive) -> None:
    event = an_event(archive)
    archive.put(a_run().key("proof-1.json"), b"{}", "application/json")

    document(event, archive, place="s3://archive/")

    assert "proof-1.json" in {one["name"] for one in manifest_of(archive)["objects"]}


def test_documenting_twice_writes_the_same_bytes(archive: FolderArchive) -> None:
    event = an_event(archive)
    first = document(event, archive, place="s3://archive/")
    before = {key: archive.get(key) for key in archive.keys("")}

    again = document(event, archive, place="s3://archive/")

    assert again == first
    assert {key: archive.get(key) for key in archive.keys("")} == before


def test_a_run_that_died_after_its_manifest_is_found_by_the_next(archive: FolderArchive) -> None:
    document(an_event(archive, day=1), archive, place="s3://archive/")
    (archive._root / "orders" / "latest.json").unlink()  # noqa: SLF001  # a torn write

    document(an_event(archive, day=2), archive, place="s3://archive/")

    assert manifest_of(archive, 2)["previous"]["run"] == a_run(1).id


def test_each_manifest_chains_to_the_one_before(archive: FolderArchive) -> None:
    for day in (1, 2, 3):
        document(an_event(archive, day=day), archive, place="s3://archive/")

    assert manifest_of(archive, 1)["previous"] is None
    for day in (2, 3):
        before = archive.get(a_run(day - 1).key("manifest.json"))
        link = {"run": a_run(day - 1).id, "sha256": digest(before)}
        assert manifest_of(archive, day)["previous"] == link


def test_a_second_run_of_the_unchanged_process_reports_no_change(archive: FolderArchive) -> None:
    document(an_event(archive, day=1), archive, place="s3://archive/")

    answer = document(an_event(archive, day=2), archive, place="s3://archive/")

    assert answer["subject"] == "Not attempted: orders, no change in access"
    first, second = (archive.get(a_run(day).key("policy.json")) for day in (1, 2))
    assert first == second


def test_after_a_bucket_was_added_the_mail_says_what_is_new_and_what_brought_it(
    archive: FolderArchive,
) -> None:
    before = without(without(a_refinement(), "S3DeploymentBucket"), "S3DeploymentBucketDirect")
    document(an_event(archive, before, day=1), archive, place="s3://archive/")

    answer = document(an_event(archive, day=2), archive, place="s3://archive/")

    assert answer["subject"] == "Not attempted: orders, 9 new"
    assert "+ s3:CreateBucket, s3:DeleteBucket," in answer["message"]
    assert "on arn:${partition}:s3:::orders-${stage}-serverless" in answer["message"]
    assert "The template brought AWS::S3::Bucket." in answer["message"]


def test_latest_json_points_to_nothing_while_nothing_is_proved(archive: FolderArchive) -> None:
    document(an_event(archive), archive, place="s3://archive/")

    latest = json.loads(archive.get("orders/latest.json"))
    assert latest["run"] is None
    assert latest["finished"] == a_run().id


def test_latest_json_points_to_the_newest_proved_run(archive: FolderArchive) -> None:
    proved = {**an_event(archive, day=1), "verdict": {"kind": "proved", "reason": "Round 1."}}
    document(proved, archive, place="s3://archive/")
    document(an_event(archive, day=2), archive, place="s3://archive/")

    latest = json.loads(archive.get("orders/latest.json"))
    assert latest["run"] == a_run(1).id
    assert latest["finished"] == a_run(2).id


def test_the_policy_is_compared_with_the_last_proved_one(archive: FolderArchive) -> None:
    proved = {**an_event(archive, day=1), "verdict": {"kind": "proved", "reason": "Round 1."}}
    document(proved, archive, place="s3://archive/")
    wider = a_refinement(statement("Extra", "More.", ["sqs:PurgeQueue"], ["*"]))
    document(an_event(archive, wider, day=2), archive, place="s3://archive/")

    answer = document(an_event(archive, wider, day=3), archive, place="s3://archive/")

    assert answer["subject"] == "Not attempted: orders, 1 new"
    assert manifest_of(archive, 3)["compared"]["standing"] == "proved"


def test_a_changed_manifest_stops_the_next_run_and_is_named(archive: FolderArchive) -> None:
    document(an_event(archive, day=1), archive, place="s3://archive/")
    path = archive._root / a_run(1).key("manifest.json")  # noqa: SLF001  # as a tamperer would
    path.write_bytes(path.read_bytes().replace(b'"grants": 80', b'"grants": 10'))

    with pytest.raises(ArchiveRefusedError, match="was changed"):
        document(an_event(archive, day=2), archive, place="s3://archive/")


@pytest.mark.parametrize("missing", ["run", "process", "refined", "evidence", "verdict"])
def test_an_input_that_lacks_a_field_is_named(archive: FolderArchive, missing: str) -> None:
    event = {key: value for key, value in an_event(archive).items() if key != missing}

    with pytest.raises(InvalidEventError, match=missing):
        document(event, archive, place="s3://archive/")


def test_a_pointer_to_nothing_is_named(archive: FolderArchive) -> None:
    event = {**an_event(archive), "checks": a_run().key("nothing.json")}

    with pytest.raises(MissingObjectError, match=r"nothing\.json"):
        document(event, archive, place="s3://archive/")


@pytest.mark.parametrize(
    ("verdict", "proved", "repairs"),
    [
        ({"kind": "not attempted"}, 0, 0),
        ({"kind": "proved"}, 1, 0),
        ({"kind": "proved after 2 repairs"}, 1, 2),
    ],
)
def test_what_matters_of_a_run_is_measured(
    archive: FolderArchive, verdict: dict[str, str], proved: int, repairs: int
) -> None:
    telemetry.metrics.clear_metrics()

    document({**an_event(archive), "verdict": verdict}, archive, place="s3://archive/")

    told = {name: one["Value"][-1] for name, one in telemetry.metrics.metric_set.items()}
    telemetry.metrics.clear_metrics()
    assert (told["Proved"], told["Repairs"]) == (proved, repairs)
    assert told["Grants"] > 0
    assert told["Characters"] > 1_000  # of both principals
    assert {"Statements", "Wildcards", "NewAccess", "Findings"} <= set(told)
