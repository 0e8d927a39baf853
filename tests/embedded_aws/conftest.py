"""What several files of these tests ask for."""

import pytest

from local.connection import Connection
from tests.embedded_aws.workloads import a_role


@pytest.fixture(scope="session")
def build_role(embedded: Connection) -> str:
    return a_role(
        embedded, "codebuild.amazonaws.com", actions=["logs:*", "s3:GetObject", "ssm:GetParameter"]
    )
