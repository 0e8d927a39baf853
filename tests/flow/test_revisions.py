"""A process in a Git repository: what a commit brought, and a run of a branch."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flow.cloud import Cloud
from tests.flow.repository import Repository
from tests.stacks.samples import write_process

pytestmark = [pytest.mark.flow, pytest.mark.long]
QUEUE = 'url=$(aws sqs create-queue --queue-name "$NAME" --query QueueUrl --output text)\n'
TOPIC = "aws sns list-topics > /dev/null\n"


def commit(repository: Repository, script: str, words: str) -> str:
    (repository.path / "deploy.sh").write_text(script)
    return repository.commit(words)


def test_a_commit_between_two_runs_is_named_and_a_branch_leaves_latest_alone(
    start: Callable[..., Cloud], tmp_path: Path
) -> None:
    repository = Repository.at(tmp_path / "repository")
    first = commit(repository, QUEUE, "A queue")
    write_process(
        tmp_path / "processes",
        "library",
        source={"git": "../../repository", "ref": "main"},
        variables={"stage": {"learn": "dev", "prove": "qa"}},
        environment={"NAME": "library-{stage}"},
        phases={
            "deploy": ["bash deploy.sh"],
            "remove": [
                'url=$(aws sqs get-queue-url --queue-name "$NAME" --query QueueUrl --output text) || exit 0',
                'aws sqs delete-queue --queue-url "$url"',
            ],
        },
    )
    cloud = start(processes=str(tmp_path / "processes"))

    before = cloud.run("library")
    assert before.status == "SUCCEEDED", before.cause
    second = commit(repository, QUEUE + TOPIC, "List the topics")
    after = cloud.run("library")
    assert after.status == "SUCCEEDED", after.cause
    latest = cloud.listing("library/latest.json")
    repository.git("checkout", "--quiet", "-b", "feature")
    third = commit(repository, QUEUE + TOPIC + "aws ssm describe-parameters > /dev/null\n", "More")
    aside = cloud.run("library", revision="feature")
    refused = cloud.run("library", revision="pr/1")

    ran = [
        json.loads(cloud.document("library", one.run, "manifest.json"))
        for one in (before, after, aside)
    ]
    assert [one["revision"] for one in ran] == [
        {"named": "", "commit": first},
        {"named": "", "commit": second},
        {"named": "feature", "commit": third},
    ]
    assert all(one["verdict"]["kind"].startswith("proved") for one in ran)
    report = cloud.document("library", after.run, "report.html").decode()
    assert (
        f"The source moved by 1 commit, {first[:12]}..{second[:12]}: {second[:7]} List the topics."
        in report
    )
    assert "sns:ListTopics" in report
    assert any("List the topics" in mail for mail in cloud.mails(after.run))
    assert aside.status == "SUCCEEDED", aside.cause
    assert cloud.listing("library/latest.json") == latest
    assert (refused.status, refused.error) == ("FAILED", "RevisionNotAllowed")
