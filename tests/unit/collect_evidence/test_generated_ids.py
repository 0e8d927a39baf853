"""Ids that a service made up are told, so that no policy holds on to them."""

from typing import Any

import pytest

from lambdas.collect_evidence.translation.translate import translate
from tests.unit.collect_evidence.trails import ACCOUNT, ROLE, record


def made(source: str, name: str, request: Any, response: Any, **more: Any) -> tuple[str, ...]:
    return (
        translate(record(source, name, request, response, **more), ROLE).evidence[0].generated_ids
    )


@pytest.mark.parametrize(
    ("source", "name", "response", "ids"),
    [
        ("appconfig", "CreateApplication", {"id": "06f238c", "name": "estate"}, ("06f238c",)),
        ("elasticfilesystem", "CreateFileSystem", {"fileSystemId": "fs-01ab", "ownerId": ACCOUNT}, ("fs-01ab",)),
        ("ec2", "CreateSubnet", {"subnet": {"subnetId": "subnet-1", "vpcId": "vpc-1"}}, ("subnet-1",)),
        ("route53", "CreateHostedZone", {"hostedZone": {"id": "/hostedzone/ZTTECZQTKYNEIS"}}, ("ZTTECZQTKYNEIS",)),
        ("backup", "CreateBackupPlan", {"backupPlanId": "c1d2-e3", "versionId": "other"}, ("c1d2-e3",)),
    ],
)  # fmt: skip
def test_the_id_of_what_is_made_is_told(
    source: str, name: str, response: dict[str, Any], ids: tuple[str, ...]
) -> None:
    assert made(source, name, {"name": "estate"}, response) == ids


def test_what_was_sent_is_not_made_up() -> None:
    assert made("appconfig", "CreateEnvironment", {"applicationId": "app"}, {"id": "app"}) == ()


def test_a_call_that_reads_or_failed_makes_nothing() -> None:
    response = {"id": "06f238c"}
    assert made("appconfig", "GetApplication", {"applicationId": "x"}, response) == ()
    assert made("appconfig", "CreateApplication", {}, response, errorCode="ConflictException") == ()
