"""What the code takes for AWS's limits, against AWS's own models, and what stays within them."""

import json
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from lambdas.cycle import buildspec
from lambdas.document_failure.failure import CAUSE_LIMIT
from lambdas.model import limits
from lambdas.model.definition.build import STANDARD_TIMEOUT, TIMEOUT
from lambdas.model.execution.run import Run

ROOT = Path(__file__).parents[3]
RUN = Run(
    id="20261123T180000Z-1a2b3c4d-r9",
    process="p" * 32,
    principal="arn:aws:iam::123456789012:role/sandbox",
    account="123456789012",
    region="eu-west-1",
    started_at="2026-11-23T18:00:00Z",
)


@pytest.mark.parametrize(
    ("service", "shape", "bound", "limit"),
    [
        ("codebuild", "BuildTimeOut", "min", limits.BUILD_TIMEOUT[0]),
        ("codebuild", "BuildTimeOut", "max", limits.BUILD_TIMEOUT[1]),
        ("codebuild", "TimeOut", "min", limits.BUILD_QUEUE_TIMEOUT[0]),
        ("codebuild", "TimeOut", "max", limits.BUILD_QUEUE_TIMEOUT[1]),
        ("stepfunctions", "SensitiveCause", "max", limits.CAUSE_LIMIT),
        ("sts", "roleSessionNameType", "max", limits.SESSION_NAME_LIMIT),
    ],
)
def test_a_limit_is_that_of_the_services_model(
    service: str, shape: str, bound: str, limit: int
) -> None:
    model = botocore.session.get_session().get_service_model(service)

    assert model.shape_for(shape).metadata[bound] == limit


def test_a_build_stays_within_codebuilds_times() -> None:
    low, high = limits.BUILD_TIMEOUT
    queue_low, queue_high = limits.BUILD_QUEUE_TIMEOUT

    assert low <= TIMEOUT[0] <= STANDARD_TIMEOUT <= TIMEOUT[1] <= high
    assert queue_low <= buildspec.QUEUE_TIMEOUT <= queue_high


def test_the_build_ends_before_the_state_that_waits_for_it() -> None:
    text = (ROOT / "statemachine" / "build_policy.asl.json").read_text()
    states: dict[str, Any] = json.loads(text)["States"]
    minutes = TIMEOUT[1] + buildspec.QUEUE_TIMEOUT

    for state in states.values():
        if state.get("Resource", "").endswith("startBuild.sync"):
            assert state["TimeoutSeconds"] > minutes * 60


def test_a_failures_cause_leaves_room_for_the_run_that_the_state_machine_adds() -> None:
    assert CAUSE_LIMIT + 200 < limits.CAUSE_LIMIT


def test_the_longest_session_name_fits() -> None:
    assert len(RUN.session("p" * 31)) <= limits.SESSION_NAME_LIMIT


def test_a_subject_is_shorter_than_sns_allows() -> None:
    assert limits.SUBJECT_LIMIT < 100
