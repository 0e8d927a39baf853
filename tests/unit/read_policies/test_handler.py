"""What managed policies allow that created roles were given, and what is said of the others."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from lambdas.errors import ServiceRefusedError
from lambdas.gateways.archive.documents import FolderArchive
from lambdas.model.iam.attached_policies import AttachedPolicies
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.read_policies.handler import read_policies
from tests.run_input import input_of
from tests.unit.refine_policy.builders import ACCOUNT, RUN, RUN_ID, seen

ROLE = f"arn:aws:iam::{ACCOUNT}:role/orders-dev"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
OWN = f"arn:aws:iam::{ACCOUNT}:policy/orders-dev"
GONE = f"arn:aws:iam::{ACCOUNT}:policy/gone"
SECRET = f"arn:aws:iam::{ACCOUNT}:policy/secret"
RUN_EVENT = input_of(RUN)


class FakePolicies:
    """IAM that knows one policy and refuses to tell of another."""

    def document(self, arn: str) -> Mapping[str, Any] | None:
        if arn == SECRET:
            raise ServiceRefusedError(f"cannot read the managed policy {arn}: AccessDenied")
        return {"Statement": [], "Version": "2012-10-17"} if arn == BASIC else None

    def put(self, arn: str, document: Mapping[str, Any]) -> bool:
        raise AssertionError(f"nothing is written: {arn} {document}")


def attached(arn: str, **more: Any) -> Evidence:
    return seen("iam:AttachRolePolicy", ROLE, context=(("iam:PolicyARN", arn),), **more)


def read(folder: Path, *lines: Evidence) -> AttachedPolicies:
    archive = FolderArchive(folder)
    text = "".join(f"{one.to_line()}\n" for one in lines).encode()
    archive.put(RUN.key("evidence.jsonl.gz"), gzip.compress(text, mtime=0), "application/gzip")
    event = {"run": RUN_EVENT, "evidence": RUN.key("evidence.jsonl.gz")}
    answer = read_policies(event, archive, FakePolicies())
    assert answer == {"attached": f"orders/{RUN_ID}/attached-policies.json"}
    return AttachedPolicies.from_bytes(archive.get(answer["attached"]))


def test_a_policy_that_others_made_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, attached(BASIC), attached(BASIC))

    assert found.documents == (
        (BASIC, json.dumps({"Statement": [], "Version": "2012-10-17"}, separators=(",", ":"))),
    )
    assert not found.findings


def test_one_that_the_run_made_stands_in_its_events(tmp_path: Path) -> None:
    found = read(tmp_path, seen("iam:CreatePolicy", OWN), attached(OWN))

    assert found == AttachedPolicies()


def test_one_of_aws_s_own_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    (found,) = read(tmp_path, attached("arn:aws:iam::aws:policy/Rare")).findings

    assert "AWS's own" in found.detail
    assert found.action.startswith("Run the process on AWS")


def test_one_that_was_refused_was_given_to_nobody(tmp_path: Path) -> None:
    denied = replace(attached(BASIC), outcome=Outcome.DENIED)

    assert read(tmp_path, denied) == AttachedPolicies()


def test_one_that_cannot_be_read_is_a_finding_and_the_others_are_read(tmp_path: Path) -> None:
    found = read(tmp_path, attached(GONE), attached(SECRET), attached(BASIC))

    assert [arn for arn, _ in found.documents] == [BASIC]
    assert [one.subject for one in found.findings] == sorted([GONE, SECRET])
    assert "AccessDenied" in found.findings[1].detail
