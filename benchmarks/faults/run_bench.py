"""A bench on which one run takes seconds; what a run with faults left behind."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from typing import Any

from benchmarks.faults.bench import A_DAY, RUN_SECONDS, Bench, set_variables
from benchmarks.faults.routes import BOUNDED, CLEARED, PROCESSES, Route, Rule
from benchmarks.faults.verdicts import Observation, Verdict, judge, with_later
from tests.flow.cloud import until

LATEST = 20  # builds
FEW = "FEW_FILES"  # of the trail, that are read at once


@dataclass(slots=True, kw_only=True)
class RunBench(Bench):
    """Of the machine of runs."""

    def prepare(self) -> None:
        """A run needs nothing further."""

    @property
    def machine(self) -> str:
        """The machine that faults befall."""
        return self.cloud.deployed.machine

    def run(self, route: Route, rules: Sequence[Rule] = (), *, stop: str = "") -> Observation:
        """One run on a way, with further faults; `stop` is "stop", "redrive" or "build"."""
        self.clear()
        if route.process == BOUNDED and route.name != CLEARED:
            self.remains.forget_boundary(BOUNDED)
        set_variables(self.cloud, {FEW: "1" if route.batches else str(A_DAY)}, where=FEW)
        self.faults([*rules, *route.rules], generation=route.generation, busy=route.busy)
        began = time.monotonic()
        arn = self.cloud.begin(route.process, prove=route.prove, **route.more)
        if stop in ("stop", "redrive", "build"):
            self._stop(arn, stop, route.process)
        done = self.cloud.end(arn, seconds=RUN_SECONDS)
        seconds = time.monotonic() - began
        told = self.told()
        self.faults(())
        self._let_builds_end(route.process)
        run = self._run_of(arn)
        return Observation(
            status=done.status,
            error=done.error,
            cause=done.cause,
            verdict=str(done.output.get("verdict", "")),
            states=done.states,
            calls=tuple(told["calls"]),
            injected=sum(one["injected"] for one in told["rules"][: len(rules)]),
            seconds=seconds,
            mails=self.remains.subjects(self.cloud.deployed.topic, run),
            alarms=self.rung(arn, expected=done.status != "SUCCEEDED"),
            left=tuple(self.remains.left(route.process)),
            held=tuple(self.remains.held(route.process)),
            policy=self.remains.policy(route.process, run),
            archive=tuple(
                self.remains.archive_problems(
                    route.process, run, told["calls"], whole=done.status == "SUCCEEDED"
                )
            ),
        )

    def judge(self, seen: Observation, clean: Observation, *, mails: int) -> tuple[Verdict, str]:
        """As a run is judged."""
        return judge(seen, clean, mails=mails)

    def later(self, route: Route, seen: Observation) -> Observation:
        """What the next run of the process clears; whatever else is left is taken away by hand."""
        found = with_later(seen, self.run(route.cleared))
        self.remains.scrub(route.process)
        return found

    def _stop(self, arn: str, what: str, process: str) -> None:
        """Stop the execution, or its build, when the first rule's call is held; go on, if asked."""
        if what != "build":
            self.stop_when_held(arn, what)
            return
        self.await_hold(arn)
        for one in self._builds(process):
            if one["buildStatus"] == "IN_PROGRESS":
                self.cloud.client("codebuild").stop_build(id=one["id"])

    def _let_builds_end(self, process: str) -> None:
        """A build may outlive its execution, and still make and remove things."""

        def idle() -> bool:
            return all(one["buildStatus"] != "IN_PROGRESS" for one in self._builds(process))

        if process in PROCESSES:
            until(idle, seconds=RUN_SECONDS, what="the end of the builds")

    def _builds(self, process: str) -> Sequence[Mapping[str, Any]]:
        """The latest builds of a process."""
        client = self.cloud.client("codebuild")
        ids = client.list_builds_for_project(
            projectName=f"fencepost-{process}", sortOrder="DESCENDING"
        )["ids"]
        found: Sequence[Mapping[str, Any]] = (
            client.batch_get_builds(ids=ids[:LATEST])["builds"] if ids else ()
        )
        return found

    def _run_of(self, arn: str) -> str:
        """The run's id: the state machine makes it of the execution's start and ARN."""
        described = self.cloud.client("stepfunctions").describe_execution(executionArn=arn)
        began = described["startDate"].astimezone(UTC)
        return f"{began:%Y%m%dT%H%M%SZ}-{sha256(arn.encode()).hexdigest()[:8]}"
