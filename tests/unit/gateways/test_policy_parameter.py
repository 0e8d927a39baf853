"""The parameter of an approved policy: what moves it, what it says, what refuses."""

import json
from pathlib import Path
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from lambdas.errors import ServiceRefusedError
from lambdas.gateways.archive.archived_runs import row_of
from lambdas.gateways.archive.documents import FolderArchive, S3Archive
from lambdas.gateways.iam.policy_parameter import PolicyParameters
from lambdas.model.archive.approval import Signature
from lambdas.model.archive.published_policy import pointer, to_attach
from lambdas.model.execution.platform import Platform
from lambdas.model.limits import STANDARD_PARAMETER_LIMIT
from local.archive.approvals import record_approval, record_withdrawal
from tests.unit.document_policy.samples import a_run
from tests.unit.document_policy.test_approval_rule import NARROW, WIDE, a_day

AWS, ELSEWHERE = "https://ssm.eu-west-1.amazonaws.com", "http://127.0.0.1:4566"
NOON = "2026-11-26T12:00:00Z"
HOSTILE = 'Eve {{resolve:ssm:/x}} "\n\x1b[2J' * 30


class Ssm:
    """Parameter Store, somewhere; may refuse."""

    def __init__(self, endpoint: str = AWS, *, refuses: bool = False) -> None:
        self.values: dict[str, str] = {}
        self.meta = self
        self.endpoint_url = endpoint
        self._refuses = refuses

    def _may(self, operation: str, code: str = "AccessDeniedException") -> None:
        if self._refuses or code == "ParameterNotFound":
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, operation)

    def put_parameter(self, *, Name: str, Value: str, **_: Any) -> None:
        self._may("PutParameter")
        self.values[Name] = Value

    def delete_parameter(self, *, Name: str) -> None:
        self._may("DeleteParameter")
        if self.values.pop(Name, None) is None:
            self._may("DeleteParameter", "ParameterNotFound")


class Bucket(FolderArchive):
    """A folder that has a bucket's name and versions."""

    bucket = "archive"

    def version(self, key: str) -> str:
        return f"version of {key[-12:]}"


@pytest.fixture
def archive(tmp_path: Path) -> Bucket:
    """A run on AWS, one on an embedded AWS, another on AWS; all proved, none approved."""
    archive = Bucket(tmp_path)
    for day, platform in ((1, Platform.AWS), (2, Platform.EMBEDDED), (3, Platform.AWS)):
        a_day(archive, day, WIDE if day < 3 else NARROW, platform=platform, definition={})
    return archive


def approve(archive: Bucket, day: int, *, by: str = "Ada", emulated: bool = False) -> None:
    record_approval(archive, "orders", a_run(day).id, Signature(by=by, at=NOON), emulated=emulated)


def follow(archive: Bucket, ssm: Ssm) -> str:
    parameters = PolicyParameters("/fencepost/policies", client=cast("Any", ssm))
    return parameters.follow(cast("S3Archive", archive), "orders")


def test_it_points_to_the_newest_approval_that_stands_and_back(archive: Bucket) -> None:
    ssm = Ssm()
    assert follow(archive, ssm) == ""
    for day in (1, 3):
        approve(archive, day)
        assert follow(archive, ssm) == a_run(day).id
    record_withdrawal(archive, "orders", a_run(3).id, Signature(by="Ada", at=NOON))
    assert follow(archive, ssm) == a_run(1).id
    record_withdrawal(archive, "orders", a_run(1).id, Signature(by="Ada", at=NOON))

    assert follow(archive, ssm) == ""
    assert ssm.values == {}


def test_approving_an_older_run_does_not_move_it_back(archive: Bucket) -> None:
    ssm = Ssm()
    approve(archive, 3)
    approve(archive, 1)

    assert follow(archive, ssm) == a_run(3).id


def test_an_emulated_proof_moves_no_parameter_on_aws_nor_the_other_way_round(
    archive: Bucket,
) -> None:
    approve(archive, 2, emulated=True)

    assert follow(archive, Ssm(AWS)) == ""
    assert follow(archive, Ssm(ELSEWHERE)) == a_run(2).id
    approve(archive, 3)
    assert follow(archive, Ssm(AWS)) == a_run(3).id
    assert follow(archive, Ssm(ELSEWHERE)) == a_run(2).id


def test_what_was_not_proved_moves_nothing(tmp_path: Path) -> None:
    archive, verdict = Bucket(tmp_path), {"kind": "not proved", "reason": ""}
    a_day(archive, 1, NARROW, definition={}, verdict=verdict)
    approve(archive, 1)

    assert follow(archive, Ssm()) == ""


def test_it_says_which_objects_in_which_version_by_which_hash(archive: Bucket) -> None:
    ssm = Ssm()
    approve(archive, 3, by=HOSTILE)
    follow(archive, ssm)

    (value,) = ssm.values.values()
    content = json.loads(value)
    assert set(ssm.values) == {"/fencepost/policies/orders"}
    assert content["location"] == f"s3://archive/{a_run(3).key('policy.json')}"
    assert content["versionId"] == "version of /policy.json"
    assert content["attach"] == [{name: content[name] for name in ("key", "versionId", "sha256")}]
    # Parameter Store takes no nested reference, and would not take this one either.
    assert "{{" not in value
    assert len(value) <= STANDARD_PARAMETER_LIMIT


def test_what_is_attached_is_in_order_and_alone() -> None:
    names = dict.fromkeys(
        ["policy.json", "policy-10.json", "policy-2.json", "policy.role.json"], "0"
    )

    assert to_attach(names) == ["policy-2.json", "policy-10.json"]
    assert to_attach({"policy.json": "0", "policy.role.json": "0"}) == ["policy.json"]


def test_a_pointer_that_does_not_fit_is_refused(archive: Bucket) -> None:
    row = row_of(archive, "orders", a_run(1).id)
    assert row
    many = dict.fromkeys(["policy.json", *(f"policy-{n}.json" for n in range(40))], "0" * 64)

    with pytest.raises(ValueError, match="characters"):
        pointer(row, many, place="archive/orders", version_of=str)


def test_a_store_that_refuses_is_named(archive: Bucket) -> None:
    approve(archive, 1)

    with pytest.raises(ServiceRefusedError, match="PutParameter"):
        follow(archive, Ssm(refuses=True))
