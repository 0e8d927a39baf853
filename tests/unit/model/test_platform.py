"""Where a run took place is told by where its functions' calls go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.model.platform import Platform, platform_of

ON_AWS = (
    "https://s3.eu-west-1.amazonaws.com",
    "https://vpce-1a-2b.s3.eu-west-1.vpce.amazonaws.com",
    "https://sts.cn-north-1.amazonaws.com.cn",
    "https://lambda.eu-west-1.api.aws",
)
ELSEWHERE = (
    "http://127.0.0.1:4566",
    "http://localhost:4566",
    "https://amazonaws.com.example.org",
    "https://notamazonaws.com",
    "amazonaws.com",
    "https://[broken",
)


def test_a_function_whose_calls_go_nowhere_special_runs_on_aws() -> None:
    assert platform_of({"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": ""}) is Platform.AWS


@pytest.mark.parametrize("endpoint", ON_AWS)
@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_an_endpoint_of_aws_itself_is_aws(name: str, endpoint: str) -> None:
    assert platform_of({name: endpoint}) is Platform.AWS


@pytest.mark.parametrize("endpoint", ELSEWHERE)
def test_any_other_endpoint_is_an_embedded_aws_whatever_else_is_set(endpoint: str) -> None:
    environment = {"AWS_ENDPOINT_URL_S3": endpoint, "AWS_ENDPOINT_URL_STS": ON_AWS[0]}

    assert platform_of(environment) is Platform.EMBEDDED


@given(st.ip_addresses(v=4), st.integers(min_value=1, max_value=65_535))
def test_no_address_of_a_machine_is_taken_for_aws(address: object, port: int) -> None:
    assert platform_of({"AWS_ENDPOINT_URL": f"http://{address}:{port}"}) is Platform.EMBEDDED


@given(st.one_of(st.none(), st.text(), st.integers(), st.lists(st.text())))
def test_a_manifest_that_does_not_say_is_not_told(told: object) -> None:
    known = {one.value: one for one in Platform}

    assert Platform.read(told) is known.get(str(told), Platform.UNTOLD)


@pytest.mark.parametrize("one", Platform)
@pytest.mark.parametrize("other", Platform)
def test_only_aws_and_an_emulator_are_never_compared_unasked(
    one: Platform, other: Platform
) -> None:
    apart = {Platform.AWS, Platform.EMBEDDED} == {one, other}

    assert one.compares_with(other) is not apart
