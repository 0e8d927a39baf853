"""What tests of several gateways share."""

from collections.abc import Callable, Iterator
from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber


@pytest.fixture
def cloudformation() -> Iterator[tuple[Stubber, Callable[[str], Any], list[str]]]:
    """Answers to come, what gives a client for a region, and the regions that were asked."""
    client = botocore.session.get_session().create_client(
        "cloudformation",
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",  # no secret: nothing is called
    )
    regions: list[str] = []

    def client_of(region: str) -> Any:
        regions.append(region)
        return client

    with Stubber(client) as stubber:
        yield stubber, client_of, regions
        stubber.assert_no_pending_responses()
