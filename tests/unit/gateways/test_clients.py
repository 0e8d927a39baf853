"""In which region a client asks, as the shell says it."""

from pathlib import Path

import pytest

from lambdas.gateways import clients


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A shell that says nothing of a region yet."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    return monkeypatch


@pytest.mark.parametrize(
    ("said", "region"),
    [
        ({"AWS_REGION": "eu-west-2"}, "eu-west-2"),
        ({"AWS_DEFAULT_REGION": "eu-west-3"}, "eu-west-3"),
        ({"AWS_REGION": "eu-west-2", "AWS_DEFAULT_REGION": "eu-west-3"}, "eu-west-2"),
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-3"}, "eu-west-3"),
        ({}, ""),
    ],
)
def test_a_client_asks_where_the_aws_cli_would(
    shell: pytest.MonkeyPatch, said: dict[str, str], region: str
) -> None:
    for name, value in said.items():
        shell.setenv(name, value)

    assert clients.region() == region
    if region:
        assert clients.client("sts").meta.region_name == region
        assert clients.client("sts", region="us-west-2").meta.region_name == "us-west-2"
