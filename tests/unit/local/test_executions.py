"""Which run an execution is, as the events of its history tell it."""

import json
from typing import Any

import pytest

from local.runs.executions import identifier_of

RUN, FLEET = "20261129T203105Z-1f318685", "20261129T203059Z-fa3010fc"
OWN = {"run": {"id": RUN, "fleet": FLEET, "process": "orders"}}


def event(details: str, **texts: object) -> dict[str, Any]:
    return {"id": 2, details: {name: json.dumps(one) for name, one in texts.items()}}


def test_the_fleet_that_started_a_run_is_not_taken_for_the_run() -> None:
    given = {"process": "orders", "fleet": FLEET}

    assert identifier_of(event("executionStartedEventDetails", input=given)) == ""


@pytest.mark.parametrize(
    "told",
    [
        event("stateExitedEventDetails", output=OWN),
        event("taskScheduledEventDetails", parameters={"Payload": json.dumps(OWN)}),
        {"stateExitedEventDetails": {"assignedVariables": {"run": json.dumps(OWN["run"])}}},
        {"stateExitedEventDetails": {"output": json.dumps(OWN, separators=(",", ":"))}},
    ],
)
def test_a_run_is_known_however_often_its_id_was_put_into_a_text(told: dict[str, Any]) -> None:
    assert identifier_of(told) == RUN
