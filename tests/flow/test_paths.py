"""Every path of the state machine, on the embedded AWS."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.flow.cloud import Cloud, until

pytestmark = pytest.mark.flow
COLLECTED = {"generated.json", "evidence.jsonl.gz"}


@pytest.fixture
def archive_that_refuses(cloud: Cloud) -> Iterator[Callable[[str], None]]:
    """Let the archive deny the writing of an object; undone afterwards."""
    s3, bucket = cloud.client("s3"), cloud.deployed.archive
    before = s3.get_bucket_policy(Bucket=bucket)["Policy"]

    def refuse(name: str) -> None:
        policy = json.loads(before)
        policy["Statement"].append(
            {
                "Sid": "Refuse",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:PutObject",
                "Resource": f"arn:aws:s3:::{bucket}/*/{name}",
            }
        )
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))

    yield refuse
    s3.put_bucket_policy(Bucket=bucket, Policy=before)


def access_role(cloud: Cloud) -> str:
    """The name of the role with which Access Analyzer reads the trail."""
    roles = cloud.client("iam").list_roles()["Roles"]
    return next(
        str(one["RoleName"])
        for one in roles
        if "access-analyzer.amazonaws.com" in json.dumps(one["AssumeRolePolicyDocument"])
        and "AWSServiceRole" not in one["RoleName"]
    )


def jobs(cloud: Cloud, principal: str = "") -> list[dict[str, Any]]:
    """Access Analyzer's jobs, those of a principal's name only when one is given."""
    found = cloud.client("accessanalyzer").list_policy_generations()["policyGenerations"]
    return [one for one in found if principal in one["principalArn"]]


def test_a_run_leaves_policy_reasons_and_evidence_in_the_archive_and_a_mail(cloud: Cloud) -> None:
    done = cloud.run("parcels", prove=False)

    assert (done.status, done.error) == ("SUCCEEDED", ""), done.cause
    kept = cloud.keys("parcels", done.run)
    assert kept >= COLLECTED | {"policy.json", "README.md", "manifest.json"}
    policy = json.loads(cloud.document("parcels", done.run, "policy.json"))
    assert {"sqs:CreateQueue", "ssm:PutParameter"} <= {
        action
        for statement in policy["Statement"]
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    }
    assert any("team-parcels@example.com" in mail for mail in cloud.mails(done.run))


def test_an_unknown_process_is_refused_with_the_names_of_the_known(cloud: Cloud) -> None:
    done = cloud.run("parcel")

    assert done.error == "ProcessNotFound"
    assert "parcel" in done.cause
    assert "parcels" in done.cause
    assert "orders" in done.cause
    assert "RunCycle" not in done.states


@pytest.mark.parametrize("asked", ["", "../orders", 7, None])
def test_a_process_name_that_no_process_can_have_is_refused(cloud: Cloud, asked: object) -> None:
    done = cloud.run(asked)  # type: ignore[arg-type]  # a person may type anything

    assert done.error == "ProcessNotFound"
    assert done.states[:3] == ("LoadProcess", "ListProcesses", "AreAllListed")


@pytest.fixture
def analyzer_that_reads_nothing(cloud: Cloud) -> Iterator[None]:
    """Access Analyzer's role may do nothing; undone afterwards."""
    iam, role = cloud.client("iam"), access_role(cloud)
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    kept = {
        name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in names
    }
    for name in kept:
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    yield
    for name, document in kept.items():
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


@pytest.fixture
def machine_that_goes_on(cloud: Cloud) -> Iterator[None]:
    """The state machine as `-c withoutAnalyzer="go on"` deploys it; undone afterwards."""
    client, machine = cloud.client("stepfunctions"), cloud.deployed.machine
    before = client.describe_state_machine(stateMachineArn=machine)["definition"]
    assert "'fail' = 'go on'" in before
    other = before.replace("'fail' = 'go on'", "'go on' = 'go on'")
    client.update_state_machine(stateMachineArn=machine, definition=other)
    yield
    client.update_state_machine(stateMachineArn=machine, definition=before)


def test_with_the_trail_as_generator_access_analyzer_is_not_asked_and_the_first_page_says_so(
    cloud: Cloud,
) -> None:
    done = cloud.run("parcels", prove=False, generator="trail")

    assert (done.status, done.error) == ("SUCCEEDED", ""), done.cause
    assert "GeneratePolicy" not in done.states
    assert "generated.json" not in cloud.keys("parcels", done.run)
    policy = cloud.document("parcels", done.run, "policy.json").decode()
    assert all(action in policy for action in ("sqs:CreateQueue", "ssm:PutParameter"))
    said = "IAM Access Analyzer generated nothing for this run"
    for page in ("README.md", "report.html"):
        assert said in cloud.document("parcels", done.run, page).decode(), page
    assert any("generator: trail" in mail for mail in cloud.mails(done.run))


def test_a_generator_that_nobody_knows_is_refused_before_anything_is_started(cloud: Cloud) -> None:
    done = cloud.run("parcels", generator="guess")

    assert (done.status, done.error) == ("FAILED", "GeneratorNotKnown")
    assert "guess" in done.cause
    assert "RunCycle" not in done.states


@pytest.mark.usefixtures("analyzer_that_reads_nothing", "machine_that_goes_on")
def test_a_deployment_may_go_on_without_access_analyzer_and_says_why(cloud: Cloud) -> None:
    done = cloud.run("parcels", prove=False)

    assert (done.status, done.error) == ("SUCCEEDED", ""), done.cause
    readme = cloud.document("parcels", done.run, "README.md").decode()
    assert "generator: trail" in readme
    assert "AUTHORIZATION" in readme


@pytest.mark.usefixtures("analyzer_that_reads_nothing")
def test_a_generation_that_fails_is_told_with_access_analyzers_own_words(cloud: Cloud) -> None:
    done = cloud.run("parcels", prove=False)

    assert (done.status, done.error) == ("FAILED", "GenerationFailed")
    assert "AUTHORIZATION_ERROR" in done.cause
    assert "DocumentFailure" in done.states
    assert cloud.mails(done.run)


def test_a_generation_that_is_cancelled_ends_the_run_by_its_name(cloud: Cloud) -> None:
    before = {one["jobId"] for one in jobs(cloud)}
    cloud.turn("generation", seconds=300)  # longer than it takes to cancel it
    arn = cloud.begin("parcels", prove=False)

    def new() -> list[dict[str, Any]]:
        return [one for one in jobs(cloud, "parcels") if one["jobId"] not in before]

    try:
        job = until(new, what="the run's generation")[0]["jobId"]
        cloud.client("accessanalyzer").cancel_policy_generation(jobId=job)
    finally:
        cloud.turn("generation", seconds=0.5)
    done = cloud.end(arn)

    assert (done.status, done.error) == ("FAILED", "GenerationCanceled")
    assert cloud.mails(done.run)


def test_another_generation_under_way_is_waited_out_and_told(cloud: Cloud) -> None:
    cloud.turn("generation", busy=2)

    done = cloud.run("parcels", prove=False)

    assert (done.status, done.error) == ("SUCCEEDED", ""), done.cause
    assert done.states.count("WaitForQuota") == 2
    readme = cloud.document("parcels", done.run, "README.md").decode()
    assert "waited-for-a-quota" in readme
    assert "GeneratePolicy waited 2 minutes" in readme


@pytest.fixture
def day_used_up(cloud: Cloud) -> Iterator[None]:
    """Access Analyzer takes no further job today; undone afterwards."""
    cloud.turn("generation", daily=0)
    yield
    cloud.turn("generation", daily=None)


@pytest.mark.usefixtures("day_used_up")
def test_a_day_of_generations_that_is_used_up_is_not_waited_for(cloud: Cloud) -> None:
    done = cloud.run("parcels", prove=False)

    assert done.error == "AccessAnalyzer.ServiceQuotaExceededException"
    assert "WaitForQuota" not in done.states
    (mail,) = cloud.mails(done.run)
    assert "tomorrow" in mail


def test_a_refinement_that_must_not_be_is_refused_with_its_reason(cloud: Cloud) -> None:
    done = cloud.run("forbidden")

    assert (done.status, done.error) == ("FAILED", "ForbiddenActionError")
    assert "sqs:CreateQueue" in done.cause
    assert cloud.keys("forbidden", done.run) >= COLLECTED
    assert cloud.mails(done.run)
    failed = cloud.events(done.run)["Run Failed"]
    assert (failed["state"], failed["error"]) == ("RefinePolicy", "ForbiddenActionError")


def test_an_archive_that_refuses_loses_neither_the_evidence_nor_the_notice(
    cloud: Cloud, archive_that_refuses: Callable[[str], None]
) -> None:
    archive_that_refuses("README.md")

    done = cloud.run("parcels", prove=False)

    assert (done.status, done.error) == ("FAILED", "ArchiveRefusedError")
    assert "README.md" in done.cause
    assert cloud.keys("parcels", done.run) >= COLLECTED
    assert cloud.mails(done.run)


def test_an_archive_that_takes_nothing_still_lets_the_team_know(
    cloud: Cloud, archive_that_refuses: Callable[[str], None]
) -> None:
    archive_that_refuses("*")

    done = cloud.run("parcels", prove=False)

    assert done.status == "FAILED"
    assert "NotifyFailure" in done.states
    assert cloud.mails(done.run)
    assert cloud.events(done.run)["Run Failed"]["error"] == done.error


@pytest.mark.parametrize("revision", ["pr/1", "main", 7, None])
def test_another_revision_of_a_packed_folder_is_refused_before_anything_is_started(
    cloud: Cloud, revision: object
) -> None:
    done = cloud.run("parcels", revision=revision)

    assert (done.status, done.error) == ("FAILED", "RevisionNotAllowed")
    assert "RunCycle" not in done.states
