"""Where a run took place is told by where its functions' calls go."""

from typing import Any

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.model.execution.platform import DOMAINS, Platform, platform_of

BUCKET = "https://s3.eu-west-1.amazonaws.com"  # what the SDK makes of the archive, on AWS
EMULATOR = "http://127.0.0.1:4566"
ON_AWS = (
    BUCKET,
    "https://iam.amazonaws.com",
    "https://iam.amazonaws.com:443/",
    "https://s3.dualstack.eu-west-1.amazonaws.com",
    "https://vpce-1a-2b.sts.eu-west-1.vpce.amazonaws.com",
    "https://bucket.vpce-1a-2b.s3.eu-west-1.vpce.amazonaws.com",
    "https://sts.cn-north-1.amazonaws.com.cn",
    "https://lambda.eu-west-1.api.aws",
)
ELSEWHERE = (
    EMULATOR,
    "http://localhost:4566",
    "https://amazonaws.com.example.org",
    "https://notamazonaws.com",
    "amazonaws.com",
    "https://amazonaws.com",
    "https://[broken",
    "http://s3.eu-west-1.amazonaws.com",  # whoever holds the name server
    "https://s3.eu-west-1.amazonaws.com:4566",
    "https://s3.eu-west-1.amazonaws.com@127.0.0.1",
    "https://127.0.0.1\\@s3.eu-west-1.amazonaws.com",
    "https://127.0.0.1/s3.eu-west-1.amazonaws.com",
    # Customers' machines, below AWS's own domains.
    "https://ec2-203-0-113-25.eu-west-1.compute.amazonaws.com",
    "https://ec2-203-0-113-25.compute-1.amazonaws.com",
    "https://mine-1234567890.eu-west-1.elb.amazonaws.com",
    "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
    "https://a1b2c3d4e5.lambda-url.eu-west-1.on.aws",
    "https://mine.s3-website-us-east-1.amazonaws.com",
    "https://vpce-1a-2b.vpce-svc-3c.eu-west-1.vpce.amazonaws.com",
)
PARTITIONS: list[dict[str, Any]] = (
    botocore.session.get_session()
    .get_component("data_loader")
    .load_data("partitions")["partitions"]
)


def test_a_function_whose_calls_go_nowhere_special_runs_on_aws() -> None:
    environment = {"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": ""}

    assert platform_of(environment, BUCKET) is Platform.AWS


@pytest.mark.parametrize("endpoint", ON_AWS)
@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_an_endpoint_of_aws_itself_is_aws(name: str, endpoint: str) -> None:
    assert platform_of({name: endpoint}, endpoint) is Platform.AWS


@pytest.mark.parametrize("endpoint", ELSEWHERE)
def test_any_other_endpoint_is_an_embedded_aws_whatever_else_is_set(endpoint: str) -> None:
    environment = {"AWS_ENDPOINT_URL_S3": endpoint, "AWS_ENDPOINT_URL_STS": ON_AWS[0]}

    assert platform_of(environment, BUCKET) is Platform.EMBEDDED


@pytest.mark.parametrize("endpoint", ELSEWHERE)
def test_an_endpoint_that_the_environment_does_not_show_is_seen_at_the_archive(
    endpoint: str,
) -> None:
    assert platform_of({"AWS_CONFIG_FILE": "/opt/config"}, endpoint) is Platform.EMBEDDED


@given(st.ip_addresses(), st.integers(min_value=1, max_value=65_535), st.sampled_from(["", "s"]))
def test_no_address_of_a_machine_is_taken_for_aws(address: object, port: int, secure: str) -> None:
    endpoint = f"http{secure}://{address}:{port}"

    assert platform_of({"AWS_ENDPOINT_URL": endpoint}, BUCKET) is Platform.EMBEDDED


@pytest.mark.parametrize("service", ["s3", "sts", "accessanalyzer"])
def test_what_the_sdk_makes_up_in_any_region_is_aws(service: str) -> None:
    session = botocore.session.get_session()
    session.set_credentials("a", "b")
    for partition in PARTITIONS:
        for region in session.get_available_regions(service, partition["id"])[:4]:
            made = session.create_client(service, region_name=region).meta.endpoint_url
            assert platform_of({}, made) is Platform.AWS, made


def test_every_partition_that_the_sdk_knows_has_its_domains_here() -> None:
    kinds = ("dnsSuffix", "dualStackDnsSuffix")

    assert set(DOMAINS) == {one["outputs"][kind] for one in PARTITIONS for kind in kinds}


@given(st.one_of(st.none(), st.text(), st.integers(), st.lists(st.text())))
def test_a_manifest_that_does_not_say_is_of_an_unknown_platform(stated: object) -> None:
    known = {one.value: one for one in Platform}

    assert Platform.read(stated) is known.get(str(stated), Platform.UNKNOWN)


@pytest.mark.parametrize("one", Platform)
@pytest.mark.parametrize("other", Platform)
def test_a_run_on_aws_is_compared_only_with_what_says_that_it_was_on_aws(
    one: Platform, other: Platform
) -> None:
    on_aws = [one is Platform.AWS, other is Platform.AWS]

    assert one.compares_with(other) is (all(on_aws) or not any(on_aws))
