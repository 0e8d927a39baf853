"""The same process three times: as it was, unchanged and approved, and with a bucket more."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from lambdas.gateways.archive.documents import S3Archive
from lambdas.model.archive.approval import Signature
from local import emulator
from local.archive.approvals import record_approval
from local.archive.verification import verify
from tests.flow.cloud import Cloud

pytestmark = pytest.mark.flow
SERVICE = Path(__file__).parent / "services" / "alone"
NAME = SERVICE.name
BUCKET = "AWS::S3::Bucket"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thrice:
    """An embedded AWS, and the ids of three runs in it."""

    cloud: Cloud
    first: str
    unchanged: str
    widened: str

    def document(self, run: str, name: str) -> bytes:
        return self.cloud.document(NAME, run, name)

    def manifest(self, run: str) -> dict[str, Any]:
        return dict(json.loads(self.document(run, "manifest.json")))


@pytest.fixture(scope="module")
def thrice(start: Callable[..., Cloud], tmp_path_factory: pytest.TempPathFactory) -> Thrice:
    """Runs of a copy of a service, which has a bucket for its packages from the start."""
    folder = tmp_path_factory.mktemp("processes")
    shutil.copytree(SERVICE, folder / NAME)
    cloud = start(processes=str(folder))
    first, unchanged = learned(cloud), learned(cloud)
    signature = Signature(by="a reviewer", at="2026-11-26T12:00:00Z")
    record_approval(archive(cloud), NAME, unchanged, signature, emulated=True)
    add_a_bucket(folder / NAME / "service" / "serverless.yml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FENCEPOST_PROCESSES", str(folder))
        cloud.deployed = emulator.bring_in(cloud.connection, say=print)
    return Thrice(cloud=cloud, first=first, unchanged=unchanged, widened=learned(cloud))


def archive(cloud: Cloud) -> S3Archive:
    """The bucket, as a person with the right to approve sees it."""
    return S3Archive(cloud.deployed.archive, client=cloud.client("s3"))


def learned(cloud: Cloud) -> str:
    """The id of a run without its proof."""
    done = cloud.run(NAME, prove=False)
    assert done.status == "SUCCEEDED", done.cause
    return done.run


def add_a_bucket(service: Path) -> None:
    definition = yaml.safe_load(service.read_text())
    bucket = {"Type": BUCKET, "Properties": {"BucketName": "alone-${sls:stage}-uploads"}}
    definition["resources"] = {"Resources": {"Uploads": bucket}}
    service.write_text(yaml.safe_dump(definition))


def test_an_unchanged_process_gets_the_same_policy_byte_for_byte(thrice: Thrice) -> None:
    first, again = (thrice.document(run, "policy.json") for run in (thrice.first, thrice.unchanged))

    assert json.loads(first)["Statement"]
    assert again == first


def test_an_unchanged_process_is_reported_as_unchanged(thrice: Thrice) -> None:
    readme = thrice.document(thrice.unchanged, "README.md").decode()
    summary = thrice.manifest(thrice.unchanged)["summary"]

    assert (summary["compared"], summary["new"], summary["gone"]) == (thrice.first, 0, 0)
    assert "No change in access" in readme
    assert "to the letter" in readme
    assert any("no change in access" in mail for mail in thrice.cloud.mails(thrice.unchanged))


def test_a_bucket_more_is_named_and_the_template_brought_it(thrice: Thrice) -> None:
    report = thrice.document(thrice.widened, "report.html").decode()
    readme = thrice.document(thrice.widened, "README.md").decode()
    changes = readme.partition("## What changed")[2].partition("\n## ")[0]
    new = changes.partition("### New access")[2].partition("### ")[0]

    assert thrice.manifest(thrice.widened)["summary"]["compared"] == thrice.unchanged
    assert thrice.manifest(thrice.widened)["summary"]["gone"] == 0
    assert "s3:CreateBucket" in new
    assert "alone-${stage}-uploads" in new
    told = [line for line in new.splitlines() if line.startswith("- ")]
    assert told
    assert all(f"The template brought another {BUCKET}" in line for line in told), new
    assert f"The template brought another {BUCKET}" in report
    assert any("s3:CreateBucket" in mail for mail in thrice.cloud.mails(thrice.widened))


def test_the_three_runs_are_one_chain_in_the_bucket(thrice: Thrice) -> None:
    before = [thrice.manifest(run)["previous"] for run in (thrice.unchanged, thrice.widened)]

    found = verify(archive(thrice.cloud))

    assert [link["run"] for link in before] == [thrice.first, thrice.unchanged]
    assert (found.runs, found.breaks) == (3, [])


def test_what_is_wider_than_approved_says_so_in_the_subject(thrice: Thrice) -> None:
    (mail, *_) = thrice.cloud.mails(thrice.widened)

    assert thrice.manifest(thrice.widened)["compared"]["standing"] == "approved"
    subject = next(line for line in mail.splitlines() if line.startswith("Subject: "))
    assert "UNAPPROVED ACCESS" in subject


def test_other_systems_are_told_what_is_wider(thrice: Thrice) -> None:
    told = thrice.cloud.events(thrice.widened)

    assert set(told) == {"Policy Not Proved", "Access Widened"}
    widened = told["Access Widened"]
    assert widened["compared"]["run"] == thrice.unchanged
    assert widened["compared"]["standing"] == "approved"
    assert any("s3:CreateBucket" in one["actions"] for one in widened["new"])
    assert set(thrice.cloud.events(thrice.unchanged)) == {"Policy Not Proved"}
