"""No delivery at all is told; late, unordered and doubled delivery is rehearsed."""

from collections.abc import Callable

import pytest

from tests.flow.cloud import Cloud

pytestmark = pytest.mark.flow


def test_a_trail_that_never_comes_ends_the_run_by_its_name(start: Callable[..., Cloud]) -> None:
    dark = start("--trail-never", wait_scale="0.002")

    done = dark.run("parcels", prove=False)

    assert (done.status, done.error) == ("FAILED", "TrailNotReadyError")
    assert "eu-west-1" in done.cause
    assert "us-east-1" in done.cause
    assert dark.mails(done.run)
