"""What is rehearsed, in the order of a first deployment: each gives one line of the table."""

import email
import email.policy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.rehearsal.stage import Row, Stage
from local.connection import Connection
from local.deploy.deployment import DeployError
from local.doctor import laptop
from local.doctor.check import State
from local.doctor.command import of_account
from stacks.processes.folders import process_folders
from tests.flow.cloud import Cloud, Execution, until

LAG = 10  # seconds: until the candidate has made its first calls
THROTTLED = (
    "s3:(PutObject|GetObject|ListObjectsV2)",
    "ssm:GetParameter",
    "codebuild:StartBuild",
    "lambda:Invoke",
    "iam:AttachRolePolicy",
    "accessanalyzer:.*",
    "sns:Publish",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The embedded AWS, as the doctor asks an account."""

    connection: Connection

    @property
    def region(self) -> str | None:
        """Its own."""
        return self.connection.region

    def client(self, service: Any) -> Any:  # noqa: ANN401  # as the doctor asks
        """A client of a service."""
        return self.connection.client(service)


def doctor(stage: Stage) -> Row:
    """Asked in an empty account."""
    _, folders = laptop.processes(process_folders())
    checks = [*of_account(Asked(stage.connection), "fencepost", folders)]
    missing = [one for one in checks if one.state is State.MISSING]
    return Row(
        tried="make doctor in an empty account",
        happened=f"missing: {', '.join(one.name for one in missing)}",
        told=missing[0].advice if missing else "",
        well=[one.name for one in missing] == ["CDK bootstrap"],
    )


def deploy_without_builds(stage: Stage) -> Row:
    """In an account that may run no build, CodeBuild takes no project with a limit of its own."""
    stage.turn("builds", account_limit=0)
    said = ""
    try:
        stage.deploy()
    except DeployError as error:
        said = str(error)
    stage.turn("builds", account_limit=1)
    return Row(
        tried="deploy where the account may run no build",
        happened="the workflow's stack is rolled back" if said else "deployed",
        told=next((one.strip() for one in said.splitlines() if "account-level" in one), ""),
        well="account-level concurrent build limit of 0" in said,
    )


def deploy(stage: Stage) -> Row:
    """Again, where one build may run; what the first try kept is no obstacle."""
    stage.deploy()
    machine = stage.cloud.deployed.machine.rsplit(":", 1)[-1]
    return Row(tried="deploy again", happened="every stack", told=machine, well=True)


def run_without_builds(stage: Stage) -> Row:
    """No wait helps."""
    stage.turn("builds", account_limit=0)
    done = stage.cloud.run("parcels")
    stage.turn("builds", account_limit=1)
    mail = mail_of(stage.cloud, done.run)
    return Row(
        tried="a run where the account may run no build",
        happened=f"{done.error}, {len(done.states)} states",
        told=line_with(mail, "The quota:"),
        well="WaitForQuota" not in done.states and "L-2DC20C30" in mail,
    )


def run_while_others_hold_all(stage: Stage) -> Row:
    """One build, one generation, and each is somebody else's; the trail is late and unordered."""
    stage.turn("generation", busy=2)
    first, second = stage.cloud.begin("parcels", prove=False), stage.cloud.begin("crate")
    ended = [stage.cloud.end(first), stage.cloud.end(second)]
    documents = "".join(readme(stage.cloud, one) for one in ended if one.status == "SUCCEEDED")
    waited = sum(one.states.count("WaitForQuota") for one in ended)
    return Row(
        tried="two runs, one build and one generation at a time, the trail late and unordered",
        happened=f"{' and '.join(verdict_of(one) for one in ended)}; {waited} waits",
        told=line_with(documents, "waited-for-a-quota"),
        well=all(one.status == "SUCCEEDED" for one in ended)
        and "waited-for-a-quota" in documents
        and documents.count("`waited-for-the-trail` `AwaitTrail`") == len(ended),
    )


def fail(stage: Stage) -> Row:
    """A phase fails; the build exports nothing of a failed one, so none is."""
    done = stage.cloud.run("stumbling")
    mail = mail_of(stage.cloud, done.run)
    left = [one for one in stage.cloud.queues() if one.endswith("/stumbling")]
    kept = stage.cloud.keys("stumbling", done.run)
    return Row(
        tried="a cycle of which a phase fails",
        happened=f"{done.error}; {left or 'nothing'} left in the sandbox",
        told=line_with(mail, "Subject:"),
        well=done.error == "CycleFailed"
        and "the database said no" in mail
        and "phase deploy" in mail
        and not left
        and kept >= {"FAILURE.md", "failure.json"}
        and not stage.cloud.silent("stumbling", done.run),
    )


def stop_and_redrive(stage: Stage) -> Row:
    """CodeBuild gives the stopped build back to the same token for five minutes."""
    cloud, client = stage.cloud, stage.cloud.client("stepfunctions")
    arn = cloud.begin("parcels", prove=False)

    def building() -> bool:
        builds = cloud.client("codebuild")
        ids = builds.list_builds_for_project(projectName="fencepost-parcels")["ids"]
        found = builds.batch_get_builds(ids=ids)["builds"]
        return any(one["buildStatus"] == "IN_PROGRESS" for one in found)

    until(building, what="a build")
    client.stop_execution(executionArn=arn, error="Stopped", cause="a rehearsal")
    until(lambda: not building(), what="the end of the build")
    client.redrive_execution(executionArn=arn)
    done = cloud.end(arn)
    return Row(
        tried="a run that is stopped in its cycle, and redriven at once",
        happened=verdict_of(done),
        told=line_with(mail_of(cloud, done.run), "Subject:"),
        well=done.status == "SUCCEEDED",
    )


def throttle(stage: Stage) -> Row:
    """Each service refuses twice, then answers."""
    # CodeBuild repeats what it does for itself, which the embedded one does not.
    rules = [
        {"call": one, "kind": "throttled", "count": 2, "role": "(?!.*-build$).*"}
        for one in THROTTLED
    ]
    stage.turn("faults", rules=rules)
    done = stage.cloud.run("parcels")
    told = stage.told_faults()
    stage.turn("faults", rules=[], watch=False)
    hit = sum(one["injected"] for one in told)
    return Row(
        tried=f"a run of which {len(THROTTLED)} kinds of calls are throttled, twice each",
        happened=f"{verdict_of(done)}; {hit} calls were refused",
        told=line_with(mail_of(stage.cloud, done.run), "Subject:"),
        well=done.status == "SUCCEEDED" and hit >= len(THROTTLED),
    )


def prove_while_iam_lags(stage: Stage) -> Row:
    """The simulator says that the policy is in force before it is."""
    stage.turn("iam", seconds=LAG)
    done = stage.cloud.run("parcels")
    stage.turn("iam", seconds=0)
    rounds = done.states.count("RunProof")
    return Row(
        tried=f"a proof whose policy is in force {LAG} s after the simulator says so",
        happened=f"{verdict_of(done)}, {rounds} round{'s' * (rounds > 1)}",
        told=line_with(mail_of(stage.cloud, done.run), "Subject:"),
        well=done.output.get("verdict") == "proved" and rounds > 1,
    )


def stand_still(stage: Stage) -> Row:
    """CloudTrail delivers nothing for a while."""
    stage.turn("trail", never=True)
    arn = stage.cloud.begin("parcels", prove=False)
    until(lambda: "AwaitTrail" in stage.cloud.states(arn), what="AwaitTrail")
    asked = stage.asked_for_the_trail(arn)
    stage.turn("trail", never=False)
    done = stage.cloud.end(arn)
    return Row(
        tried="a run while CloudTrail delivers nothing",
        happened=f"{verdict_of(done)}, after {asked} asks in vain",
        told=line_with(readme(stage.cloud, done), "waited-for-the-trail"),
        well=done.status == "SUCCEEDED" and asked > 1,
    )


def verdict_of(done: Execution) -> str:
    """How a run ended, in short."""
    return str(done.output.get("verdict") or f"{done.status} {done.error}")


def mail_of(cloud: Cloud, about: str) -> str:
    """The mail that names a run, its subject first."""
    text = next(one for one in cloud.mails(about) if "Fencepost" in one or about in one)
    mail = email.message_from_string(text, policy=email.policy.default)
    return f"Subject: {mail['Subject']}\n\n{mail.get_content()}"


def readme(cloud: Cloud, done: Execution) -> str:
    """The dossier's first page."""
    return cloud.document(str(done.output["process"]), done.run, "README.md").decode()


def line_with(text: str, word: str) -> str:
    """The first line that holds a word."""
    return next((one.strip() for one in text.splitlines() if word in one), "")


SHORT: Sequence[Callable[[Stage], Row]] = (
    deploy_without_builds,
    deploy,
    run_without_builds,
    fail,
)
WHOLE: Sequence[Callable[[Stage], Row]] = (
    doctor,
    *SHORT,
    run_while_others_hold_all,
    stop_and_redrive,
    throttle,
    prove_while_iam_lags,
    stand_still,
)
