"""An embedded AWS on which a run takes seconds, and what a run with faults left behind in it."""

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from benchmarks.faults.drawer import write_drawer
from benchmarks.faults.remains import Remains
from benchmarks.faults.routes import PROCESSES, Rule
from benchmarks.faults.verdicts import Verdict
from benchmarks.faults.warm_cli import WarmCli
from local import emulator
from tests.asking import ask
from tests.flow.cloud import MORE_PROCESSES, Cloud, until

FAULTS = "/_fencepost/faults"
HURRY = {"FENCEPOST_GENERATION_SECONDS": "0.05"}
DELIVERY = ("--trail-interval", "0.1")
# Of the functions: the trail settles at once, and the SDK repeats once, not four times.
FUNCTIONS = {"SETTLE_SECONDS": "0.3", "AWS_MAX_ATTEMPTS": "2"}
OPERATOR = "operator@example.com"
RUN_SECONDS = 300
A_DAY = 100_000  # generations; Access Analyzer allows fifty
MAIL_SECONDS = 5


@dataclass(slots=True, kw_only=True)
class Bench(ABC):
    """The embedded AWS, the app in it, and the CLI that its builds use."""

    cloud: Cloud
    cli: WarmCli
    alarms: str = ""

    @classmethod
    def start(cls, folder: Path, *, wait_scale: str = "0.001") -> Self:
        """Bring everything up; `wait_scale` is of the state machine's waits and retry intervals."""
        cli = WarmCli(folder / "cli")
        processes = os.pathsep.join([MORE_PROCESSES, str(write_drawer(folder / "drawer"))])
        with environment({**HURRY, "SFN_WAIT_SCALE": wait_scale, "FENCEPOST_PROCESSES": processes}):
            connection = emulator.start(
                folder / "state", inbox=folder / "inbox", options=DELIVERY, tools=(cli.folder,)
            )
            try:
                deployed = emulator.bring_in(connection, say=lambda _: None, processes=PROCESSES)
                bench = cls(cloud=Cloud(deployed=deployed, folder=folder), cli=cli)
                set_variables(bench.cloud, FUNCTIONS, where="POWERTOOLS_SERVICE_NAME")
                bench._listen()
                bench.prepare()
            except BaseException:  # nobody has a bench to stop
                emulator.stop(folder / "state")
                cli.stop()
                raise
        return bench

    @abstractmethod
    def prepare(self) -> None:
        """Whatever else is needed before the first execution."""

    @property
    @abstractmethod
    def machine(self) -> str:
        """The machine that faults befall."""

    @property
    def remains(self) -> Remains:
        """What runs have left."""
        return Remains(cloud=self.cloud)

    def stop(self) -> None:
        """Take everything down."""
        emulator.stop(self.cloud.folder / "state")
        self.cli.stop()

    def _listen(self) -> None:
        """An operator's mails: the topic that is not the runs' own."""
        sns = self.cloud.client("sns")
        topics = [one["TopicArn"] for one in sns.list_topics()["Topics"]]
        self.alarms = next(one for one in topics if one != self.cloud.deployed.topic)
        sns.subscribe(TopicArn=self.alarms, Protocol="email", Endpoint=OPERATOR)

    def faults(
        self, rules: Sequence[Rule], *, generation: Sequence[str] = (), busy: int = 0
    ) -> None:
        """From now on."""
        connection = self.cloud.connection
        ask(connection, FAULTS, {"rules": list(rules)})
        knobs = {"outcomes": list(generation), "daily": A_DAY, "busy": busy}
        ask(connection, "/_fencepost/generation", knobs)

    def definition(self) -> dict[str, Any]:
        """The state machine's definition, as deployed."""
        client = self.cloud.client("stepfunctions")
        found = client.describe_state_machine(stateMachineArn=self.machine)
        return dict(json.loads(found["definition"]))

    def told(self) -> Mapping[str, Any]:
        """The rules with their counts, and the calls that passed."""
        told: Mapping[str, Any] = ask(self.cloud.connection, FAULTS)
        return told

    @contextmanager
    def defined(self, definition: Mapping[str, Any]) -> Iterator[None]:
        """Another definition of the state machine, for a while."""
        client, machine = self.cloud.client("stepfunctions"), self.machine
        before = client.describe_state_machine(stateMachineArn=machine)["definition"]
        client.update_state_machine(stateMachineArn=machine, definition=json.dumps(definition))
        try:
            yield
        finally:
            client.update_state_machine(stateMachineArn=machine, definition=before)

    @abstractmethod
    def run(self, route: Any, rules: Sequence[Rule] = (), *, stop: str = "") -> Any:  # noqa: ANN401  # a run's, a fleet's
        """One execution on a way, with further faults; `stop` is "stop", "redrive" or "build"."""

    @abstractmethod
    def judge(self, seen: Any, clean: Any, *, mails: int) -> tuple[Verdict, str]:  # noqa: ANN401  # as `run` gives
        """What was seen, held against the way without the fault."""

    @abstractmethod
    def later(self, route: Any, seen: Any) -> Any:  # noqa: ANN401  # as `run` gives
        """What was seen, with what the next execution clears."""

    def stop_when_held(self, arn: str, what: str) -> None:
        """Stop the execution when the first rule's call is held; go on, if asked."""
        client = self.cloud.client("stepfunctions")
        self.await_hold(arn)
        client.stop_execution(executionArn=arn, error="Stopped", cause="a test")
        if what == "redrive":
            client.redrive_execution(executionArn=arn)

    def await_hold(self, arn: str) -> None:
        """Until the first rule's call is held, or the execution has ended."""
        client = self.cloud.client("stepfunctions")

        def held() -> bool:
            described = client.describe_execution(executionArn=arn)
            return bool(self.told()["rules"][0]["injected"]) or described["status"] != "RUNNING"

        until(held, seconds=RUN_SECONDS, what="the call that is held")

    def clear(self) -> None:
        """Forget the mails and log files of earlier runs."""
        for mail in self.remains.mails():
            mail.unlink(missing_ok=True)
        self.remains.forget_trail()

    def rung(self, arn: str, *, expected: bool) -> int:
        """How many alarms name the execution; waited for when there should be one."""

        def heard() -> int:
            return len(self.remains.subjects(self.alarms, arn))

        if expected:
            try:
                until(heard, seconds=MAIL_SECONDS, what="an alarm")
            except AssertionError:
                return 0
        return heard()


def set_variables(cloud: Cloud, wanted: Mapping[str, str], *, where: str) -> None:
    """Set variables of the functions that have one of the name `where`."""
    client = cloud.client("lambda")
    for page in client.get_paginator("list_functions").paginate():
        for one in page["Functions"]:
            variables = one.get("Environment", {}).get("Variables", {})
            if where in variables and not wanted.items() <= variables.items():
                client.update_function_configuration(
                    FunctionName=one["FunctionName"],
                    Environment={"Variables": {**variables, **wanted}},
                )


@contextmanager
def environment(wanted: Mapping[str, str]) -> Iterator[None]:
    """Variables for what is started meanwhile."""
    before = dict(os.environ)
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
