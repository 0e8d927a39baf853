"""PlanFleet and DocumentFleet over one archive, from registered processes to the report."""

import json
from pathlib import Path
from typing import Any

import pytest

from lambdas.document_fleet.handler import document
from lambdas.document_policy.handler import document as document_policy
from lambdas.errors import InvalidEventError
from lambdas.gateways.archive.documents import FolderArchive
from lambdas.model.definition.process_parameter import Place, RegisteredProcess
from lambdas.plan_fleet.handler import prepare
from tests.unit.document_policy.samples import a_run
from tests.unit.document_policy.test_handler import an_event

PLACE = Place(name="north", account="111122223333", region="eu-west-1")
SETTINGS = {"GENERATOR": "access-analyzer", "AT_ONCE": "5", "CONFIRM_ABOVE": "20"}
REGISTERED = [
    RegisteredProcess(name=name, owner=f"team-{name}@example.com", place=PLACE, proves=True)
    for name in ("billing", "orders")
]


@pytest.fixture
def archive(tmp_path: Path) -> FolderArchive:
    """With one finished run of orders, proved."""
    found = FolderArchive(tmp_path / "archive")
    event = an_event(found)
    event["verdict"] = {"kind": "proved"}
    document_policy(event, found, place="s3://archive/")
    return found


def a_fleet(day: int = 30, **more: Any) -> dict[str, Any]:
    return {
        "fleet": {
            "id": f"202611{day}T120000Z-1a2b3c4d",
            "startedAt": f"2026-11-{day}T12:00:00.000Z",
            "executionArn": "arn:aws:states:eu-west-1:111122223333:execution:x:weekly",
        },
        **more,
    }


def ran(archive: FolderArchive, day: int = 30, **ends: str) -> tuple[dict[str, Any], Any]:
    """A whole fleet; the answer and its JSON."""
    asked = a_fleet(day, asked={"choose": {"all": True}})
    planned = prepare(asked, REGISTERED, archive, settings=SETTINGS)
    folder = f"fleet/{asked['fleet']['id']}/"
    for process, status in ends.items():
        body = json.dumps({"process": process, "status": status}).encode()
        archive.put(f"{folder}ends/{process}.json", body, "application/json")
    event = a_fleet(day, plan=planned["plan"], broken=None)
    answer = document(event, REGISTERED, archive, place="s3://archive/", old=30.0)
    return answer, json.loads(archive.get(f"{folder}fleet.json"))


def test_a_plan_knows_from_the_archive_what_was_proved_and_how_long_a_cycle_takes(
    archive: FolderArchive,
) -> None:
    event = a_fleet(asked={"choose": {"neverProved": True}})
    planned = prepare(event, REGISTERED, archive, settings=SETTINGS)
    plan = json.loads(archive.get(planned["plan"]))

    assert [one["process"] for one in plan["processes"]] == ["billing"]
    every = prepare(
        a_fleet(29, asked={"choose": {"all": True}}), REGISTERED, archive, settings=SETTINGS
    )
    assert every["runs"] == 2
    minutes = json.loads(archive.get(every["plan"]))["minutes"]
    assert minutes == pytest.approx(2 * (9.7 + 15) + 2 + 10, abs=0.1)  # orders' cycle: 9:41


def test_planning_again_writes_the_same_bytes(archive: FolderArchive) -> None:
    event = a_fleet(asked={"choose": {"all": True}})
    first = prepare(event, list(reversed(REGISTERED)), archive, settings=SETTINGS)
    bodies = {key: archive.get(key) for key in archive.keys("fleet/")}

    assert prepare(event, REGISTERED, archive, settings=SETTINGS) == first
    assert {key: archive.get(key) for key in archive.keys("fleet/")} == bodies


def test_each_process_stands_in_the_report_with_how_its_run_ended(archive: FolderArchive) -> None:
    answer, told = ran(archive, orders="SUCCEEDED", billing="FAILED")

    orders, billing = (
        next(one for one in told["processes"] if one["process"] == name)
        for name in ("orders", "billing")
    )
    assert answer["verdict"] == "1 of 2 runs failed"
    assert answer["tolerated"] is False
    assert orders["end"]["status"] == "SUCCEEDED"
    assert (orders["run"], orders["verdict"]) == (a_run().id, "proved")
    assert orders["provedDays"] == 7
    assert orders["grounds"]["observed"] > 0
    assert None not in {orders[name] for name in ("wildcards", "waysUp", "characters")}
    assert orders["owner"] == "team-orders@example.com"
    assert (billing["run"], billing["end"]["status"]) == (None, "FAILED")
    assert archive.exists(f"fleet/{told['fleet']}/report.html")
    assert archive.exists(f"fleet/{told['fleet']}/fleet.csv")
    assert answer["report"] == f"s3://archive/fleet/{told['fleet']}/report.html"


def test_a_run_whose_end_was_not_kept_counts_as_failed(archive: FolderArchive) -> None:
    answer, told = ran(archive, orders="SUCCEEDED")

    assert answer["verdict"] == "1 of 2 runs failed"
    assert "nobody knows whether its run began, or how it ended" in json.dumps(told)


def test_a_fleet_compares_itself_with_the_newest_one_before(archive: FolderArchive) -> None:
    _, first = ran(archive, 28, orders="SUCCEEDED", billing="FAILED")
    archive.put("fleet/20261129T120000Z-00000000/plan.json", b"{}", "application/json")  # died
    _, second = ran(archive, 30, orders="FAILED", billing="SUCCEEDED")

    assert first["comparedWith"] is None
    assert second["comparedWith"] == first["fleet"]
    assert [(one["process"], one["worse"]) for one in second["moves"]] == [
        ("orders", True),
        ("billing", False),
    ]


def test_documenting_again_writes_the_same_bytes(archive: FolderArchive) -> None:
    first, _ = ran(archive, orders="SUCCEEDED", billing="FAILED")
    bodies = {key: archive.get(key) for key in archive.keys("fleet/")}

    assert ran(archive, orders="SUCCEEDED", billing="FAILED")[0] == first
    assert {key: archive.get(key) for key in archive.keys("fleet/")} == bodies


@pytest.mark.parametrize("missing", ["fleet", "plan"])
def test_an_input_that_lacks_a_field_is_named(archive: FolderArchive, missing: str) -> None:
    event = a_fleet(plan="fleet/x/plan.json")
    del event[missing]

    with pytest.raises(InvalidEventError, match=missing):
        document(event, REGISTERED, archive, place="s3://archive/", old=30.0)
