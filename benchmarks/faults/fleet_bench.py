"""The embedded AWS with the fleet's machine, and runs that are stubs; what a fleet left behind."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.faults.bench import RUN_SECONDS, Bench
from benchmarks.faults.fleet_routes import CROWD, FAILING, FEW_REGION, MEMBERS, FleetRoute
from benchmarks.faults.fleet_verdicts import FleetObservation, judge_fleet
from benchmarks.faults.routes import Rule
from benchmarks.faults.verdicts import Verdict
from lambdas.model.archive.fleet import DOCUMENT, STOP, Fleet
from local.runs.side_by_side import fleet_of
from tests.flow.cloud import until
from tests.stacks.samples import definition

RUN = 300  # seconds of a stubbed run, scaled as the fleet's own waits are
# In the place of a whole run, under its name, its ARN and its role.
STUB = {
    "QueryLanguage": "JSONata",
    "StartAt": "Stub",
    "States": {
        "Stub": {"Type": "Wait", "Seconds": RUN, "Next": "StubEnds"},
        "StubEnds": {
            "Type": "Choice",
            "Choices": [
                {"Condition": f"{{% $states.input.process = '{FAILING}' %}}", "Next": "StubFails"}
            ],
            "Default": "StubDone",
        },
        "StubDone": {"Type": "Succeed"},
        "StubFails": {"Type": "Fail", "Error": "CycleFailed", "Cause": "by its name"},
    },
}
RUNNING = "RUNNING"
WAITING = "WaitForDay"


@dataclass(slots=True, kw_only=True)
class FleetBench(Bench):
    """A bench on which a fleet takes seconds."""

    def prepare(self) -> None:
        """From now on runs only wait, and the routes' processes are registered."""
        self.cloud.client("stepfunctions").update_state_machine(
            stateMachineArn=self.cloud.deployed.machine, definition=json.dumps(STUB)
        )
        for names, region in (((*MEMBERS, FAILING), "eu-west-1"), (CROWD, FEW_REGION)):
            for name in names:
                place = {"name": region, "account": "111122223333", "region": region}
                value = {
                    "definition": {**definition(), "name": name},
                    "owner": "team@example.com",
                    "sandbox": place,
                }
                self.cloud.client("ssm").put_parameter(
                    Name=f"/fencepost/processes/{name}", Value=json.dumps(value), Type="String"
                )

    @property
    def machine(self) -> str:
        """The machine that faults befall."""
        return self.cloud.deployed.fleets

    def run(
        self, route: FleetRoute, rules: Sequence[Rule] = (), *, stop: str = ""
    ) -> FleetObservation:
        """One fleet on a way, with further faults; `stop` is "stop" or "redrive"."""
        self.clear()
        self.faults([*rules, *route.rules])
        began = time.monotonic()
        client = self.cloud.client("stepfunctions")
        asked = {"choose": {"names": list(route.names)}, "atOnce": 1, "confirm": True}
        given = {"stateMachineArn": self.machine, "input": json.dumps({**asked, **route.more})}
        answer = client.start_execution(**given)
        arn = answer["executionArn"]
        fleet = fleet_of(arn, client.describe_execution(executionArn=arn)["startDate"])
        if stop in ("stop", "redrive"):
            self.stop_when_held(arn, stop)
        if route.stops:
            self._tell_to_stop(fleet, arn)
        done = self.cloud.end(arn, seconds=RUN_SECONDS)
        seconds = time.monotonic() - began
        told = self.told()
        self.faults(())
        return FleetObservation(
            status=done.status,
            error=done.error,
            cause=done.cause,
            states=tuple(self._states(arn)),
            calls=tuple(told["calls"]),
            injected=sum(one["injected"] for one in told["rules"][: len(rules)]),
            seconds=seconds,
            runs=tuple(sorted(self._runs(fleet))),
            ends=self._ends(fleet),
            mails=self.remains.subjects(self.alarms, fleet.id),  # alarms name the execution
            alarms=self.rung(arn, expected=done.status != "SUCCEEDED"),
        )

    def judge(
        self, seen: FleetObservation, clean: FleetObservation, *, mails: int
    ) -> tuple[Verdict, str]:
        """As a fleet is judged."""
        return judge_fleet(seen, clean, mails=mails)

    def later(self, route: FleetRoute, seen: FleetObservation) -> FleetObservation:  # noqa: ARG002  # as a run's
        """The same: stubbed runs leave nothing that a next fleet would have to clear."""
        return seen

    def _tell_to_stop(self, fleet: Fleet, arn: str) -> None:
        """Once a run waits for its day, or the fleet has ended."""
        client = self.cloud.client("stepfunctions")

        def waits() -> bool:
            over = client.describe_execution(executionArn=arn)["status"] != RUNNING
            return over or WAITING in self._states(arn)

        until(waits, seconds=RUN_SECONDS, what="a run that waits for its day")
        self.cloud.client("s3").put_object(
            Bucket=self.cloud.deployed.archive,
            Key=fleet.key(STOP),
            Body=b"",
            ChecksumAlgorithm="SHA256",
        )

    def _runs(self, fleet: Fleet) -> list[tuple[str, str]]:
        """How every run of a fleet ended, waited for: runs may outlive their fleet."""

        def ended() -> bool:
            return all(status != RUNNING for _, status in self._now(fleet))

        until(ended, seconds=RUN_SECONDS, what="the end of the runs")
        return self._now(fleet)

    def _now(self, fleet: Fleet) -> list[tuple[str, str]]:
        pages = self.cloud.client("stepfunctions").get_paginator("list_executions")
        return [
            (one["name"].removeprefix(f"{fleet.id}-"), one["status"])
            for page in pages.paginate(stateMachineArn=self.cloud.deployed.machine)
            for one in page["executions"]
            if one["name"].startswith(fleet.id)
        ]

    def _ends(self, fleet: Fleet) -> dict[str, str] | None:
        try:
            body = self.cloud.listing(fleet.key(DOCUMENT))
        except self.cloud.client("s3").exceptions.NoSuchKey:
            return None
        told: dict[str, Any] = json.loads(body)
        return {one["process"]: one["end"]["status"] for one in told["processes"] if one["end"]}

    def _states(self, arn: str) -> Iterator[str]:
        """Of an execution and of all maps below it."""
        client = self.cloud.client("stepfunctions")
        yield from self.cloud.states(arn)
        for run in client.list_map_runs(executionArn=arn)["mapRuns"]:
            pages = client.get_paginator("list_executions").paginate(mapRunArn=run["mapRunArn"])
            for one in (each["executionArn"] for page in pages for each in page["executions"]):
                yield from self._states(one)
