"""What counts as sound, when a call of a run has failed."""

from dataclasses import replace
from typing import Any

import pytest

from benchmarks.faults.cells import cells, points, writes
from benchmarks.faults.routes import INVOKE, ROUTES
from benchmarks.faults.verdicts import Observation, Verdict, judge, with_later

MACHINE, STEP = "fencepost-workflow-WorkflowRole98C7DC98-7F29", "fencepost-StepRole12345678-1"
CLEAN = Observation(
    status="SUCCEEDED",
    error="",
    cause="",
    verdict="proved",
    states=("CheckPolicy",),
    calls=(),
    injected=0,
    seconds=3.0,
    mails=("Proved: crate",),
    alarms=0,
    left=(),
    held=(),
    archive=(),
    policy="a",
)
STRUCK = replace(CLEAN, injected=1)
FAILED = replace(
    STRUCK, status="FAILED", error="Broken", verdict="", policy="", mails=("Failed: crate",)
)


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (STRUCK, Verdict.RECOVERED),
        (replace(STRUCK, verdict="not proved"), Verdict.CLEAN),
        (FAILED, Verdict.CLEAN),
        (replace(FAILED, mails=(), alarms=1), Verdict.ALARM),
        (replace(FAILED, held=("made one",), later=()), Verdict.LATER),
        (CLEAN, Verdict.MISSED),
        (replace(FAILED, mails=()), Verdict.UNSOUND),
        (replace(STRUCK, mails=(), alarms=1), Verdict.UNSOUND),
        (replace(STRUCK, mails=("one", "two")), Verdict.UNSOUND),
        (replace(STRUCK, left=("/crate/dev",), later=()), Verdict.UNSOUND),
        (replace(FAILED, left=("/crate/dev",)), Verdict.UNSOUND),
        (replace(FAILED, left=("/crate/dev",), later=("/crate/dev",)), Verdict.UNSOUND),
        (replace(STRUCK, archive=("README.md was written and is gone",)), Verdict.UNSOUND),
        (replace(STRUCK, policy="b"), Verdict.UNSOUND),
    ],
)
def test_a_cell_is_sound_when_nothing_is_left_lost_or_untold(
    seen: Observation, verdict: Verdict
) -> None:
    assert judge(seen, CLEAN)[0] is verdict


def test_a_mail_whose_answer_was_lost_may_come_twice() -> None:
    twice = replace(STRUCK, mails=("one", "two"))

    assert judge(twice, CLEAN, mails=2)[0] is Verdict.RECOVERED


def test_what_the_next_run_still_finds_was_not_cleared() -> None:
    seen = replace(FAILED, left=("/crate/dev",), held=("made one",))

    assert with_later(seen, replace(CLEAN, left=("/crate/dev",))).later == ("/crate/dev",)


def test_cells_are_made_of_the_calls_of_fencepost_alone_and_each_state_once() -> None:
    def call(role: str, name: str, session: str = "s", fault: str = "") -> dict[str, Any]:
        return {
            "role": role,
            "call": name,
            "session": session,
            "fault": fault,
            "state": "CheckPolicy",
        }

    calls = (
        call(MACHINE, INVOKE),
        call(STEP, "s3:GetObject"),
        call(STEP, "s3:GetObject"),
        call(STEP, "s3:PutObject"),
        call(STEP, "s3:PutObject"),
        call("fencepost-run-crate-sandbox", "ssm:PutParameter", "r.deploy"),
        call("fencepost-run-crate-sandbox", "sts:GetCallerIdentity", "r.closing"),
        call("", "stepfunctions:DescribeExecution"),
        call(STEP, "iam:CreatePolicy", fault="denied"),
    )
    names = [one.name for one in ROUTES if one.ends == "SUCCEEDED"]
    found, left_out = points({name: replace(CLEAN, calls=calls) for name in names})

    assert [(one.call, one.nth) for one in found] == [
        (INVOKE, 1),
        ("s3:GetObject", 1),
        ("s3:PutObject", 1),
        ("s3:PutObject", 2),
        ("sts:GetCallerIdentity", 1),
    ]
    assert len(left_out) == 2
    stops = [one for one in cells(found, task_states=["CheckPolicy"]) if one.stop]
    assert {one.point.call for one in stops} == {INVOKE}


def test_only_what_changes_something_can_be_lost_after_it_was_done() -> None:
    assert writes("s3:PutObject")
    assert writes("sts:AssumeRole")
    assert not writes("codebuild:BatchGetBuilds")
