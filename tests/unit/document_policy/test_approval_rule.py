"""Approve by rule: what it approves, and everything that waits for a person."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from lambdas.document_policy import approval_rule
from lambdas.document_policy.handler import document
from lambdas.errors import InvalidProcessError, ServiceRefusedError
from lambdas.gateways.archive.documents import FolderArchive
from lambdas.model.archive.approval import Signature
from lambdas.model.archive.manifest import unsealed
from lambdas.model.definition.process import Process
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.execution.platform import Platform
from local.archive.approvals import record_approval, record_withdrawal
from local.archive.verification import verify
from tests.unit.document_policy.explained import statement
from tests.unit.document_policy.samples import a_process, a_run, evidence_lines, of_statements
from tests.unit.document_policy.test_handler import an_event

PASS = {"against": "the approved policy", "policies": [{"policy": "orders", "result": "PASS"}]}
RULE = {"policy": {"approve": "narrower"}}
NOON = "2026-11-26T12:00:00Z"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:orders-dev"


def granting(*actions: str) -> Refinement:
    names = {action.replace(":", "").title(): action for action in actions}
    return of_statements(*(statement(name, "x", [one], [QUEUE]) for name, one in names.items()))


WIDE, NARROW = granting("sqs:SendMessage", "sqs:PurgeQueue"), granting("sqs:SendMessage")


@pytest.fixture
def archive(tmp_path: Path) -> FolderArchive:
    return FolderArchive(tmp_path)


def a_day(  # noqa: PLR0913  # a run's facts, each with a default
    archive: FolderArchive,
    day: int,
    grants: Refinement,
    *,
    used: Refinement = NARROW,
    platform: Platform = Platform.AWS,
    definition: dict[str, Any] | None = None,
    new_access: Any = PASS,
    **changed: Any,
) -> dict[str, Any]:
    """A run that is proved, by default on AWS."""
    event = an_event(archive, grants, day=day)
    lines = "".join(f"{line}\n" for line in evidence_lines(used))
    run = a_run(day)
    archive.put(run.key("evidence.jsonl.gz"), gzip.compress(lines.encode(), mtime=0), "x")
    checks = {"newAccess": new_access}
    archive.put(run.key("checks.json"), json.dumps(checks).encode(), "application/json")
    event["process"] |= RULE if definition is None else definition
    event |= {"verdict": {"kind": "proved", "reason": ""}, "checks": run.key("checks.json")}
    return told({**event, **changed}, archive, platform)


def told(
    event: dict[str, Any], archive: FolderArchive, platform: Platform = Platform.AWS
) -> dict[str, Any]:
    """The state's answer, and its event for whoever asks again."""
    answer = document(event, archive, place="s3://archive/", platform=platform)
    return {**answer, "event": event}


def approve(archive: FolderArchive, day: int) -> None:
    record_approval(archive, "orders", a_run(day).id, Signature(by="Ada", at=NOON))


def approved_by(archive: FolderArchive, day: int) -> str:
    key = a_run(day).key("approval.json")
    return str(unsealed(archive.get(key))["by"]) if archive.exists(key) else ""


def test_what_only_takes_away_what_nobody_used_is_approved(archive: FolderArchive) -> None:
    a_day(archive, 1, WIDE)
    approve(archive, 1)

    answer = a_day(archive, 2, NARROW)

    assert approved_by(archive, 2) == "the rule policy.approve: narrower"
    assert "Approved by the rule policy.approve: narrower: proved on AWS" in answer["message"]
    assert verify(archive).breaks == []
    assert json.loads(archive.get("orders/latest.json"))["approved"] == a_run(2).id


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"platform": Platform.EMBEDDED}, "it was not proved on AWS"),
        ({"verdict": {"kind": "not proved", "reason": ""}}, "it was not proved on AWS"),
        ({"grants": granting("sqs:SendMessage", "sqs:ReceiveMessage")}, "1 access is new"),
        ({"new_access": None}, "CheckNoNewAccess has not said"),
        (
            {"new_access": {**PASS, "policies": [{"policy": "orders", "result": "FAIL"}]}},
            "CheckNoNewAccess",
        ),
    ],
)
def test_everything_else_waits_for_a_person_and_says_why(
    archive: FolderArchive, changed: dict[str, Any], why: str
) -> None:
    a_day(archive, 1, WIDE)
    approve(archive, 1)

    answer = a_day(archive, 2, **{"grants": NARROW, **changed})

    assert approved_by(archive, 2) == ""
    assert f"Not approved by the rule policy.approve: narrower: {why}" in answer["message"]


def test_what_an_earlier_run_used_is_not_taken_away_by_rule(archive: FolderArchive) -> None:
    a_day(archive, 1, WIDE, used=WIDE)
    a_day(archive, 2, WIDE)
    approve(archive, 2)

    answer = a_day(archive, 3, NARROW)

    assert approved_by(archive, 3) == ""
    assert "an earlier run used sqs:PurgeQueue on" in answer["message"]


def test_evidence_that_cannot_be_read_is_not_taken_for_none(archive: FolderArchive) -> None:
    a_day(archive, 1, WIDE)
    approve(archive, 1)
    path = archive._root / a_run(1).key("evidence.jsonl.gz")  # noqa: SLF001  # as a disk would
    path.write_bytes(path.read_bytes()[:-9])

    answer = a_day(archive, 2, NARROW)

    assert approved_by(archive, 2) == ""
    assert "cannot be read" in answer["message"]


def test_more_evidence_than_can_be_read_in_time_waits_for_a_person(
    archive: FolderArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(approval_rule, "MOST_LINES", 1)
    a_day(archive, 1, WIDE)
    approve(archive, 1)

    assert "more than 1 lines of evidence" in a_day(archive, 2, NARROW)["message"]
    assert approved_by(archive, 2) == ""


def test_without_an_approved_policy_the_first_is_a_persons(archive: FolderArchive) -> None:
    a_day(archive, 1, WIDE)

    assert "no approved policy is there" in a_day(archive, 2, NARROW)["message"]
    assert approved_by(archive, 2) == ""


def test_a_process_without_the_rule_is_approved_by_hand_and_hears_nothing_of_it(
    archive: FolderArchive,
) -> None:
    a_day(archive, 1, WIDE, definition={})
    approve(archive, 1)

    assert "the rule" not in a_day(archive, 2, NARROW, definition={})["message"]
    assert approved_by(archive, 2) == ""


def test_the_rule_does_not_approve_again_what_a_person_has_taken_back(
    archive: FolderArchive,
) -> None:
    a_day(archive, 1, WIDE)
    approve(archive, 1)
    event = a_day(archive, 2, NARROW)["event"]
    record_withdrawal(archive, "orders", a_run(2).id, Signature(by="Grace", at=NOON))
    before = {key: archive.get(key) for key in archive.keys(a_run(2).key(""))}

    told(event, archive)

    assert {key: archive.get(key) for key in archive.keys(a_run(2).key(""))} == before
    assert json.loads(archive.get("orders/latest.json"))["approved"] == a_run(1).id


def test_a_parameter_that_cannot_follow_costs_neither_the_approval_nor_the_mail(
    archive: FolderArchive,
) -> None:
    def refuses(process: str) -> str:
        raise ServiceRefusedError(f"no parameter of {process}")

    a_day(archive, 1, WIDE)
    approve(archive, 1)

    answer = follow_day(archive, refuses)

    assert approved_by(archive, 2)
    assert "could not be moved: no parameter of orders" in answer["message"]


def follow_day(archive: FolderArchive, follow: Any) -> dict[str, Any]:
    event = an_event(archive, NARROW, day=2)
    run = a_run(2)
    archive.put(run.key("checks.json"), json.dumps({"newAccess": PASS}).encode(), "x")
    event["process"] |= RULE
    event |= {"verdict": {"kind": "proved", "reason": ""}, "checks": run.key("checks.json")}
    place = "s3://archive/"
    return dict(document(event, archive, place=place, platform=Platform.AWS, follow=follow))


@pytest.mark.parametrize(
    "policy", ["narrower", {"approve": "always"}, {"aprove": "narrower"}, ["narrower"]]
)
def test_a_rule_that_nobody_knows_is_refused_by_name(policy: Any) -> None:
    definition = {**a_process().to_mapping(), "policy": policy}

    with pytest.raises(InvalidProcessError, match="policy"):
        Process.from_mapping("orders", definition)


def test_a_definition_keeps_its_rule_and_one_without_says_nothing_of_it() -> None:
    plain = a_process().to_mapping()
    ruled = Process.from_mapping("orders", {**plain, **RULE})

    assert Process.from_mapping("orders", ruled.to_mapping()).approve == "narrower"
    assert "policy" not in plain


HOSTILE = "Eve\x1b[2J</td><script>alert(1)</script>\u202e"


def test_an_approval_that_was_taken_back_says_so_for_ever(archive: FolderArchive) -> None:
    a_day(archive, 1, WIDE)
    approve(archive, 1)
    record_withdrawal(archive, "orders", a_run(1).id, Signature(by=HOSTILE, at=NOON, note=HOSTILE))

    page = archive.get("orders/index.html").decode()
    assert "by Ada, taken back by Eve" in page
    assert "<script>alert" not in page
    assert "\x1b" not in page
    assert verify(archive).breaks == []
    a_day(archive, 2, NARROW)
    assert "taken back by Eve" in archive.get("orders/index.html").decode()
    (archive._root / a_run(1).key("withdrawal.json")).unlink()  # noqa: SLF001  # as Eve would
    assert [one.key for one in verify(archive).breaks] == [a_run(1).key("withdrawal.json")]
