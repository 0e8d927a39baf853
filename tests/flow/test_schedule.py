"""A schedule starts a run, as the role that may do nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.flow.cloud import Cloud, until

pytestmark = pytest.mark.flow


def test_a_schedule_fires_a_run_of_its_process(cloud: Cloud) -> None:
    scheduler, states = cloud.client("scheduler"), cloud.client("stepfunctions")
    found = next(one for one in scheduler.list_schedules()["Schedules"] if "parcels" in one["Name"])
    schedule = scheduler.get_schedule(Name=found["Name"], GroupName=found["GroupName"])

    def executions() -> set[str]:
        listed = states.list_executions(stateMachineArn=cloud.deployed.machine)["executions"]
        return {one["executionArn"] for one in listed}

    before = executions()
    soon = datetime.now(UTC) + timedelta(seconds=1)
    kept = ("Name", "GroupName", "Target", "FlexibleTimeWindow")
    scheduler.update_schedule(
        ScheduleExpression=f"at({soon:%Y-%m-%dT%H:%M:%S})", **{key: schedule[key] for key in kept}
    )
    fired: Any = until(lambda: executions() - before, seconds=60, what="a scheduled execution")
    done = cloud.end(fired.pop())

    assert done.status == "SUCCEEDED", done.cause
    assert "RunCycle" in done.states
