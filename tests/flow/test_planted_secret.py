"""A secret that a process prints in every way is found nowhere: not in the archive, mail or log."""

import base64
import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.flow.cloud import Cloud
from tests.stacks.samples import write_process

pytestmark = [pytest.mark.flow, pytest.mark.long]
ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:npm-a1B2c3"
SECRET = 'planted/w"ord+0123456789'
SAY = [
    'echo "$TOKEN"',
    'printf %s "$TOKEN" | base64',
    'printf "me:%s" "$TOKEN" | base64',
    "python3 -c 'import json, os, urllib.parse; t = os.environ[\"TOKEN\"]; print(json.dumps([t]), urllib.parse.quote(t, safe=str()))'",
    "env",
]


def forms() -> list[bytes]:
    coded = [base64.b64encode(f"{'x' * k}{SECRET}".encode()).decode()[4:-4] for k in range(3)]
    return [
        one.encode() for one in (SECRET, json.dumps(SECRET)[1:-1], quote(SECRET, safe=""), *coded)
    ]


def kept(cloud: Cloud) -> Iterator[tuple[str, bytes]]:
    """All that stays of the runs: every object, every mail, every log, every build, the host's words."""
    s3 = cloud.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=cloud.deployed.archive):
        for one in page.get("Contents", []):
            body = s3.get_object(Bucket=cloud.deployed.archive, Key=one["Key"])["Body"].read()
            yield one["Key"], gzip.decompress(body) if one["Key"].endswith(".gz") else body
    for mail in cloud.connection.inbox.glob("*.eml"):
        yield mail.name, mail.read_bytes()
    logs = cloud.client("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        events = logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
        yield group["logGroupName"], "\n".join(one["message"] for one in events).encode()
    builds = cloud.client("codebuild")
    for build in builds.batch_get_builds(ids=builds.list_builds()["ids"])["builds"]:
        yield build["id"], json.dumps(build, default=str).encode()
        for one in build.get("exportedEnvironmentVariables", []):
            yield (
                f"{build['id']} {one['name']}",
                base64.b64decode(one["value"] + "====", altchars=None),
            )
    for path in cloud.connection.inbox.parent.rglob("host.log"):
        yield str(path), path.read_bytes()


def test_a_planted_secret_is_found_nowhere(
    start: Callable[..., Cloud], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENCEPOST_SECRET_TOKEN", SECRET)
    for name, end in (("ends", "true"), ("fails", "false")):
        write_process(
            tmp_path,
            name,
            secrets={"TOKEN": ARN},
            phases={
                "deploy": ["aws sqs list-queues", *SAY, "echo said", " && ".join([*SAY, end])],
                "remove": SAY,
            },
        )
    cloud = start(processes=str(tmp_path))

    done = {name: cloud.run(name) for name in ("ends", "fails")}

    assert {name: one.status for name, one in done.items()} == {
        "ends": "SUCCEEDED",
        "fails": "FAILED",
    }
    failure = cloud.document("fails", done["fails"].run, "FAILURE.md").decode()
    assert "***" in failure  # its last lines were said, and masked
    places = dict(kept(cloud))
    assert any("said" in body.decode(errors="replace") for body in places.values())
    found = [(place, form) for place, body in places.items() for form in forms() if form in body]
    assert not found
