"""Clients of AWS's services, by botocore alone.

boto3's session and its resources would add to every cold start and give nothing that is used here;
botocore, the part of it that calls AWS, reads the same environment.
"""

import os
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

from lambdas.gateways.aws_errors import wanted
from lambdas.model.execution.sandbox import Sandbox

# For calls that AWS throttles as a matter of course,
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 10})


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


def client(service: str, config: Config | None = None, *, region: str | None = None) -> Any:  # noqa: ANN401  # typed where used
    """A client of a service, with the credentials of the environment and in its region."""
    return _session().create_client(service, config=config, region_name=region or _said())


def region() -> str:
    """The environment's region; empty when there is none."""
    return str(_said() or _session().get_config_variable("region") or "")


def _said() -> str | None:
    """What the AWS CLI and the CDK read first; botocore knows AWS_DEFAULT_REGION alone.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html
    """
    return os.environ.get("AWS_REGION") or None


def own_or_guest(
    service: str, role: str, *, session: str, external_id: str, region: str | None = None
) -> Any:  # noqa: ANN401  # typed where used
    """A client that acts as the function itself or, with a role, as a guest of its account."""
    if not role:
        return client(service, region=region)
    return client_as(service, role, session=session, external_id=external_id, region=region)


def reader_of(service: str, sandbox: Sandbox, session: str, region: str | None = None) -> Any:  # noqa: ANN401  # typed where used
    """A client that reads the account in which a cycle runs."""
    return own_or_guest(
        service,
        sandbox.reader_role,
        session=session,
        external_id=sandbox.external_id,
        region=region,
    )


def client_as(
    service: str, role: str, *, session: str, external_id: str, region: str | None = None
) -> Any:  # noqa: ANN401  # typed where used
    """A client of a service that acts as a role, for as long as its session lasts: an hour.

    `external_id` is empty for a role that wants none.
    """
    further = {"ExternalId": external_id} if external_id else {}
    answer = client("sts").assume_role(RoleArn=role, RoleSessionName=session, **further)
    wanted(answer, "Credentials", "sts:AssumeRole")
    keys = answer["Credentials"]
    return _session().create_client(
        service,
        region_name=region or _said(),
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
