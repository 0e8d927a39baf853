"""The step: from a run to its evidence in the archive, at once or in batches, to the same bytes."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from lambdas.collect_evidence import batches
from lambdas.collect_evidence.batches import InlineLimit
from lambdas.collect_evidence.collect import MOST_PASSES
from lambdas.collect_evidence.handler import collect_evidence
from lambdas.errors import InvalidEventError, NoEvidenceError
from lambdas.gateways.archive.documents import FolderArchive
from tests.unit.collect_evidence.trails import (
    ACCOUNT,
    ROLE,
    MadeUpTrail,
    identity,
    packed,
    record,
)

RUN = {
    "id": "20261123T100000Z-0a1b2c3d", "process": "orders", "principal": ROLE, "account": ACCOUNT,
    "region": "eu-west-1", "startedAt": "2026-11-23T10:00:00Z",
}  # fmt: skip
MANY = InlineLimit(files=1_000, size=1 << 20)
FOLDER = "orders/20261123T100000Z-0a1b2c3d"
DEPLOY = f"arn:aws:iam::{ACCOUNT}:role/cdk-deploy"
EXECUTION = f"arn:aws:iam::{ACCOUNT}:role/cfn-exec"


def busy_trail() -> MadeUpTrail:
    """A run that assumes a role, which hands another to CloudFormation; damaged and foreign files."""
    assumed = {
        "credentials": {"accessKeyId": "ASIANEW", "expiration": "x"},
        "assumedRoleUser": {"arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/cdk-deploy/s"},
    }
    handed = {"stackName": "s", "roleARN": EXECUTION}
    files = {
        "c.json.gz": packed([record("sts", "AssumeRole", {"roleArn": DEPLOY}, assumed, number=1)]),
        "b.json.gz": packed(
            [record("cloudformation", "CreateStack", handed, number=2, who=identity(DEPLOY, "s", "ASIANEW"))]
        ),
        "a.json.gz": packed(
            [record("s3", "CreateBucket", {"bucketName": f"b{n}"}, number=n,
                    who=identity(EXECUTION, "AWSCloudFormation", "ASIACFN")) for n in range(3, 9)]
        ),
        "d.json.gz": packed([record(request={"functionName": f"f{n}"}, number=n) for n in range(9)]),
        "e.json.gz": b"\x1f\x8b damaged",
        "f.json.gz": packed([record("nosuch", "Frobnicate", number=7)]),
    }  # fmt: skip
    return MadeUpTrail(files)


def test_a_run_s_evidence_and_findings_go_into_its_folder(tmp_path: Path) -> None:
    answer = collect_evidence({"run": RUN}, busy_trail(), FolderArchive(tmp_path), MANY)
    assert answer == {
        "again": False,
        "run": RUN,
        "evidence": f"{FOLDER}/evidence.jsonl.gz",
        "findings": f"{FOLDER}/evidence-findings.json",
        "lines": 17,
        "principals": [DEPLOY, EXECUTION, ROLE],
    }
    lines = gzip.decompress((tmp_path / answer["evidence"]).read_bytes()).decode().splitlines()
    assert {json.loads(line)["phase"] for line in lines} == {"deploy"}
    findings = json.loads((tmp_path / answer["findings"]).read_bytes())
    assert {one["kind"] for one in findings} == {"corrupt-gzip", "unmapped-event"}


def test_repeating_the_step_writes_the_same_bytes(tmp_path: Path) -> None:
    bodies = []
    for name in ("once", "again"):
        collect_evidence({"run": RUN}, busy_trail(), FolderArchive(tmp_path / name), MANY)
        bodies.append((tmp_path / name / FOLDER / "evidence.jsonl.gz").read_bytes())
    assert bodies[0] == bodies[1]


def in_batches(trail: MadeUpTrail, archive: FolderArchive) -> dict[str, Any]:
    """What the state machine does with a Map state around the step."""
    none = InlineLimit(files=0, size=0)
    answer = collect_evidence({"run": RUN}, trail, archive, none)
    assert answer["again"]
    while answer["again"]:
        assert answer["run"] == RUN
        for number in reversed(range(answer["parts"])):
            event = {"run": RUN, "task": "read", "number": number, "followed": answer["followed"]}
            collect_evidence(event, trail, archive, none)
        answer = collect_evidence({**answer, "task": "merge"}, trail, archive, none)
    return answer


def chain_of_roles(links: int) -> MadeUpTrail:
    """Each session assumes the next role; the last calls are in the first file."""
    records = []
    for link in range(links):
        role = f"arn:aws:iam::{ACCOUNT}:role/r{link}"
        who = identity(role, "s", f"ASIA{link}") if link else identity()
        answer = {
            "credentials": {"accessKeyId": f"ASIA{link + 1}", "expiration": "x"},
            "assumedRoleUser": {"arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/r{link + 1}/s"},
        }
        request = {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/r{link + 1}"}
        records.append(record("sts", "AssumeRole", request, answer, number=link, who=who))
    files = {f"{99 - number}.json.gz": packed([one]) for number, one in enumerate(records)}
    return MadeUpTrail(files)


def same_files(one: Path, other: Path) -> bool:
    return all(
        (one / FOLDER / name).read_bytes() == (other / FOLDER / name).read_bytes()
        for name in ("evidence.jsonl.gz", "evidence-findings.json")
    )


@pytest.mark.parametrize("most", [1, 2, 100])
def test_batches_and_their_merge_give_the_same_bytes(
    most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MOST_FILES", most)
    at_once = collect_evidence({"run": RUN}, busy_trail(), FolderArchive(tmp_path / "once"), MANY)
    answer = in_batches(busy_trail(), FolderArchive(tmp_path / "batches"))
    assert answer == at_once
    assert same_files(tmp_path / "once", tmp_path / "batches")


@pytest.mark.parametrize("links", [MOST_PASSES - 1, MOST_PASSES + 4])
def test_batches_follow_a_chain_of_roles_as_far_as_one_reading_does(
    links: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MOST_FILES", 2)
    once = FolderArchive(tmp_path / "once")
    at_once = collect_evidence({"run": RUN}, chain_of_roles(links), once, MANY)
    answer = in_batches(chain_of_roles(links), FolderArchive(tmp_path / "batches"))
    assert answer == at_once
    assert answer["lines"] == min(links, MOST_PASSES + 1)
    findings = (tmp_path / "once" / FOLDER / "evidence-findings.json").read_text()
    assert ("too-many-roles" in findings) == (links > MOST_PASSES)
    assert same_files(tmp_path / "once", tmp_path / "batches")


@pytest.mark.parametrize(
    ("few", "again"),
    [
        (InlineLimit(files=6, size=1 << 20), False),
        (InlineLimit(files=5, size=1 << 20), True),
        (InlineLimit(files=6, size=100), True),
        (InlineLimit.of(files="6", megabytes="0.5"), False),
    ],
)
def test_files_are_read_at_once_as_long_as_they_are_few_and_small(
    few: InlineLimit, *, again: bool, tmp_path: Path
) -> None:
    answer = collect_evidence({"run": RUN}, busy_trail(), FolderArchive(tmp_path), few)
    assert answer["again"] is again


def test_a_run_that_left_no_trace_fails_by_name(tmp_path: Path) -> None:
    with pytest.raises(NoEvidenceError, match=r"no call of a session"):
        collect_evidence(
            {"run": RUN}, MadeUpTrail({"a.json.gz": packed([])}), FolderArchive(tmp_path), MANY
        )


def test_a_task_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidEventError, match="frobnicate"):
        collect_evidence(
            {"run": RUN, "task": "frobnicate"}, busy_trail(), FolderArchive(tmp_path), MANY
        )
