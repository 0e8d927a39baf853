"""A process whose team decides in its repository: what a commit changes, and what none may."""

import json
from typing import Any

import pytest
import yaml

from tests.flow.cloud import Cloud
from tests.flow.repository import Repository

pytestmark = pytest.mark.flow
TEAM: dict[str, Any] = {
    "variables": {"stage": {"learn": "dev", "prove": "qa"}},
    "environment": {"NAME": "library-{stage}"},
    "phases": {
        "deploy": [
            'url=$(aws sqs create-queue --queue-name "$NAME" --query QueueUrl --output text)'
        ],
        "remove": [
            'url=$(aws sqs get-queue-url --queue-name "$NAME" --query QueueUrl --output text) || exit 0',
            'aws sqs delete-queue --queue-url "$url"',
        ],
    },
}
QUICK = {"prove": False, "generator": "trail"}


def decide(repository: Repository, words: str, **changes: Any) -> str:
    (repository.path / "service").mkdir(exist_ok=True)
    file = repository.path / "service" / "fencepost.yaml"
    file.write_text(yaml.safe_dump(TEAM | changes, sort_keys=False))
    return repository.commit(words)


def test_a_commit_decides_what_is_run_and_no_commit_decides_for_the_platform(
    cloud: Cloud, team_repository: Repository
) -> None:
    first = decide(team_repository, "A queue")
    before = cloud.run("library", **QUICK)
    assert before.status == "SUCCEEDED", before.cause
    use = {"use": ["aws sns list-topics > /dev/null"]}
    phases = TEAM["phases"]
    second = decide(
        team_repository,
        "Look for topics",
        phases={"deploy": phases["deploy"], **use, "remove": phases["remove"]},
    )
    after = cloud.run("library", generator="trail")
    assert after.status == "SUCCEEDED", after.cause
    decide(team_repository, "Mails are ours", owner="mallory@example.com")
    refused = cloud.run("library", **QUICK)

    ran = [
        json.loads(cloud.document("library", one.run, "manifest.json")) for one in (before, after)
    ]
    assert [one["revision"]["commit"] for one in ran] == [first, second]
    assert ran[1]["verdict"]["kind"].startswith("proved")
    actions = [
        cloud.document("library", one.run, "policy.json").decode() for one in (before, after)
    ]
    assert ["sns:ListTopics" in one for one in actions] == [False, True]
    told = cloud.mails(after.run)
    assert any(f"{second}, whose own file decided what was run" in one for one in told)
    assert (refused.status, refused.error) == ("FAILED", "ForbiddenKeyError")
    assert "RunCycle" not in cloud.states(refused.arn)
    failure = cloud.document("library", refused.run, "FAILURE.md").decode()
    assert "fencepost.yaml:" in failure
    assert ": owner: is the platform's to say" in failure
    assert "Look for resources" not in failure
    (mail,) = cloud.mails(refused.run)
    assert "owner: is the platform's to say" in mail
    assert "mallory" not in json.dumps(
        cloud.document("library", refused.run, "failure.json").decode()
    )
    assert cloud.queues() == [] or all("library" not in one for one in cloud.queues())
