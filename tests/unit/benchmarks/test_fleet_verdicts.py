"""What counts as sound, when a call of a fleet has failed."""

from dataclasses import replace

import pytest

from benchmarks.faults.fleet_verdicts import FleetObservation, judge_fleet
from benchmarks.faults.verdicts import Verdict

CLEAN = FleetObservation(
    status="SUCCEEDED",
    error="",
    cause="",
    states=("PlanFleet",),
    calls=(),
    injected=0,
    seconds=3.0,
    mails=("Fencepost: none of 2 runs failed",),
    alarms=0,
    runs=(("bread", "SUCCEEDED"), ("tea", "SUCCEEDED")),
    ends={"bread": "SUCCEEDED", "tea": "SUCCEEDED"},
)
STRUCK = replace(CLEAN, injected=1)
NOT_STARTED = replace(
    STRUCK, runs=CLEAN.runs[:1], ends={"bread": "SUCCEEDED", "tea": "NOT_STARTED"}
)
REFUSED = replace(STRUCK, status="FAILED", error="x", mails=(), alarms=1, runs=(), ends=None)


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (STRUCK, Verdict.RECOVERED),
        (CLEAN, Verdict.MISSED),
        (NOT_STARTED, Verdict.CLEAN),
        (replace(STRUCK, ends={"bread": "SUCCEEDED", "tea": "LOST"}), Verdict.CLEAN),
        (replace(STRUCK, runs=(), ends={"bread": "LOST", "tea": "LOST"}), Verdict.CLEAN),
        (REFUSED, Verdict.ALARM),
        (replace(REFUSED, alarms=0), Verdict.UNSOUND),
        (replace(STRUCK, mails=(), alarms=1), Verdict.UNSOUND),
        (replace(STRUCK, ends=None), Verdict.UNSOUND),
        (replace(STRUCK, mails=("one", "two")), Verdict.UNSOUND),
        (replace(STRUCK, runs=(*CLEAN.runs, ("tea", "SUCCEEDED"))), Verdict.UNSOUND),
        (replace(STRUCK, runs=(CLEAN.runs[0], ("tea", "ABORTED"))), Verdict.UNSOUND),
        (replace(NOT_STARTED, runs=CLEAN.runs), Verdict.UNSOUND),
        (replace(STRUCK, runs=CLEAN.runs[:1]), Verdict.UNSOUND),
        (replace(STRUCK, runs=(CLEAN.runs[0], ("tea", "FAILED"))), Verdict.UNSOUND),
    ],
)
def test_a_fleet_is_sound_when_no_run_is_harmed_or_doubled_and_all_is_told_as_it_was(
    seen: FleetObservation, verdict: Verdict
) -> None:
    assert judge_fleet(seen, CLEAN)[0] is verdict
