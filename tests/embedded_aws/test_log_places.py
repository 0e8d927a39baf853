"""Logs where they are, on the embedded AWS: a bucket gives a folder's bytes, the history says what
it lacks."""

import gzip
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.command_line.main import main
from local.connection import Connection
from tests.embedded_aws.trails import a_role, a_trail, as_role, files

Eventually = Callable[[Callable[[], Any]], Any]

pytestmark = pytest.mark.local
ALL_EVENTS = [
    {
        "Name": "management",
        "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
    },
    {
        "Name": "objects",
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        ],
    },
]


def a_deployment(embedded: Connection, bucket: str, role: str) -> None:
    """Management and data events of a role, in two regions' histories."""
    as_role(embedded, role, "deploy", "sqs").create_queue(QueueName="places-queue")
    as_role(embedded, role, "deploy", "iam").create_user(UserName="places-user")
    s3 = as_role(embedded, role, "deploy", "s3")
    s3.put_object(Bucket=bucket, Key="orders/a.json", Body=b"a")
    s3.get_object(Bucket=bucket, Key="orders/a.json")


def copied(embedded: Connection, bucket: str, folder: Path) -> Path:
    """The bucket's files as `aws s3 sync` would lay them into a folder."""
    for key, records in files(embedded, bucket).items():
        (folder / key).parent.mkdir(parents=True, exist_ok=True)
        (folder / key).write_bytes(gzip.compress(json.dumps({"Records": records}).encode()))
    return folder


@pytest.mark.usefixtures("shell")
def test_a_policy_from_a_bucket_is_that_from_its_copy_and_one_from_the_history_lacks_what_it_names(
    embedded: Connection, eventually: Eventually, tmp_path: Path
) -> None:
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    bucket, role = a_trail(embedded, "places", selectors=ALL_EVENTS), a_role(embedded, "places")
    embedded.client("s3").create_bucket(
        Bucket="places-objects", CreateBucketConfiguration={"LocationConstraint": embedded.region}
    )
    a_deployment(embedded, "places-objects", role)
    last = ("CreateUser", "GetObject")
    eventually(
        lambda: all(
            any(name in str(one) for one in files(embedded, bucket).values()) for name in last
        )
    )
    places = {
        "copy": [str(copied(embedded, bucket, tmp_path / "copy"))],
        "bucket": [f"s3://{bucket}"],
        "history": ["--lookup", "--region", "eu-west-1", "--region", "us-east-1"],
    }

    for name, words in places.items():
        out = ["--principal", role, "--since", since, "--out", str(tmp_path / name / "out")]
        assert main(["policy", *words, *out]) == 0

    made = {name: dossier(tmp_path / name / "out") for name in places}
    assert made["bucket"] == made["copy"]
    assert actions(made["copy"]) - actions(made["history"]) == {"s3:PutObject", "s3:GetObject"}
    assert actions(made["history"]) == {"sqs:CreateQueue", "iam:CreateUser"}
    said = {
        one["kind"]: one["detail"] for one in json.loads(made["history"]["evidence-findings.json"])
    }
    assert "objects of S3" in said["lookup-without-data-events"]
    assert "Only eu-west-1 and us-east-1 were looked up" in said["lookup-regions"]
    assert b"management events alone" in made["history"]["README.md"]


def dossier(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def actions(files: dict[str, bytes]) -> set[str]:
    lines = gzip.decompress(files["evidence.jsonl.gz"]).splitlines()
    return {json.loads(line)["action"] for line in lines}
