"""Every process and service, unlike each other, is proved without a repair.

A run takes a minute. `make long` runs them all, `make test` three that differ.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lambdas.model.verdict import Verdict

if TYPE_CHECKING:
    from tests.flow.cloud import Cloud

pytestmark = pytest.mark.flow
HERE = Path(__file__).parent
ALWAYS = ("mailroom", "rest-keys", "bus")
PROCESSES = ("feedback", "reports")
OTHERS = (
    *PROCESSES,
    *sorted(one.name for one in (HERE / "services").iterdir() if one.name not in ALWAYS),
)
MOST_TRANSITIONS = 100
DEADLINE = 1_200  # seconds; a bootstrap and a deployment of the CDK, twice, on a busy machine


def every(names: tuple[str, ...]) -> list[object]:
    return [
        pytest.param(name, marks=[] if name in ALWAYS else [pytest.mark.long], id=name)
        for name in names
    ]


@pytest.mark.parametrize("name", every((*ALWAYS, *OTHERS)))
def test_it_is_proved(cloud: Cloud, name: str) -> None:
    before = stacks(cloud)

    done = cloud.end(cloud.begin(name), seconds=DEADLINE)

    assert done.status == "SUCCEEDED", done.cause
    proof = json.loads(cloud.document(name, done.run, "proof.json"))
    verdict = Verdict.from_json(proof["verdict"])
    assert verdict.proved, proof["verdict"]
    assert verdict.repairs == 0, proof["verdict"]
    assert stacks(cloud) == before
    assert len(done.states) < MOST_TRANSITIONS


def stacks(cloud: Cloud) -> set[str]:
    """In both regions where a process may act."""
    return {
        one["StackName"]
        for region in ("eu-west-1", "us-east-1")
        for page in cloud.client("cloudformation", region=region)
        .get_paginator("list_stacks")
        .paginate()
        for one in page["StackSummaries"]
        if one["StackStatus"] != "DELETE_COMPLETE"
    }
