"""Runs on AWS and on an embedded AWS in one archive: which are compared, listed and approved."""

import argparse
import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.document_policy.handler import document
from lambdas.errors import ArchiveRefusedError
from lambdas.gateways.archive.archived_runs import previous_run
from lambdas.gateways.archive.documents import FolderArchive
from lambdas.gateways.archive.earlier_names import past_runs
from lambdas.model.archive.approval import Signature
from lambdas.model.archive.manifest import sealed, unsealed
from lambdas.model.execution.platform import Platform
from local.archive.approvals import approve, record_approval
from local.archive.verification import verify
from tests.unit.document_policy.samples import a_run
from tests.unit.document_policy.test_chain import NOON, small
from tests.unit.document_policy.test_handler import an_event, manifest_of


@pytest.fixture
def archive(tmp_path: Path) -> FolderArchive:
    return FolderArchive(tmp_path)


def on(
    archive: FolderArchive, day: int, platform: Platform, *more: str, asked: bool = False
) -> str:
    event = an_event(archive, small(*more), day)
    event["run"]["acrossPlatforms"] = asked
    return str(document(event, archive, place="s3://archive/", platform=platform)["subject"])


def approved_as(archive: FolderArchive, day: int, *, emulated: bool) -> None:
    record_approval(
        archive, "orders", a_run(day).id, Signature(by="Ada", at=NOON), emulated=emulated
    )


def compared(archive: FolderArchive, day: int) -> str | None:
    found: str | None = manifest_of(archive, day)["summary"]["compared"]
    return found


def test_a_run_on_aws_is_not_compared_with_an_emulated_one_unless_asked(
    archive: FolderArchive,
) -> None:
    on(archive, 1, Platform.EMBEDDED)
    approved_as(archive, 1, emulated=True)
    on(archive, 2, Platform.AWS, "sqs:Purge")
    on(archive, 3, Platform.AWS, asked=True)
    on(archive, 4, Platform.EMBEDDED)

    assert compared(archive, 2) is None
    assert manifest_of(archive, 2)["previous"]["run"] == a_run(1).id  # the chain knows no platform
    readme = archive.get(a_run(2).key("README.md")).decode()
    assert "No earlier run says that it took place on AWS" in readme
    assert "not compared: nothing to compare with" in readme
    assert "first run" not in readme
    assert compared(archive, 3) == a_run(1).id
    assert "took place on an embedded AWS" in archive.get(a_run(3).key("README.md")).decode()
    assert compared(archive, 4) == a_run(1).id


def test_a_run_of_an_unknown_platform_is_a_baseline_for_emulated_ones_and_that_is_said(
    archive: FolderArchive,
) -> None:
    on(archive, 1, Platform.UNKNOWN)  # as v0.1 wrote it
    on(archive, 2, Platform.EMBEDDED)

    assert compared(archive, 2) == a_run(1).id
    said = "The run it is compared with took place on an unknown platform."
    assert said in archive.get(a_run(2).key("README.md")).decode()


def test_a_run_on_aws_takes_one_of_an_unknown_platform_only_when_asked(
    archive: FolderArchive,
) -> None:
    on(archive, 1, Platform.UNKNOWN)  # as v0.1 wrote it: on a laptop, for all one knows
    approved_as(archive, 1, emulated=False)
    on(archive, 2, Platform.AWS, "sqs:Purge")
    on(archive, 3, Platform.AWS, "sqs:Purge", asked=True)

    assert compared(archive, 2) is None
    assert "No earlier run says" in archive.get(a_run(2).key("README.md")).decode()
    assert compared(archive, 3) == a_run(1).id  # approved, while that of AWS is not


def test_a_list_cannot_make_an_emulated_run_the_baseline_of_one_on_aws(
    archive: FolderArchive,
) -> None:
    on(archive, 1, Platform.AWS)
    on(archive, 2, Platform.EMBEDDED)
    approved_as(archive, 2, emulated=True)
    listed = unsealed(archive.get("orders/latest.json"))
    listed["runs"][1]["shownOn"] = "AWS"
    archive.put("orders/latest.json", sealed(listed), "application/json", replace=True)

    broken = [(one.key, one.problem) for one in verify(archive).breaks]
    on(archive, 3, Platform.AWS)

    said = f"says that {a_run(2).key('')} took place elsewhere"
    assert broken == [("orders/latest.json", said)]
    assert compared(archive, 3) == a_run(1).id


def test_a_run_that_is_documented_again_says_the_same_of_what_came_before(
    archive: FolderArchive,
) -> None:
    on(archive, 1, Platform.EMBEDDED)
    on(archive, 2, Platform.AWS)
    before = {key: archive.get(key) for key in archive.keys(a_run(2).key(""))}

    on(archive, 2, Platform.AWS)

    assert {key: archive.get(key) for key in archive.keys(a_run(2).key(""))} == before


def test_an_emulated_run_is_approved_only_by_who_says_so(archive: FolderArchive) -> None:
    on(archive, 1, Platform.EMBEDDED)
    on(archive, 2, Platform.AWS)

    with pytest.raises(ArchiveRefusedError, match=r"took place on an embedded AWS.*say --emulated"):
        approved_as(archive, 1, emulated=False)
    with pytest.raises(ArchiveRefusedError, match="leave --emulated out"):
        approved_as(archive, 2, emulated=True)

    assert not archive.exists(a_run(1).key("approval.json"))
    approved_as(archive, 1, emulated=True)
    approved_as(archive, 2, emulated=False)
    told = unsealed(archive.get(a_run(1).key("approval.json")))
    assert told["shownOn"] == "an embedded AWS"


def test_the_command_refuses_an_emulated_run_by_its_status_and_writes_nothing(
    archive: FolderArchive, capsys: pytest.CaptureFixture[str]
) -> None:
    on(archive, 1, Platform.EMBEDDED)
    before = {key: archive.get(key) for key in archive.keys("")}
    place = str(archive._root)  # noqa: SLF001  # its folder
    asked = {"archive": place, "process": "orders", "run": a_run(1).id, "by": "Ada", "note": ""}

    refused = approve(argparse.Namespace(**asked, emulated=False, json=False))

    assert refused == 1
    assert "say --emulated" in capsys.readouterr().err
    assert {key: archive.get(key) for key in archive.keys("")} == before
    assert approve(argparse.Namespace(**asked, emulated=True, json=False)) == 0
    assert "shown on an embedded AWS, by Ada" in capsys.readouterr().out


def test_the_list_points_to_no_emulated_run_once_there_is_one_on_aws(
    archive: FolderArchive,
) -> None:
    on(archive, 1, Platform.EMBEDDED)
    approved_as(archive, 1, emulated=True)
    before = unsealed(archive.get("orders/latest.json"))
    on(archive, 2, Platform.AWS)
    on(archive, 3, Platform.EMBEDDED)

    after = unsealed(archive.get("orders/latest.json"))
    assert before["approved"] == a_run(1).id
    assert after["approved"] is None
    assert [one["shownOn"] for one in after["runs"]] == [
        "an embedded AWS",
        "AWS",
        "an embedded AWS",
    ]
    page = re.sub("<[^>]*>", "", archive.get("orders/index.html").decode())
    assert page.count("not attempted on an embedded AWS") == 2
    assert page.count("not attempted on AWS") == 1
    assert "2 of them ran on an embedded AWS" in page
    assert verify(archive).breaks == []


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(Platform), st.booleans()), min_size=1, max_size=4),
    st.sampled_from(Platform),
)
def test_no_baseline_and_no_name_crosses_between_aws_and_elsewhere(
    earlier: list[tuple[Platform, bool]], own: Platform
) -> None:
    with TemporaryDirectory() as folder:
        archive = FolderArchive(Path(folder))
        for day, (platform, signed) in enumerate(earlier, start=1):
            on(archive, day, platform)
            if signed:
                approved_as(archive, day, emulated=platform is Platform.EMBEDDED)
        run = replace(a_run(len(earlier) + 1), platform=own)

        found = previous_run(archive, run)
        names = {one.id for one in past_runs(archive, run).runs}

    alike = [platform for platform, _ in earlier if own.compares_with(platform)]
    assert (found.baseline is None) is (not alike)
    if found.baseline:
        assert (found.baseline.platform is Platform.AWS) is (own is Platform.AWS)
    of_its_kind = {
        a_run(day).id
        for day, (platform, _) in enumerate(earlier, start=1)
        if (platform is Platform.AWS) is (own is Platform.AWS)
    }
    assert names == set(sorted(of_its_kind)[-3:])


def test_earlier_names_cross_when_somebody_asked(archive: FolderArchive) -> None:
    on(archive, 1, Platform.EMBEDDED)
    run = replace(a_run(2), platform=Platform.AWS)

    assert past_runs(archive, run).runs == ()
    assert [one.id for one in past_runs(archive, replace(run, across=True)).runs] == [a_run(1).id]
