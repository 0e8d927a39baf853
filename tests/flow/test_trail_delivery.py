"""Late, unordered and doubled delivery change nothing; no delivery at all is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.flow.cloud import Cloud

pytestmark = pytest.mark.flow


def test_a_late_unordered_doubled_trail_gives_the_same_policy_byte_for_byte(
    cloud: Cloud, start: Callable[..., Cloud]
) -> None:
    # A minute is 0.2 s: the deployment's 3 s are AWS's fifteen minutes.
    late = start("--trail-minute", "0.2", "--trail-shuffle", "--trail-duplicate")
    late.turn("trail", steps=2)
    arn = late.begin("orders", prove=False)
    prompt = cloud.run("orders", prove=False)
    delayed = late.end(arn)

    assert (prompt.status, delayed.status) == ("SUCCEEDED", "SUCCEEDED"), delayed.cause
    readme = late.document("orders", delayed.run, "README.md").decode()
    assert "waited-for-the-trail" in readme
    policy = cloud.document("orders", prompt.run, "policy.json")
    assert late.document("orders", delayed.run, "policy.json") == policy


def test_a_trail_that_never_comes_ends_the_run_by_its_name(start: Callable[..., Cloud]) -> None:
    dark = start("--trail-never")

    done = dark.run("parcels", prove=False)

    assert (done.status, done.error) == ("FAILED", "TrailNotReadyError")
    assert "eu-west-1" in done.cause
    assert "us-east-1" in done.cause
    assert dark.mails(done.run)
