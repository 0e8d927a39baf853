"""An embedded AWS with the app in it, as the tests of the flow use it."""

import email
import email.policy
import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from local import emulator
from local.connection import Connection
from local.runs import executions
from tests import asking, run_events

HERE = Path(__file__).parent
MORE_PROCESSES = os.pathsep.join([str(HERE / "processes"), str(HERE / "services")])
DEADLINE = 900  # seconds; a run that takes longer hangs, also on a busy machine
MAIL_DEADLINE = 120  # seconds
EMBEDDED = "an embedded AWS"
# What is attached as it is, what Access Analyzer answered, and lists of records and findings: the
# manifest pins them, and says it for them.
WORDLESS = re.compile(
    r"policy[^/]*\.json|generated\.json|stacks\.json|proof-leftovers\.json|.*findings.*\.json|.*\.gz|parts/.*"
)
POLL = 0.1  # seconds


def until(ask: Callable[[], Any], *, seconds: float = DEADLINE, what: str = "an answer") -> Any:
    """Ask until the answer is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = ask()
        if answer:
            return answer
        time.sleep(POLL)
    raise AssertionError(f"waited {seconds:.0f} s for {what}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """An execution that has ended."""

    arn: str
    status: str
    error: str
    cause: str
    output: dict[str, Any]
    states: tuple[str, ...]

    @property
    def run(self) -> str:
        """The run's id, wherever the execution says it."""
        found = executions.RUN_ID.search(json.dumps(self.output) + self.cause)
        assert found, f"no run id in {self.output} {self.cause}"
        return found[0]


@dataclass(slots=True, kw_only=True)
class Cloud:
    """The deployed app, and what a test asks of it."""

    deployed: emulator.Deployed
    folder: Path
    named: dict[str, Any] = field(default_factory=dict)
    queue: str = ""  # catches the events of the runs
    told: list[dict[str, Any]] = field(default_factory=list)

    @property
    def connection(self) -> Connection:
        return self.deployed.connection

    def client(self, service: Any, **options: Any) -> Any:
        return self.connection.client(service, **options)

    def turn(self, knobs: str, **to: Any) -> None:
        """Turn knobs of the embedded AWS: those of `generation`, of the `trail`."""
        asking.ask(self.connection, f"/_fencepost/{knobs}", to)

    def begin(self, process: str, **more: Any) -> str:
        """Start a run; its execution ARN."""
        answer = self.client("stepfunctions").start_execution(
            stateMachineArn=self.deployed.machine, input=json.dumps({"process": process, **more})
        )
        return str(answer["executionArn"])

    def states(self, arn: str) -> tuple[str, ...]:
        """The states entered so far, in order."""
        pages = self.client("stepfunctions").get_paginator("get_execution_history")
        return tuple(
            event["stateEnteredEventDetails"]["name"]
            for page in pages.paginate(executionArn=arn)
            for event in page["events"]
            if "stateEnteredEventDetails" in event
        )

    def end(self, arn: str, *, seconds: float = DEADLINE) -> Execution:
        """Wait for the end of an execution."""
        ask = self.client("stepfunctions").describe_execution

        def ended() -> Any:
            described = ask(executionArn=arn)
            return described if described["status"] != "RUNNING" else None

        found = until(ended, seconds=seconds, what=f"the end of {arn}")
        return Execution(
            arn=arn,
            status=found["status"],
            error=found.get("error", ""),
            cause=found.get("cause", ""),
            output=json.loads(found.get("output") or "{}"),
            states=self.states(arn),
        )

    def run(self, process: str, **more: Any) -> Execution:
        """A whole run."""
        return self.end(self.begin(process, **more))

    def keys(self, process: str, run: str) -> set[str]:
        """The names of the documents of a run in the archive."""
        prefix = f"{process}/{run}/"
        pages = self.client("s3").get_paginator("list_objects_v2")
        return {
            one["Key"].removeprefix(prefix)
            for page in pages.paginate(Bucket=self.deployed.archive, Prefix=prefix)
            for one in page.get("Contents", [])
        }

    def document(self, process: str, run: str, name: str) -> bytes:
        """A document of the archive."""
        key = f"{process}/{run}/{name}"
        got = self.client("s3").get_object(Bucket=self.deployed.archive, Key=key)
        return bytes(got["Body"].read())

    def silent(self, process: str, run: str) -> set[str]:
        """What of a run could say that it comes from an embedded AWS and does not.

        The documents, the lists beside them, and subject and text of the mails.
        """
        documents = {
            name: self.document(process, run, name).decode()
            for name in self.keys(process, run)
            if not WORDLESS.fullmatch(name)
        }
        mails = [
            email.message_from_string(one, policy=email.policy.default) for one in self.mails(run)
        ]
        said = {f"subject of mail {at}": str(one["Subject"]) for at, one in enumerate(mails)}
        said |= {f"text of mail {at}": str(one.get_content()) for at, one in enumerate(mails)}
        if "manifest.json" in documents:
            said |= {key: self.listing(key).decode() for key in (f"{process}/latest.json",)}
            said |= {key: self.page(key) for key in ("index.html", f"{process}/index.html")}
        return {name for name, text in {**documents, **said}.items() if EMBEDDED not in text}

    def listing(self, key: str) -> bytes:
        """What stands beside the runs, by its key."""
        got = self.client("s3").get_object(Bucket=self.deployed.archive, Key=key)
        return bytes(got["Body"].read())

    def page(self, key: str) -> str:
        """The words of a page beside the runs."""
        return re.sub("<[^>]*>", "", self.listing(key).decode())

    def mails(self, about: str) -> list[str]:
        """The mails that hold a text, waited for until there is one."""

        def found() -> list[str]:
            inbox = self.connection.inbox
            texts = [one.read_text(encoding="utf-8") for one in sorted(inbox.glob("*.eml"))]
            return [text for text in texts if about in text]

        return list(until(found, seconds=MAIL_DEADLINE, what=f"a mail about {about}"))

    def events(self, run: str) -> dict[str, dict[str, Any]]:
        """What other systems were told of a run, by kind; each is by the schema."""
        self.told += run_events.caught(self.connection, self.queue)
        found = [one for one in self.told if one["detail"]["run"] == run]
        assert [problem for one in found for problem in run_events.problems(one)] == []
        return {one["detail-type"]: one["detail"] for one in found}

    def as_role(self, role: str, session_name: str) -> Connection:
        """A session of a role that trusts nobody but a build: its trust is opened for a moment."""
        iam, name = self.client("iam"), role.rsplit("/", 1)[-1]
        trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        us = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{self.connection.account}:root"},
            "Action": "sts:AssumeRole",
        }
        opened = {**trust, "Statement": [*trust["Statement"], us]}
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(opened))
        try:
            got = self.client("sts").assume_role(RoleArn=role, RoleSessionName=session_name)
        finally:
            iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))
        keys = got["Credentials"]
        return replace(
            self.connection,
            access_key=keys["AccessKeyId"],
            secret_key=keys["SecretAccessKey"],
            token=keys["SessionToken"],
        )

    def queues(self) -> list[str]:
        """The URLs of all queues but that of the events."""
        found = self.client("sqs").list_queues().get("QueueUrls", [])
        return [one for one in found if one != self.queue]
